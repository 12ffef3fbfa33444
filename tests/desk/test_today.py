"""The page Today: what waits, by ids and counts alone; each act with its line, by somebody who is still active."""

import re
from datetime import timedelta

import pytest

from chalicelib.models import RequestKind
from chalicelib.people.restriction import is_restricted
from chalicelib.settling.dispatch import settle_item, sweep_inbox
from chalicelib.store.inbox import State
from chalicelib.store.requests import RequestState, start_handover
from chalicelib.store.retention_counts import Kind
from tests.builders.shop import NOW, a_submission
from tests.builders.till import enrol
from tests.builders.work import count_requests

ASHA, MARK = "asha@example.org", "<b>\"Asha's</b>"


@pytest.fixture
def work(taking):
    """Return the desk, with the keys that the shop's settling has."""
    return taking


@pytest.fixture
def ben(work):
    return work.hire("staff", "Ben Okafor")


@pytest.fixture
def item(shop):
    return shop.quarantine(a_submission(email=ASHA, name=MARK, note="Asha Rao"))


def put_request(shop, kind=RequestKind.ACCESS, reason="shopify", at=NOW):
    """Keep a request that waits for staff; return its row."""
    if shop.find_id(ASHA) is None:
        shop.take(a_submission(email=ASHA, name="Asha Rao"))
    row = start_handover(shop.find_id(ASHA), kind, at, language="en", reason=reason)
    shop.services().table.commit_parts([shop.services().requests.write_row(row, at)])
    return shop.services().requests.read_row(row.customer_id, row.id)


def list_lines(desk):
    return [(line.actor, line.customer, line.reason) for line in desk.services.audit.list_accesses(f"{desk.now:%Y-%m}")]


def test_after_signing_in_who_may_open_customers_sees_the_days_work(work):
    for role, path in (("owner", "/today"), ("staff", "/today"), ("viewer", "/"), ("till", "/")):
        browser = work.hire(role, "Mara Lind")
        assert browser.sign_in().headers["Location"] == path
        assert browser.sign_in(next="/account").headers["Location"] == "/account"


def test_the_page_shows_what_waits_by_ids_and_counts_alone(work, shop, ben, item):
    row = put_request(shop)
    parked = shop.accept(a_submission(email=ASHA, at=NOW + timedelta(minutes=1)))
    shop.inbox.park_item(parked, "UnreadableError: no JSON")
    services = shop.services()
    services.table.commit_parts([services.identities.write_suggestion("one", "two", "phone")])
    services.table.commit_parts([services.retention_counts.add_counts({Kind.CLICKS: 7}, work.now)])
    before = len(list_lines(work))
    page = ben.read("/today")

    for text in (row.id, row.customer_id, "31\u00a0March 2026", "days left: 29", "typed too often", "UnreadableError"):
        assert text in page
    assert f"/today/items/{item}/release" in page
    assert f"/today/items/{parked}/delete" in page
    assert "the same phone number" in page
    assert re.search(r"Visits through links</dt><dd>7", page)
    for secret in (ASHA, "Asha", MARK, "203.0.113"):
        assert secret not in page
    assert len(list_lines(work)) == before  # no record was opened
    assert f'href="/people/{row.customer_id}"' in page


def test_the_page_counts_what_came_in_since_midnight(work, shop, ben):
    settle_item(shop.accept(a_submission(email=ASHA, at=work.now)), shop.services(), work.now)
    page = ben.read("/today")
    for words, count in (("Orders", 0), ("New customers", 1), ("Answers to surveys", 0)):
        assert f"<dt>{words}</dt><dd>{count}</dd>" in page


def test_times_and_digits_are_the_shops_and_the_languages(work, shop, ben, item):
    work.services.clock = work.services.clock.model_copy(update={"time_zone": "Asia/Tehran"})
    ben.post("/account/language", language="fa")
    page = ben.read("/today")
    assert "۱۰ اسفند ۱۴۰۴ (۱ مارس ۲۰۲۶) ۱۵:۳۰" in page.replace("\u00a0", " ")
    assert 'dir="rtl"' in page


