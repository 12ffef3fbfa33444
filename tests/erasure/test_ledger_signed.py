"""The ledger is signed after each entry: who rewrites it without the key of the receipts is found out."""

from base64 import b64encode
from datetime import timedelta

import pytest

from chalicelib.erasure.ledger_check import check_ledger
from chalicelib.erasure.run import advance_erasures
from chalicelib.errors import KeyUnavailableError
from chalicelib.store.ledger import Erasure, Head, hash_entry
from infra.staff.ledger import verify_ledger
from tests.builders.erasures import LATER, finish, forget
from tests.builders.shop import a_submission


@pytest.fixture
def forgotten(shop, tmp_path):
    """Return a shop that forgot three customers, one after the other."""
    for turn in range(3):
        email = f"p{turn}@example.org"
        shop.take(a_submission(email=email))
        forget(shop, email, request=f"r{turn}")
        finish(shop, tmp_path, at=LATER + timedelta(minutes=turn))
    return shop


def rewrite_entries(shop, change) -> None:
    """Write the ledger anew, with hashes that fit, as somebody could who may write to the table."""
    ledger = shop.services().ledger
    entries = [Erasure.model_validate_json(text) for _, text in ledger.list_texts()]
    previous = Head().hash
    for entry in change(entries):
        text = entry.model_copy(update={"previous": previous}).write_text()
        ledger.table.write_item({"pk": "entry", "number": entry.number, "entry": text})
        previous = hash_entry(text)
    for number in range(len(change(entries)) + 1, len(entries) + 1):
        ledger.table.delete_item({"pk": "entry", "number": number})


def check_all(services):
    """Compare the ledger with all that was signed of it, as `make verify-ledger` does."""
    texts, rows = list(services.ledger.list_texts()), services.erasures.list_rows()
    return check_ledger(texts, rows, services.signer.read_public(), services)


def test_each_head_is_signed_and_the_receipts_agree(forgotten, capsys):
    assert [head.number for head, _ in forgotten.services().ledger.list_signed()] == [1, 2, 3]
    assert verify_ledger(forgotten.services()) == 0
    assert "3 erasures" in capsys.readouterr().out


def test_a_ledger_that_was_rewritten_whole_is_found_by_signatures_and_by_receipts(forgotten, capsys):
    rewrite_entries(forgotten, lambda entries: [entries[0], entries[1].model_copy(update={"names": ()}), entries[2]])

    assert verify_ledger(forgotten.services()) == 1
    told = capsys.readouterr()
    assert "NOT WHOLE" in told.out
    for by in ("signature", "receipt"):
        for number in (2, 3):
            assert f"entry {number} is not the one that its {by} names" in told.err


def test_an_end_that_was_cut_off_is_found(forgotten):
    rewrite_entries(forgotten, lambda entries: entries[:2])

    assert check_all(forgotten.services()) == [
        "entry 3 is not the one that its signature names",
        "entry 3 is not the one that its receipt names",
    ]


def test_a_signature_of_another_key_is_not_valid(forgotten):
    ledger = forgotten.services().ledger
    rewrite_entries(forgotten, lambda entries: [*entries[:2], entries[2].model_copy(update={"customer": ""})])
    forged = {"pk": "signed", "number": 3, "hash": ledger.read_head().hash, "signature": b64encode(b"x" * 70).decode()}
    ledger.table.write_item(forged)

    assert "the signature of entry 3 is not valid" in check_all(forgotten.services())


def test_an_entry_is_signed_by_the_next_run_when_the_key_was_out_of_reach(shop, tmp_path, caplog, capsys):
    class Down:
        def sign_text(self, text):
            raise KeyUnavailableError("down")

    shop.take(a_submission(email="p@example.org"))
    forget(shop, "p@example.org")
    services = shop.services()
    services.signer = Down()
    assert advance_erasures(services, LATER) == {"postponed": 1}
    assert "ledger_unsigned" in caplog.text
    assert verify_ledger(shop.services()) == 0
    assert "1 of them not signed yet" in capsys.readouterr().out

    finish(shop, tmp_path, at=LATER + timedelta(minutes=1))
    assert [head.number for head, _ in shop.services().ledger.list_signed()] == [1]
