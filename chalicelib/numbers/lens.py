"""What counting needs beside a profile: the moment, the shop's rule of silence, and what its forms ask."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from chalicelib.forms.definition import Form
from chalicelib.groups.group import Group
from chalicelib.shop.products import Products
from chalicelib.stats.promoters import Scale, find_scale

SOURCE, REASONS = "found_us", "why_us"  # questions by their names, as in the form `survey` that ships


@dataclass(frozen=True)
class Lens:
    """How one walk counts. `scales` are by score question, `options` by question with options, in the form's order.

    `ranges` are the questions whose answer is a range or a group and stands in the profile. `popular` are the products
    whose pairs are counted; None counts every pair. `groups` are the groups that are counted. `refund_days` are those
    in which the shop takes goods back, None where it counts no friends. `products` say what
    products cost, None where no cost is known.
    """

    now: datetime
    quiet_days: int = 30
    scales: Mapping[str, Scale] = field(default_factory=dict)
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ranges: tuple[str, ...] = ()
    popular: frozenset[str] | None = None
    groups: tuple[Group, ...] = ()
    refund_days: int | None = None
    products: Products | None = None

    @property
    def today(self) -> date:
        return self.now.date()


def make_lens(
    forms: Iterable[Form],
    now: datetime,
    quiet_days: int = 30,
    popular: frozenset[str] | None = None,
    groups: tuple[Group, ...] = (),
    refund_days: int | None = None,
    products: Products | None = None,
) -> Lens:
    """Return the lens of the shop's forms; of two questions of one name the first form's counts."""
    forms = tuple(forms)
    options: dict[str, tuple[str, ...]] = {}
    ranges: dict[str, None] = {}
    for form in forms:
        for each in form.fields:
            if each.sensitive:
                continue
            if each.options and each.type != "score":
                options.setdefault(each.name, tuple(option.value for option in each.options))
                ranges.update({each.name: None} if each.place == "profile" and each.type == "choice" else {})
    return Lens(now, quiet_days, list_scales(forms), options, tuple(ranges), popular, groups, refund_days, products)


def list_scales(forms: Iterable[Form]) -> dict[str, Scale]:
    """Return the scales of the score questions that are not sensitive; of two of one name the first form's counts."""
    asked = (each for form in forms for each in form.fields if each.type == "score" and not each.sensitive)
    found: dict[str, Scale] = {}
    for each in asked:
        scale = find_scale(each.bounds)
        found.update({each.name: scale} if scale and each.name not in found else {})
    return found
