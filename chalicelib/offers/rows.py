"""The rows of codes as a run works with them: a batch as its discount at the shop, a code in its next state."""

from dataclasses import replace

from chalicelib.campaigns.offer import Offer
from chalicelib.errors import RaceLostError
from chalicelib.offers.maker import Discount
from chalicelib.services import Services
from chalicelib.store.codes import BatchRow, CodeRow


def describe(name: str, offer: Offer, batch: BatchRow, services: Services) -> Discount:
    """Return a batch's discount; of one of earlier terms only name, terms and id are its own."""
    return Discount(name, batch.terms, offer, offer.currency or services.clock.currency, batch.remote)


def change_code(row: CodeRow, services: Services, *parts: dict[str, object], **changes: object) -> bool:
    """Change a code in one transaction with other parts; return False where another worker changed it first."""
    new = replace(row, **changes)  # type: ignore[arg-type]
    try:
        services.codes.table.commit_parts([services.codes.replace_code(row, new), *parts])
    except RaceLostError:
        return False
    return True
