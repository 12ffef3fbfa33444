"""Retention acts: everybody is looked at once in four weeks, and what was kept long enough goes. The clock is moved."""

import json
import weakref
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from chalicelib.errors import KeyUnavailableError, RaceLostError
from chalicelib.functions import retire_data
from chalicelib.models import Identity, RequestKind, Submission, Trust, utc_text
from chalicelib.outreach.decide import handle_customer
from chalicelib.people.profile import fold_event
from chalicelib.people.reader import PeopleReader
from chalicelib.retention.run import (
    MOST_CHANGES,
    judge_person,
    retire_people,
    retire_person,
    write_end,
)
from chalicelib.senders import read_submission, reduce_submission
from chalicelib.settling.dispatch import settle_item
from chalicelib.shop.periods import OPEN_ORDER_HOLDS
from chalicelib.shop.retention import find_span
from chalicelib.store.mails import MailRows
from chalicelib.store.old_links import OldLinks
from chalicelib.store.requests import RequestRows, make_request
from chalicelib.store.retention_counts import Kind
from chalicelib.store.retention_queue import EVERY_DAYS
from tests.builders.api import open_api
from tests.builders.erasures import finish
from tests.builders.folding import fold_history
from tests.builders.imports import bring_in, make_map
from tests.builders.mails import DUE, Post, count_facts, sign_up
from tests.builders.orders import an_order
from tests.builders.retention import ASHA, DAY, OLD, join, mail_and_click, press
from tests.builders.shop import NOW, a_submission, read_all_events

EXAMPLES = Path(__file__).resolve().parents[2] / "infra" / "examples"


def count_rows(shop, *words):
    """Return how many rows of a person begin with each of these words."""
    found = Counter(row["sk"]["S"].partition("#")[0] for row in shop.read_all("customers"))
    return tuple(found[word] for word in words)


def check_fold(shop, customer):
    """Hold a profile to its history; return it."""
    profile = shop.open_profile(customer)
    assert fold_history(customer, read_all_events(shop)) == profile.model_copy(update={"identities": ()})
    return profile


def test_everybody_is_looked_at_once_in_four_weeks(shop, monkeypatch):
    people = {join(shop, f"p{number}@example.org") for number in range(20)}
    join(shop, "p3@example.org", at=NOW + DAY)  # known already: no second row
    services, seen = shop.services(), Counter()
    for day in range(1, EVERY_DAYS + 2):
        now = NOW + day * DAY
        seen.update(services.retention_queue.list_due(utc_text(now)))
        retire_people(services, now)
    assert set(seen) == people
    assert set(seen.values()) == {1}
    assert count_rows(shop, "review") == (20,)


def test_a_run_is_bounded_and_the_next_goes_on(shop):
    for number in range(5):
        join(shop, f"p{number}@example.org")
    services, now = shop.services(), NOW + 40 * DAY
    assert [retire_people(services, now, most=2).get("reviewed", 0) for _ in range(4)] == [2, 2, 1, 0]


def test_somebody_inactive_for_too_long_is_forgotten_for_good(shop, tmp_path):
    customer = join(shop, name="Asha")
    now = NOW + find_span("inactive") + 2 * DAY
    services = shop.services()
    assert retire_people(services, now) == {"reviewed": 1, "people": 1}
    with pytest.raises(KeyUnavailableError):
        shop.services().people.load_person(customer)
    assert count_rows(shop, "review") == (0,)
    assert services.retention_counts.read_counts(utc_text(now)[:7]) == {Kind.PEOPLE: 1}
    finish(shop, tmp_path, at=now)
    [row] = [row for row in shop.read_all("customers") if row["pk"]["S"].startswith("forget#")]
    assert (row["reason"]["S"], row["stage"]["S"]) == ("retention", "verified")
    assert retire_people(shop.services(), now + 60 * DAY) == {}


@pytest.mark.parametrize("late", [False, True])
def test_the_period_counts_from_the_last_sign_of_life(shop, late):
    join(shop)
    join(shop, at=NOW + 100 * DAY)
    end = NOW + 100 * DAY + find_span("inactive")
    assert retire_people(shop.services(), end + timedelta(seconds=1 if late else -1)).get("people", 0) == late


