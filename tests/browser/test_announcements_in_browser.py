"""What a screen reader is told: the accessibility tree of Chromium after a post with faults."""

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from chalicelib.forms.library import find_form
from tests.browser.pages import CONTRAST, SCHEMES, WIDTHS, hurry, list_complaints, open_page, prefer, press, reach
from tests.builders.form_posts import solve_question

# Each selector with a value to set before sending; the page itself cannot send all of them.
SPOIL = """
for (const [selector, value] of arguments[0]) for (const node of document.querySelectorAll(selector)) {
  if (node.tagName === 'SELECT') node.value = value;
  else { node.type = 'hidden'; node.value = value; }
}
"""
KINDS = {
    "score": ("survey", "score", [("#f-score-0", "77")], "radiogroup"),
    "choice": ("survey", "found_us", [("#f-found_us-0", "77")], "radiogroup"),
    "ranking": ("survey", "why_us", [("#f-why_us-0, #f-why_us-1", "near")], "group"),
    "choices": ("sign-up", "interests", [("#f-interests-0", "77")], "group"),
    "date": ("warranty", "purchased_on", [], "Date"),
    "consent": ("sign-up", "consent_marketing", [("#f-consent_marketing", "2020-01-01")], "checkbox"),
}


def read_node(browser, element):
    """Return role, description and invalid state of an element, as Chromium tells assistive technology."""
    browser.execute_cdp_cmd("Accessibility.enable", {})
    browser.execute_script("arguments[0].id ||= 'asked-for'", element)
    expression = f"document.getElementById({element.get_attribute('id')!r})"
    found = browser.execute_cdp_cmd("Runtime.evaluate", {"expression": expression})["result"]["objectId"]
    answer = browser.execute_cdp_cmd("Accessibility.getPartialAXTree", {"objectId": found, "fetchRelatives": False})
    node = answer["nodes"][0]
    states = {each["name"]: each["value"].get("value") for each in node.get("properties", [])}
    return node["role"]["value"], node.get("description", {}).get("value", ""), states.get("invalid", "false")


def join_lines(text):
    """Return a text as one line: the word that only screen readers get stands in a line of its own."""
    return " ".join(text.split())


@pytest.mark.parametrize("language", ["en", "fa"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_fault_of_every_kind_of_question_is_announced(site, open_browser, kind, language):
    form, name, spoilt, role = KINDS[kind]
    browser = open_page(open_browser(scripts=False), f"{site}/forms/{form}?lang={language}")
    browser.execute_script(SPOIL, spoilt)
    press(browser)
    fault = browser.find_element(By.ID, f"e-{name}")
    grouped = fault.find_elements(By.XPATH, "ancestor::fieldset[not(@class='step')]")
    element = grouped[0] if grouped else browser.find_element(By.ID, f"f-{name}")
    told = read_node(browser, element)

    assert told[0] == role
    assert join_lines(fault.text) in told[1]
    for hint in browser.find_elements(By.ID, f"h-{name}"):
        assert hint.text in told[1]
    marked = element.find_elements(By.CSS_SELECTOR, "select, [type=checkbox]") if role == "group" else [element]
    assert {read_node(browser, each)[2] for each in marked} == {"true"}


@pytest.mark.parametrize("size", WIDTHS)
@pytest.mark.parametrize("language", ["en", "fa"])
def test_the_question_is_announced_readable_and_answered(site, shop, open_browser, take_shot, language, size):
    browser = open_page(open_browser(), f"{site}/forms/survey?lang={language}", WIDTHS[size])
    browser.find_element(By.CSS_SELECTOR, ".scale label:nth-child(9)").click()
    reach(browser, "found_us")
    hurry()
    press(browser)
    WebDriverWait(browser, 10).until(lambda page: page.switch_to.active_element.get_attribute("role") == "alert")
    for scheme in SCHEMES:
        prefer(browser, scheme)
        take_shot(browser, f"question-{language}-{size}-{scheme}")
        assert browser.execute_script(CONTRAST) == []
    assert browser.execute_script("return document.documentElement.scrollWidth") <= WIDTHS[size]
    browser.find_element(By.CSS_SELECTOR, ".summary a").click()
    box = browser.switch_to.active_element
    label = browser.execute_script("return arguments[0].labels[0].innerText", box)

    assert box.get_attribute("name") == "page_answer"
    _, description, invalid = read_node(browser, box)
    assert (join_lines(browser.find_element(By.ID, "e-page_answer").text) in description, invalid) == (True, "true")
    box.send_keys(solve_question(label, language))
    press(browser)
    assert find_form("survey").thanks_title[language] in browser.find_element(By.TAG_NAME, "h1").text
    assert [row["state"]["S"] for row in shop.read_all("inbox")] == ["new"]
    assert [line for line in list_complaints(browser) if "422" not in line] == []
