"""What the tests in a browser share: open a page, press, measure."""

import re

from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.ui import WebDriverWait

from infra.local.clock import FILE

LANGUAGES = ("en", "hi", "bn", "kk", "fa")
WIDTHS = {"phone": 360, "desk": 1280}

# What can be pressed: its name, its size, and whether it sticks out of the page.
MEASURE = """
const width = document.documentElement.clientWidth;
return [...document.querySelectorAll('a, button, input:not([type=hidden]), textarea, label.pick')]
  .filter(node => node.offsetParent).map(node => {
    const box = (node.closest('label.pick') || node).getBoundingClientRect();
    return [node.tagName + '#' + node.id, box.width, box.height, box.left >= 0 && box.right <= width + 0.5]; });
"""


def open_page(browser, address, width=360):
    metrics = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    browser.get(address)
    return browser


def reach(browser, name):
    """Lead on to the step of a question, where the page shows one step at a time."""
    box = browser.find_element(By.NAME, name)
    for _ in range(9):
        if browser.execute_script("return !arguments[0].closest('[hidden]')", box):
            return
        before = browser.current_url
        browser.find_element(By.CSS_SELECTOR, ".way [type=button]:not([hidden], .quiet)").click()
        WebDriverWait(browser, 10).until(lambda page, before=before: page.current_url != before)
    raise AssertionError(f"no step has {name}")


def press(browser, wanted="button:not([type=button])"):
    """Press what a selector finds, and wait for the page that follows."""
    before = browser.find_element(By.TAG_NAME, "html")
    browser.find_element(By.CSS_SELECTOR, wanted).click()
    WebDriverWait(browser, 10).until(staleness_of(before))


def take_time():
    """Set the clock of the served pages two seconds ahead: a form that is filled in faster is taken for a machine's."""
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text("2.1")


def hurry():
    """Set the clock of the served pages back: the next press counts as made at once, however busy the machine is."""
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text("-60")


def read_title(browser):
    return browser.find_element(By.TAG_NAME, "h1").text


def list_complaints(browser):
    """Return what the browser has to say: a policy violation, a failed load."""
    return [entry["message"] for entry in browser.get_log("browser") if "favicon" not in entry["message"]]


# Text whose contrast with what is behind it is too low (WCAG 1.4.3), as [text, ratio].
CONTRAST = """
const read = text => { const part = text.match(/[\\d.]+/g).map(v => text.startsWith('color(') ? v * 255 : +v); return part.length > 3 && !part[3] ? null : part; };
const light = part => { const [r, g, b] = part.slice(0, 3).map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
const behind = node => { for (; node; node = node.parentElement) { const found = read(getComputedStyle(node).backgroundColor); if (found) return found; } return [255, 255, 255]; };
return [...document.querySelectorAll('main *, footer *')].filter(node => [...node.childNodes].some(child => child.nodeType === 3 && child.data.trim()))
  .map(node => { const a = light(read(getComputedStyle(node).color)), b = light(behind(node));
    return [node.textContent.trim().slice(0, 40), (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)]; })
  .filter(([, ratio]) => ratio < 4.5);
"""  # noqa: E501


def prefer(browser, scheme):
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": features})


SCHEMES = ("light", "dark")

# Each width in both colour schemes, and each language at least once: a fault of a page shows in one of these, and all
# 30 combinations take five times as long.
LOOKS = (
    (320, "light", "kk"),
    (320, "dark", "fa"),
    (390, "light", "hi"),
    (390, "dark", "en"),
    (1280, "light", "bn"),
    (1280, "dark", "fa"),
)

# Each visible run of text: its words, colour, size and weight, the first background behind it, and where it stands.
LOOK = """
const ground = node => { for (; node; node = node.parentElement) {
  const colour = getComputedStyle(node).backgroundColor;
  if (!/, 0\\)$|transparent/.test(colour)) return colour; } return 'rgb(255, 255, 255)'; };
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
while (walker.nextNode()) {
  const node = walker.currentNode, range = document.createRange(), style = getComputedStyle(node.parentElement);
  range.selectNodeContents(node);
  const box = range.getBoundingClientRect();
  if (node.data.trim() && box.width && box.height) found.push({ text: node.data.trim(), colour: style.color,
    ground: ground(node.parentElement), size: parseFloat(style.fontSize), left: box.left, right: box.right });
}
return found;
"""


def read_luminance(colour):
    """Return the relative luminance (WCAG 2.2) of a colour as Chromium computes it."""
    channels = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def measure_contrast(first, second):
    """Return how far two colours are apart, from 1 to 21."""
    light, dark = sorted((read_luminance(first), read_luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