def test_what_we_do_ourselves_or_a_machine_does_is_no_sign_of_life(shop):
    customer = mail_and_click(shop, clicks=0)
    [mail] = shop.services().mails.list_mails(customer)
    name = next(link for link in mail.links if not link.startswith("mail:"))
    press(shop, name, "machine")
    now = NOW + find_span("inactive") + timedelta(seconds=1)
    assert now < DUE + find_span("inactive")
    assert retire_people(shop.services(), now)["people"] == 1


def test_a_click_of_theirs_is_a_sign_of_life(shop):
    mail_and_click(shop)
    now = NOW + find_span("inactive") + timedelta(seconds=1)
    assert "people" not in retire_people(shop.services(), now)


def open_order(shop, customer):
    order = json.loads(an_order(ASHA, at=NOW).body) | {"financial_status": "pending"}
    submission = an_order(ASHA, at=NOW).model_copy(update={"body": json.dumps(order).encode()})
    assert settle_item(shop.accept(submission), shop.services(), NOW) == "settled"


def restrict(shop, customer):
    body = {"link": "l", "kind": "restrict", "result": "r", "language": "en", "network": ""}
    submission = Submission(
        sender="privacy",
        topic="confirm",
        trust=Trust.OWN,
        received_at=NOW,
        occurred_at=NOW,
        body=json.dumps(body).encode(),
    )
    people = shop.services().people
    person = people.load_person(customer)
    record = fold_event(person.record, "k", submission, read_submission(submission))
    parts = [people.write_event(person, "k", submission), *people.write_record(person, record, None)]
    people.table.commit_parts(parts)
    assert shop.open_profile(customer).fields["restricted"].value is True


def ask_request(shop, customer):
    row = make_request(customer, RequestKind.ACCESS, NOW, language="en", network="")
    customers = shop.services().table
    customers.commit_parts([RequestRows(customers).write_row(row, NOW)])


@pytest.mark.parametrize("step", [open_order, restrict, ask_request])
def test_nobody_goes_who_waits_for_something_or_restricted_their_data(shop, step):
    customer = join(shop)
    step(shop, customer)
    now = NOW + find_span("inactive") + OPEN_ORDER_HOLDS - DAY
    counts = retire_people(shop.services(), now)
    assert "people" not in counts
    assert counts["reviewed"] == 1
    assert shop.open_profile(customer).fields["email"].value == ASHA


def test_an_order_that_stays_open_holds_its_customer_for_a_bounded_time(shop):
    customer = join(shop)
    open_order(shop, customer)
    retire_people(shop.services(), NOW + find_span("inactive") + OPEN_ORDER_HOLDS - DAY)
    assert shop.list_customers() == [customer]
    later = NOW + find_span("inactive") + OPEN_ORDER_HOLDS + 30 * DAY
    assert retire_people(shop.services(), later)["people"] == 1


def test_old_clicks_and_words_on_mails_go_and_all_else_stays(shop):
    customer = mail_and_click(shop, clicks=3)
    join(shop, at=OLD - 100 * DAY, name="Asha Rao")  # still a customer
    before = shop.open_profile(customer)
    facts = count_facts(shop.services(Post()))
    counts = retire_people(shop.services(), OLD)
    assert counts == {"reviewed": 1, "clicks": 3, "mails": 1, "notes": 2}
    profile = check_fold(shop, customer)
    assert (profile.fields, profile.consents, profile.joined) == (before.fields, before.consents, before.joined)
    assert profile.identities == before.identities
    assert profile.mails == {}
    assert "click" not in profile.totals.entries
    assert (before.clicked, profile.clicked) == (DUE + DAY, None)
    assert {row.entry.kind for row in shop.open_record(customer).entries.values()} == {"sign-up"}
    assert count_rows(shop, "mail") == (0,)
    assert count_facts(shop.services(Post())) == facts  # they name nobody
    assert shop.services().retention_counts.read_counts(utc_text(OLD)[:7]) == {
        Kind.CLICKS: 3,
        Kind.MAILS: 1,
        Kind.MAIL_EVENTS: 2,
    }
    assert shop.services().find_due(profile, OLD) is None  # no occasion comes back