def test_the_page_costs_a_bounded_number_of_calls(work, shop, ben):
    for number in range(60):
        put_request(shop, at=NOW + timedelta(minutes=number))
    keys = [shop.quarantine(a_submission(email=f"a{number}@example.org")) for number in range(60)]
    parked = shop.accept(a_submission(at=NOW + timedelta(minutes=1)))
    shop.inbox.park_item(parked, "why")
    ben.read("/today")
    calls = count_requests(work.stage.dynamodb)
    page = ben.read("/today")

    forms, campaigns = len(lists_of_forms()), sum(bool(each.offer) for each in work.services.campaigns)
    # The session, requests, the inbox's lists, doubles, retention, handovers, members, due mails, codes of each offer,
    # the senders' last deliveries; what bounced was read a minute ago at most.
    assert calls["Query"] == 25 + forms + campaigns
    assert calls["BatchGetItem"] == 7
    assert sum(calls.values()) == 32 + forms + campaigns
    assert page.count('/close"') == 50
    assert "and 10 more" in page
    assert page.count('/release"') == 50  # of both kinds: a flood of one hides no other
    assert parked in page
    assert "and 11 more" in page
    assert keys[-1] in page


def lists_of_forms():
    from chalicelib.optin.lists import name_lists

    return name_lists()


def test_a_request_is_closed_with_a_line_and_only_once(work, shop, ben):
    row = put_request(shop)
    path = f"/today/requests/{row.id}/close"
    answer = ben.post(path, customer=row.customer_id)
    assert answer.status_code == 200
    assert "The request is closed." in answer.body.decode()
    assert shop.services().requests.read_row(row.customer_id, row.id).state is RequestState.DONE
    assert list_lines(work)[-1] == (ben.staff_id, row.customer_id, "closed a request: access")
    assert ben.post(path, customer=row.customer_id).status_code == 409
    assert ben.post(path, customer="somebody").status_code == 409
    assert ben.post(path).status_code == 409


def test_a_look_is_masked_and_noted_first(work, shop, ben, item):
    answer = ben.post(f"/today/items/{item}/look")
    page = answer.body.decode()
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert "a… (16 characters)" in page
    assert "&lt;… (14 characters)" in page
    for secret in (ASHA, "Asha", MARK, "<b>", "203.0.113"):
        assert secret not in page
    assert list_lines(work)[-1] == (ben.staff_id, item, "looked at a waiting item: to judge it")
    shop.take(a_submission(email=ASHA))
    ben.post(f"/today/items/{item}/look")
    assert list_lines(work)[-1][1] == shop.find_id(ASHA)  # the person sees the line in their own copy


def test_names_of_values_are_shown_as_text(work, shop, ben):
    key = shop.quarantine(a_submission(**{"<script>alert(1)</script>": "x"}))
    page = ben.post(f"/today/items/{key}/look").body.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_an_item_that_cannot_be_opened_says_so(work, shop, ben, item):
    other = shop.quarantine(a_submission(email="b@example.org"))
    sealed = shop.inbox.read_item(other).sealed
    shop.inbox.table.change_item({"pk": item}, "SET sealed = :sealed", sealed=sealed)
    assert "cannot be opened" in ben.post(f"/today/items/{item}/look").body.decode()


def test_nothing_is_shown_where_the_line_cannot_be_written(work, ben, item, monkeypatch):
    def fail(*_, **__):
        raise RuntimeError("no table")

    token = ben.read_token()
    monkeypatch.setattr(type(work.services.audit), "write_access", fail)
    answer = ben.post(f"/today/items/{item}/look", token=token)
    assert answer.status_code == 503
    assert "a… (16 characters)" not in answer.body.decode()


def test_a_released_item_is_settled_by_the_sweeper(work, shop, ben, item):
    answer = ben.post(f"/today/items/{item}/release")
    assert "Released." in answer.body.decode()
    assert shop.inbox.read_item(item).state is State.NEW
    assert list_lines(work)[-1] == (ben.staff_id, item, "released a waiting item")
    sweep_inbox(shop.services(), NOW + timedelta(minutes=2))
    assert shop.inbox.read_item(item).state in (State.UNCONFIRMED, State.SETTLED)
    assert ben.post(f"/today/items/{item}/release").status_code == 409


