"""A form's steps as people meet them: one at a time with scripts, all at once without, with the keyboard alone."""

import json

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

from tests.browser.pages import LANGUAGES, list_complaints, open_page, press, reach, take_time

NARROW = 320  # CSS pixels: the smallest phone, and a desk's 1280 at 400 %
# The questions that can be seen, by name.
SEEN = """
const seen = [...document.querySelectorAll('.step [name]')].filter(box => box.offsetParent);
return [...new Set(seen.map(box => box.name))];
"""
ONWARD = ".way [type=button]:not(.quiet)"
BACK = ".way .quiet"


def list_seen(browser):
    return browser.execute_script(SEEN)


def wait_for(browser, *names):
    WebDriverWait(browser, 10).until(lambda page: list_seen(page) == list(names))


def click(browser, selector):
    browser.find_element(By.CSS_SELECTOR, selector).click()


def read_body(shop):
    [row] = shop.read_all("inbox")
    return json.loads(shop.services().opener.open_submission(row["pk"]["S"], row["sealed"]["B"]).body)


def read_focus(browser):
    return browser.switch_to.active_element.text


@pytest.mark.parametrize("form", ["sign-up", "pre-order", "survey"])
def test_without_scripts_and_in_print_all_questions_stand_on_the_page(site, open_browser, form):
    plain = open_page(open_browser(scripts=False), f"{site}/forms/{form}?lang=en")
    everything = list_seen(plain)
    assert len(everything) > 5
    assert plain.find_elements(By.CSS_SELECTOR, ".progress")
    assert not plain.find_element(By.CSS_SELECTOR, ONWARD).is_displayed()

    browser = open_page(open_browser(), f"{site}/forms/{form}?lang=en")
    assert 0 < len(list_seen(browser)) < len(everything)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert list_seen(browser) == everything
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    assert list_complaints(browser) == []


def test_the_survey_is_answered_with_the_keyboard_alone(site, shop, open_browser):
    browser = open_page(open_browser(), f"{site}/forms/survey?lang=en")
    browser.find_element(By.ID, "f-score-8").send_keys(Keys.SPACE)
    browser.switch_to.active_element.send_keys(Keys.ARROW_RIGHT, Keys.ENTER)
    wait_for(browser, "why")
    assert read_focus(browser) == "Question 2 of 4"

    browser.switch_to.active_element.send_keys(Keys.TAB)
    browser.switch_to.active_element.send_keys("kind", Keys.ENTER, "and near", Keys.TAB)
    assert read_focus(browser) == "Next"
    browser.switch_to.active_element.send_keys(Keys.ENTER)
    wait_for(browser, "why_us")
    reach(browser, "found_us")
    browser.find_element(By.ID, "f-found_us-0").send_keys(Keys.SPACE)
    take_time()
    browser.switch_to.active_element.send_keys(Keys.ENTER)  # the last of the four: the form is sent
    WebDriverWait(browser, 10).until(lambda _: browser.find_elements(By.CLASS_NAME, "number"))

    assert read_body(shop)["entry"] == {"score": 9, "why": "kind\nand near", "found_us": "friend"}


def test_back_and_the_browsers_own_back_lose_nothing(site, shop, open_browser):
    browser = open_page(open_browser(), f"{site}/forms/survey?lang=en")
    click(browser, ".scale label:nth-child(8)")
    click(browser, ONWARD)
    wait_for(browser, "why")
    browser.find_element(By.NAME, "why").send_keys("kind")
    click(browser, ONWARD)
    wait_for(browser, "why_us")
    browser.back()
    wait_for(browser, "why")
    click(browser, BACK)
    wait_for(browser, "score")
    assert read_focus(browser) == "Question 1 of 4"
    assert not browser.find_element(By.CSS_SELECTOR, BACK).is_displayed()

    reach(browser, "name")
    assert read_focus(browser).split("\n") == ["Optional", "Would you like to tell us who you are?"]
    assert not browser.find_element(By.CSS_SELECTOR, ONWARD).is_displayed()
    browser.find_element(By.NAME, "name").send_keys("Asel")
    take_time()
    press(browser)
    body = read_body(shop)
    assert (body["entry"], body["fields"]) == ({"score": 7, "why": "kind"}, {"name": "Asel"})


def test_the_sign_up_is_done_after_its_first_step(site, shop, open_browser):
    browser = open_page(open_browser(), f"{site}/forms/sign-up?lang=kk", NARROW)
    assert list_seen(browser) == ["email", "consent_marketing"]
    assert browser.execute_script("return document.body.scrollHeight") < 1300
    browser.find_element(By.NAME, "email").send_keys("asel@example.org")
    click(browser, ".consent")
    take_time()
    browser.find_element(By.NAME, "email").send_keys(Keys.ENTER)
    WebDriverWait(browser, 10).until(lambda _: browser.find_elements(By.CLASS_NAME, "number"))
    assert read_body(shop)["fields"] == {"email": "asel@example.org"}


@pytest.mark.parametrize(("language", "told"), [("en", "Please fill this in."), ("fa", "لطفاً این را پر کنید.")])
def test_a_required_question_left_empty_is_told_before_the_next_step(site, open_browser, language, told):
    browser = open_page(open_browser(), f"{site}/forms/pre-order?lang={language}")
    click(browser, ONWARD)
    box = browser.switch_to.active_element

    assert (box.get_attribute("name"), box.get_attribute("aria-invalid")) == ("item", "true")
    [fault] = browser.find_elements(By.CSS_SELECTOR, ".fault")
    assert fault.text == told
    assert fault.get_attribute("id") in box.get_attribute("aria-describedby").split()
    box.send_keys("Tea")
    assert browser.find_elements(By.CSS_SELECTOR, ".fault, .wrong, [aria-invalid]") == []
    browser.find_element(By.NAME, "quantity").send_keys("2", Keys.ENTER)
    wait_for(browser, "name", "email", "phone", "address", "consent_marketing")