def test_nothing_goes_before_its_time(shop):
    customer = mail_and_click(shop)
    join(shop, at=DUE + 300 * DAY)
    before = shop.open_profile(customer)
    assert retire_people(shop.services(), DUE + find_span("clicks") - DAY) == {"reviewed": 1}
    assert shop.open_profile(customer) == before


def test_a_mail_whose_end_is_unknown_is_kept(shop):
    customer, post = sign_up(shop, ASHA), Post("unknown")
    handle_customer(customer, shop.services(post), DUE)
    join(shop, at=OLD - DAY)
    retire_people(shop.services(), OLD)
    assert count_rows(shop, "mail") == (1,)


def test_the_way_out_of_an_old_mail_still_works_and_forgetting_finds_it(shop, tmp_path):
    customer = mail_and_click(shop)
    join(shop, at=OLD - DAY)
    people = shop.services().people
    links = shop.services().links
    [mail] = MailRows(people.table).list_mails(customer)
    ended = [row["pk"]["S"] for row in shop.read_all("links") if "expires_at" in row]
    for name in ended:  # as TTL does after half a year
        links.delete_rows([name])
    retire_people(shop.services(), OLD)
    [stop] = OldLinks(people.table).read_links(customer)
    assert stop in mail.links
    assert people.find_customer(Identity(kind="link", value=stop)) == customer
    assert people.find_customer(Identity(kind="link", value=ended[0])) is None
    retire_people(shop.services(), OLD + 2 * find_span("inactive"))
    finish(shop, tmp_path, at=OLD + 2 * find_span("inactive"))
    assert people.identities.find_owners(people.name_rows(Identity(kind="link", value=stop))) == {}
    assert links.find_rows([stop]) == []
    assert [row["stage"]["S"] for row in shop.read_all("customers") if "stage" in row] == ["verified"]


def test_old_messages_are_cut_down_and_say_the_same(shop):
    order = json.loads(an_order(ASHA, at=NOW).body) | {"browser_ip": "203.0.113.9", "note": "ring twice"}
    submission = an_order(ASHA, at=NOW).model_copy(update={"body": json.dumps(order).encode()})
    settle_item(shop.accept(submission), shop.services(), NOW)
    customer = shop.find_id(ASHA)
    before = shop.open_profile(customer)
    now = NOW + find_span("raw-bodies") + DAY
    assert retire_people(shop.services(), now) == {"reviewed": 1, "bodies": 1}
    [event] = shop.read_history(customer)
    assert b"203.0.113.9" not in event.submission.body
    assert b"ring twice" not in event.submission.body
    assert read_submission(event.submission) == read_submission(submission)
    assert check_fold(shop, customer) == before
    assert retire_people(shop.services(), now + 30 * DAY) == {"reviewed": 1}  # once


@pytest.mark.parametrize("name", ["shopify-order.json", "typeform-response.json"])
def test_a_reduced_message_is_read_as_before(name):
    sender, topic = {"s": ("shopify", "orders/create"), "t": ("typeform", "form_response")}[name[0]]
    submission = an_order(ASHA).model_copy(
        update={"sender": sender, "topic": topic, "body": (EXAMPLES / name).read_bytes()}
    )
    reduced = reduce_submission(submission)
    assert read_submission(reduced) == read_submission(submission)
    assert reduced.reduced
    assert len(reduced.body) < len(submission.body)


