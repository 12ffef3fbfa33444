"""Lists of customers at the desk: asked for, read, and the lines of the audit. Builders for tests."""

import csv
import io

from chalicelib.erasure.forget import ForgetOrder, Reason, forget_person
from chalicelib.models import Submission, Trust
from chalicelib.strictjson import dump_json
from tests.builders.shop import NOW

YES = {"purpose": "marketing", "words": "Yes, please.", "words_version": "1", "language": "en"}


def restrict(shop, customer, at=NOW):
    """Restrict a customer's data, as a proven request does."""
    from chalicelib.settling.staff_acts import write_act

    body = dump_json({"link": "l", "kind": "restrict", "result": "r", "language": "en", "network": ""})
    said = Submission(sender="privacy", topic="confirm", trust=Trust.OWN, received_at=at, occurred_at=at, body=body)
    write_act(customer, said, shop.services(), at, [], form="shown-once")


def forget(desk, customer):
    order = ForgetOrder(reason=Reason.STAFF, request=f"r-{customer}", requested_at=desk.now)
    assert forget_person(customer, order, desk.services, desk.now)


def order_list(browser, **given):
    """Ask for a list; return its path."""
    asked = {"columns": ["name", "email"], "purpose": "", "goal": "tool", **given}
    answer = browser.post("/privacy/lists", **asked)
    assert answer.status_code == 303, answer.body
    return answer.headers["Location"]


def read_file(browser, path, number=1):
    answer = browser.post(f"{path}/file", number=number)
    assert answer.status_code == 200, answer.body
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    assert f'-{number}.csv"' in answer.headers["Content-Disposition"]
    text = answer.body.decode()
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:])))


def list_lines(desk):
    return [(line.customer, line.reason) for line in desk.services.audit.list_accesses("2026-03")]
