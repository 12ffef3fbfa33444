"""Where people's data comes from, and what each source brings: the forms on file, webhook senders, our own mails.

A form's definition lists what it asks. What a sender may bring, its module declares (`SOURCE`) as facts; FACTS lists
under which names each fact is kept. tests/rules/test_policy_page.py walks people through the service and fails when
anything is kept that no source names.

    fields.<name>         a field of the profile
    entry.<kind>.<name>   what was told on one occasion; `*` for whatever a shop's own question is called
    orders, refunds, consents, mail, sender_id, notes   as in `Reading`
"""

from collections.abc import Iterable, Iterator, Mapping

from chalicelib.forms.definition import Form
from chalicelib.forms.field import Field
from chalicelib.forms.library import UNLISTED, find_form, list_forms, load_form
from chalicelib.models import SenderName
from chalicelib.senders import OWN_READERS, SENDERS, load_module
from chalicelib.senders.form_maps import MAPPINGS, find_mapping, list_mappings
from chalicelib.senders.source import Fact, Source

CART = ("token", "items", "total", "currency", "recover_url", "completed_at")
# What each fact of a source is kept as.
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
    Fact.COMPLIANCE: (),  # becomes a request of ours, and no event of the history
    Fact.ANSWERS: tuple(f"entry.{kind}.*" for kind in ("sign-up", "pre-order", "warranty", "survey", "response")),
    Fact.MESSAGE: ("entry.other.*", "entry.pre-order-shipped.*"),
    Fact.NOTES: ("entry.import.*",),
    Fact.OWN: ("fields.*",),
    Fact.CLICK: ("entry.click.by", "entry.click.campaign"),
    Fact.MAIL: ("mail",),
    Fact.FATE: ("notes",),
    Fact.RESTRICTED: ("fields.restricted",),
    Fact.REQUEST: ("notes",),
}
FORM_PURPOSES = {
    "sign-up": (),  # what it asks consent for, and nothing else
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
    """Yield every form on file, those that no address names among them, with the purposes of its answers."""
    for name in list_forms():
        form = find_form(name)
        if form is not None:
            asked = tuple(dict.fromkeys(ask.purpose for ask in form.consents))
            yield form, (*FORM_PURPOSES[form.kind], *asked)
    for path in sorted(UNLISTED.glob("*.toml")):
        yield load_form(path), UNLISTED_PURPOSES[path.stem]


def name_field(form: Form, field: Field) -> str:
    """Return what a form's field is kept as."""
    if field.name.startswith("topic_"):
        return "consents"
    if field.place == "profile":
        return f"fields.{KEPT_AS.get(field.name, field.name)}"
    return f"entry.{form.kind}.{field.name}"


def list_foreign_forms(sender: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the forms of a sender that are mapped, and under which of our names their answers are kept."""
    for form_id in sorted(list_mappings(MAPPINGS / sender)):
        found = find_mapping(sender, form_id)
        if found is not None:
            fields = [f"fields.{name}" for name in found.profile]
            yield form_id, (*fields, *(f"entry.{found.kind}.{name}" for name in found.entry))