def test_a_kill_between_transactions_leaves_a_whole_record_and_exact_counts(shop):
    customer = mail_and_click(shop, clicks=MOST_CHANGES + 5)
    join(shop, at=OLD - DAY)

    class Dying:
        """The client of a container that dies at its second transaction."""

        def __init__(self):
            self.left = 1

        def __getattr__(self, name):
            if name == "transact_write_items":
                self.left -= 1
                if self.left < 0:
                    raise ClientError({"Error": {"Code": "Gone"}}, "TransactWriteItems")
            return getattr(shop.dynamodb, name)

    first = retire_people(shop.services(client=Dying()), OLD)
    assert first == {"postponed": 1}
    check_fold(shop, customer)
    second = retire_people(shop.services(), OLD)
    assert second["reviewed"] == 1
    check_fold(shop, customer)
    assert shop.services().retention_counts.read_counts(utc_text(OLD)[:7])[Kind.CLICKS] == MOST_CHANGES + 5


def test_whoever_comes_back_while_they_are_looked_at_is_not_forgotten(shop):
    customer = join(shop)
    now = NOW + find_span("inactive") + 2 * DAY
    services = shop.services()
    assert judge_person(services.people.load_person(customer), services, now).ends
    parts = write_end(customer, services, now)
    join(shop, at=now)
    with pytest.raises(RaceLostError):
        services.people.table.commit_parts(parts)
    assert retire_person(customer, services, now) == Counter()
    assert shop.open_profile(customer).fields["email"].value == ASHA


def test_looking_alone_changes_nothing(shop):
    customer = mail_and_click(shop)
    services = shop.services()
    before = shop.read_all("customers")
    person = services.people.load_person(customer)
    assert judge_person(person, services, OLD).counts == {Kind.CLICKS: 1, Kind.MAILS: 1, Kind.MAIL_EVENTS: 2}
    assert judge_person(person, services, DUE).counts == {}
    assert shop.read_all("customers") == before


def test_the_schedule_does_it(shop, tables, cloud, monkeypatch):
    join(shop)
    with open_api(shop, tables, cloud, monkeypatch):
        counts = retire_data.handle({"time": utc_text(NOW + find_span("inactive") + 2 * DAY)})
    assert counts == {"reviewed": 1, "people": 1}


def test_an_imported_person_counts_from_the_rows_date_and_a_forgotten_one_stays_so(shop, tmp_path):
    bring_in(shop, tmp_path, "7;asha@example.org;Asha;+12025550123;;;yes")
    now = NOW + find_span("inactive") + 2 * DAY
    assert retire_people(shop.services(), now)["people"] == 1
    finish(shop, tmp_path, at=now)
    later = make_map(name="again", as_of=date(2030, 1, 1))
    rows = ("7;;;;;;", ";asha@example.org;Asha;;;;yes", "8;asha@example.org;Asha;;;;", "7;new@example.org;Asha;;;;")
    outcome = bring_in(shop, tmp_path, *rows, rules=later, at=now + 1000 * DAY)
    assert outcome.accepted == 4
    assert shop.list_customers() == []
    assert {row["state"]["S"] for row in shop.read_all("inbox")} == {"settled", "nobody"}


def test_somebody_known_by_their_phone_alone_stays_forgotten_too(shop, tmp_path):
    bring_in(shop, tmp_path, ";;Asha;+12025550123;;;")
    now = NOW + find_span("inactive") + 2 * DAY
    retire_people(shop.services(), now)
    finish(shop, tmp_path, at=now)
    bring_in(shop, tmp_path, "9;;Asha;+12025550123;;;", at=now + DAY)
    assert shop.list_customers() == []
    shop.take(a_submission(phone="+12025550123", at=now + 2 * DAY))  # an act of their own
    assert len(shop.list_customers()) == 1


def test_a_long_history_is_read_event_by_event(shop, monkeypatch):
    customer = join(shop)
    services = shop.services()
    person = services.people.load_person(customer)
    [event] = list(services.people.list_history(person))
    alive = 0

    def list_many(_person):
        nonlocal alive
        for number in range(3_000):
            each = event.model_copy(update={"key": f"k{number}"})
            weakref.finalize(each, count_gone)
            alive += 1
            most.append(alive)
            yield each

    def count_gone():
        nonlocal alive
        alive -= 1

    most = []
    monkeypatch.setattr(PeopleReader, "list_history", lambda _, person: list_many(person))
    assert judge_person(person, services, OLD).counts == {}
    assert max(most) < 100