def test_after_a_fault_the_page_opens_at_its_step_and_the_summary_leads_to_the_others(site, open_browser):
    browser = open_page(open_browser(), f"{site}/forms/sign-up?lang=en")
    browser.find_element(By.NAME, "email").send_keys("asha@@example.com")
    click(browser, ".consent")
    reach(browser, "phone")
    browser.find_element(By.NAME, "phone").send_keys("12")
    press(browser)

    wait_for(browser, "email", "consent_marketing")
    assert browser.find_element(By.NAME, "email").get_attribute("value") == "asha@@example.com"
    click(browser, ".summary a[href='#f-phone']")
    WebDriverWait(browser, 10).until(lambda _: browser.switch_to.active_element.get_attribute("name") == "phone")
    assert browser.find_element(By.NAME, "phone").is_displayed()
    click(browser, ".summary a[href='#f-email']")
    WebDriverWait(browser, 10).until(lambda _: browser.switch_to.active_element.get_attribute("name") == "email")
    assert [line for line in list_complaints(browser) if "422" not in line] == []

    browser.find_element(By.NAME, "email").clear()
    browser.find_element(By.NAME, "email").send_keys("asha@example.com")
    press(browser)
    assert "phone" in list_seen(browser)  # the only fault that is left


def test_what_was_picked_can_be_taken_back(site, shop, open_browser):
    browser = open_page(open_browser(), f"{site}/forms/survey?lang=en")
    assert not browser.find_element(By.CSS_SELECTOR, ".clear").is_displayed()
    click(browser, ".scale label:nth-child(3)")
    click(browser, ".clear")
    assert browser.find_elements(By.CSS_SELECTOR, ".scale :checked") == []
    assert not browser.find_element(By.CSS_SELECTOR, ".clear").is_displayed()
    assert browser.switch_to.active_element.get_attribute("name") == "score"

    reach(browser, "found_us")
    click(browser, ".step:not([hidden]) .pick:nth-child(2)")
    take_time()
    press(browser)
    assert read_body(shop)["entry"] == {"found_us": "passing"}


@pytest.mark.parametrize("scripts", [True, False])
def test_a_score_stands_in_one_row_on_the_narrowest_phone_in_every_language(site, open_browser, take_shot, scripts):
    browser = open_browser(scripts=scripts)
    for language in LANGUAGES:
        open_page(browser, f"{site}/forms/survey?lang={language}", NARROW)
        take_shot(browser, f"score-{language}-{'steps' if scripts else 'plain'}-320")
        tiles = [tile.rect for tile in browser.find_elements(By.CSS_SELECTOR, ".scale label")]
        low, high = (end.rect for end in browser.find_elements(By.CSS_SELECTOR, ".ends span"))

        assert browser.execute_script("return document.documentElement.scrollWidth") <= NARROW, language
        assert len({tile["y"] for tile in tiles}) == 1, language
        assert min(tile["width"] for tile in tiles) >= 24, language
        assert min(tile["height"] for tile in tiles) >= 44, language
        first, last = tiles[0], tiles[-1]
        assert (first["x"] > last["x"]) is (language == "fa")
        for end, tile in ((low, first), (high, last)):  # each below its number, at the same edge
            edges = [(box["x"], box["x"] + box["width"]) for box in (end, tile)]
            assert min(abs(edges[0][side] - edges[1][side]) for side in (0, 1)) < 2, language
            assert end["y"] >= tile["y"] + tile["height"]


def test_a_score_with_a_fault_keeps_its_row(site, open_browser):
    browser = open_page(open_browser(scripts=False), f"{site}/forms/survey?lang=en", NARROW)
    browser.execute_script("document.getElementById('f-score-0').value = '77'")
    browser.execute_script("document.getElementById('f-score-0').checked = true")
    press(browser)
    assert browser.find_element(By.CSS_SELECTOR, ".wrong .scale")
    tiles = [tile.rect for tile in browser.find_elements(By.CSS_SELECTOR, ".scale label")]

    assert (len({tile["y"] for tile in tiles}), min(tile["width"] for tile in tiles) >= 24) == (1, True)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= NARROW


def test_what_is_picked_is_seen_in_forced_colours_too(site, open_browser):
    browser = open_browser()
    features = [{"name": "forced-colors", "value": "active"}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": features})
    open_page(browser, f"{site}/forms/survey?lang=en")
    click(browser, ".scale label:nth-child(3)")

    def look(selector, part):
        return browser.find_element(By.CSS_SELECTOR, selector).value_of_css_property(part)

    assert look(".scale :checked + span", "background-color") != look(".scale label + label span", "background-color")
    reach(browser, "found_us")
    click(browser, ".step:not([hidden]) .pick:nth-child(2)")
    assert look(".pick:has(:checked)", "outline-style") == "solid"
    assert look(".step:not([hidden]) .pick:nth-child(1)", "outline-style") == "none"
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})


@pytest.mark.parametrize("language", ["en", "fa"])
def test_a_whole_card_is_its_options_label(site, open_browser, language):
    browser = open_page(open_browser(scripts=False), f"{site}/forms/pre-order?lang={language}", NARROW)
    for card in browser.find_elements(By.CSS_SELECTOR, ".cards .pick"):
        box = card.find_element(By.TAG_NAME, "input")
        assert card.rect["height"] >= 44
        browser.execute_script("arguments[0].click()", card)
        assert box.is_selected()
