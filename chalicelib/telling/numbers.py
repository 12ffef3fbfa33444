"""Every question of the numbers, in the order of the pages."""

from collections.abc import Callable, Mapping

from chalicelib.forms.library import list_named
from chalicelib.numbers.numbers import Numbers
from chalicelib.telling.activity import tell_activity
from chalicelib.telling.customers import tell_customers
from chalicelib.telling.labels import make_labels
from chalicelib.telling.origins import tell_reasons, tell_sources
from chalicelib.telling.products import tell_products
from chalicelib.telling.ranges import tell_ranges
from chalicelib.telling.satisfaction import tell_satisfaction
from chalicelib.telling.sheet import Sheet, Teller
from chalicelib.telling.writer import find_writer

QUESTIONS: Mapping[str, Callable[[Numbers, Teller], Sheet]] = {
    "satisfaction": tell_satisfaction,
    "sources": tell_sources,
    "reasons": tell_reasons,
    "activity": tell_activity,
    "products": tell_products,
    "customers": tell_customers,
    "ranges": tell_ranges,
}


def find_teller(language: str) -> Teller:
    """Return what tells the numbers in a language; KeyError where there is none."""
    return Teller(find_writer(language), make_labels(list_named(), language))


def tell_numbers(numbers: Numbers, language: str) -> list[Sheet]:
    """Return every question in a language."""
    teller = find_teller(language)
    return [tell(numbers, teller) for tell in QUESTIONS.values()]
