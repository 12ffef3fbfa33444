"""Nobody finds out whose an anonymous answer is: not by any stored byte, log line, time, order or id."""

import json
import logging
import re
import zlib
from datetime import timedelta
from itertools import chain
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest

from chalicelib.forms.library import find_form
from chalicelib.logs import SafeFormatter
from chalicelib.mails.language import find_mail_language
from chalicelib.mails.scale import find_scale
from chalicelib.settling import anonymous
from chalicelib.surveys.boxes import SurveySeal, open_answers, open_counts
from chalicelib.surveys.padding import STEP, pad_text, strip_padding
from tests.builders.form_posts import PAGE
from tests.builders.links import give_link, put_link
from tests.builders.own import open_own
from tests.builders.shop import a_submission
from tests.builders.surveys import START, answer, open_form, set_time, settle_all, take_answer, write_survey

ASHA, CALLED = "asha@example.org", "198.51.100.77"
TABLES = ("inbox", "customers", "keys", "links", "ledger", "offers", "desk")
WEEK = "2080-W10"


@pytest.fixture
def own(tmp_path, monkeypatch):
    """Let the shop have one survey of each grade."""
    with open_own(tmp_path / "own", monkeypatch) as folder:
        write_survey(folder)
        write_survey(folder, "counted", "counts-only")
        yield folder


def dump_tables(tables):
    """Return every stored row of every table, as text."""
    return {table: [json.dumps(row, sort_keys=True, default=str) for row in tables.read_all(table)] for table in TABLES}


def list_box(shop, form="mood", week=WEEK):
    services = shop.services()
    seal = SurveySeal(form, week, services)
    return [open_answers(box, seal) for box in services.survey_rows.list_boxes(form, week)]


def open_invited(api, token):
    """Follow the link of an invitation as far as the page of the form; return its page token."""
    led = api.call("GET", f"/answer/mood/{token}?score=9", accept=PAGE)
    assert led.status_code == 303
    address = urlsplit(led.headers["Location"])
    assert (address.path, address.query) == ("/forms/mood", "lang=en")  # neither the token nor the number goes on
    return open_form(api)


def test_two_people_answer_and_nothing_stored_or_logged_leads_to_either(api, shop, tables, own, caplog):
    caplog.set_level(logging.DEBUG)
    shop.take(a_submission(email=ASHA))
    (customer,) = shop.list_customers()
    token = put_link(tables, "answer", form="mood")
    give_link(shop, token, customer)
    before = dump_tables(tables)
    inbox_before = {row["pk"]["S"] for row in tables.read_all("inbox")}

    set_time(api, START)
    api.address = CALLED
    pages = [open_invited(api, token)]
    assert answer(api, token=pages[0], score="9", tea="green", why="Fresh bread").status_code == 200
    set_time(api, START + timedelta(minutes=11, seconds=7))
    pages.append(open_form(api))
    assert answer(api, token=pages[1], language="fa", score="3", tea="black", why="Long queue").status_code == 200

    waiting = read_waiting(shop)
    assert {each.network for each in waiting} == {""}
    assert {each.language for each in waiting} == {""}
    assert {each.received_at for each in waiting} == {START.replace(hour=0, minute=0, second=0, microsecond=0)}
    assert settle_all(shop, START + timedelta(minutes=12)) == ["settled", "settled"]

    after = dump_tables(tables)
    new = {table: sorted(set(after[table]) - set(before[table])) for table in TABLES}
    assert {table: len(rows) for table, rows in new.items() if rows} == {"inbox": 2, "customers": 2}
    logged = map(SafeFormatter().format, caplog.records)
    text = "\n".join([*(row for rows in new.values() for row in rows), *logged])
    for told in (ASHA, customer, token, CALLED, "198.51.100", *pages, "Fresh bread", "Long queue", "Mozilla"):
        assert told not in text
    # no time beside the day, in any notation
    assert not re.search(r"10:(17|28|29)|T10|32 ?\d{9}\.\d", text)
    stamps = {int(found) for found in re.findall(r"\b3[45]\d{8}\b", text)}
    assert all(stamp % 86_400 == 0 for stamp in stamps)
    assert stamps

    tombstones = [row for row in tables.read_all("inbox") if row["pk"]["S"] not in inbox_before]
    apart = [{name: value for name, value in row.items() if name != "pk"} for row in tombstones]
    assert apart[0] == apart[1]  # but for the key, which stands nowhere else
    for row in tombstones:
        assert "\n".join(map(str, after.values())).count(row["pk"]["S"]) == 1
    assert len(shop.read_history(customer)) == 1