def test_an_item_is_deleted_for_a_reason_after_the_passkey(work, shop, ben, item):
    path = f"/today/items/{item}/delete"
    assert ben.post(path, why="because").status_code == 422
    assert ben.post(path).status_code == 422
    work.wait(minutes=6)
    assert ben.post(path, why="spam").headers["Location"] == "/touch?next=%2Ftoday"
    assert shop.inbox.read_item(item).sealed
    ben.touch(next="/today")
    assert "deleted" in ben.post(path, why="spam").body.decode()
    found = shop.inbox.read_item(item)
    assert (found.state, found.sealed) == (State.DROPPED, b"")
    assert list_lines(work)[-1] == (ben.staff_id, item, "deleted a waiting item: spam")
    assert ben.post(path, why="spam").status_code == 409
    shop.accept(a_submission(email=ASHA, name=MARK, note="Asha Rao"))  # sent again: its key is known
    assert shop.inbox.read_item(item).state is State.DROPPED


@pytest.mark.parametrize("act", ["look", "release", "delete", "close"])
def test_whoever_is_dismissed_meanwhile_does_and_sees_nothing(work, shop, ben, item, act, monkeypatch):
    owner, row, staff = work.hire("owner", "Mara Lind"), put_request(shop), work.services.staff
    path = f"/today/requests/{row.id}/close" if act == "close" else f"/today/items/{item}/{act}"
    token, before, lines = ben.read_token(), shop.read_all("inbox"), list_lines(work)
    member = staff.read_member(ben.staff_id)
    write_access = type(work.services.audit).write_access

    def dismiss_first(audit, *given):
        work.services.table.commit_parts(staff.write_dismissal(member, work.now))
        monkeypatch.setattr(type(work.services.audit), "write_access", write_access)
        return write_access(audit, *given)

    monkeypatch.setattr(type(work.services.audit), "write_access", dismiss_first)
    answer = ben.post(path, token=token, why="spam", customer=row.customer_id)
    assert answer.status_code == 409
    assert "characters)" not in answer.body.decode()
    assert shop.read_all("inbox") == before
    assert shop.services().requests.read_row(row.customer_id, row.id).state is RequestState.TO_SHOP
    assert list_lines(work) == lines
    assert owner.get("/today").status_code == 200


def test_a_restriction_is_lifted_by_address_and_nothing_of_it_is_in_an_address(work, shop, ben):
    shop.take(a_submission(email=ASHA))
    known = {row["pk"]["S"] for row in shop.read_all("inbox")}
    answer = ben.post("/today/lift", email="nobody@example.org")
    assert answer.status_code == 422
    assert {row["pk"]["S"] for row in shop.read_all("inbox")} == known
    assert "Nobody is known" in answer.body.decode()
    assert "nobody@example.org" not in answer.body.decode()
    assert ben.post("/today/lift", email="").status_code == 422
    answer = ben.post("/today/lift", email=f" {ASHA.upper()} ")
    assert "Accepted." in answer.body.decode()
    assert list_lines(work)[-1] == (ben.staff_id, shop.find_id(ASHA), "restriction lifted, as the person asked")
    [key] = {row["pk"]["S"] for row in shop.read_all("inbox")} - known
    sweep_inbox(shop.services(), NOW + timedelta(minutes=3))
    assert shop.inbox.read_item(key).state is State.SETTLED
    assert not is_restricted(shop.read_profile(ASHA))


def test_alarms_name_the_campaign(work, shop, ben):
    from chalicelib.today.alarms import list_alarms

    offering = next(each for each in work.services.campaigns if each.offer and each.offer.per_person)
    work.services.campaigns = (offering,)
    assert f"The offer codes of the campaign {offering.name} are running out. Left: 0." in ben.read("/today")
    shop.stock_codes(offering)
    assert list_alarms(work.services) == []
    most = int(offering.offer.most_spent * 100)
    services = work.services
    services.table.commit_parts([services.budgets.change_counts(offering.name, spent=most)])
    assert "budget of the campaign" in ben.read("/today")


