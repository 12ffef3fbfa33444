"""The consents that a customer may be asked for at the counter or on the telephone: those of the shop's forms."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from chalicelib.desk.request import DeskRequest
from chalicelib.forms.definition import ConsentAsk, Form
from chalicelib.forms.interface import find_interface
from chalicelib.forms.library import list_readable
from chalicelib.models import ConsentState, Profile
from chalicelib.people.restriction import is_restricted
from chalicelib.shop.ages import is_minor
from chalicelib.shop.brand import name_shop


@dataclass(frozen=True)
class Asked:
    """A consent to ask for: the form's words in a language, and whether a mail must confirm it."""

    form: Form
    ask: ConsentAsk
    language: str
    shop: str
    by_mail: bool

    @property
    def words(self) -> str:
        """Return the words that are kept as evidence."""
        return self.ask.say(self.language, self.shop)

    @property
    def shown(self) -> str:
        """Return the words as a page shows them, the shop's name kept from reordering the line."""
        return self.ask.say(self.language, find_interface(self.language).isolate(self.shop))


def list_askable(profile: Profile, request: DeskRequest) -> list[Asked]:
    """Return what a customer may agree to now; nothing of a child, nor while their data is set aside."""
    if not may_agree(profile, request.now):
        return []
    given = {name for name, one in profile.consents.items() if one.state is ConsentState.GIVEN}
    found = {each.ask.purpose: each for each in reversed(list(walk_asks(profile, request)))}
    return [each for purpose, each in reversed(found.items()) if purpose not in given]


def may_agree(profile: Profile, now: datetime) -> bool:
    """Return whether a customer may agree to anything now."""
    return not is_minor(profile.ages, now) and not is_restricted(profile)


def walk_asks(profile: Profile, request: DeskRequest) -> Iterator[Asked]:
    """Yield the consents of the shop's forms, the sign-up's first; that of sensitive answers stays on its form."""
    spoken = profile.text("language") or request.language
    for form in sorted(list_readable(), key=lambda form: form.name != "sign-up"):
        kept = set(form.list_sensitive().values())
        for ask in (each for each in form.consents if each.purpose not in kept):
            held = profile.consents.get(ask.purpose)
            refused = held is not None and held.state is ConsentState.WITHDRAWN
            language = form.choose_language(spoken)
            shop = name_shop(request.services.settings, language)
            yield Asked(form, ask, language, shop, form.confirm or refused)
