"""What customers wrote beside their score: who may read it, of whom, what the audit says, and when it ends."""

import re
from datetime import timedelta

import pytest

from chalicelib.data_requests.readable.reasons import explain_reading
from chalicelib.data_requests.readable.writer import Writer
from chalicelib.erasure.forget import ForgetOrder, Reason, forget_person
from chalicelib.store.audit import EVERYBODY
from chalicelib.store.table import SHARDS
from chalicelib.store.tours import TourKind
from chalicelib.tours import scored, steps
from tests.builders.lists import restrict
from tests.builders.shop import NOW, a_submission
from tests.builders.work import count_requests

SAID = {
    "asha": (10, "Lovely tea, thank you Mira!"),
    "ben": (3, "The tea was cold and the wait was long."),
    "chen": (8, "Cold rooms, warm people <b>."),
    "dara": (2, "Never again."),
    "edo": (9, ""),
}


@pytest.fixture
def ben(desk, taking):
    desk.millis = int((NOW + timedelta(days=1)).timestamp() * 1000)
    return desk.hire("staff", "Ben Okafor")


@pytest.fixture
def ids(desk, ben):
    for name, (score, why) in SAID.items():
        say(desk, name, score, why)
    return {name: desk.shop.find_id(f"{name}@example.org") for name in SAID}


def say(desk, name, score, why, at=NOW):
    said = {"score": score} | ({"why": why} if why else {})
    desk.shop.take(a_submission(email=f"{name}@example.org", entry=said, at=at))


def gather(browser):
    """Press the button; return the path of what is gathered."""
    answer = browser.post("/words")
    assert answer.status_code == 303, answer.body
    return answer.headers["Location"]


def read_texts(page):
    """Return (group, text) of what a page shows."""
    found = re.findall(r'<p id="w-(\w+)-\d+"><bdi>(.*?)</bdi>', page, re.DOTALL)
    return set(found)


def search(browser, path, **asked):
    answer = browser.post(path, **{"word": "", "group": "", **asked})
    assert answer.status_code == 200
    return read_texts(answer.body.decode())


def list_lines(desk, ids):
    names = {customer: name for name, customer in ids.items()} | {EVERYBODY: "everybody"}
    lines = desk.services.audit.list_accesses(f"{desk.now:%Y-%m}")
    return sorted((names[line.customer], line.reason) for line in lines if line.reason.startswith("words"))


def test_texts_are_shown_by_what_the_score_says_and_each_customer_reads_it(desk, ben, ids):
    assert 'action="/words"' in ben.read("/numbers/satisfaction")
    page = ben.read(gather(ben))
    assert read_texts(page) == {
        ("promoters", "Lovely tea, thank you Mira!"),
        ("detractors", "The tea was cold and the wait was long."),
        ("passives", "Cold rooms, warm people &lt;b&gt;."),
        ("detractors", "Never again."),
    }
    assert f'href="/people/{ids["ben"]}"' in page
    read = [(name, "words beside scores") for name in ("asha", "ben", "chen", "dara")]
    assert list_lines(desk, ids) == [*read, ("everybody", "words beside scores, looked for")]
    for language in ("en", "fa"):
        for reason in ("words beside scores", "words beside scores, looked for"):
            told, _ = explain_reading(reason, Writer(language, "Corner Shop"))
            assert told not in ("", reason)


def test_texts_are_searched_by_word_and_group_and_no_address_says_what_was_looked_for(desk, ben, ids):
    path = gather(ben)
    ben.read(path)
    assert search(ben, path, word="COLD") == {
        ("detractors", SAID["ben"][1]),
        ("passives", "Cold rooms, warm people &lt;b&gt;."),
    }
    assert search(ben, path, word="cold", group="detractors") == {("detractors", SAID["ben"][1])}
    assert search(ben, path, word="nothing of it") == set()
    assert search(ben, path, group="none of them") == set()
    assert len(list_lines(desk, ids)) == 5  # searching opens nobody again


def test_who_is_forgotten_meanwhile_is_gone_from_the_page(desk, ben, ids):
    path = gather(ben)
    assert "Never again." in ben.read(path)
    order = ForgetOrder(reason=Reason.STAFF, request="r-1", requested_at=desk.now)
    assert forget_person(ids["dara"], order, desk.services, desk.now)
    assert "Never again." not in ben.read(path)


def test_only_the_latest_score_of_the_last_ninety_days_counts(desk, ben):
    say(desk, "old", 2, "Long ago", at=NOW - timedelta(days=100))
    say(desk, "twice", 2, "Bad then", at=NOW - timedelta(days=40))
    say(desk, "twice", 10, "Good now", at=NOW - timedelta(days=2))
    assert read_texts(ben.read(gather(ben))) == {("promoters", "Good now")}


def test_who_restricted_their_data_is_left_out(desk, ben, ids):
    restrict(desk.shop, ids["ben"])
    assert SAID["ben"][1] not in ben.read(gather(ben))
    assert ("ben", "words beside scores") not in list_lines(desk, ids)


def test_nothing_readable_is_kept_and_it_ends_with_the_hour_the_session_or_the_button(desk, ben, ids):
    path = gather(ben)
    ben.read(path)
    rows = repr(desk.stage.read_all("desk"))
    assert not any(text in rows for _, text in SAID.values() if text)
    other = desk.hire("staff", "Leyla Rahimi")
    assert other.get(path).status_code == 404
    again = gather(ben)
    ben.read(again)
    assert ben.post(f"{again}/delete").status_code == 303
    assert ben.get(again).status_code == 404
    desk.wait(hours=1)
    assert ben.get(path).status_code == 404
    assert not [row for row in desk.stage.read_all("desk") if again.rpartition("/")[2] in str(row)]


def test_a_viewer_reads_no_words(desk, ben, ids):
    viewer = desk.hire("viewer", "Leyla Rahimi")
    assert 'action="/words"' not in viewer.read("/numbers/satisfaction")
    assert viewer.post("/words").status_code == 403
    assert viewer.get(gather(ben)).status_code == 403
    assert viewer.post(gather(ben)).status_code == 403


def test_the_passkey_is_asked_for(desk, ben):
    desk.wait(minutes=6)
    assert ben.post("/words").headers["Location"].startswith("/touch?next=")


def test_it_goes_on_by_pages(desk, ben, ids, monkeypatch):
    monkeypatch.setitem(steps.SIZES, TourKind.WORDS, 2)
    monkeypatch.setattr(steps, "SECONDS", -1)
    path = gather(ben)
    pages = [ben.get(path) for _ in range(12)]
    assert "Refresh" in pages[0].headers
    assert "Refresh" not in pages[-1].headers
    assert len(read_texts(pages[-1].body.decode())) == 4


def test_a_customer_who_gave_no_score_lately_costs_no_read_of_their_own(desk, ben, ids):
    for number in range(20):
        desk.shop.take(a_submission(email=f"quiet{number}@example.org", entry={"found_us": "friend"}))
    path = gather(ben)
    calls = count_requests(desk.stage.dynamodb)
    ben.read(path)
    assert calls["Query"] == SHARDS + len(SAID) + 1  # two pages of customers
    assert (calls["Scan"], calls["TransactWriteItems"]) == (0, 2)


def test_when_too_much_was_written_the_page_says_so(desk, ben, ids, monkeypatch):
    monkeypatch.setattr(scored, "MOST_PARTS", 0)
    page = ben.read(gather(ben))
    assert "the rest is left out" in page
    assert list_lines(desk, ids) == [("everybody", "words beside scores, looked for")]
