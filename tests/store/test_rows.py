"""Rows of the Customers table: each kind comes back as it was written, and changes only as its condition allows."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.errors import RaceLostError
from chalicelib.models import MailState, RequestKind
from chalicelib.store.audit import EVERYBODY, Audit
from chalicelib.store.budgets import Budgets
from chalicelib.store.erasures import ErasureRow, Erasures, Stage
from chalicelib.store.facts import Fact, Facts
from chalicelib.store.mail_limits import MailLimit, MailLimits
from chalicelib.store.mails import MailRow, MailRows
from chalicelib.store.old_links import OldLinks
from chalicelib.store.outbox import Outbox, Outgoing
from chalicelib.store.reputation import DAYS, MailReputation, Rates
from chalicelib.store.requests import STAFFS, WORKERS, RequestRows, RequestState, make_request
from chalicelib.store.retention_counts import Kind, RetentionCounts
from chalicelib.store.retention_queue import EVERY_DAYS, RetentionQueue
from chalicelib.store.shop_erasures import ShopErasures, start_shop_erasure
from chalicelib.store.table import Table

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
AT, LATER = "2026-03-01T12:00:00.000000Z", "2026-03-02T12:00:00.000000Z"
DAY = timedelta(days=1)
# Rows of an address in the blind index, under the newer and the older secret.
ROWS = ("idn#2#new", "idn#1#old")


@pytest.fixture
def table(tables):
    return Table(tables.dynamodb, tables.settings.prefix + "customers")


class Counting:
    """The real client; it keeps the names of its calls."""

    def __init__(self, client):
        self.client, self.calls = client, []

    def __getattr__(self, name):
        self.calls.append(name)
        return getattr(self.client, name)


def a_mail(**changes):
    plain = MailRow("welcome", "welcome", MailState.INTENT, "m1", "a1", AT, LATER, True, "TEA10", ("one", "mail:a1"))
    return replace(plain, **changes)


def test_mail_moves_on_and_is_open_until_it_is_closed(table):
    rows, mail = MailRows(table), a_mail()
    table.commit_parts([rows.write_mail("c1", mail)])
    assert rows.list_mails("c1") == [mail]
    assert list(rows.list_open(NOW)) == [("c1", "welcome")]
    assert list(rows.list_open(NOW - DAY)) == []

    table.commit_parts([rows.move_mail("c1", mail, MailState.UNKNOWN, "a2", LATER, ("one", "mail:a2"))])
    [moved] = rows.list_mails("c1")
    assert moved == a_mail(state=MailState.UNKNOWN, attempt="a2", at=LATER, links=("one", "mail:a2"))
    assert list(rows.list_open(NOW)) == []
    assert list(rows.list_open(NOW + DAY)) == [("c1", "welcome")]

    table.commit_parts([rows.move_mail("c1", moved, MailState.SENT, "a2", LATER)])
    assert rows.list_mails("c1") == [replace(moved, state=MailState.SENT)]
    assert list(rows.list_open(NOW + DAY)) == []


def test_mail_is_written_once_and_moved_by_one_worker(table):
    rows, mail = MailRows(table), a_mail()
    table.commit_parts([rows.write_mail("c1", mail)])
    for part in (
        rows.write_mail("c1", mail),
        rows.move_mail("c1", a_mail(attempt="a0"), MailState.SENT, "a2", AT),
        rows.move_mail("c1", a_mail(state=MailState.SENT), MailState.SENT, "a2", AT),
    ):
        with pytest.raises(RaceLostError):
            table.commit_parts([part])

    assert rows.list_mails("c1") == [mail]


def test_closed_mail_is_never_in_the_queue(table):
    rows = MailRows(table)
    table.commit_parts([rows.write_mail("c1", a_mail(state=MailState.HELD_OUT))])

    assert list(rows.list_open(NOW + DAY)) == []


def test_budget_is_spent_to_the_last_cent_and_no_further(table):
    budgets = Budgets(table)
    assert budgets.read_budget("welcome") == 0
    for _ in range(3):
        table.commit_parts([budgets.spend_budget("welcome", 500, 1_500)])
    with pytest.raises(RaceLostError):
        table.commit_parts([budgets.spend_budget("welcome", 1, 1_500)])

    assert budgets.read_budget("welcome") == 1_500


def test_fact_that_is_written_twice_counts_once(table):
    facts = Facts(table)
    for _ in range(2):
        table.commit_parts([facts.write_fact("welcome", "sent", "m1", NOW)])
    table.commit_parts([facts.write_fact("welcome", "returned", "m1", NOW, order="o1", revenue="9.50", currency="EUR")])
    table.commit_parts([facts.write_fact("welcome", "clicked", "m1", NOW)])
    table.commit_parts([facts.drop_fact("welcome", "clicked", "m1")])

    assert list(facts.list_facts("welcome")) == [
        Fact("welcome", "returned", "m1", AT, {"revenue": "9.50", "currency": "EUR"}, "o1"),
        Fact("welcome", "sent", "m1", AT),
    ]


def test_reputation_adds_up_seven_days_in_one_call(table):
    reputation = MailReputation(table)
    for ago in range(DAYS + 1):
        for mail in range(5):
            table.commit_parts([reputation.count_mail(["sent"], f"m{mail}", NOW - ago * DAY)])
    table.commit_parts([reputation.count_mail(["bounced", "complained"], "m1", NOW)])
    counting = Counting(table.client)

    assert MailReputation(Table(counting, table.name)).read_rates(NOW) == Rates(5 * DAYS, 1, 1)
    assert counting.calls == ["batch_get_item"]


def test_reputation_is_read_once_a_minute(table):
    reputation = MailReputation(Table(Counting(table.client), table.name))
    for seconds in (0, 30, 60, 61):
        assert not reputation.stops_marketing(NOW + timedelta(seconds=seconds))

    assert reputation.table.client.calls == ["batch_get_item"] * 2


@pytest.mark.parametrize(
    ("rates", "stops"),
    [
        (Rates(99, 50, 50), False),  # too few mails to say anything
        (Rates(100, 3, 0), False),
        (Rates(100, 4, 0), True),
        (Rates(10_000, 0, 8), False),
        (Rates(10_000, 0, 9), True),
    ],
)
def test_marketing_stops_above_a_rate(rates, stops):
    assert rates.stops_marketing is stops


def test_limit_of_an_address_is_read_under_every_secret_and_written_under_the_newest(table):
    limits, old = MailLimits(table), MailLimit((NOW - DAY,), refused_at=NOW - DAY)
    assert limits.read_row(ROWS) == MailLimit()
    table.commit_parts([limits.write_row(ROWS[1:], old, NOW)])
    held = limits.read_row(ROWS)
    assert held == replace(old, version=0)
    table.commit_parts([limits.write_row(ROWS, MailLimit((NOW,), version=held.version), NOW)])

    assert limits.read_row(ROWS) == MailLimit((NOW - DAY, NOW), NOW - DAY, version=1)
    with pytest.raises(RaceLostError):
        table.commit_parts([limits.write_row(ROWS, held, NOW)])


def test_request_is_in_the_queue_of_its_state(table):
    rows = RequestRows(table)
    row = make_request("c1", RequestKind.ACCESS, NOW, language="en", network="n")
    table.commit_parts([rows.write_row(row, NOW)])
    [held] = rows.list_open(WORKERS)
    assert held == replace(row, version=1)
    assert rows.read_owner(row.owner) == held
    assert rows.read_owner("c1") is None
    assert list(rows.list_open(WORKERS, "2026-02")) == []

    large = replace(held, state=RequestState.OVERSIZE, result=b"sealed", links=("one", "two"))
    table.commit_parts([rows.write_row(large, NOW)])
    assert list(rows.list_open(WORKERS)) == []
    assert list(rows.list_open(STAFFS)) == rows.list_requests("c1") == [replace(large, version=2)]
    with pytest.raises(RaceLostError):
        table.commit_parts([rows.write_row(held, NOW)])

    table.commit_parts([rows.write_row(replace(large, version=2, state=RequestState.DONE), NOW)])
    assert list(rows.list_open(STAFFS)) == []
    [done] = table.query_items("cust#c1")
    assert "queue" not in done
    assert done["expires_at"] == int((NOW + 30 * DAY).timestamp())
    assert done["sk"] == row.record_id


def an_erasure(**changes):
    return replace(ErasureRow("r1", Stage.SWEEPING, "c1", 7, "request", AT, AT, probe=b"p", due_at=AT), **changes)


def test_erasure_is_due_until_it_is_closed(table):
    rows, row = Erasures(table), an_erasure()
    table.commit_parts([rows.write_row(row)])
    assert list(rows.list_due(NOW)) == [row]
    assert list(rows.list_due(NOW - DAY)) == []

    for rival in (an_erasure(stage=Stage.VERIFIED), an_erasure(checks=1), an_erasure(due_at=LATER)):
        with pytest.raises(RaceLostError):
            table.commit_parts([rows.replace_row(rival, row)])

    closed = an_erasure(stage=Stage.CLOSED, counts={"mails": 2}, links=("one", "two"), checks=3, due_at="")
    table.commit_parts([rows.replace_row(row, closed)])
    assert list(rows.list_due(NOW)) == []
    assert rows.read_row("r1") == closed
    assert rows.read_row("r2") is None
    for part in (rows.write_row(row), rows.replace_row(row, closed)):
        with pytest.raises(RaceLostError):
            table.commit_parts([part])
    table.commit_parts([rows.put_row(row)])
    assert rows.read_row("r1") == row


def test_erasure_of_a_shop_is_due_until_it_is_over(table):
    rows, row = ShopErasures(table), start_shop_erasure("r1", "shopify:corner.example", NOW)
    table.commit_parts([rows.write_row(row)])
    assert list(rows.list_due(NOW)) == [row]
    further = replace(row, cursor="1#x y", forgotten=3)
    table.commit_parts([rows.write_row(further)])
    assert list(rows.list_due(NOW)) == [further]
    table.commit_parts([rows.write_row(replace(further, over=True))])

    assert list(rows.list_due(NOW)) == []


def test_every_customer_is_reviewed_once_in_four_weeks(table):
    queue, ids = RetentionQueue(table), [f"c{number}" for number in range(40)]
    for customer_id in ids:
        table.commit_parts([queue.plan_first(customer_id, NOW)])
    days = [len(list(queue.list_due(f"2026-03-{day:02}"))) for day in range(1, 31)]
    assert days[0] == 0
    assert days[-1] == len(ids)
    assert len(set(days)) > 10  # spread over the weeks
    table.commit_parts([queue.plan_next("c1", NOW + EVERY_DAYS * DAY)])
    table.commit_parts([queue.drop_row("c2")])

    due = sorted(queue.list_due("2026-03-30"))
    assert due == sorted({*ids} - {"c1", "c2"})
    assert sorted(queue.list_due()) == sorted({*ids} - {"c2"})


@pytest.mark.parametrize("most", [1, 7, 40, 1_000])
def test_batches_go_through_all_customers_once(table, most):
    queue, ids = RetentionQueue(table), sorted(f"c{number}" for number in range(40))
    for customer_id in ids:
        table.commit_parts([queue.plan_next(customer_id, NOW)])
    found, cursor = queue.list_batch("", most)
    while cursor:
        some, cursor = queue.list_batch(cursor, most)
        assert len(some) <= most
        found += some

    assert sorted(found) == ids


def test_counts_of_retention_add_up_by_month(table):
    counts = RetentionCounts(table)
    table.commit_parts([counts.add_counts({Kind.MAILS: 2, Kind.PEOPLE: 1}, NOW)])
    table.commit_parts([counts.add_counts({Kind.MAILS: 3}, NOW)])

    assert counts.read_counts("2026-03") == {Kind.PEOPLE: 1, Kind.MAILS: 5}
    assert list(counts.list_months(iter(["2026-02", "2026-03"]))) == [("2026-03", {Kind.PEOPLE: 1, Kind.MAILS: 5})]


def test_old_links_are_kept_beside_new_ones(table):
    links = OldLinks(table)
    assert links.read_links("c1") == ()
    table.commit_parts([links.add_links("c1", ["one", "two"])])
    table.commit_parts([links.add_links("c1", ["two", "three"])])

    assert links.read_links("c1") == ("one", "two", "three")


def test_audit_lists_a_month_and_of_one_customer_the_lines_of_everybody_too(tables):
    table = Table(tables.dynamodb, tables.settings.prefix + "audit")
    audit = Audit(table)
    for number, customer in enumerate(("c1", EVERYBODY, "c2")):
        table.commit_parts([audit.write_access(customer, "staff", "why", NOW + number * DAY)])
    table.commit_parts([audit.write_access("c1", "staff", "why", NOW - DAY)])

    assert [line.customer for line in audit.list_accesses("2026-03")] == ["c1", EVERYBODY, "c2"]
    assert [line.customer for line in audit.list_accesses("2026-03", "c1")] == ["c1", EVERYBODY]
    assert [line.at for line in audit.list_accesses("2026-02", "c1")] == ["2026-02-28T12:00:00.000000Z"]


def test_event_of_the_outbox_is_due_until_it_is_dropped(table):
    outbox = Outbox(table, wanted=True)
    table.commit_parts(outbox.write_event("consent.changed", {"b": 1, "a": "c1"}, NOW))
    [event_id] = outbox.list_due(NOW)
    assert outbox.read_row(event_id) == Outgoing(event_id, "consent.changed", AT, '{"a":"c1","b":1}')
    outbox.drop_row(event_id)

    assert outbox.read_row(event_id) is None
    assert list(outbox.list_due(NOW)) == []
    assert Outbox(table, wanted=False).write_event("consent.changed", {}, NOW) == []
