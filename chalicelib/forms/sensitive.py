"""Sensitive answers (GDPR, Article 9): each is kept by the consent ticked beside it in the same post, or not at all."""

from collections.abc import Iterable, Mapping

from chalicelib.forms.definition import ConsentAsk, Form
from chalicelib.models import JsonValue


def check_sensitive(
    form: Form, kept: Mapping[str, JsonValue], given: Iterable[ConsentAsk], faults: dict[str, str]
) -> None:
    """Add faults for each sensitive answer without its consent, and for the box that was not ticked."""
    purposes = {ask.purpose for ask in given}
    for field, purpose in form.list_sensitive().items():
        if field in kept and purpose not in purposes:
            faults[field] = "no_consent"
            for ask in form.consents:
                if ask.purpose == purpose:
                    faults.setdefault(ask.name, "no_consent")


def list_kept(form: Form, kept: Mapping[str, JsonValue]) -> dict[str, str]:
    """Return the sensitive answers that were given, by name, with their purposes."""
    return {name: purpose for name, purpose in form.list_sensitive().items() if name in kept}
