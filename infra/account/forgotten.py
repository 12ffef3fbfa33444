"""The forgotten stay forgotten: the ledger is replayed over a table that was brought back, before anything reads it."""

from collections.abc import Mapping
from datetime import datetime

from botocore.exceptions import ClientError

from chalicelib.config import Settings
from chalicelib.erasure.ledger_check import check_ledger
from chalicelib.erasure.replay import replay_entries
from chalicelib.services import Services
from chalicelib.store.erasures import ErasureRow
from chalicelib.store.ledger import Erasure
from chalicelib.store.table import Table
from infra.account.operator import Operator, is_missing
from infra.account.stack import Stack

PASSES = 3
STILL = "still forgotten"


class RestoredServices(Services):
    """Services in which one table stands under another name."""

    renamed: Mapping[str, str] = {}  # a table: its whole name

    def open_table(self, name: str) -> Table:
        if name in self.renamed:
            return Table(self.dynamodb, self.renamed[name])
        return super().open_table(name)


def open_restored(operator: Operator, stack: Stack, renamed: Mapping[str, str]) -> RestoredServices:
    """Return services of the stage with the operator's rights, over its own tables but for the renamed ones."""
    kms, prefix = operator.client("kms"), operator.names.prefix
    found = {
        f"{key}_key": kms.describe_key(KeyId=f"alias/{prefix}{key}")["KeyMetadata"]["Arn"]
        for key in ("root", "inbox", "receipt")
    }
    shop = {"shop_name": name} if (name := stack.read_parameters().get("ShopName")) else {}
    settings = Settings.model_validate({"stage": operator.names.stage, **found, **shop})
    services = RestoredServices(settings, lambda service, *_: operator.client(service))
    services.renamed = dict(renamed)
    return services


def read_ledger(services: Services) -> list[Erasure]:
    """Return every erasure; raise SystemExit for a ledger that is not whole.

    Signatures and receipts show that its end is missing, which no chain does: without it nobody would be forgotten.
    """
    texts = list(services.ledger.list_texts())
    if faults := check_ledger(texts, list_receipts(services), services.signer.read_public(), services):
        shown = "\n  ".join(faults[:5])
        told = "Restore it with TABLE=ledger, or FILE=... of an export; give up first what is under way (CANCEL=yes)"
        raise SystemExit(f"The ledger of erasures is not whole. {told}:\n  {shown}")
    return [Erasure.model_validate_json(text) for _, text in texts]


def list_receipts(services: Services) -> list[ErasureRow]:
    """Return the erasures with their receipts; none where their table is lost, which is what is to be restored."""
    try:
        return list(services.erasures.list_rows())
    except ClientError as error:
        if not is_missing(error):
            raise
        return []


def forget_again(services: Services, now: datetime) -> dict[str, int]:
    """Forget everybody of the ledger, until each is found forgotten; raise SystemExit where somebody resists.

    Return how many of the ledger there are, and how many were there again.
    """
    entries = read_ledger(services)
    again = 0
    for _ in range(PASSES):
        counts = replay_entries(entries, services, now)
        again += counts.get("forgotten again", 0)
        if counts.get(STILL, 0) == len(entries):
            return {"in the ledger": len(entries), "forgotten again": again}
    left = len(entries) - counts.get(STILL, 0)
    raise SystemExit(f"{left} forgotten people are not forgotten yet. Nothing can read them; repeat this command.")
