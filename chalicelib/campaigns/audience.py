"""The audience of a campaign, by attributes that identify no customer."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from chalicelib.models import ConsentState, Currency, FieldName, Model, Name, Profile
from chalicelib.people.restriction import is_restricted

PrimaryLanguage = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]  # BCP 47 primary subtag
Band = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+-]{1,20}$")]


class Audience(Model):
    """Conditions that must all hold; without any, every customer belongs. An empty list is no condition."""

    purchases_at_least: int = Field(0, ge=0)
    purchases_at_most: int | None = Field(None, ge=0)
    spent_at_least: dict[Currency, Annotated[Decimal, Field(gt=0)]] = Field(default_factory=dict)
    languages: tuple[PrimaryLanguage, ...] = ()
    has_entry: tuple[Name, ...] = ()
    lacks_entry: tuple[Name, ...] = ()
    age_bands: tuple[Band, ...] = ()
    fields: dict[FieldName, tuple[str, ...]] = Field(default_factory=dict)
    sensitive: dict[FieldName, Name] = Field(default_factory=dict)

    @model_validator(mode="after")
    def check_sense(self) -> "Audience":
        """Refuse an audience that no customer can belong to."""
        if self.purchases_at_most is not None and self.purchases_at_most < self.purchases_at_least:
            raise ValueError("no customer fits: purchases_at_most is less than purchases_at_least")
        both = set(self.has_entry) & set(self.lacks_entry)
        if both:
            raise ValueError(f"no customer fits: has_entry and lacks_entry both name {', '.join(sorted(both))}")
        unused = sorted(set(self.sensitive) - set(self.fields))
        if unused:
            raise ValueError(f"sensitive names what fields does not: {', '.join(unused)}")
        return self

    def judge_fields(self, known: Mapping[str, str]) -> str:
        """Return which conditions name a sensitive field without its purpose, or with another purpose; or "".

        `known` maps the sensitive fields of the forms on file to their purposes.
        """
        named = {name: (self.sensitive.get(name, ""), known.get(name, "")) for name in self.fields}
        odd = [f"{name} ({due or 'not sensitive'})" for name, (given, due) in named.items() if given != due]
        return f"sensitive must name the purpose of: {', '.join(odd)}" if odd else ""


def fits_audience(profile: Profile, audience: Audience) -> bool:
    """Return whether a customer belongs to an audience; one who restricted their data belongs to none."""
    return (
        not is_restricted(profile)
        and fits_purchases(profile, audience)
        and fits_spending(profile, audience)
        and fits_entries(profile, audience)
        and fits_field(profile, "language", audience.languages)
        and fits_field(profile, "age_band", audience.age_bands)
        and all(fits_answer(profile, name, values, audience) for name, values in audience.fields.items())
    )


def fits_purchases(profile: Profile, audience: Audience) -> bool:
    """Return whether the number of purchases is within the bounds."""
    most = audience.purchases_at_most
    if not audience.purchases_at_least and most is None:
        return True
    count = profile.totals.purchases
    return audience.purchases_at_least <= count and (most is None or count <= most)


def fits_spending(profile: Profile, audience: Audience) -> bool:
    """Return whether the customer spent enough in each currency named; money is never converted."""
    return all(sum_spent(profile, currency) >= least for currency, least in audience.spent_at_least.items())


def sum_spent(profile: Profile, currency: str) -> Decimal:
    """Return the sum of a person's purchases in one currency, less refunds."""
    return profile.totals.spent.get(currency, Decimal(0))


def fits_entries(profile: Profile, audience: Audience) -> bool:
    """Return whether the customer has every kind of entry wanted, and none of those excluded."""
    kinds = set(profile.totals.entries)
    return kinds.issuperset(audience.has_entry) and kinds.isdisjoint(audience.lacks_entry)


def fits_field(profile: Profile, name: str, wanted: tuple[str, ...]) -> bool:
    """Return whether a profile field has one of the values; of a language the primary subtag counts."""
    if not wanted:
        return True
    text = profile.text(name)
    return (text.lower().replace("_", "-").split("-")[0] if name == "language" else text) in wanted


def fits_answer(profile: Profile, name: str, wanted: tuple[str, ...], audience: Audience) -> bool:
    """Return whether an answer is one of those wanted; a sensitive one counts only under its purpose, with consent."""
    held = profile.fields.get(name)
    if held is None or held.purpose != audience.sensitive.get(name, ""):
        return False
    consent = profile.consents.get(held.purpose)
    if held.purpose and (consent is None or consent.state is not ConsentState.GIVEN):
        return False
    given = held.value if isinstance(held.value, list) else [held.value]
    return not wanted or not {str(value) for value in given}.isdisjoint(wanted)
