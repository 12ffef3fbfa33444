"""The shop's products by category, and those that no mail may name: own/products.toml. Pure.

Nothing ships: without the file no product has a category, and none is sensitive.
"""

import logging
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated
from unicodedata import normalize

from pydantic import Field, model_validator

from chalicelib.definitions import Fault, load_definition
from chalicelib.errors import DefinitionError
from chalicelib.models import Currency, Model
from chalicelib.shop import own
from chalicelib.text import is_hidden

log = logging.getLogger(__name__)
FALLBACK = "en"  # the language of a tip that a mail's language lacks
LONGEST_TIP = 400  # characters


class ProductRule(Model):
    """What holds for the product of a `name`, or for all whose names begin with `starts`."""

    name: str = Field("", max_length=200)
    starts: str = Field("", max_length=200)
    category: str = Field("", max_length=60)
    sensitive: bool = False
    tip: Mapping[str, str] = Field(default_factory=dict)
    cost: Mapping[Currency, Annotated[Decimal, Field(ge=0)]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def check_tip(self) -> "ProductRule":
        """Refuse a tip that is no line of a mail."""
        for text in self.tip.values():
            if not 0 < len(text.strip()) <= LONGEST_TIP or any(is_hidden(sign) for sign in text):
                raise ValueError(f"a tip is one line of at most {LONGEST_TIP} characters")
        return self

    @model_validator(mode="after")
    def check_sense(self) -> "ProductRule":
        """Refuse a rule of no product, and one that says nothing."""
        if bool(fold_product(self.name)) == bool(fold_product(self.starts)):
            raise ValueError("either name or starts")
        if not self.category and not self.sensitive and not self.tip and not self.cost:
            raise ValueError("says nothing: it needs a category, a tip, a cost, or sensitive = true")
        return self

    @cached_property
    def folded(self) -> str:
        """Return what names are compared with."""
        return fold_product(self.name or self.starts)


class Products(Model):
    """The data file; `sensitive` names categories, `tips` are by category and language."""

    sensitive: tuple[str, ...] = ()
    tips: Mapping[str, Mapping[str, str]] = Field(default_factory=dict)
    products: tuple[ProductRule, ...] = ()

    @cached_property
    def named(self) -> dict[str, ProductRule]:
        """Return the rules with `name`, by folded name: the walk over everybody looks up each product of each order."""
        return {rule.folded: rule for rule in self.products if rule.name}

    @cached_property
    def starting(self) -> list[tuple[str, ProductRule]]:
        """Return the rules with `starts`, each after its folded text, the longest first."""
        pairs = [(rule.folded, rule) for rule in self.products if not rule.name]
        return sorted(pairs, key=lambda pair: len(pair[0]), reverse=True)

    def list_rules(self, product: str) -> list[ProductRule]:
        """Return the rules about a product, the most exact first."""
        folded = fold_product(product)
        exact = [self.named[folded]] if folded in self.named else []
        return exact + [rule for start, rule in self.starting if folded.startswith(start)]

    def find_category(self, product: str) -> str:
        """Return the category of a product by the most exact rule that names one, or ""."""
        return next((rule.category for rule in self.list_rules(product) if rule.category), "")

    def find_tip(self, product: str, language: str) -> str:
        """Return how to care for a product, in a language or else in English, "" where nothing is on file.

        The most exact rule with a tip decides, then that of its category. A sensitive product has none: no mail names
        it.
        """
        if self.is_sensitive(product):
            return ""
        own = next((rule.tip for rule in self.list_rules(product) if rule.tip), None)
        tip = own or self.tips.get(self.find_category(product), {})
        return tip.get(language) or tip.get(FALLBACK, "")

    def find_cost(self, product: str, currency: str) -> Decimal | None:
        """Return what one piece costs the shop, by the most exact rule that says it in a currency; None for unknown."""
        return next((rule.cost[currency] for rule in self.list_rules(product) if currency in rule.cost), None)

    def is_sensitive(self, product: str) -> bool:
        """Return whether no mail may name a product: one rule about it is enough, however exact the others are."""
        return any(rule.sensitive or rule.category in self.sensitive for rule in self.list_rules(product))


def fold_product(name: str) -> str:
    """Return a name as names are compared: one space between words, no capitals."""
    return normalize("NFC", " ".join(name.split())).casefold()


def read_products() -> Products:
    """Return the shop's products; raise DefinitionError."""
    return load_products(own.FOLDER / "products.toml")


@cache
def load_products(path: Path) -> Products:
    """Return the products of a file, none where there is no file; raise DefinitionError."""
    return load_definition(path, Products, judge=list_faults) if path.exists() else Products()


def keeps_costs() -> bool:
    """Return whether the file says what any product costs; True while it has a mistake, so that no order lacks it."""
    try:
        return any(rule.cost for rule in read_products().products)
    except DefinitionError:
        return True


def find_costs() -> Products | None:
    """Return the shop's products, None where no product has a cost, and while the file has a mistake."""
    try:
        return read_products() if keeps_costs() else None
    except DefinitionError as fault:
        log.error("products_unusable", extra={"reason": str(fault)})
        return None


def list_faults(products: Products) -> Iterator[Fault]:
    """Yield each rule about the same products as an earlier one, and each sensitive category that no product has."""
    seen = set()
    for place, rule in enumerate(products.products):
        if (key := (bool(rule.name), rule.folded)) in seen:
            yield ("products", str(place)), "an earlier entry is about the same products"
        seen.add(key)
    known = {rule.category for rule in products.products}
    for place, category in enumerate(products.sensitive):
        if category not in known:
            yield ("sensitive", str(place)), "no product has this category"
    for category in products.tips:
        if category not in known:
            yield ("tips", category), "no product has this category"
