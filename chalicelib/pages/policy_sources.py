"""The sources of people's data, and the data of each: the forms on file, webhook senders, our own mails.

A form's definition lists its questions. The module of a sender declares its data as facts (`SOURCE`); FACTS lists the
names under which each fact is kept. tests/rules/test_policy_page.py sends people through the service and fails when a
name is kept that no source declares.

    fields.<name>         a field of the profile
    entry.<kind>.<name>   an answer of one occasion; `*` stands for a name that the shop chose
    orders, refunds, consents, mail, sender_id, notes   as in `Reading`
"""

import logging
from collections.abc import Iterable, Iterator, Mapping

from chalicelib.errors import DefinitionError
from chalicelib.forms.definition import Form
from chalicelib.forms.field import Field
from chalicelib.forms.library import UNLISTED, list_readable, load_form
from chalicelib.forms.topics import add_topics
from chalicelib.models import SenderName
from chalicelib.senders import OWN_READERS, SENDERS, load_module
from chalicelib.senders.form_maps import MAPPINGS, find_mapping, list_mappings
from chalicelib.senders.source import Fact, Source

log = logging.getLogger(__name__)

CART = ("token", "items", "total", "currency", "recover_url", "completed_at")
# The names under which each fact of a source is kept.
FACTS: Mapping[Fact, tuple[str, ...]] = {
    Fact.NAME: ("fields.name",),
    Fact.EMAIL: ("fields.email",),
    Fact.PHONE: ("fields.phone",),
    Fact.ADDRESS: ("fields.address",),
    Fact.LANGUAGE: ("fields.language",),
    Fact.TIME_ZONE: ("fields.time_zone",),
    Fact.NUMBER: ("sender_id",),
    Fact.ORDERS: ("orders",),
    Fact.REFUNDS: ("refunds",),
    Fact.CONSENTS: ("consents",),
    Fact.CART: tuple(f"entry.cart.{name}" for name in CART),
    Fact.COMPLIANCE: (),  # becomes a request, and no event of the history
    Fact.ANSWERS: tuple(f"entry.{kind}.*" for kind in ("sign-up", "pre-order", "warranty", "survey", "response")),
    Fact.MESSAGE: ("entry.other.*", "entry.pre-order-shipped.*"),
    Fact.NOTES: ("entry.import.*", "entry.note.*", "entry.pre-order-handed-over.*"),
    Fact.OWN: ("fields.*",),
    Fact.CLICK: ("entry.click.by", "entry.click.campaign"),
    Fact.WITHDRAWN: ("withdraws",),
    Fact.MAIL: ("mail",),
    Fact.FATE: ("notes",),
    Fact.RESTRICTED: ("fields.restricted",),
    Fact.REQUEST: ("notes",),
}
FORM_PURPOSES = {
    "sign-up": (),  # only the purposes that it asks consent for
    "pre-order": ("orders",),
    "warranty": ("warranty",),
    "survey": ("surveys",),
    "response": ("surveys",),
}
UNLISTED_PURPOSES = {"preferences": ("marketing", "proof"), "request": ("proof",)}
# A post may not name a field as we do where the name means something else in every post (`forms.definition.RESERVED`).
KEPT_AS = {"mail_language": "language"}


def list_sources(senders: Iterable[str]) -> tuple[Source, ...]:
    """Return the sources beside our own forms: these senders, and what the service itself does."""
    foreign = {*senders}
    names = [name for name in SENDERS if name in foreign]
    names += [name for name in OWN_READERS if name is not SenderName.FORM]
    return tuple(load_module(name).SOURCE for name in names)


def list_all_forms() -> Iterator[tuple[Form, tuple[str, ...]]]:
    """Yield every form on file, also those without an address, with the purposes of its answers."""
    for form in list_readable():
        asked = tuple(dict.fromkeys(ask.purpose for ask in form.consents))
        yield form, (*FORM_PURPOSES[form.kind], *asked)
    for path in sorted(UNLISTED.glob("*.toml")):
        form = load_form(path)
        yield add_topics(form) if path.stem == "preferences" else form, UNLISTED_PURPOSES[path.stem]


def name_field(form: Form, field: Field) -> str:
    """Return the name under which a form's field is kept."""
    if field.name.startswith("topic_"):
        return "consents"
    if field.place == "profile":
        return f"fields.{KEPT_AS.get(field.name, field.name)}"
    if form.anonymous:
        return f"survey.{form.name}.{field.name}"
    return f"entry.{form.kind}.{field.name}"


def list_foreign_forms(sender: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the forms of a sender that have a mapping, and the names under which their answers are kept."""
    for form_id in sorted(list_mappings(MAPPINGS / sender)):
        try:
            found = find_mapping(sender, form_id)
        except DefinitionError as fault:  # one file with a mistake breaks no page
            log.error("mapping_unusable", extra={"key": form_id, "reason": str(fault)})
            continue
        if found is not None and not found.example:
            fields = [f"fields.{name}" for name in found.profile]
            yield form_id, (*fields, *(f"entry.{found.kind}.{name}" for name in found.entry))
