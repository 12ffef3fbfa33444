"""Lists of customers and the map of their columns. Builders for tests."""

import io
from datetime import date, timedelta

from chalicelib.door.intake import accept_submission
from chalicelib.imports.column_map import ImportMap
from chalicelib.imports.reasons import RowRefusedError
from chalicelib.senders import read_submission
from chalicelib.settling.dispatch import sweep_inbox
from infra.staff.imports import Refusals, import_file
from infra.staff.progress import Progress
from tests.builders.shop import DOOR_KEY, NOW

HEADER = "id;email;name;phone;day;total;news\n"
WORDS = "Send me news."


def make_map(**changed):
    columns = {"id": "id", "email": "email", "name": "name", "phone": "phone", "order_date": "day"}
    consent = {
        "purpose": "marketing",
        "column": "news",
        "yes": ["yes"],
        "no": ["no"],
        "words": WORDS,
        "version": "2024-01-01",
        "collected": date(2024, 1, 1),
    }
    plain = {"name": "till", "as_of": date(2026, 2, 1), "currency": "EUR", "ids_of": "till"}
    columns["order_total"] = "total"
    return ImportMap.model_validate({**plain, "columns": columns, "consents": [consent], **changed})


def read_one(reader, record):
    """Return what one row of a list says, or why it is refused."""
    if record.reason:
        return record.reason
    try:
        return read_submission(reader.read_row(record.cells))
    except RowRefusedError as fault:
        return fault.reason


def bring_in(shop, tmp_path, *rows, accept=None, rules=None, at=NOW):
    """Import rows and settle what came of them; return the outcome."""
    raw = (HEADER + "".join(f"{row}\n" for row in rows)).encode()

    def put(submission):
        return accept_submission(submission, inbox=shop.inbox, seal=shop.seal, door_key=DOOR_KEY)

    with Refusals(tmp_path / "refused.csv", Progress(len(raw), shown=False)) as refusals:
        import_file(io.BytesIO(raw), rules or make_map(), accept or put, at, refusals)
    sweep_inbox(shop.services(), at + timedelta(hours=1))
    return refusals.outcome
