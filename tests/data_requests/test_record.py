"""What a person gets when they ask: everything, readable by people, programs and spreadsheets, and by nobody else."""

import csv
import io
import json
from datetime import timedelta
from html.parser import HTMLParser

import pytest

from chalicelib.data_requests import deliver
from chalicelib.data_requests.files import write_files
from chalicelib.data_requests.package import pick_file, read_package
from chalicelib.data_requests.readable.words import find_record_words
from chalicelib.data_requests.record import Section, gather_record
from chalicelib.data_requests.run import answer_requests
from chalicelib.mails.language import find_mail_language
from chalicelib.models import ConsentState, RequestKind, Trust
from chalicelib.outreach.decide import handle_customer
from chalicelib.shop.periods import KEEP_PACKAGE
from chalicelib.store.audit import Audit
from chalicelib.store.links import Links, name_token
from chalicelib.store.requests import STAFFS, start_handover
from chalicelib.words import list_languages
from infra.staff.customer import show_customer
from infra.staff.export import export_person
from infra.staff.requests import close_requests, lift_person, print_requests
from tests.builders.mails import CONSENT, DUE, Post
from tests.builders.orders import an_order
from tests.builders.requests import (
    ASEL,
    DAY,
    HOUR,
    MINUTE,
    START,
    ask,
    confirm,
    list_requests,
    prove,
    read_link,
    read_mail,
)
from tests.builders.rivals import act_as_rival
from tests.builders.shop import NOW, a_submission

SECTIONS = (
    "person",
    "fields",
    "identities",
    "consents",
    "consent_history",
    "orders",
    "refunds",
    "entries",
    "mails",
    "campaigns",
    "stops",
    "requests",
    "readings",
    "doubles",
    "history",
)
NASTY = '<script>alert(1)</script>"onload="x'


@pytest.fixture
def asel(shop):
    """Return the id of somebody with a history: sign-up, mail, order, change of mind, a reading by staff."""
    fields = {"name": NASTY, "note": "=1+1"}
    shop.take(a_submission(email=ASEL, entry={"topic": "tea"}, consents=[CONSENT], **fields))
    customer = shop.find_id(ASEL)
    handle_customer(customer, shop.services(Post()), DUE)
    shop.take(an_order(ASEL))
    shop.take(a_submission(email=ASEL, at=DUE + DAY, trust=Trust.ANONYMOUS, phone="+12025550123"))
    show_customer(shop.services(), customer, "asked at the counter", START - DAY)
    return customer


def gather(shop, customer, now=START) -> dict[str, Section]:
    """Return a person's record by section."""
    services = shop.services(Post())
    person = services.people.load_person(customer)
    return {each.name: each for each in gather_record(person, services, now)}


def fetch(shop, token, now) -> bytes:
    """Return the package behind a result's token, as the door would."""
    links = shop.services().links
    return read_package(token, links.read_link(token, now), links, now)


def test_record_holds_every_event_and_all_that_they_add_up_to(shop, asel):
    record = gather(shop, asel)
    history = shop.read_history(asel)

    assert tuple(record) == SECTIONS
    assert [row["body"].encode() for row in record["history"].rows] == [event.submission.body for event in history]
    fields = {row["name"]: row for row in record["fields"].rows}
    assert fields["email"]["value"] == ASEL
    assert fields["name"] | {"value": NASTY, "source": "form:sign-up", "grade": "typed"} == fields["name"]
    assert [row["state"] for row in record["consent_history"].rows] == ["given"]
    assert record["consent_history"].rows[0]["words"] == CONSENT["words"]
    assert {row["kind"] for row in record["identities"].rows} >= {"email"}
    [order] = record["orders"].rows
    assert order["items"] is not None
    [mail] = record["mails"].rows
    assert (mail["campaign"], mail["state"]) == ("welcome", "sent")
    assert mail["code"].startswith("BACK-")
    assert mail["outcomes"] == []
    assert record["person"].rows[0]["events"] == len(history)