def read_waiting(shop):
    """Return the submissions that are not settled yet."""
    opener = shop.services().opener
    rows = [row for row in shop.read_all("inbox") if row["state"]["S"] == "new"]
    return [opener.open_submission(row["pk"]["S"], row["sealed"]["B"]) for row in rows]


def test_a_box_holds_the_answers_alone_and_in_no_order(shop, own):
    for number in range(24):
        take_answer(shop, "mood", START + timedelta(minutes=number), score=str(number % 11), why=f"word {number}")
    (answers,) = list_box(shop)
    assert all(set(each) == {"score", "why"} for each in answers)
    came = [int(each["why"].removeprefix("word ")) for each in answers]
    assert sorted(came) == list(range(24))
    assert came != sorted(came)


def test_the_last_answer_stands_at_any_place(shop, own):
    places = set()
    for turn in range(12):
        form_week = START + timedelta(weeks=turn)
        for number in range(3):
            take_answer(shop, "mood", form_week + timedelta(minutes=number), score=str(number))
        year, week, _ = form_week.isocalendar()
        (answers,) = list_box(shop, week=f"{year}-W{week:02}")
        places.add([each["score"] for each in answers].index(2))
    assert len(places) > 1  # the chance that twelve shuffles agree is below one in 100,000


def test_full_boxes_are_parted_at_random(shop, own):
    for number in range(12):
        take_answer(shop, "mood", START + timedelta(minutes=number), score="1", why=f"{number:02}" + "x" * 3_900)
    boxes = list_box(shop)
    numbers = [sorted(int(each["why"][:2]) for each in answers) for answers in boxes]
    assert len(boxes) > 1
    assert sorted(chain(*numbers)) == list(range(12))
    assert numbers != [sorted(range(12))[: len(numbers[0])], sorted(range(12))[len(numbers[0]) :]]


def test_rows_have_few_sizes(shop, tables, own):
    sizes = set()
    for number in range(8):
        take_answer(shop, "mood", START + timedelta(minutes=number), score="1", why="a" * (1 + 7 * number))
        rows = {row["sk"]["S"]: row for row in tables.read_all("customers")}
        sizes.add(len(rows[f"box#{WEEK}#00000"]["sealed"]["B"]))
    assert len(sizes) == 1


@pytest.mark.parametrize("text", [b"", b"{}", b'{"a":1}' * 700, bytes(range(32, 127)) * 30])
def test_padding_fills_to_a_step_and_comes_off(text):
    filled = pad_text(text)
    assert len(zlib.compress(filled)) % STEP == 0
    assert strip_padding(filled) == text


def test_counts_alone_are_kept_of_a_survey_that_counts(api, shop, tables, own):
    set_time(api, START)
    assert answer(api, "counted", score="9", tea="green").status_code == 200
    assert settle_all(shop, START) == ["settled"]
    counted = open_counts("counted", shop.services())
    assert counted.all.model_dump() == {
        "people": 1,
        "counts": {"score": {"*": 1, "9": 1}, "tea": {"*": 1, "green": 1}},
    }
    assert {row["sk"]["S"] for row in tables.read_all("customers")} == {"key#counts", "counts"}
    assert b"green" not in json.dumps(tables.read_all("customers"), default=str).encode()


