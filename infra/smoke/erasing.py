"""Forgets everybody whom a smoke test invented, waits for the receipts, and looks whether anything of them is left.

The forgetting itself is done here, with the operator's rights. The rest of it and the receipt are left to the stage's
own function, as after a request of a customer.
"""

from base64 import b64decode
from collections.abc import Iterable

from chalicelib.erasure.forget import ForgetOrder, Reason, forget_person, make_request, write_nothing_held
from chalicelib.erasure.sweep import ErasureTarget
from chalicelib.erasure.verify import find_leftovers
from chalicelib.errors import RaceLostError
from chalicelib.models import Identity, IdentityKind, utc_text
from chalicelib.people.identity import is_invented
from chalicelib.services import Services
from chalicelib.store.erasures import ErasureRow
from chalicelib.store.ledger import hash_entry
from chalicelib.strictjson import parse_object
from chalicelib.vault.signing import PublicKey, is_signed, read_pem
from infra.smoke.trial import Trial
from infra.staff.audit import note_reading
from infra.staff.lift_stop import lift_address
from infra.watch.finding import Finding, green, red

WHY = "smoke test"
RETRIES = 8  # against other erasures, which meet at the ledger's end


def forget_invented(trial: Trial, addresses: Iterable[str]) -> list[str]:
    """Make the people behind some addresses unreadable, and block each address; return the erasures' ids.

    An address without a customer is blocked too: its post may not be settled yet. Raise SystemExit for a record that
    holds another address as well.
    """
    return [request for address in addresses for request in forget_address(trial, address)]


def forget_address(trial: Trial, address: str) -> list[str]:
    """Forget each customer who holds an invented address, and lift its stop; return the erasures' ids."""
    holders = trial.services.people.find_holders(address)
    requests = [request for each in holders if (request := forget_holder(trial, each))]
    if not requests:
        requests.append(block_address(trial, address))
    lift_address(address, trial.services, why=WHY, now=trial.now())
    return requests


def forget_holder(trial: Trial, customer_id: str) -> str:
    """Forget one invented customer; return the erasure's id, or "" for one who is forgotten already."""
    services, now = trial.services, trial.now()
    person = services.people.open_person(customer_id)
    if person is not None and not is_invented(person.profile.identities):
        raise SystemExit("A record that holds an invented address is not invented: look at it with `make customer`.")
    note_reading(services, f"forgot: {WHY}", customer_id, now)
    order = ForgetOrder(reason=Reason.TEST, request=make_request(), requested_at=now)
    return order.request if forget_person(customer_id, order, services, now) else ""


def block_address(trial: Trial, address: str) -> str:
    """Forget an address that no customer holds; return the erasure's id."""
    services, now, name = trial.services, trial.now(), Identity(kind=IdentityKind.EMAIL, value=address)
    order = ForgetOrder(reason=Reason.TEST, request=make_request(), requested_at=now)
    for turn in range(RETRIES):
        try:
            services.table.commit_parts(write_nothing_held((name,), order, services, now))
        except RaceLostError:
            if turn == RETRIES - 1:
                raise
        else:
            break
    return order.request


def check_erasures(trial: Trial, requests: list[str]) -> Finding:
    """Wait for the receipts; return whether each is signed and true, and whether anything is left."""
    rows = trial.wait_for(lambda: look_ended(trial, requests), trial.limits.erasing)
    if rows is None:
        told = f"Not each of {len(requests)} erasures has a receipt within {trial.limits.erasing:.0f} seconds."
        return red(told, trial.name_logs("forget_people"))
    pem = trial.parameters.read_receipt_key(trial.now())
    if not pem:
        return red("The key that checks receipts is not published.", f"{trial.name_command('deploy')} publishes it.")
    if wrong := [row for row in rows if not is_true(row, read_pem(pem), trial.services)]:
        told = f"{len(wrong)} of {len(rows)} receipts are not signed by the published key, or not true."
        return red(told, f"{trial.name_command('deploy')} publishes the key; {trial.name_command('verify-ledger')}.")
    if left := {store for row in rows for store in list_left(row, trial.services)}:
        return red(f"Of invented people is left: {', '.join(sorted(left))}.", "Repeat this: it begins with them.")
    return green(f"{len(rows)} erasures of invented people: each receipt is signed and true, and nothing is left.")


def look_ended(trial: Trial, requests: list[str]) -> list[ErasureRow] | None:
    """Return the erasures once each has its receipt."""
    rows = list(trial.services.erasures.read_rows(requests).values()) if requests else []
    return rows if len(rows) == len(requests) and all(row.receipt for row in rows) else None


def is_true(row: ErasureRow, key: PublicKey, services: Services) -> bool:
    """Return whether a receipt is signed by the key and names the ledger's entry of this erasure."""
    if not is_signed(row.receipt.encode(), b64decode(row.signature), key):
        return False
    told = parse_object(row.receipt.encode())["ledger"]
    entry = services.ledger.read_entry(row.number)
    return bool(told == {"number": row.number, "hash": hash_entry(entry.write_text())})


def list_left(row: ErasureRow, services: Services) -> list[str]:
    """Return the stores that still hold something of a forgotten person."""
    entry = services.ledger.read_entry(row.number)
    target = ErasureTarget(row.customer, entry.names, utc_text(entry.gone_at))
    return [
        *find_leftovers(row, target, services),
        *(["stops"] if services.suppressions.list_stops(target.rows) else []),
    ]


def find_left(trial: Trial, addresses: Iterable[str]) -> list[str]:
    """Return the addresses that are not blocked, or of which somebody, a waiting post or a stop is left."""
    return [address for address in addresses if is_left(trial, address)]


def is_left(trial: Trial, address: str) -> bool:
    services, rows = trial.services, trial.name_rows(address)
    owners = services.identities.find_owners(rows)
    if any(row not in owners or owners[row].id for row in rows):
        return True  # a post under this address that is not settled yet would make a customer
    if services.people.find_holders(address) or services.suppressions.list_stops(rows, consistent=True):
        return True
    items = (services.inbox.read_item(wait.key) for wait in services.waits.list_waits(rows))
    return any(item is not None and item.sealed for item in items)
