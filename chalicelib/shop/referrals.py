"""Whether customers bring friends by a code of their own: own/referrals.toml.

Without the file no page shows a code, none is kept, and no friend is counted.
"""

import logging
from functools import cache
from pathlib import Path

from pydantic import Field

from chalicelib.errors import DefinitionError
from chalicelib.models import Model, Name
from chalicelib.shop import own

FILE = "referrals.toml"
log = logging.getLogger(__name__)


class Referrals(Model):
    """The data file: the form that a customer's link leads to, and for how many days the shop takes goods back."""

    form: Name = "sign-up"
    refund_days: int = Field(ge=0, le=366)


def takes_codes() -> bool:
    """Return whether the shop takes codes of friends: also while the file has a mistake, so that no code is lost."""
    return (own.FOLDER / FILE).exists()


def read_referrals() -> Referrals | None:
    """Return what the shop decided, None without the file; raise DefinitionError."""
    return load_referrals(own.FOLDER / FILE)


@cache
def load_referrals(path: Path) -> Referrals | None:
    """Return what a file says, None where there is none; raise DefinitionError."""
    if not path.exists():
        return None
    from chalicelib.definitions import load_definition  # imported here: the door of a webhook reads no definition

    return load_definition(path, Referrals)


def find_referrals() -> Referrals | None:
    """Return what the shop decided, None without the file and while it has a mistake."""
    try:
        return read_referrals()
    except DefinitionError as fault:
        log.error("referrals_unusable", extra={"reason": str(fault)})
        return None
