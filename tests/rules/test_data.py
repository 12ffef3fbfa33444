"""docs/data.md names every attribute that is ever written, and none that is not."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from chalicelib.data_requests.run import answer_requests
from chalicelib.fold.run import fold_people, list_consumers
from chalicelib.fold.walk import Walk
from chalicelib.joining.join import join_people
from chalicelib.models import Identity
from chalicelib.offers.run import make_offers
from chalicelib.optin.ask import ask_waiting
from chalicelib.outreach.decide import handle_customer
from chalicelib.retention.run import retire_people
from chalicelib.settling.dispatch import settle_item, sweep_inbox
from chalicelib.shop.retention import find_span
from chalicelib.shop.stops import MOST_SOFT, StopReason
from chalicelib.store.codes import CodeState
from chalicelib.tours import hashes
from infra.staff.customer import show_customer
from tests.builders.compliance import a_webhook
from tests.builders.desk import open_desk, press
from tests.builders.entries import an_entry, read_token, send_due, take_entry, withdraw
from tests.builders.erasures import finish, forget
from tests.builders.mails import DUE, Post, sign_up, tell
from tests.builders.offers import Access, Wire, an_offer_campaign, reach
from tests.builders.optin import START
from tests.builders.optin import sign_up as sign_up_unconfirmed
from tests.builders.orders import an_order
from tests.builders.own import open_own
from tests.builders.requests import START as LATE
from tests.builders.requests import prove
from tests.builders.retention import ASHA, OLD, leave_things_behind
from tests.builders.shop import NOW, Shop, a_submission
from tests.builders.surveys import take_answer, write_poll, write_survey
from tests.builders.till import enrol

D = {"emailAddress": "d@example.org"}
PAGE = Path(__file__).resolve().parents[2] / "docs" / "data.md"
ROW = re.compile(r"^\| (\w+) \| (\w+) \| `(\w+)` \|", re.MULTILINE)


def name_item(table: str, row: dict) -> str:
    """Return the page's word for a kind of item."""
    if table == "inbox":
        return "waiting"
    if table == "audit":
        return "line"
    if table == "links":
        kind = row["pk"]["S"].partition("#")[0]
        return kind if kind in ("delivery", "poll") else "package" if "part" in row else "link"
    if table == "ledger":
        return row["pk"]["S"]
    if table == "offers":
        return row["pk"]["S"].partition("#")[0]
    if table == "desk":
        kind = row["pk"]["S"].partition("#")[0]
        return row["sk"]["S"].partition("#")[0] if kind == "person" else kind
    if table == "keys":
        return "key" if row["pk"]["S"].startswith("cust#") else row["pk"]["S"]
    kind = row["pk"]["S"].partition("#")[0]
    return row["sk"]["S"].partition("#")[0] if kind == "cust" else {"idn": "identity"}.get(kind, kind)


def bounce_softly(shop, email):
    """Let so many mails bounce for now that their address is stopped; it is barred from advertising too."""
    services = shop.services()
    (row,) = services.people.name_rows(Identity(kind="email", value=email))
    (wished,) = services.people.name_rows(Identity(kind="email", value="wish@example.org"))
    services.table.commit_parts([services.suppressions.write_stop(wished, StopReason.WISH, LATE)])
    for hour in range(MOST_SOFT):
        services.table.commit_parts(services.suppressions.count_soft(row, LATE + timedelta(hours=hour)))


def end_codes(shop, monkeypatch):
    """Let codes be made at the shop, promised, used by an order, and expire."""
    reach(monkeypatch, Wire())
    services = shop.services(Post(), an_offer_campaign(ahead=40))
    services.shop_access = Access()
    for turn in range(3):
        make_offers(services, NOW + timedelta(minutes=5 * turn))
    for email in ("g@example.org", "h@example.org"):
        handle_customer(sign_up(shop, email), services, DUE)
    used, left = services.codes.list_codes(CodeState.PROMISED, services.batches.list_batches("back")[0].batch)
    order = an_order("g@example.org", code=used, number=9)
    settling = shop.services()
    settling.clock = services.clock
    settle_item(shop.accept(order), settling, order.received_at)
    make_offers(services, LATE + timedelta(days=40))
    assert services.codes.read_code(left).state in (CodeState.EXPIRED, CodeState.REMOVED)