def test_record_says_who_would_write_when_and_why(shop):
    shop.take(a_submission(email=ASEL, entry={"topic": "tea"}, consents=[CONSENT]))
    customer = shop.find_id(ASEL)

    [plan] = gather(shop, customer, NOW + HOUR)["campaigns"].rows
    assert (plan["writes"], plan["campaign"], plan["because"]) == (True, "welcome", "7 days after sign-up")
    assert plan["at"] == gather(shop, customer, NOW + HOUR)["person"].rows[0]["next_due"]

    services = shop.services(Post())
    services.table.commit_parts(services.halts.stop_campaign("welcome", "m-1", NOW))
    stopped = gather(shop, customer, NOW + HOUR)
    [plan] = stopped["campaigns"].rows
    assert (plan["writes"], plan["at"], plan["because"]) == (False, None, "stopped by the shop")
    assert stopped["person"].rows[0]["next_due"] is None
    services.table.commit_parts(services.halts.start_campaign("welcome"))

    prove(shop, Post(), "restrict")
    [plan] = gather(shop, customer)["campaigns"].rows
    assert (plan["writes"], plan["because"]) == (False, "data is restricted: kept, not used")


def test_record_tells_who_read_it_but_not_the_names_of_staff(shop, asel):
    prove(shop, Post(), "object")

    readings = gather(shop, asel, START + DAY)["readings"].rows
    assert [(row["by"], row["why"]) for row in readings] == [
        ("staff", "asked at the counter"),
        ("person", "asked for: object"),
    ]
    assert all(set(row) == {"at", "by", "why"} for row in readings)


def test_readings_are_looked_for_in_the_months_that_the_audit_is_kept(shop, asel, monkeypatch):
    months, look = [], Audit.list_accesses
    monkeypatch.setattr(Audit, "list_accesses", lambda *given: months.append(given[1]) or look(*given))

    assert len(gather(shop, asel)["readings"].rows) == 1
    assert (months[0], months[-1], len(months)) == ("2088-02", "2090-03", 26)  # two years, begun and ended in a month


def test_record_names_nobody_else(shop, asel):
    shop.take(a_submission(phone="+12025550123", name="Boris"))
    shop.take(a_submission(email=ASEL, trust=Trust.SIGNED, phone="+12025550123", at=DUE + 2 * DAY))

    record = gather(shop, asel)
    assert record["doubles"].rows == ({"shared": "phone"},)
    assert "Boris" not in repr(record)
    [boris] = set(shop.list_customers()) - {asel}
    assert boris not in repr(record)


def test_event_that_no_reader_understands_is_told_all_the_same(shop, asel, monkeypatch):
    from chalicelib.senders import SENDERS

    people = shop.services().people
    person = people.load_person(asel)
    odd = a_submission(at=NOW).model_copy(update={"sender": "gone", "body": b"\xff odd"})
    assert "gone" not in SENDERS
    people.table.commit_parts([people.write_event(person, "odd", odd)])

    bodies = [row["body"] for row in gather(shop, asel)["history"].rows]
    assert "\N{REPLACEMENT CHARACTER} odd" in bodies


# ---- files


class Elements(HTMLParser):
    """Collects what elements and attributes a page has."""

    def __init__(self):
        super().__init__()
        self.tags, self.names, self.values = set(), set(), []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.names |= {name for name, _ in attrs}
        self.values += [value for name, value in attrs if name in ("src", "href", "action")]


@pytest.mark.parametrize("language", list_languages())
def test_page_has_every_chapter_in_its_language_and_nothing_of_what_was_typed_runs(shop, asel, language):
    sections = tuple(gather(shop, asel).values())
    page = write_files(sections, language=language, shop="Corner Shop", now=START)["data.html"].decode()

    titles = find_record_words(language).chapters
    assert all(title in page.replace("&#39;", "'") for name, title in titles.items() if name != "others")
    assert f'<html lang="{language}"' in page
    assert find_mail_language(language).write_day(START.date()) in page
    assert NASTY not in page
    seen = Elements()
    seen.feed(page)
    assert not {"script", "img", "iframe", "link", "object", "form"} & seen.tags
    assert not {name for name in seen.names if name.startswith("on")}
    assert all(value.startswith(("http://127.0.0.1:8000/privacy", "#")) for value in seen.values)


def test_page_in_a_language_that_we_do_not_speak_is_english(shop, asel):
    sections = tuple(gather(shop, asel).values())

    assert b'<html lang="en"' in write_files(sections, language="xx", shop="S", now=START)["data.html"]


def test_files_for_programs_hold_all_of_what_is_long():
    rows = tuple({"body": f"event {number:03}."} for number in range(400))
    files = write_files((Section("history", ("body",), rows),), language="en", shop="S", now=START)

    assert b"event 000." in files["data.json"]
    assert files["csv/history.csv"].count(b"event ") == 400


