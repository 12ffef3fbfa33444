"""embed.js on a page of somebody else's: another origin, a strict policy, scripts that spoil the language."""

import http.server
import json
import threading

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.wait import WebDriverWait

from chalicelib.forms import library
from chalicelib.forms.library import find_form
from chalicelib.models.numbers import write_number
from tests.browser.pages import hurry, take_time
from tests.builders.form_posts import solve_question

# What some shops' pages do to everybody: added methods, broken JSON, shortcuts on every key.
SPOILERS = """
Array.prototype.toJSON = function () { return 'spoilt'; };
Object.prototype.extra = function () {};
Array.prototype.from = null;
window.addEventListener('keydown', event => { if (event.target.tagName !== 'INPUT') event.preventDefault(); });
"""
PAGE = """<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>Tea</title>
<link rel="stylesheet" href="/host.css"></head><body><h1>Tea</h1>
<script src="/spoil.js"></script><div id="place">
<script src="{site}/embed.js" data-form="{form}" data-lang="{lang}" async></script>
</div></body></html>"""
HOST_STYLE = (
    "body { font: 18px Georgia, serif; max-width: 30em; margin: auto } input, label { display: none !important }"
)


@pytest.fixture
def host(site, monkeypatch):
    """Serve a shop's own page on another origin, which the forms allow; yield its address."""

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            path, _, query = self.path.partition("?")
            form, _, lang = query.partition(",")
            text, kind = {
                "/spoil.js": (SPOILERS, "text/javascript"),
                "/host.css": (HOST_STYLE, "text/css"),
            }.get(path, (PAGE.format(site=site, form=form, lang=lang), "text/html; charset=utf-8"))
            policy = f"default-src 'none'; script-src 'self' {site}; connect-src {site}; style-src 'self'"
            self.send_response(200 if path != "/favicon.ico" else 204)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    address = f"http://127.0.0.1:{server.server_port}"
    load = library.load_form
    monkeypatch.setattr(library, "load_form", lambda path: load(path).model_copy(update={"origins": (address,)}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield address
    server.shutdown()
    server.server_close()


class Embedded:
    """The form inside the page, as a person meets it."""

    def __init__(self, browser, address, width=360):
        metrics = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        browser.get_log("browser")
        browser.get(address)
        self.browser = browser
        self.wait("form, a, [role=status]")

    @property
    def root(self):
        return self.browser.find_element(By.CSS_SELECTOR, "#place > div").shadow_root

    def find(self, selector):
        return self.root.find_elements(By.CSS_SELECTOR, selector)

    def wait(self, selector):
        def look(_):
            hosts = self.browser.find_elements(By.CSS_SELECTOR, "#place > div")
            return bool(hosts) and self.find(selector)

        return WebDriverWait(self.browser, 10).until(look)

    def complaints(self):
        told = [entry["message"] for entry in self.browser.get_log("browser")]
        return [message for message in told if "status of 4" not in message and "favicon" not in message]


def read_bodies(shop):
    opener = shop.services().opener
    kept = [opener.open_submission(row["pk"]["S"], row["sealed"]["B"]) for row in shop.read_all("inbox")]
    return kept, [json.loads(submission.body) for submission in kept]


def test_a_form_is_filled_in_on_a_strict_and_spoilt_page(host, shop, open_browser, take_shot):
    form = Embedded(open_browser(), f"{host}/?survey,fa")
    take_shot(form.browser, "embed-survey-fa-phone")
    form.find(".scale label")[8].click()
    form.find("[name=email]")[0].send_keys("sara@example.org")
    for select, option in zip(form.find("[name=why_us]"), ("people", "near"), strict=False):
        select.find_element(By.CSS_SELECTOR, f"option[value={option}]").click()
    form.find("[name=consent_marketing]")[0].click()
    take_time()
    form.find("button")[0].send_keys(Keys.ENTER)
    form.wait("[role=status] h2")

    assert "از پاسخ شما سپاسگزاریم" in form.find("[role=status]")[0].text
    assert form.complaints() == []
    (kept,), (body,) = read_bodies(shop)
    assert write_number(shop.read_all("inbox")[0]["pk"]["S"]) in form.find("[role=status] b")[0].text
    assert find_form("survey").next["fa"] in form.find("[role=status]")[0].text
    assert (kept.trust, kept.language) == ("own", "fa")
    assert kept.idempotency_key.startswith("submission:")
    assert body["entry"] == {"score": 8, "why_us": ["people", "near"]}
    assert body["fields"] == {"email": "sara@example.org"}
    assert body["consents"][0]["language"] == "fa"


@pytest.mark.parametrize("language", ["en", "hi", "bn", "kk", "fa"])
@pytest.mark.parametrize("name", ["sign-up", "warranty"])
def test_it_fits_and_every_question_has_its_words(host, open_browser, take_shot, name, language):
    form = Embedded(open_browser(), f"{host}/?{name},{language}")
    take_shot(form.browser, f"embed-{name}-{language}-phone")

    assert form.browser.execute_script("return document.documentElement.scrollWidth") <= 360
    assert form.find("form")[0].get_attribute("dir") == ("rtl" if language == "fa" else "ltr")
    [facts] = form.find("form > p a")
    assert facts.get_attribute("href").endswith(f"/privacy?lang={language}")
    assert facts.text.strip()
    for box in form.find("input:not([type=hidden]), select, textarea"):
        if box.is_displayed():
            assert form.browser.execute_script("return arguments[0].labels[0].innerText.trim()", box)
    assert all(
        button.rect["height"] >= 24
        for button in form.find("button, select, [type=radio], [type=checkbox]")
        if button.tag_name != "input"
    )
    assert form.complaints() == []


@pytest.mark.parametrize("language", ["en", "fa"])
def test_it_has_the_forms_heading_and_its_steps_unless_the_page_has_a_heading_of_its_own(
    host, open_browser, monkeypatch, language
):
    form = Embedded(open_browser(), f"{host}/?sign-up,{language}")
    definition = library.find_form("sign-up")

    assert [heading.text for heading in form.find("h2, h2 + p")] == [
        definition.title[language],
        definition.intro[language],
    ]
    first, rest = form.find(".step")
    assert [box.get_attribute("name") for box in first.find_elements(By.TAG_NAME, "input")] == [
        "email",
        "consent_marketing",
    ]
    legend = rest.find_element(By.TAG_NAME, "legend").text
    optional = {"en": "Optional", "fa": "اختیاری"}[language]
    assert (definition.steps[1].title[language] in legend, optional in legend) == (True, True)
    assert rest.find_element(By.NAME, "age_band").is_displayed()

    monkeypatch.setattr(f"{__name__}.PAGE", PAGE.replace("async", 'data-heading="no" async'))
    bare = Embedded(open_browser(), f"{host}/?sign-up,{language}")
    assert (bare.find("h2"), len(bare.find(".step"))) == ([], 2)


def test_a_score_stands_in_one_row_on_the_narrowest_phone(host, open_browser):
    form = Embedded(open_browser(), f"{host}/?survey,fa", 320)
    tiles = [tile.rect for tile in form.find(".scale label")]

    assert len({tile["y"] for tile in tiles}) == 1
    assert min(tile["width"] for tile in tiles) >= 24
    assert min(tile["height"] for tile in tiles) >= 44
    assert form.browser.execute_script("return document.documentElement.scrollWidth") <= 320


def test_a_group_without_an_answer_is_told_once(host, open_browser):
    form = Embedded(open_browser(), f"{host}/?survey,en")
    form.find("button")[0].click()
    form.wait(".summary")

    assert form.find("form")[0].text.count("Please answer at least one question.") == 1
    form.find(".summary a")[0].click()
    assert form.browser.execute_script("return arguments[0].activeElement.name", form.root) == "score"


def test_no_colon_stands_after_a_question(host, open_browser):
    form = Embedded(open_browser(), f"{host}/?pre-order,fa")
    form.find("button")[0].click()
    form.wait(".summary")
    told = form.find(".summary")[0].text
    assert "؟ " in told
    assert "؟:" not in told


def test_faults_are_told_beside_the_field_and_can_be_mended(host, shop, open_browser, take_shot):
    form = Embedded(open_browser(), f"{host}/?sign-up,en")
    form.find("[name=email]")[0].send_keys("asha@@example.com")
    form.find("button")[0].click()
    form.wait(".summary")
    take_shot(form.browser, "embed-faults-en-phone")

    active = form.browser.execute_script("return arguments[0].activeElement.className", form.root)
    assert active == "summary"
    email = form.find("[name=email]")[0]
    assert (email.get_attribute("aria-invalid"), email.get_attribute("value")) == ("true", "asha@@example.com")
    assert "name@example.com" in form.find(f"#{email.get_attribute('aria-describedby').split()[-1]}")[0].text
    form.find(".summary a")[0].click()
    assert form.browser.execute_script("return arguments[0].activeElement.name", form.root) == "email"

    email.clear()
    email.send_keys("asha@example.com")
    form.find("[name=consent_marketing]")[0].click()
    take_time()
    form.find("button")[0].click()
    form.wait("[role=status] h2")
    assert [body["fields"] for body in read_bodies(shop)[1]] == [{"email": "asha@example.com"}]


def test_a_press_that_comes_too_fast_is_asked_a_question_and_kept(host, shop, open_browser, take_shot):
    form = Embedded(open_browser(), f"{host}/?survey,fa")
    form.find(".scale label")[8].click()
    hurry()
    form.find("button")[0].click()
    form.wait("[name=page_answer]")
    take_shot(form.browser, "embed-question-fa-phone")
    box = form.find("[name=page_answer]")[0]
    label = form.browser.execute_script("return arguments[0].labels[0].innerText", box)

    assert shop.read_all("inbox") == []
    assert box.get_attribute("aria-invalid") == "true"
    assert "e-page_answer" in box.get_attribute("aria-describedby").split()
    box.send_keys("99")
    form.find("button")[0].click()
    WebDriverWait(form.browser, 10).until(staleness_of(box))
    box = form.find("[name=page_answer]")[0]
    again = form.browser.execute_script("return arguments[0].labels[0].innerText", box)
    assert (again == label, box.get_attribute("value")) == (False, "")
    box.send_keys(solve_question(again, "fa"))
    form.find("button")[0].click()
    form.wait("[role=status] h2")
    _, [body] = read_bodies(shop)
    assert body["entry"] == {"score": 8}


def test_faults_of_groups_describe_the_group(host, open_browser):
    form = Embedded(open_browser(), f"{host}/?survey,en")
    for select in form.find("[name=why_us]")[:2]:
        select.find_element(By.CSS_SELECTOR, "option[value=near]").click()
    form.find("button")[0].click()
    form.wait(".summary")
    [group] = form.find("[data-name=why_us] fieldset")

    assert group.get_attribute("aria-describedby").split() == ["h-why_us", "e-why_us"]
    assert {select.get_attribute("aria-invalid") for select in form.find("[name=why_us]")} == {"true"}
    assert [each.get_attribute("role") for each in form.find("[data-name=score] fieldset")] == ["radiogroup"]


def test_a_lost_answer_is_asked_for_again_and_kept_once(host, shop, open_browser):
    form = Embedded(open_browser(), f"{host}/?survey,en")
    # The first answer is lost on the way back: the post arrived, the page does not know.
    form.browser.execute_script("""
      const fetched = window.fetch; let lost = 0;
      window.fetch = (...given) => fetched(...given).then(answer => {
        if (!lost++) throw new TypeError('lost');
        return answer;
      });
    """)
    form.find("[name=why]")[0].send_keys("kind")
    take_time()
    form.find("button")[0].click()
    form.wait("[role=status] h2")

    assert len(shop.read_all("inbox")) == 1


def test_a_page_that_may_not_use_the_form_is_offered_a_link(site, host, open_browser, monkeypatch):
    load = library.load_form
    monkeypatch.setattr(library, "load_form", lambda path: load(path).model_copy(update={"origins": ()}))
    form = Embedded(open_browser(), f"{host}/?survey,en")

    [link] = form.find("a")
    assert (link.get_attribute("href"), link.text) == (f"{site}/forms/survey?lang=en", "Open the form")
    [told] = [message for message in form.complaints() if "Regulars" in message]
    assert all(word in told for word in ("survey", "origins", host, "connect-src", site))


@pytest.mark.parametrize(
    ("form", "words"), [("survey,fa", "باز کردن فرم"), ("survey,de", "Open the form"), ("none,", "Tea")]
)
def test_the_link_speaks_the_pages_language_or_has_the_title_that_the_page_gives(
    site, host, open_browser, monkeypatch, take_shot, form, words
):
    load = library.load_form
    monkeypatch.setattr(library, "load_form", lambda path: load(path).model_copy(update={"origins": ()}))
    if form == "none,":
        monkeypatch.setattr(f"{__name__}.PAGE", PAGE.replace("async", 'data-title="Tea" async'))
    embedded = Embedded(open_browser(), f"{host}/?{form}")
    assert [link.text for link in embedded.find("a")] == [words]