def work_at_desk(tables, monkeypatch, shop, customer, look):
    """Let an owner do at the desk what leaves rows: from a dismissal and an invitation to a till that was ended."""
    with open_desk(tables, monkeypatch, shop) as desk:
        owner, ben = desk.hire("owner", "Mara Lind"), desk.hire("staff", "Ben Okafor")
        owner.sign_in()
        assert owner.post(f"/people/{customer}/card").status_code == 200
        assert owner.post("/account/weekly", email="mara@example.org").status_code == 303
        owner.post(f"/staff/{ben.staff_id}/dismiss")
        press(owner, f"/people/{shop.find_id('p@example.org')}/note", note="Likes Assam")
        parts = desk.services.halts.stop_campaign("welcome", owner.staff_id, desk.now)
        desk.services.table.commit_parts([*parts, desk.services.forecasts.begin_forecast(owner.staff_id, 0, desk.now)])
        desk.services.deliveries.note_accepted("shopify", desk.now)
        desk.services.deliveries.note_refused("shopify", "signature", desk.now)
        desk.invite("viewer", "Leyla Rahimi")
        owner.touch()
        till = enrol(desk, owner)
        owner.post(f"/devices/{till.device_id}/link")
        enrol(desk, owner, "Back counter")
        look()
        owner.post(f"/devices/{till.device_id}/end")
        asked = owner.post("/privacy/lists", columns="name", purpose="", goal="books")
        owner.read(asked.headers["Location"])
        monkeypatch.setattr(hashes, "LEAST", 0)
        asked = owner.post("/groups/regulars/audience", platform="google")
        owner.read(asked.headers["Location"])


def answer_surveys(shop, folder, monkeypatch):
    """Let two anonymous surveys be answered, one of them a poll whose result is shown."""
    with open_own(folder, monkeypatch):
        write_survey(folder)
        write_poll(folder)
        take_answer(shop, "mood", tea="green")
        for _ in range(5):
            take_answer(shop, "tea-poll", tea="green")


@pytest.fixture
def written(tables, tmp_path, capsys, monkeypatch):
    """Return every (table, item, attribute) that a walk through the service leaves or left."""
    shop = Shop(tables, tmp_path)
    shop.listened = True
    seen = set()

    def look():
        for table in ("inbox", "customers", "keys", "links", "ledger", "offers", "desk", "audit"):
            seen.update((table, name_item(table, row), name) for row in shop.read_all(table) for name in row)

    shop.take(a_submission(email="a@example.org", name="A", claims=("event:1",)))
    shop.take(a_submission(phone="+12025550123"))
    answer = a_submission(email="a@example.org", at=NOW + timedelta(minutes=1), entry={"score": 9})
    shop.take(answer.model_copy(update={"body": answer.body.replace(b'"kind": "sign-up"', b'"kind": "survey"')}))
    shop.take(a_submission(email="a@example.org", phone="+12025550123", at=NOW + timedelta(days=1)))
    shop.quarantine(a_submission(email="b@example.org"))
    broken = shop.accept(a_submission().model_copy(update={"body": b"?"}))
    shop.accept(a_submission(email="c@example.org"))
    look()
    settle_item(broken, shop.services(), NOW)
    look()
    sweep_inbox(shop.services(), NOW + timedelta(hours=1))
    customer, post = sign_up(shop, "d@example.org"), Post("unknown")
    outreach = shop.services(post)
    handle_customer(customer, outreach, DUE)
    look()
    tell(shop, "Bounce", post.sent[0][2], bounce={"bounceType": "Permanent", "bouncedRecipients": [D]})
    tell(shop, "Complaint", post.sent[0][2], complaint={"complainedRecipients": [D]})
    bounce_softly(shop, "s@example.org")
    [code] = [row.code for row in outreach.codes.scan_codes() if row.state is CodeState.PROMISED]
    settle_item(shop.accept(an_order("d@example.org", code=code)), shop.services(), DUE + timedelta(days=2))
    sign_up_unconfirmed(shop, "e@example.org")
    ask_waiting(shop.services(post), START)
    take_entry(shop, an_entry(email="p@example.org"))
    look()
    confirmed = Post()
    assert send_due(shop, confirmed, START, "p@example.org") == "sent"
    withdraw(shop, read_token(confirmed))
    shop.take(a_submission(email="f@example.org"))
    prove(shop, Post(), "access", email="f@example.org")
    look()
    answer_requests(shop.services(Post()), LATE + timedelta(minutes=2))
    show_customer(shop.services(), shop.find_id("a@example.org"), "test", NOW)
    capsys.readouterr()
    look()
    join_people(shop.find_id("a@example.org"), shop.find_id("f@example.org"), "test", shop.services(), LATE)
    look()
    shop.take(a_webhook("shop/redact", {"shop_id": 9, "shop_domain": "corner.example"}))
    forget(shop, "d@example.org", at=DUE + timedelta(days=3))
    look()
    finish(shop, tmp_path, at=DUE + timedelta(days=3))
    look()
    leave_things_behind(shop)
    end_codes(shop, monkeypatch)
    answer_surveys(shop, tmp_path / "own", monkeypatch)
    work_at_desk(tables, monkeypatch, shop, shop.find_id(ASHA), look)
    look()
    for now in (OLD, OLD + find_span("inactive")):
        retire_people(shop.services(), now)
        look()
    walked = shop.services()
    walked.table.commit_parts([walked.walks.ask_walk(OLD)])
    Walk(walked, list_consumers(walked), OLD)
    look()
    fold_people(walked, OLD)
    look()
    return seen


def test_page_and_tables_agree(written):
    named = set(ROW.findall(PAGE.read_text()))
    named = {(table, "waiting" if item == "tombstone" else item, name) for table, item, name in named}

    assert written - named == set()
    assert named - written == set()
