"""What each discount code of an order took off, for the offer that the code belongs to."""

from collections.abc import Callable, Iterable, Mapping

from chalicelib.models import JsonValue
from chalicelib.senders.json_values import read_amount, read_text

DISCOUNTS = "discounts"  # the note of a Reading that holds these amounts by their codes


def note_discounts(
    lines: Iterable[Mapping[str, JsonValue]], amount: str, read_code: Callable[..., str] = read_text
) -> dict[str, JsonValue]:
    """Return the note of an order's codes, in capitals as mails show them; `amount` is the key of a line's money.

    A line without an amount is left out: its discount is not known, and is not zero.
    """
    told = [line for line in lines if amount in line]
    found: dict[str, JsonValue] = {read_code(line, "code").upper(): str(read_amount(line[amount])) for line in told}
    return {DISCOUNTS: found} if found else {}
