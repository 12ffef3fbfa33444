"""Compare the ledger with what was signed of it: its own signatures, and the receipts of the erasures."""

from base64 import b64decode
from collections.abc import Iterable, Iterator

from chalicelib.services import Services
from chalicelib.store.erasures import ErasureRow
from chalicelib.store.ledger import Head, check_chain, check_hashes, write_claim
from chalicelib.strictjson import parse_json
from chalicelib.vault.signing import PublicKey, is_signed


def check_ledger(
    texts: list[tuple[int, str]], rows: Iterable[ErasureRow], key: PublicKey, services: Services
) -> list[str]:
    """Return a sentence per fault; none where the ledger is whole and is the one that was signed.

    `texts` are its entries, `rows` the erasures whose receipts are compared with it.
    """
    faults = check_chain(texts)
    for by, told in (("signature", list_signed(services, key)), ("receipt", list_receipts(rows, key))):
        claims = list(told)
        faults += [f"the {by} of entry {head.number} is not valid" for head, valid in claims if not valid]
        faults += check_hashes(texts, (head for head, _ in claims), by)
    return faults


def count_unsigned(services: Services) -> int:
    """Return how many entries behind the last signature there are; `forget_people` signs them within a minute."""
    signed = max((head.number for head, _ in services.ledger.list_signed()), default=0)
    return max(0, services.ledger.read_head().number - signed)


def list_signed(services: Services, key: PublicKey) -> Iterator[tuple[Head, bool]]:
    """Yield each signed entry, and whether the signature is valid."""
    for head, signature in services.ledger.list_signed():
        yield head, is_signed(write_claim(head), b64decode(signature), key)


def list_receipts(rows: Iterable[ErasureRow], key: PublicKey) -> Iterator[tuple[Head, bool]]:
    """Yield the entry that each receipt names, and whether the receipt's signature is valid."""
    for row in rows:
        if row.receipt:
            told = parse_json(row.receipt.encode())["ledger"]
            yield Head(told["number"], told["hash"]), is_signed(row.receipt.encode(), b64decode(row.signature), key)
