"""The goods of the invented shop, which sells tea and coffee."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Good:
    """One good. `lasts` is in about how many days it is used up; 0 for a thing that is bought once."""

    sku: str
    title: str
    price: Decimal
    lasts: int = 0
    has_warranty: bool = False


GOODS: tuple[Good, ...] = (
    Good("COF-HOUSE", "House espresso, 250 g", Decimal("8.90"), 23),
    Good("COF-SIDAMO", "Filter coffee Sidamo, 250 g", Decimal("9.80"), 28),
    Good("COF-DECAF", "Decaf, 250 g", Decimal("9.20"), 34),
    Good("TEA-ASSAM", "Assam tea, 250 g", Decimal("7.50"), 46),
    Good("TEA-SENCHA", "Sencha, 100 g", Decimal("11.40"), 38),
    Good("TEA-EARL", "Earl Grey, 100 g", Decimal("6.20"), 52),
    Good("TEA-CHAI", "Masala chai, 200 g", Decimal("6.90"), 33),
    Good("OAT-1", "Oat drink, 1 l", Decimal("2.40"), 24),
    Good("FIL-100", "Paper filters, 100", Decimal("3.80"), 62),
    Good("CLEAN", "Descaler", Decimal("5.90"), 95),
    Good("DRIP", "Pour-over dripper", Decimal("24.00")),
    Good("GRIND", "Hand grinder", Decimal("59.00"), has_warranty=True),
    Good("KETTLE", "Gooseneck kettle", Decimal("74.00"), has_warranty=True),
    Good("FROTH", "Milk frother", Decimal("39.00"), has_warranty=True),
    Good("POT", "Teapot, 0.8 l", Decimal("32.00")),
    Good("STRAIN", "Tea strainer", Decimal("8.50")),
    Good("CUP", "Glazed cup", Decimal("14.00")),
)
BY_SKU: Mapping[str, Good] = {good.sku: good for good in GOODS}
FAVOURITES = {  # how many people in a hundred like it best
    "COF-HOUSE": 26,
    "COF-SIDAMO": 22,
    "COF-DECAF": 8,
    "TEA-ASSAM": 12,
    "TEA-SENCHA": 12,
    "TEA-EARL": 9,
    "TEA-CHAI": 11,
}
# What is bought beside a good, and by how many in a hundred of those who buy it.
BESIDE: Mapping[str, Mapping[str, int]] = {
    "COF-HOUSE": {"OAT-1": 45, "CLEAN": 25, "FROTH": 12, "GRIND": 10, "CUP": 8},
    "COF-SIDAMO": {"FIL-100": 65, "DRIP": 25, "KETTLE": 14, "GRIND": 16, "CUP": 8},
    "COF-DECAF": {"FIL-100": 35, "OAT-1": 25, "CUP": 8},
    "TEA-ASSAM": {"POT": 12, "STRAIN": 15, "OAT-1": 15, "TEA-CHAI": 10},
    "TEA-SENCHA": {"POT": 28, "STRAIN": 35, "KETTLE": 12},
    "TEA-EARL": {"POT": 12, "STRAIN": 18, "CUP": 10},
    "TEA-CHAI": {"OAT-1": 40, "STRAIN": 12, "TEA-ASSAM": 20},
}
PRE_ORDERED = ("First flush Darjeeling, 100 g", "Blue teapot", "Christmas roast, 500 g", "Gooseneck kettle, black")
