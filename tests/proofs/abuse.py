"""`make prove-abuse`: what the dearest requests of a stranger cost, in units and dollars, and what the budget stops.

Each shipped form is posted with every answer as long as it may be; then a container is flooded with the dearest.
Write units of single calls are DynamoDB Local's own count; those of transactions follow AWS's rule, as in
`tests/builders/units.py`.
Prices of us-east-1, on demand, without Lambda and KMS, which bill by time and not by size.
"""

import json
import random
import sys
from collections import Counter
from datetime import timedelta
from typing import Any

from chalicelib.door.budget import REFILL, SHARE, PostBudget
from chalicelib.forms.definition import Form
from chalicelib.forms.field import Field
from chalicelib.forms.library import find_form, list_forms
from chalicelib.models import Submission
from chalicelib.services import WORK_TIMEOUTS, make_client
from chalicelib.settling.dispatch import settle_item
from tests.builders.shop import NOW, Shop, a_submission
from tests.builders.units import measure_units
from tests.proofs.sends_stage import open_shop

WRITE, READ, REQUEST = 0.625, 0.125, 3.50  # dollars a million
chance = random.Random(7)  # signs of four bytes, the widest, in no order: sealed text is compressed first


def fill_field(field: Field) -> Any:
    """Return an answer as long as it may be."""
    if field.options:
        values = [option.value for option in field.options]
        return values[: field.most or len(values)] if field.kind.many else values[-1]
    if field.kind.control == "lines" or field.type == "text":
        most = min(field.kind.character_limit(field), field.kind.byte_limit(field) // 4)  # type: ignore[attr-defined]
        return "".join(chr(chance.randrange(0x20000, 0x2A6D0)) for _ in range(most))
    plain = {"email": f"{'a' * 60}@example.org", "phone": "+12025550123", "date": "2026-01-01", "score": 10}
    return plain.get(field.type, 1)


def fill_form(form: Form, number: int) -> Submission:
    """Return a post of a form with every answer as long as it may be."""
    fields = {field.name: fill_field(field) for field in form.fields}
    if "email" in fields:
        fields["email"] = f"{number:04}{'a' * 56}@example.org"
    places = {field.name: field.place for field in form.fields}
    body = {
        "form": form.name,
        "kind": form.kind,
        "version": form.version,
        "language": "en",
        "fields": {name: value for name, value in fields.items() if places[name] == "profile" or name == "email"},
        "entry": {name: value for name, value in fields.items() if places[name] == "entry" and name != "email"},
        "consents": [],
        **({"confirm": True, "title": "t"} if form.confirm else {}),
    }
    raw = json.dumps(body, ensure_ascii=False).encode()
    return a_submission(at=NOW).model_copy(update={"topic": form.name, "body": raw, "idempotency_key": f"n{number}"})


def measure_form(name: str, shop: Shop) -> tuple[int, Counter[str]]:
    """Return the bytes of the longest post, and the units of taking and settling it twice, the second counted."""
    form = find_form(name)
    assert form is not None
    for number in range(2):  # the first makes the secrets of the tables
        submission = fill_form(form, number)
        with measure_units(shop.dynamodb, make_client("dynamodb", WORK_TIMEOUTS)) as units:
            outcome = settle_item(shop.accept(submission), shop.services(), NOW + timedelta(seconds=1))
        assert outcome in ("settled", "unconfirmed"), (name, outcome)
    return len(submission.body), units


def price_units(units: Counter[str]) -> float:
    """Return dollars per million."""
    return units["write"] * WRITE + units["read"] * READ + REQUEST


def flood_door(size: int) -> int:
    """Return how many posts of a size one container takes of 6,000 within a minute."""
    budget, taken = PostBudget(), 0
    for number in range(6_000):
        taken += budget.take_post(size, NOW + timedelta(seconds=number / 100))
    return taken


def main() -> int:
    """Print the table."""
    print("| request | bytes | write units | read units | dollars per million | taken of 6,000 a minute |")
    print("|---|---|---|---|---|---|")
    with open_shop() as shop:
        plain = a_submission(email="asel@example.org", name="Асель")
        settle_item(shop.accept(plain), shop.services(), NOW)
        for name in list_forms():
            size, units = measure_form(name, shop)
            cells = f"{size:,} | {units['write']} | {units['read']} | ${price_units(units):.2f} | {flood_door(size):,}"
            print(f"| `{name}`, every answer as long as it may be | {cells} |")
    print(f"\nbudget: {REFILL} KB a minute and container; a post takes at most 1/{SHARE} of what is left")
    return 0


if __name__ == "__main__":
    sys.exit(main())
