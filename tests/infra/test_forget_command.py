"""`make forget`: the receipt in words, and as a page to hand over."""

import base64

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from chalicelib.pages.request_pages import find_request_words
from infra.staff.forget import forget_now, note_forgetting, save_receipt, write_receipt
from tests.builders.mails import CONSENT
from tests.builders.readable import read_visible
from tests.builders.shop import NOW, a_submission, make_signing_key

ASEL = "asel@example.org"


def forget(shop):
    """Forget a customer who reads Persian; return the erasure, and the language of the receipt."""
    shop.take(a_submission(email=ASEL, name="Асель", language="fa", consents=[CONSENT]))
    services, customer = shop.services(), shop.find_id(ASEL)
    language = note_forgetting(customer, "asked in person", services, NOW)
    return forget_now(customer, services, NOW), language


def test_a_receipt_is_printed_in_words_and_names_nobody(shop):
    row, _ = forget(shop)
    told, words = write_receipt(row), find_request_words("en").receipt

    assert told.startswith("  Number in the list of deletions: 1\n  Reference of this receipt: ")
    assert "What was deleted\n" in told
    assert "  Addresses and numbers you were known by: 1\n" in told
    assert f"  {words.times['unreadable_at']}: 1 March 2026, 12:00 UTC\n" in told
    assert told.endswith(f"{words.stays}\n  {words.tombstone}\n  {words.ledger}")
    assert "{" not in told
    assert ASEL not in told


def test_the_page_is_written_in_the_language_of_the_customer_beside_what_was_signed(shop, tmp_path):
    row, language = forget(shop)
    path = save_receipt(row, language, shop.settings, NOW, tmp_path)
    files = {each.name: each.read_bytes() for each in path.parent.iterdir()}

    assert set(files) == {"receipt.html", "receipt.json", "receipt.sig"}
    assert all(each.stat().st_mode & 0o077 == 0 for each in path.parent.iterdir())
    page = files["receipt.html"].decode()
    assert 'lang="fa"' in page
    assert 'href="./receipt.json"' in page
    assert "?lang=en" not in page, "a file offers no page in another language"
    assert find_request_words("fa").receipt.stays in read_visible(page)
    assert files["receipt.json"] == row.receipt.encode()
    assert files["receipt.sig"] == base64.b64decode(row.signature)
    make_signing_key().public_key().verify(files["receipt.sig"], files["receipt.json"], ec.ECDSA(hashes.SHA256()))


def test_a_customer_without_a_language_gets_the_shops(shop, tmp_path):
    row, _ = forget(shop)
    settings = shop.settings.model_copy(update={"shop_language": "kk"})

    assert 'lang="kk"' in save_receipt(row, "xx", settings, NOW, tmp_path).read_text()
