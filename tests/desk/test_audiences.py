"""Files for ad platforms: who is in one, what it holds, what the audit says, and how a withdrawal takes one out."""

import hashlib
import re
from datetime import timedelta
from pathlib import Path

import pytest

from chalicelib.data_requests.readable.reasons import explain_reading
from chalicelib.data_requests.readable.writer import Writer
from chalicelib.definitions import build_definition, parse_toml
from chalicelib.forms.definition import ConsentAsk
from chalicelib.numbers.counting import Counter
from chalicelib.tours import hashes
from chalicelib.words import list_languages
from tests.builders.crowd import all_met
from tests.builders.latin import find_latin
from tests.builders.lists import forget, list_lines, restrict
from tests.builders.own import forget_files, open_own, write_own
from tests.builders.shop import NOW, a_submission

PAGE = Path(__file__).resolve().parents[2] / "docs" / "groups.md"
ADS = {"purpose": "ads", "words": "Yes, please.", "words_version": "1", "language": "en"}
NEWS = {**ADS, "purpose": "marketing"}
NAMES = ("asha", "ben", "chen", "dara")


@pytest.fixture(autouse=True)
def shop_files(tmp_path, monkeypatch):
    with open_own(tmp_path, monkeypatch) as folder:
        write_own(folder, "groups/all.toml", 'title = "Все"')
        write_own(folder, "groups/buyers.toml", 'title = "B"\n[rule]\npurchases_at_least = 1')
        yield folder


@pytest.fixture
def mara(desk, taking, monkeypatch):
    monkeypatch.setattr(hashes, "LEAST", 3)
    desk.millis = int((NOW + timedelta(days=1)).timestamp() * 1000)
    return desk.hire("owner", "Mara Lind")


@pytest.fixture
def people(desk, mara):
    """Return the ids of four who agreed; a fifth agreed to news alone, a sixth is a child, a seventh restricted."""
    take = desk.shop.take
    for number, name in enumerate(NAMES):
        take(a_submission(email=f"{name}@example.com", name=name, phone=f"+1202555012{number}", consents=[ADS]))
    take(a_submission(email="erin@example.com", name="Erin", consents=[NEWS]))
    take(a_submission(email="fara@example.com", name="Fara", consents=[ADS], age_band="under-16"))
    take(a_submission(email="gita@example.com", name="Gita", consents=[ADS]))
    restrict(desk.shop, desk.shop.find_id("gita@example.com"))
    return {name: desk.shop.find_id(f"{name}@example.com") for name in NAMES}


def order_file(browser, platform="google", group="all"):
    answer = browser.post(f"/groups/{group}/audience", platform=platform)
    assert answer.status_code == 303, answer.body
    return answer.headers["Location"]


def read_rows(browser, path):
    answer = browser.post(f"{path}/file", number=1)
    assert answer.status_code == 200, answer.body
    heading, *rows = answer.body.decode().removesuffix("\r\n").split("\r\n")
    return heading, rows


def sha(text):
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(("platform", "heading", "plus"), [("google", "Email,Phone", "+"), ("meta", "email,phone", "")])
def test_a_file_has_hashes_of_those_who_agreed_and_nothing_in_the_clear(desk, mara, people, platform, heading, plus):
    path = order_file(mara, platform)
    page = mara.read(path)
    assert "On the list: 4" in page
    assert "Replace the list at the platform" in page
    found, rows = read_rows(mara, path)
    assert found == heading
    emails = {f"{name}@example.com": f"{plus}1202555012{number}" for number, name in enumerate(NAMES)}
    assert set(rows) == {f"{sha(email)},{sha(phone)}" for email, phone in emails.items()}
    text = "\n".join(rows)
    assert re.fullmatch(r"[0-9a-f,\n]+", text)
    assert not [name for name in (*NAMES, "example", "2025550") if name in text]
    answer = mara.post(f"{path}/file", number=1)
    assert f"all-{platform}-2026-" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_audit_names_each_customer_and_each_reads_it_in_their_language(desk, mara, people):
    path = order_file(mara)
    mara.read(path)
    lines = list_lines(desk)
    assert {(each, "list of customers: google") for each in people.values()} <= set(lines)
    assert "list of customers: google: 4 customers, group all" in {reason for _, reason in lines}
    for language in list_languages():
        for platform in ("google", "meta"):
            told, typed = explain_reading(f"list of customers: {platform}", Writer(language, "Shop"))
            assert not typed
            assert "list of customers" not in told


