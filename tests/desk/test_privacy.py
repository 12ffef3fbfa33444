"""Privacy: erasures and their ledger, the audit, retention. Ids, times and counts; nobody's record is opened."""

import html
import re
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from chalicelib.data_requests.readable.reasons import NOTED
from chalicelib.desk.privacy import accesses
from chalicelib.desk.privacy.access_reasons import OWN
from chalicelib.desk.words import find_desk_words
from chalicelib.erasure.forget import ForgetOrder, Reason, forget_person
from chalicelib.erasure.run import advance_erasures
from chalicelib.numbers.counting import REASON as COUNTED
from chalicelib.retention.forecast import REASON as RETAINED
from chalicelib.retention.forecast import count_people
from chalicelib.store.audit import EVERYBODY
from chalicelib.store.tours import TourKind
from chalicelib.tours import steps
from chalicelib.words import list_languages
from infra.staff.retention import write_retention
from tests.builders.shop import a_submission
from tests.builders.work import count_requests

PEOPLE = ("asha", "ben", "chen")
ROOT = Path(__file__).resolve().parents[2] / "chalicelib"
# A text that code hands to the audit, or names as a reason before.
NOTING = re.compile(
    r'(?:\.note\(|commit_noted\([^")]*|write_access\([^")]*|'
    r'^\s*(?:REASON|reason|line) = (?:request\.note\()?)f?"([^"]+)"',
    re.MULTILINE,
)


@pytest.fixture
def mara(taking):
    return taking.hire("owner", "Mara Lind")


@pytest.fixture
def told(taking, shop, cloud, mara):
    """Give the door the public key of the receipts, as a deployment does; return the desk."""
    public = shop.services().signer.read_public()
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
    name = taking.stage.settings.parameter_path + "receipt-key"
    ssm = cloud.client("ssm")
    ssm.put_parameter(Name=name, Value=pem, Type="String", Overwrite=True)
    yield taking
    ssm.delete_parameter(Name=name)


def forget(desk, shop, name, at=None):
    """Forget a customer, and finish it where `at` is given."""
    shop.take(a_submission(email=f"{name}@example.com", name="Secret Name"))
    order = ForgetOrder(reason=Reason.STAFF, request=f"r-{name}", requested_at=desk.now)
    assert forget_person(shop.find_id(f"{name}@example.com"), order, shop.services(), desk.now)
    if at:
        advance_erasures(shop.services(), at)


def test_privacy_leads_to_each_page(mara):
    page = mara.read("/privacy")
    for path in ("/privacy/lists", "/privacy/erasures", "/privacy/audit", "/privacy/retention"):
        assert f'href="{path}"' in page
        assert mara.read(path)


def test_erasures_stand_by_month_with_their_receipts_and_name_nobody(told, shop, mara):
    forget(told, shop, "asha", told.now + timedelta(minutes=1))
    forget(told, shop, "ben")
    page = mara.read("/privacy/erasures")
    assert "The list is whole, checked just now" in page
    assert "Deletions in all: 2" in page
    assert "must be done by 31\u00a0March 2026" in page  # one is under way, and the law sets its deadline
    assert page.count("Under way") == 1
    assert 'href="/erasures/r-asha"' in page
    assert 'href="/erasures/r-ben"' not in page
    assert told.services.ledger.read_head().hash in page
    assert "not signed yet, within a minute: 1" in page
    assert "Nothing in this month." in mara.read("/privacy/erasures?month=2026-02")
    assert "Nothing in this month." not in mara.read("/privacy/erasures?month=<script>")
    for secret in ("Secret Name", "asha@example.com"):
        assert secret not in page


def test_a_ledger_that_was_changed_is_shown_loudly(told, shop, mara):
    for name in PEOPLE:
        forget(told, shop, name, told.now + timedelta(minutes=1))
    assert "is not whole" not in mara.read("/privacy/erasures")
    ledger = told.services.ledger
    entry = ledger.read_entry(2)
    changed = entry.model_copy(update={"customer": "somebody else"}).write_text()
    ledger.table.write_item({"pk": "entry", "number": 2, "entry": changed})
    page = mara.read("/privacy/erasures")
    assert 'role="alert"' in page
    assert "The list is not whole. Tell the person who looks after the service at once" in page
    for fault in (
        "entry 3 does not follow",
        "entry 2 is not the one that its signature",
        "2 is not the one that its receipt",
    ):
        assert fault in page
    ledger.table.write_item({"pk": "entry", "number": 2, "entry": "no JSON"})
    assert "entry 2 cannot be read" in mara.read("/privacy/erasures")


def test_an_end_that_was_cut_off_is_found_without_a_scan(told, shop, mara):
    for name in PEOPLE:
        forget(told, shop, name, told.now + timedelta(minutes=1))
    table = told.services.ledger.table
    for kind in ("entry", "signed"):  # the signature is gone as well: the erasure that is still verified tells
        table.delete_item({"pk": kind, "number": 3})
    calls = count_requests(told.stage.dynamodb)
    assert "entry 3 is not the one that its receipt names" in mara.read("/privacy/erasures")
    assert calls["Scan"] == 0


def test_without_a_public_key_the_page_says_that_no_signature_was_checked(taking, shop, mara):
    forget(taking, shop, "asha", taking.now + timedelta(minutes=1))
    assert "no signature was checked" in mara.read("/privacy/erasures")