def test_json_and_csv_say_the_same_as_the_record(shop, asel):
    record = gather(shop, asel)
    files = write_files(tuple(record.values()), language="en", shop="Corner Shop", now=START)

    told = json.loads(files["data.json"])
    assert {name: len(rows) for name, rows in told.items()} == {name: len(each.rows) for name, each in record.items()}
    for name, each in record.items():
        if each.rows:
            table = list(csv.DictReader(io.StringIO(files[f"csv/{name}.csv"].decode("utf-8-sig"), newline="")))
            assert len(table) == len(each.rows)
    [note] = [row for row in told["fields"] if row["name"] == "note"]
    assert note["value"] == "=1+1"
    table = csv.DictReader(io.StringIO(files["csv/fields.csv"].decode("utf-8-sig"), newline=""))
    assert [row["value"] for row in table if row["name"] == "note"] == ["'=1+1"]


# ---- the package


def test_package_is_there_a_minute_after_the_code_and_opens_with_the_result_alone(shop, asel):
    post = Post()
    token = prove(shop, post, "access")
    assert read_link(shop, token, START + HOUR) is None

    assert answer_requests(shop.services(post), START + 2 * MINUTE) == {"done": 1}

    link = read_link(shop, token, START + HOUR)
    assert (link.request, link.parts, link.language) == ("access", 1, "kk")
    packed = fetch(shop, token, START + HOUR)
    assert ASEL in pick_file(packed, "data.json").decode()
    assert 'lang="kk"' in pick_file(packed, "data.html").decode()
    assert pick_file(packed, "csv/fields.csv").startswith(b"\xef\xbb\xbf")
    assert read_link(shop, token, START + KEEP_PACKAGE + HOUR) is None
    assert answer_requests(shop.services(post), START + 3 * MINUTE) == {}


def test_no_table_shows_token_or_content_and_the_request_keeps_neither(shop, asel):
    post = Post()
    token = prove(shop, post, "access")
    answer_requests(shop.services(post), START + 2 * MINUTE)

    [row] = list_requests(shop, asel)
    assert row.result == b""
    assert {name_token(token), f"{name_token(token)}#0"} <= set(row.links)
    for table in ("inbox", "customers", "keys", "links"):
        told = repr(shop.read_all(table))
        assert token not in told
        assert ASEL not in told


def test_package_of_somebody_forgotten_goes_with_them(shop, asel, tmp_path):
    from tests.builders.erasures import finish, forget

    post = Post()
    token = prove(shop, post, "access")
    answer_requests(shop.services(post), START + 2 * MINUTE)
    forget(shop, ASEL, at=START + HOUR)
    finish(shop, tmp_path, at=START + HOUR)

    assert read_link(shop, token, START + HOUR) is None
    rest = [row["pk"]["S"] for row in shop.read_all("links") if row["pk"]["S"].startswith(name_token(token))]
    assert rest == []
    assert not [row for row in shop.read_all("customers") if row["sk"]["S"].startswith("request#")]


def test_who_is_forgotten_while_their_package_is_made_leaves_none(shop, asel, monkeypatch):
    from tests.builders.erasures import forget

    post = Post()
    prove(shop, post, "access")
    services = shop.services(post)
    put = services.links.put_part

    def put_and_forget(*args):
        put(*args)
        act_as_rival(forget, shop, ASEL, at=START + 2 * MINUTE)

    monkeypatch.setattr(Links, "put_part", lambda _, *args: put_and_forget(*args))
    assert answer_requests(services, START + 2 * MINUTE) == {"moved": 1}

    assert not [row for row in shop.read_all("links") if "part" in row]


def test_crash_after_the_parts_starts_over_and_ends_with_one_package(shop, asel, monkeypatch):
    post = Post()
    token = prove(shop, post, "access")
    services = shop.services(post)

    def die(*args):
        raise KeyboardInterrupt

    with monkeypatch.context() as context:
        context.setattr(Links, "write_link", die)
        with pytest.raises(KeyboardInterrupt):
            answer_requests(services, START + 2 * MINUTE)
    assert read_link(shop, token, START + HOUR) is None

    assert answer_requests(shop.services(post), START + 3 * MINUTE) == {"done": 1}
    assert fetch(shop, token, START + HOUR)