def test_nothing_under_the_least(desk, mara, people):
    path = order_file(mara, group="buyers")
    page = mara.read(path)
    assert "Fewer than 100 customers of this group agreed." in page
    assert "/file" not in page
    assert mara.post(f"{path}/file", number=1).status_code == 404
    assert "Last file" not in mara.read("/groups/buyers/audience")


def test_who_is_forgotten_before_the_download_may_leave_too_few(desk, mara, people):
    path = order_file(mara)
    mara.read(path)
    forget(desk, people["asha"])
    assert len(read_rows(mara, path)[1]) == 3
    forget(desk, people["ben"])
    assert mara.post(f"{path}/file", number=1).status_code == 404


def test_a_withdrawal_or_an_erasure_asks_for_a_new_file_that_lacks_them(desk, mara, people):
    page = "/groups/all/audience"
    assert "Last file" not in mara.read(page)
    mara.read(order_file(mara))
    assert "Last file for \u2068Google Ads\u2069:" in mara.read(page)
    assert "Since then somebody withdrew" not in mara.read(page)
    desk.wait(minutes=1)
    mara.sign_in()
    assert (
        mara.post(f"/people/{people['asha']}/withdraw", purpose="ads", submission="shown-once-on-this-page").status_code
        == 200
    )
    services = desk.shop.services()
    assert all_met(services, desk.now, float("inf"), Counter(services))["over"]
    assert "Since then somebody withdrew" in mara.read(page)
    kept = repr(desk.stage.read_all("desk"))
    assert "asha" not in kept
    assert sha("asha@example.com") not in kept


def test_a_restriction_asks_for_a_new_file_too(desk, mara, people):
    page, services = "/groups/all/audience", desk.shop.services()
    mara.read(order_file(mara))
    assert all_met(services, desk.now, float("inf"), Counter(services))["over"]
    assert "Since then somebody withdrew" not in mara.read(page)
    desk.wait(minutes=1)
    restrict(desk.shop, people["asha"], desk.now)
    desk.wait(days=1)
    mara.sign_in()
    assert all_met(services, desk.now, float("inf"), Counter(services))["over"]
    assert "Since then somebody withdrew" in mara.read(page)


def test_an_erasure_since_the_last_file_is_told(desk, mara, people):
    mara.read(order_file(mara, "meta"))
    forget(desk, people["ben"])
    assert "Since then somebody withdrew" in mara.read("/groups/all/audience")
    path = order_file(mara, "meta")
    mara.read(path)
    rows = read_rows(mara, path)[1]
    assert sha("ben@example.com") not in "".join(rows)
    assert len(rows) == 3
    assert "Since then somebody withdrew" not in mara.read("/groups/all/audience")


def test_a_count_of_too_few_refuses_at_once(desk, mara, people):
    services = desk.shop.services()
    assert all_met(services, desk.now, float("inf"), Counter(services))["over"]
    page = mara.read("/groups/all/audience")
    assert "Fewer than 100 customers of this group agreed." in page
    assert "<select" not in page
    assert mara.post("/groups/all/audience", platform="google").status_code == 422
    assert not [row for row in desk.stage.read_all("desk") if row["pk"]["S"].startswith("tour#")]


def test_who_may_ask_and_for_what(desk, mara):
    assert desk.hire("staff", "Ben Okafor").get("/groups/all/audience").status_code == 403
    assert mara.get("/groups/none/audience").status_code == 404
    assert mara.post("/groups/all/audience", platform="other").status_code == 422
    desk.wait(minutes=6)
    assert mara.post("/groups/all/audience", platform="google").headers["Location"].startswith("/touch?next=%2Fgroups")


@pytest.mark.parametrize("language", list_languages())
def test_the_page_is_in_every_language(desk, mara, people, language):
    mara.post("/account/language", language=language)
    mara.read(order_file(mara))
    forget(desk, people["ben"])
    page = mara.read("/groups/all/audience")
    named = {"Google", "Ads", "Meta", "Mara", "Lind", "SHA"}
    assert language in ("en", "kk") or not find_latin(page, named), find_latin(page, named)


def test_the_pages_consent_can_be_asked_by_a_form_and_is_never_required(shop_files):
    (example,) = re.findall(r"```toml\n# the consent of a form\n(.*?)```", PAGE.read_text(), re.DOTALL)
    (keys,) = parse_toml("form.toml", example)["consents"]
    ask = build_definition("form.toml", example, ConsentAsk, keys)
    assert (ask.purpose, ask.required) == ("ads", False)
    assert set(ask.words.languages) == set(list_languages())
    forget_files()
