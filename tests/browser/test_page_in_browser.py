"""The hosted page as people meet it: five languages, a phone and a desk, with scripts and without."""

import json
import re

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.wait import WebDriverWait

from tests.browser.pages import reach, take_time

LANGUAGES = ("en", "hi", "bn", "kk", "fa")
FORMS = ("sign-up", "newsletter", "pre-order", "warranty", "survey")
WIDTHS = {"phone": 360, "desk": 1280}

# What is visible and can be pressed: its name, its size, and whether it sticks out of the page.
MEASURE = """
const width = document.documentElement.clientWidth;
return [...document.querySelectorAll('a, button, input:not([type=hidden]), select, textarea, label.pick, .scale label')]
  .filter(node => !node.closest('.unseen') && node.offsetParent)
  .map(node => { const box = (node.closest('label.pick') || node).getBoundingClientRect();
    return [node.tagName + '#' + node.id, box.width, box.height, box.left >= 0 && box.right <= width + 0.5]; });
"""
# Everything a person fills in, with the words that a screen reader says for it.
NAMES = """
return [...document.querySelectorAll('input:not([type=hidden]), select, textarea')]
  .filter(node => !node.closest('.unseen'))
  .map(node => [node.name, [...node.labels].map(label => label.innerText.trim()).join(' ')]);
"""


def open_page(browser, address, width=360):
    metrics = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    browser.get(address)
    return browser


def type_into(browser, **texts):
    for name, text in texts.items():
        browser.find_element(By.NAME, name).send_keys(text)


def press_button(browser):
    """Send the form, and wait for the next page: on a busy machine the old one stays a while."""
    page = browser.find_element(By.TAG_NAME, "html")
    browser.find_element(By.CSS_SELECTOR, "[type=submit]").click()
    WebDriverWait(browser, 20).until(staleness_of(page))
    WebDriverWait(browser, 20).until(lambda _: browser.find_elements(By.TAG_NAME, "footer"))


def read_text(browser):
    return browser.find_element(By.TAG_NAME, "body").text


def list_complaints(browser):
    """Return what the browser has to say: a policy violation, a failed load, a script error."""
    expected = ("favicon.ico", "status of 422")
    told = [entry["message"] for entry in browser.get_log("browser")]
    return [message for message in told if not any(word in message for word in expected)]


@pytest.mark.parametrize("size", WIDTHS)
@pytest.mark.parametrize("form", FORMS)
def test_page_fits_and_can_be_pressed_in_every_language(site, open_browser, take_shot, form, size):
    browser = open_browser()
    list_complaints(browser)  # what another test's page said is not this one's
    for language in LANGUAGES:
        open_page(browser, f"{site}/forms/{form}?lang={language}", WIDTHS[size])
        take_shot(browser, f"{form}-{language}-{size}")

        assert browser.execute_script("return document.documentElement.scrollWidth") <= WIDTHS[size], language
        for name, width, height, inside in browser.execute_script(MEASURE):
            assert inside, (language, name)
            assert min(width, height) >= 24 or name.startswith(("INPUT#f-", "INPUT#")), (language, name, width, height)
        assert all(words for _, words in browser.execute_script(NAMES)), language
        html = browser.find_element(By.TAG_NAME, "html")
        direction = "rtl" if language == "fa" else "ltr"
        assert (html.get_attribute("lang"), html.get_attribute("dir")) == (language, direction)
    assert list_complaints(browser) == []


def test_persian_runs_from_the_right(site, open_browser):
    browser = open_page(open_browser(scripts=False), f"{site}/forms/survey?lang=fa", 1280)
    scale = [label.rect["x"] for label in browser.find_elements(By.CSS_SELECTOR, ".scale label")]
    box = browser.find_element(By.CSS_SELECTOR, ".consent input").rect["x"]
    words = browser.find_element(By.CSS_SELECTOR, ".consent > span").rect["x"]

    assert scale == sorted(scale, reverse=True)
    assert box > words
    assert "۱۰" in browser.find_element(By.CSS_SELECTOR, ".scale").text
    assert browser.find_element(By.ID, "f-email").value_of_css_property("direction") == "ltr"


@pytest.mark.parametrize("scripts", [True, False])
def test_a_survey_is_sent_and_thanked_for_with_and_without_scripts(site, shop, open_browser, take_shot, scripts):
    browser = open_page(open_browser(scripts=scripts), f"{site}/forms/survey?lang=kk")
    assert bool(browser.find_elements(By.NAME, "page_token")) is True
    browser.find_element(By.CSS_SELECTOR, ".scale label:nth-child(10)").click()
    reach(browser, "why")
    type_into(browser, why="Шай жақсы")
    reach(browser, "why_us")
    for select, option in zip(browser.find_elements(By.NAME, "why_us"), ("near", "price"), strict=False):
        select.find_element(By.CSS_SELECTOR, f"option[value={option}]").click()
    reach(browser, "email")
    type_into(browser, email="asel@example.org")
    browser.find_element(By.CSS_SELECTOR, ".consent").click()
    take_time()
    press_button(browser)

    assert "Жауабыңызға рақмет" in read_text(browser)
    assert "a***@example.org" in read_text(browser)
    take_shot(browser, "thanks-kk-phone")
    (row,) = shop.read_all("inbox")
    kept = shop.services().opener.open_submission(row["pk"]["S"], row["sealed"]["B"])
    body = json.loads(kept.body)
    assert (kept.trust, kept.language) == ("own", "kk")
    assert body["entry"] == {"score": 9, "why": "Шай жақсы", "why_us": ["near", "price"]}
    assert body["consents"][0]["language"] == "kk"