def test_package_too_large_for_a_link_is_left_to_staff(shop, asel, monkeypatch):
    post = Post()
    prove(shop, post, "access")
    monkeypatch.setattr("chalicelib.data_requests.package.MOST_PARTS", 0)

    assert answer_requests(shop.services(post), START + 2 * MINUTE) == {"oversize": 1}
    [row] = shop.services().requests.list_open(STAFFS)
    assert (row.kind, row.reason) == ("access", "too large")


def test_packages_are_made_while_no_mail_may_be_sent(shop, asel):
    post = Post()
    prove(shop, post, "access")
    ask(shop, "object", at=START + MINUTE)

    assert answer_requests(shop.services(post), START + 2 * MINUTE, mails=False) == {"done": 1}
    assert len(post.sent) == 1


# ---- commands


def test_export_writes_the_same_files_for_their_owner_alone_and_notes_it_first(shop, asel, tmp_path):
    folder = tmp_path / "export"
    paths = export_person(asel, folder, shop.services(), reason="shopify data request", now=START)

    assert {path.name for path in paths} >= {"data.html", "data.json", "fields.csv"}
    assert all(path.stat().st_mode & 0o077 == 0 for path in paths)
    assert "shopify data request" in (folder / "data.json").read_text()
    assert ASEL in (folder / "data.json").read_text()


def test_what_waits_for_staff_is_ended_by_the_export_or_by_its_number(shop, asel, tmp_path):
    services = shop.services()
    rows = services.requests
    kinds = (RequestKind.ACCESS, RequestKind.CORRECT)
    first, other = (start_handover(asel, kind, START, language="") for kind in kinds)
    services.table.commit_parts([rows.write_row(first, START), rows.write_row(other, START)])

    export_person(asel, tmp_path / "export", services, reason="for Shopify", now=START)
    [left] = rows.list_open(STAFFS)
    assert left.id == other.id
    assert close_requests([left], services, START) == 1
    assert close_requests(list_requests(shop, asel), services, START) == 0
    assert list(rows.list_open(STAFFS)) == []


def test_open_requests_are_listed_with_their_deadline_and_name_nobody(shop, asel, capsys):
    post = Post()
    ask(shop, "access")
    ask(shop, "erase", at=START + MINUTE)
    answer_requests(shop.services(post), START)

    assert print_requests(shop.services(), START + 3 * DAY) == 2
    assert print_requests(shop.services(), START + timedelta(days=40)) == 2
    told = capsys.readouterr().out
    assert "access    asked          3 days old, 27 days left" in told
    assert "10 days late" in told
    assert ASEL not in told
    assert asel not in told
    confirm(shop, read_mail(post)[0])
    assert print_requests(shop.services(), START + HOUR) == 2
    answer_requests(shop.services(post), START + HOUR)
    assert print_requests(shop.services(), START + HOUR) == 1


def test_staff_lift_a_restriction_and_it_is_noted_and_in_the_history(shop, asel):
    from chalicelib.people.restriction import is_restricted
    from chalicelib.settling.dispatch import sweep_inbox

    prove(shop, Post(), "restrict")
    assert is_restricted(shop.open_profile(asel))
    accepted = []

    assert lift_person(
        ASEL,
        shop.services(),
        lambda said: bool(accepted.append(shop.accept(said))) or True,
        reason="asked on the phone",
        now=START + HOUR,
    )
    sweep_inbox(shop.services(), START + 2 * HOUR)

    assert not is_restricted(shop.open_profile(asel))
    event = shop.read_history(asel)[-1].submission
    assert (event.topic, event.body) == ("lift", b"{}")
    assert gather(shop, asel, START + DAY)["readings"].rows[-1]["why"] == "asked on the phone"
    assert not lift_person("nobody@example.org", shop.services(), accepted.append, reason="", now=START)
    assert shop.open_profile(asel).consents["marketing"].state is ConsentState.GIVEN


def test_a_history_that_is_too_long_is_told_before_it_is_read(shop, asel, monkeypatch):
    prove(shop, Post(), "access")
    services = shop.services(Post())
    monkeypatch.setattr(deliver, "MOST_EVENTS", 0)
    monkeypatch.setattr(deliver, "make_package", None)
    assert answer_requests(services, START + 2 * MINUTE) == {"oversize": 1}
    assert [row.state for row in services.requests.list_requests(asel)] == ["oversize"]
