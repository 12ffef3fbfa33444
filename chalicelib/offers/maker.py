"""What every shop system can do with codes. `open_maker` chooses it by the source that a campaign's offer names."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import Protocol, cast

from chalicelib.campaigns.offer import CodeSource, Offer
from chalicelib.errors import ShopUnavailableError
from chalicelib.offers.http import ShopHttp
from chalicelib.store.codes import CodeRow

Remotes = Mapping[str, str]  # code -> its id at the shop


@dataclass(frozen=True)
class LiveCode:
    """A code as the shop has it. `used` tells that an order used it, where the shop says so."""

    remote: str
    used: bool = False


@dataclass(frozen=True)
class Discount:
    """What the codes of a batch give: campaign, terms, the offer, and the discount's id at the shop."""

    name: str
    terms: str
    offer: Offer
    currency: str  # of `offer.minimum`, and of an amount
    remote: str = ""


class CodeMaker(Protocol):
    """One shop system. Each call raises ShopUnavailableError where its outcome is not known, or it is refused.

    Nothing personal is sent: codes, amounts and dates.
    """

    batch: int  # codes that are made together

    def find_discount(self, discount: Discount, first: str) -> str:
        """Return the id of a discount that was made before, or ""; `first` is its first code.

        Raise CodeTakenError where that code is another discount's.
        """
        ...

    def make_discount(self, discount: Discount, first: str, now: datetime) -> str:
        """Make the discount with its first code; return its id."""
        ...

    def make_codes(self, discount: Discount, codes: Sequence[str], until: str) -> Remotes:
        """Make codes, each usable once; return those that are live as the reply tells. Others are looked up later."""
        ...

    def find_codes(self, discount: Discount, codes: Sequence[str]) -> Mapping[str, LiveCode]:
        """Return those of some codes that are live and belong to the discount."""
        ...

    def remove_codes(self, discount: Discount, rows: Iterable[CodeRow]) -> None:
        """Remove codes; whether they are gone is looked up later."""
        ...

    def remove_discount(self, discount: Discount) -> None:
        """Remove a discount that has no codes any more."""
        ...


def open_maker(source: CodeSource, access: str) -> CodeMaker:
    """Return the shop system that is reached by `access`: an address and its keys, one a line (docs/offers.md)."""
    address, *keys = [line.strip() for line in access.split("\n") if line.strip()] or [""]
    module = import_module(f"chalicelib.offers.shops.{source}")
    try:
        return cast(CodeMaker, module.open_shop(ShopHttp(address), keys))
    except (ValueError, IndexError):
        raise ShopUnavailableError("not set up") from None