@pytest.mark.parametrize("language", LANGUAGES)
def test_faults_are_told_at_the_top_and_beside_the_field(site, open_browser, take_shot, language):
    browser = open_page(open_browser(scripts=False), f"{site}/forms/warranty?lang={language}")
    type_into(browser, product="Kettle 3000", email="asha@@example.com", address="1 High St\nTown")
    press_button(browser)
    take_shot(browser, f"faults-{language}-phone")

    summary = browser.find_element(By.CSS_SELECTOR, ".summary")
    WebDriverWait(browser, 10).until(lambda page: page.switch_to.active_element == summary)  # focus follows layout
    assert summary.get_attribute("role") == "alert"
    linked = [link.get_attribute("href").partition("#")[2] for link in summary.find_elements(By.TAG_NAME, "a")]
    assert linked == ["f-serial_number", "f-purchased_on", "f-name", "f-email"]
    email = browser.find_element(By.NAME, "email")
    assert (email.get_attribute("value"), email.get_attribute("aria-invalid")) == ("asha@@example.com", "true")
    described = email.get_attribute("aria-describedby").split()
    assert "name@example.com" in " ".join(browser.find_element(By.ID, name).text for name in described)
    assert browser.find_element(By.NAME, "address").get_attribute("value") == "1 High St\nTown"
    summary.find_elements(By.TAG_NAME, "a")[0].click()
    browser.switch_to.active_element.send_keys("K-1")
    assert browser.find_element(By.NAME, "serial_number").get_attribute("value") == "K-1"


def test_the_form_can_be_filled_with_the_keyboard_alone(site, shop, open_browser):
    browser = open_page(open_browser(scripts=False), f"{site}/forms/sign-up?lang=en")
    seen = []
    browser.find_element(By.CSS_SELECTOR, "nav a:last-of-type").send_keys(Keys.NULL)
    for _ in range(20):
        browser.switch_to.active_element.send_keys(Keys.TAB)
        focused = browser.switch_to.active_element
        assert float(focused.value_of_css_property("outline-width").removesuffix("px")) >= 3
        seen.append(focused.get_attribute("name") or focused.tag_name)
        if seen[-1] == "email":
            focused.send_keys("asha@example.com")
        if seen[-1] == "consent_marketing":
            focused.send_keys(Keys.SPACE)
        if focused.tag_name == "button":
            break
    take_time()
    page = browser.find_element(By.TAG_NAME, "html")
    browser.switch_to.active_element.send_keys(Keys.ENTER)
    WebDriverWait(browser, 20).until(staleness_of(page))

    assert "referral_note" not in seen
    assert seen[-10:] == [
        "email",
        "consent_marketing",
        "interests",
        "interests",
        "interests",
        "name",
        "phone",
        "address",
        "age_band",
        "button",
    ]
    assert "One more step: check your email" in read_text(browser)
    assert len(shop.read_all("inbox")) == 1


def test_what_looks_like_code_is_shown_as_text(site, open_browser):
    evil = "<img src=x onerror=alert(1)>"
    list_complaints(open_browser())
    browser = open_page(open_browser(), f"{site}/forms/pre-order?lang=en")
    type_into(browser, item=evil, quantity="1", note=f"</textarea>{evil}")
    reach(browser, "name")
    press_button(browser)

    assert browser.find_element(By.NAME, "note").get_attribute("value") == f"</textarea>{evil}"
    assert browser.find_elements(By.TAG_NAME, "img") == []
    assert list_complaints(browser) == []


def read_luminance(colour):
    """Return the relative luminance (WCAG 2.2) of a colour as Chromium computes it."""
    channels = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def measure_contrast(first, second):
    light, dark = sorted((read_luminance(first), read_luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_can_be_told_apart_by_day_and_by_night(site, open_browser, take_shot, scheme):
    browser = open_browser(scripts=False)
    feature = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", feature)
    open_page(browser, f"{site}/forms/survey?lang=en")
    browser.find_element(By.NAME, "email").send_keys("x")
    browser.find_element(By.CSS_SELECTOR, ".scale label:nth-child(8)").click()
    press_button(browser)
    take_shot(browser, f"faults-{scheme}-phone")

    def read(selector, part="color"):
        return browser.find_element(By.CSS_SELECTOR, selector).value_of_css_property(part)

    paper, card = read("body", "background-color"), read("#f-email", "background-color")
    for selector in ("h1", ".hint", ".need, .ends", ".fault", ".shop", ".switch a", "footer"):
        assert measure_contrast(read(selector), paper) >= 4.5, selector
    assert measure_contrast(read("#f-email"), card) >= 4.5
    assert measure_contrast(read(".summary a"), card) >= 4.5
    assert measure_contrast(read("#f-name", "border-top-color"), card) >= 3
    assert measure_contrast(read("[type=submit]"), read("[type=submit]", "background-color")) >= 4.5
    assert measure_contrast(read(".consent"), read(".consent", "background-color")) >= 4.5
    assert measure_contrast(read(".scale :checked + span"), read(".scale :checked + span", "background-color")) >= 4.5
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