# ---- once


def test_a_page_counts_once_whatever_it_answers(api, shop, own):
    set_time(api, START)
    page = open_form(api)
    for tea in ("green", "green", "black"):
        assert answer(api, token=page, tea=tea).status_code == 200
        settle_all(shop, START)
    assert list_box(shop) == [[{"tea": "green"}]]


@pytest.mark.parametrize("late", [timedelta(hours=25), timedelta(days=40)])
def test_a_stale_page_is_shown_again_with_its_answers(api, shop, own, late):
    set_time(api, START)
    page = open_form(api)
    set_time(api, START + late)
    refused = answer(api, token=page, tea="green")
    assert refused.status_code == 422
    assert page not in refused.body.decode()
    assert 'value="green" checked' in refused.body.decode()
    assert shop.read_all("inbox") == []


def test_a_post_without_a_page_is_refused(api, shop, own):
    set_time(api, START)
    refused = api.post("/forms/mood", b'{"tea": "green", "submission": "abcdefgh12"}', idempotency_key="order-1")
    assert refused.status_code == 422
    assert json.loads(refused.body)["fields"] == {"page_token": "forged"}
    assert shop.read_all("inbox") == []


def test_a_tombstone_outlives_every_page(own, shop, tables):
    take_answer(shop, "mood", START, tea="green")
    (row,) = tables.read_all("inbox")
    longest = START + timedelta(hours=720)
    assert int(row["expires_at"]["N"]) > longest.timestamp()
    assert set(row) == {"pk", "state", "received_at", "settled_at", "expires_at"}


def test_nobody_is_given_a_number(api, own):
    set_time(api, START)
    shown = answer(api, tea="green")
    assert "<strong" not in shown.body.decode()
    token = open_form(api)
    api.millis += 5_000
    told = api.post("/forms/mood", json.dumps({"tea": "green", "page_token": token}).encode())
    assert json.loads(told.body) == {"status": "accepted", "number": ""}


# ---- the link of a mail


def test_the_link_notes_no_visit_and_its_post_leads_on_too(api, shop, tables, own):
    token = put_link(tables, "answer", form="mood")
    set_time(api, START)
    for method in ("GET", "POST"):
        assert api.call(method, f"/answer/mood/{token}", accept=PAGE).status_code == 303
    assert shop.read_all("inbox") == []


def test_a_mail_shows_no_numbers_to_press(own):
    assert find_scale(SimpleNamespace(form="mood", link="https://x.example/y"), find_mail_language("en")) is None
    assert find_form("mood").anonymous == "no-link"


# ---- rivals, and keys


def test_two_answers_at_once_are_both_kept(shop, own, monkeypatch):
    """A rival commits between the reading and the writing of an answer: it fails, reads again, and both stay."""
    keep, once = anonymous.keep_answer, [True]

    def meet_rival(*given):
        parts = keep(*given)
        if once and once.pop():
            assert take_answer(shop, "mood", START, page="rival", tea="black") == "settled"
        return parts

    monkeypatch.setattr(anonymous, "keep_answer", meet_rival)
    assert take_answer(shop, "mood", START, page="first", tea="green") == "settled"
    assert sorted(each["tea"] for each in list_box(shop)[0]) == ["black", "green"]


def test_each_week_has_a_key_of_its_own_that_ends_with_its_boxes(shop, tables, own):
    for week in range(2):
        take_answer(shop, "mood", START + timedelta(weeks=week), tea="green")
    rows = {row["sk"]["S"]: row for row in tables.read_all("customers")}
    assert sorted(rows) == ["box#2080-W10#00000", "box#2080-W11#00000", "key#2080-W10", "key#2080-W11"]
    for week in ("2080-W10", "2080-W11"):
        assert rows[f"box#{week}#00000"]["expires_at"] == rows[f"key#{week}"]["expires_at"]