def test_the_audit_says_who_did_what_and_opens_nobody(taking, shop, mara):
    ben = taking.hire("staff", "Ben Okafor")
    shop.take(a_submission(email="asha@example.com", name="Asha Rao"))
    customer = shop.find_id("asha@example.com")
    ben.post(f"/people/{customer}", why="counter")
    ben.post("/find", typed="asha@example.com")
    before = len(list(taking.services.audit.list_accesses("2026-03")))
    page = mara.read("/privacy/audit")
    assert len(list(taking.services.audit.list_accesses("2026-03"))) == before
    assert f'href="/people/{customer}"' in page
    assert "At the counter" in page
    assert "made a passkey and joined" in page
    assert re.search(r"<bdi>Ben Okafor</bdi></dt><dd>3</dd>", page)
    assert "Asha" not in page

    only = mara.read(f"/privacy/audit?who={mara.staff_id}")
    assert f'href="/people/{customer}"' not in only
    reason = re.search(r'<option value="(\w+)">At the counter<', html.unescape(page))[1]
    asked = mara.read(f"/privacy/audit?why={reason}")
    assert asked.count(f'href="/people/{customer}"') == 1
    assert f'<option value="{reason}" selected>' in asked
    assert "Nothing in this month." in mara.read("/privacy/audit?month=2026-01")


def test_reasons_of_one_sentence_are_one_choice(taking, mara):
    taking.hire("staff", "Ben Okafor")
    taking.hire("viewer", "Leyla Rahimi")
    page = mara.read("/privacy/audit")
    invited = re.findall(r'<option value="(\w+)">invited somebody<', page)
    assert len(invited) == 1
    choices = re.findall(r"<option[^>]*>([^<]+)<", page)
    assert len(choices) == len(set(choices))
    chosen = mara.read(f"/privacy/audit?why={invited[0]}")
    assert chosen.count("invited somebody") == 4  # three lines, and the choice itself


def test_the_audit_comes_in_pages_without_a_gap(taking, mara, monkeypatch):
    monkeypatch.setattr(accesses, "SHOWN", 4)
    monkeypatch.setattr(accesses, "READ", 7)
    services = taking.services
    for number in range(15):
        at = taking.now - timedelta(minutes=number + 1)
        services.table.commit_parts([services.audit.write_access(EVERYBODY, "mira", f"turn {number}", at)])
    seen, path = [], "/privacy/audit?who=mira"
    for _ in range(9):
        page = mara.read(path)
        seen += re.findall(r"turn (\d+)</bdi>", page)
        older = re.search(r'class="act" href="([^"]+)"', page)
        if older is None:
            break
        path = html.unescape(older[1])
    assert seen == [str(number) for number in range(15)]


def test_odd_questions_of_the_audit_are_answered_quietly(mara):
    for asked in ("month=2026-13", "before=<script>", "who=<b>", "why=%00", "before=" + "9" * 60, "month="):
        answer = mara.get(f"/privacy/audit?{asked}")
        assert answer.status_code == 200
        assert "<b>" not in answer.body.decode()


def test_every_word_for_a_reason_has_its_pattern_in_every_language():
    for language in list_languages():
        assert set(find_desk_words(language).privacy.access.reasons) == set(OWN)


def list_noted():
    """Return the reasons that the code of the desk writes down, each with a word in place of what is filled in."""
    folders = ("desk", "joining", "numbers", "retention", "today", "tours")
    texts = [path.read_text() for folder in folders for path in (ROOT / folder).rglob("*.py")]
    return sorted({re.sub(r"{[^}]+}", "x1", found) for text in texts for found in NOTING.findall(text)})


def test_every_reason_that_the_desk_notes_is_told_in_the_reader_s_language():
    known = [*OWN.values(), *NOTED.values()]
    assert len(list_noted()) > 20
    assert [each for each in list_noted() if not any(pattern.fullmatch(each) for pattern in known)] == []


@pytest.mark.parametrize(
    "reason", [COUNTED, RETAINED, "forecast: what campaigns would do", "simulation: what campaigns would do"]
)
def test_what_is_noted_of_everybody_is_told_to_each_customer(reason):
    assert any(pattern.fullmatch(reason) for pattern in NOTED.values())


def test_retention_counts_what_the_command_counts_and_changes_nothing(taking, shop, mara, monkeypatch):
    monkeypatch.setitem(steps.SIZES, TourKind.RETENTION, 2)
    for name in PEOPLE:
        shop.take(a_submission(email=f"{name}@example.com"))
    taking.wait(days=4 * 365)
    mara.sign_in()
    before = shop.read_all("customers")
    path = mara.post("/privacy/retention").headers["Location"]
    lines = [(line.customer, line.reason) for line in taking.services.audit.list_accesses(f"{taking.now:%Y-%m}")]
    assert lines[-1] == (EVERYBODY, "retention: what would go")
    page = mara.read(path)
    assert "customers looked at: 3" in page
    assert re.search(r"Customers without any contact</dt><dd>3</dd>", page)
    assert count_people(taking.services.retention_queue.list_due(), taking.services, taking.now)["people"] == 3
    assert "3 people, with no sign of life" in write_retention(taking.services, taking.now)
    assert shop.read_all("customers") == before
    assert taking.hire("owner", "Nia Cole").get(path).status_code == 404
