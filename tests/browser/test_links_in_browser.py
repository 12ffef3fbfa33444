"""The links in mails as people meet them: five languages, a telephone and a desk, light and dark, without scripts."""

import pytest
from selenium.webdriver.common.by import By

from chalicelib.pages.context import LinkWords
from chalicelib.words import find_words
from tests.browser.pages import LANGUAGES, MEASURE, WIDTHS, list_complaints, open_page, press, read_title
from tests.builders.links import put_link, read_inbox

PAGES = {"answer/survey": "answer", "unsubscribe": "stop", "preferences": "choose", "confirm": "confirm", "go": "go"}


@pytest.mark.parametrize("size", WIDTHS)
@pytest.mark.parametrize("page", PAGES)
def test_page_fits_and_can_be_pressed_in_every_language(site, tables, open_browser, take_shot, page, size):
    browser = open_browser()
    for language in LANGUAGES:
        token = put_link(tables, PAGES[page], language=language, destination="")
        open_page(browser, f"{site}/{page}/{token}", WIDTHS[size])
        take_shot(browser, f"link-{PAGES[page]}-{language}-{size}")

        assert browser.execute_script("return document.documentElement.scrollWidth") <= WIDTHS[size], language
        for name, width, height, inside in browser.execute_script(MEASURE):
            assert inside, (language, name)
            assert min(width, height) >= 24 or name.startswith("INPUT"), (language, name, width, height)
        html = browser.find_element(By.TAG_NAME, "html")
        direction = "rtl" if language == "fa" else "ltr"
        assert (html.get_attribute("lang"), html.get_attribute("dir")) == (language, direction)
        levels = [int(node.tag_name[1]) for node in browser.find_elements(By.CSS_SELECTOR, "h1, h2, h3")]
        assert levels == ([1, 2] if page == "preferences" else [1]), language
    assert list_complaints(browser) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_person_stops_the_letters_and_then_asks_for_fewer(site, shop, tables, open_browser, take_shot, language):
    token = put_link(tables, "stop", language=language)
    browser = open_page(open_browser(scripts=False), f"{site}/unsubscribe/{token}")
    asked = read_title(browser)
    press(browser)
    take_shot(browser, f"link-stopped-{language}-phone")

    assert read_title(browser) != asked
    assert browser.find_element(By.TAG_NAME, "html").get_attribute("lang") == language
    press(browser, "main a")
    browser.find_element(By.CSS_SELECTOR, "input[name=frequency][value=monthly]").click()
    press(browser)
    take_shot(browser, f"link-chosen-{language}-phone")

    said = dict(read_inbox(shop))
    assert set(said) == {"unsubscribe", "preferences"}
    assert said["preferences"]["fields"] == {"frequency": "monthly"}


@pytest.mark.parametrize("language", ["en", "fa"])
def test_a_person_chooses_topics_and_later_stops_all_letters(site, shop, tables, open_browser, take_shot, language):
    token = put_link(tables, "choose", language=language)
    browser = open_page(open_browser(scripts=False), f"{site}/preferences/{token}", 320)
    browser.find_element(By.CSS_SELECTOR, "input[name=interests][value=events]").click()
    press(browser)
    assert dict(read_inbox(shop))["preferences"]["fields"] == {"interests": ["events"]}

    open_page(browser, f"{site}/preferences/{token}", 320)
    browser.find_element(By.CSS_SELECTOR, "a[href='#stop']").click()
    press(browser, "#stop button")
    take_shot(browser, f"link-stopped-all-{language}-phone")
    assert read_title(browser) == find_words(language, "links", LinkWords).stopped_title
    assert dict(read_inbox(shop))["unsubscribe"]["purpose"] == "marketing"


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_a_person_confirms_or_refuses(site, shop, tables, open_browser, take_shot, answer):
    token = put_link(tables, "confirm")
    browser = open_page(open_browser(scripts=False), f"{site}/confirm/{token}")
    press(browser, f"button[value={answer}]")
    take_shot(browser, f"link-confirm-{answer}-phone")

    ((topic, said),) = read_inbox(shop)
    assert (topic, said["answer"]) == ("confirm", answer)
    press(open_page(browser, f"{site}/confirm/{token}"), f"button[value={answer}]")
    assert read_title(browser) == "Already answered"
    assert len(shop.read_all("inbox")) == 1


def test_faults_are_told_and_everything_typed_stays(site, shop, tables, open_browser, take_shot):
    token = put_link(tables, "choose", language="fa")
    browser = open_page(open_browser(scripts=False), f"{site}/preferences/{token}")
    browser.find_element(By.NAME, "name").send_keys("آسل")
    browser.find_element(By.NAME, "phone").send_keys("12")
    press(browser)
    take_shot(browser, "link-faults-fa-phone")

    summary = browser.find_element(By.CSS_SELECTOR, ".summary")
    assert summary == browser.switch_to.active_element
    assert browser.find_element(By.NAME, "name").get_attribute("value") == "آسل"
    phone = browser.find_element(By.NAME, "phone")
    told = browser.find_element(By.ID, phone.get_attribute("aria-describedby").split()[-1])
    assert "شمارهٔ تلفن" in told.text
    assert shop.read_all("inbox") == []


def test_pages_are_dark_where_the_machine_is(site, tables, open_browser, take_shot):
    browser = open_browser()
    features = [{"name": "prefers-color-scheme", "value": "dark"}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    open_page(browser, f"{site}/confirm/{put_link(tables, 'confirm')}")
    take_shot(browser, "link-confirm-dark-phone")

    ground = browser.find_element(By.TAG_NAME, "body").value_of_css_property("background-color")
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    assert ground == "rgba(20, 24, 26, 1)"


def test_a_click_in_a_real_browser_is_a_persons_unless_it_says_otherwise(site, shop, tables, open_browser):
    browser = open_browser()
    open_page(browser, f"{site}/go/{put_link(tables, 'go', destination='')}")

    # A headless browser names itself; the same one under a person's name is taken for a person.
    assert [said["by"] for _, said in read_inbox(shop)] == ["machine"]
    plain = browser.execute_script("return navigator.userAgent").replace("Headless", "")
    browser.execute_cdp_cmd("Network.setUserAgentOverride", {"userAgent": plain, "acceptLanguage": "en"})
    open_page(browser, f"{site}/go/{put_link(tables, 'go', destination='')}")
    assert sorted(said["by"] for _, said in read_inbox(shop)) == ["machine", "person"]