def test_mails_that_wait_since_many_bounced_are_an_alarm(work, ben):
    assert "bounced" not in ben.read("/today")
    services, at = work.services, work.now
    for number in range(100):
        kinds = ["sent", "bounced"] if number < 30 else ["sent"]
        counts = [services.reputation, services.ask_reputation]
        services.table.commit_parts([each.count_mail(kinds, str(number), at) for each in counts])
    work.wait(minutes=2)  # rates are kept for a minute
    page = ben.read("/today")
    assert "Advertising waits" in page
    assert "Fewer confirmation emails are sent" in page


def test_a_sender_in_use_that_was_refused_is_named_until_it_delivers(work, ben):
    deliveries = work.services.deliveries
    deliveries.note_refused("square", "signature", work.now)  # a stranger's post: it never delivered
    deliveries.note_accepted("shopify", work.now)
    assert "Last refused" not in ben.read("/today")
    work.wait(minutes=5)
    deliveries.note_refused("shopify", "signature", work.now)
    page = ben.read("/today")
    assert page.count("Last refused") == 1
    assert re.search(r"Shopify</bdi></a> · Last refused: .*Its signature was wrong or missing", page)
    work.wait(minutes=5)
    deliveries.note_accepted("shopify", work.now)
    assert "Last refused" not in ben.read("/today")
    deliveries.note_refused("shopify", "signature", work.now)
    work.wait(hours=11)
    assert "Last refused" in ben.read("/today")
    work.wait(days=1, hours=14)
    ben.sign_in()
    assert "Last refused" not in ben.read("/today")


def test_a_double_is_compared_from_the_list(work, shop, ben):
    for email in (ASHA, "bo@example.org"):
        shop.take(a_submission(email=email, name="Rao"))
    pair = shop.find_id(ASHA), shop.find_id("bo@example.org")
    work.services.table.commit_parts([work.services.identities.write_suggestion(*pair, "phone")])
    (path,) = re.findall(r'action="(/people/[^"]+/doubles)"', ben.read("/today"))
    answer = ben.post(path)
    assert answer.status_code == 200
    assert "Join the two" in answer.body.decode()


def test_a_broken_file_of_a_campaign_is_an_alarm_and_no_error(work, ben, monkeypatch):
    from chalicelib.errors import DefinitionError

    def fail(**_):
        raise DefinitionError("win-back.toml: purpose <b>")

    monkeypatch.setattr("chalicelib.campaigns.library.list_campaigns", fail)
    page = ben.read("/today")
    assert "win-back.toml: purpose &lt;b&gt;" in page


def test_the_page_counts_the_customers_whose_mail_is_due_and_opens_none(work, shop, ben):
    from tests.builders.mails import sign_up

    assert "Customers with an email due today: 0" in ben.read("/today")
    sign_up(shop, "asha@example.org")
    rows = [row for row in shop.read_all("customers") if row["sk"]["S"] == "core"]
    assert "due_at" in rows[0]
    key = {"pk": rows[0]["pk"]["S"], "sk": "core"}
    week = f"{work.now:%G-W%V}#0"
    due = f"{work.now:%Y-%m-%dT}23:00:00Z"
    shop.services().table.change_item(key, "SET #queue = :queue, due_at = :due", queue=week, due=due)
    assert "Customers with an email due today: 1" in ben.read("/today")
    shop.services().table.change_item(key, "SET due_at = :due", due="2026-03-04T23:00:00Z")
    assert "Customers with an email due today: 0" in ben.read("/today")


def test_a_till_that_has_not_called_for_a_day_is_told(work, ben):
    till = enrol(work, work.hire("owner", "Mara Lind"), "Front till")
    work.wait(hours=23, minutes=59)
    ben.sign_in()
    assert "Front till" not in ben.read("/today")
    work.wait(minutes=2)
    page = ben.read("/today").replace("\u00a0", " ")
    assert re.search(r"The till Front till has not called since 1 March 2026 \d\d:\d\d\.", page)
    till.get("/till/key")
    assert "Front till" not in ben.read("/today")


def test_a_till_that_was_ended_is_told_no_more(work, ben):
    owner = work.hire("owner", "Mara Lind")
    till = enrol(work, owner, "Front till")
    work.wait(hours=25)
    owner.sign_in()
    owner.post(f"/devices/{till.device_id}/end")
    ben.sign_in()
    assert "Front till" not in ben.read("/today")
