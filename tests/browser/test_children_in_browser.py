"""The example that children may fill in, and the page that asks a parent, in a real browser at a phone's width."""

import pytest

from tests.builders.links import a_link, put_link
from tests.builders.workshop import ADULT_POST, put_example

pytest.importorskip("selenium")
from selenium.webdriver.common.by import By

from tests.browser.pages import open_page, press, read_title

PHONE = 360


@pytest.fixture
def workshop(tmp_path, monkeypatch):
    return put_example(tmp_path, monkeypatch)


def fits(browser):
    return browser.execute_script("return document.documentElement.scrollWidth") <= PHONE


@pytest.mark.parametrize("language", ["en", "fa"])
def test_the_form_says_what_is_missing_and_the_parents_page_fits(
    workshop, site, tables, open_browser, take_shot, language
):
    browser = open_page(open_browser(scripts=False), f"{site}/forms/workshop?lang={language}", PHONE)
    take_shot(browser, f"workshop-{language}")
    assert fits(browser)

    browser.find_element(By.NAME, "allergies").send_keys("nuts")
    for name in ("name", "email"):
        browser.find_element(By.NAME, name).send_keys(ADULT_POST[name])
    browser.find_element(By.CSS_SELECTOR, "[name=age_band][value=under-16]").click()
    press(browser)
    take_shot(browser, f"workshop-faults-{language}")
    assert fits(browser)
    faults = {one.get_attribute("id") for one in browser.find_elements(By.CSS_SELECTOR, ".fault")}
    assert faults == {"e-allergies", "e-consent_health", "e-parent_email"}
    assert browser.find_element(By.NAME, "allergies").get_attribute("value") == "nuts"

    words = workshop.parent.words[language]
    ask = a_link("confirm").asks[0].model_copy(update={"purpose": "parent", "words": words, "language": language})
    labels = tuple(field.label[language] for field in workshop.fields[:3])
    link = {"parent": True, "answers": labels, "asks": (ask,), "title": workshop.title[language], "language": language}
    open_page(browser, f"{site}/confirm/{put_link(tables, 'confirm', **link)}", PHONE)
    take_shot(browser, f"parent-{language}")
    assert fits(browser)
    assert words in browser.find_element(By.TAG_NAME, "main").text
    assert all(label in browser.find_element(By.TAG_NAME, "main").text for label in labels)
    assert read_title(browser)
