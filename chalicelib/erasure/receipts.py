"""The receipt of an erasure, signed: what was done, when, and which copies remain until when. It names no person.

It holds a random number, times, counts, whether a hash of the address is kept, and the ledger's hash: nothing personal,
and no hash of anything personal, so it can be shown to anyone. This checks it:
`openssl dgst -sha256 -verify receipt-key.pem -signature receipt.sig receipt.json`.
"""

import secrets
from base64 import b64encode
from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.models import JsonValue, utc_text
from chalicelib.store.erasures import ErasureRow
from chalicelib.store.ledger import Erasure, hash_entry
from chalicelib.store.links import Link, LinkKind
from chalicelib.strictjson import dump_json
from chalicelib.vault.signing import Signer

# Backups that hold a copy for a while (infra/template.yaml, RecoveryPeriodInDays; a test holds the two together).
# The copy of a record is sealed, and its key is gone when the backup of the keys has ended.
COPIES = {"keys": timedelta(days=7), "customers": timedelta(days=35)}
KEPT = "keyed hash of the address, so that no advertising is sent"  # where the person wished it
SHOWN_FOR = timedelta(days=365)


def write_receipt(row: ErasureRow, entry: Erasure, shop: str, now: datetime) -> bytes:
    """Return the receipt's bytes: canonical JSON."""
    copies: list[JsonValue] = [
        {"of": name, "until": utc_text(datetime.fromisoformat(row.at) + period)} for name, period in COPIES.items()
    ]
    return dump_json(
        {
            "receipt": secrets.token_urlsafe(16),
            "shop": shop,
            "reason": row.reason,
            "requested_at": row.requested_at,
            "confirmed_at": utc_text(entry.gone_at),
            "unreadable_at": row.at,
            "verified_at": utc_text(now),
            "counts": dict(row.counts or {}),
            "copies": copies if row.customer else [],
            "kept": KEPT if entry.barred else "",
            "ledger": {"number": entry.number, "hash": hash_entry(entry.write_text())},
        }
    )


def sign_receipt(row: ErasureRow, entry: Erasure, shop: str, signer: Signer, now: datetime) -> ErasureRow:
    """Return the row with its receipt; raise KeyUnavailableError."""
    text = write_receipt(row, entry, shop, now)
    signature = b64encode(signer.sign_text(text)).decode()
    return replace(row, receipt=text.decode(), signature=signature, verified_at=utc_text(now))


def publish_receipt(row: ErasureRow, now: datetime) -> Link:
    """Return the link that shows the receipt to the person."""
    return Link(
        kind=LinkKind.RESULT,
        request="erase",
        receipt=row.receipt,
        signature=row.signature,
        expires_at=now + SHOWN_FOR,
    )
