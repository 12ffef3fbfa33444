"""Money that a sender writes as a whole number of the currency's smallest unit."""

from collections.abc import Mapping
from decimal import Decimal

from chalicelib.models import JsonValue
from chalicelib.senders.json_values import read_amount

# ISO 4217: how many decimals a currency has, where they are not two.
PLACES = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG"), 0),
    **dict.fromkeys(("RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}


def read_minor(body: JsonValue, *path: str, currency: str, places: Mapping[str, int] = PLACES) -> Decimal:
    """Return an amount in whole units, exact: 1999 of USD is 19.99; a missing or odd one is 0.

    `currency` is in capitals; `places` holds the decimals of the currencies that do not have two.
    """
    return read_amount(body, *path).scaleb(-places.get(currency, 2))
