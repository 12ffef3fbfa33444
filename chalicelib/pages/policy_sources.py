"""Where people's data comes from, and what each source brings: the forms on file, webhook senders, our own mails.

A form says itself what it asks. What a sender's body means is code (`interpret`), so what it can say of a person is
listed here by the names it is kept under; tests/rules/test_policy_page.py walks people through the service and fails
when anything is kept that no source names.

    fields.<name>         a field of the profile
    entry.<kind>.<name>   what was told on one occasion; `*` for whatever a shop's own question is called
    orders, refunds, consents, mail, sender_id, notes   as in `Reading`
"""

from collections.abc import Iterable, Iterator, Mapping

from chalicelib.forms.definition import Form
from chalicelib.forms.field import Field
from chalicelib.forms.library import UNLISTED, find_form, list_forms, load_form
from chalicelib.models import Model
from chalicelib.senders import OWN_READERS, SENDERS
from chalicelib.senders.form_maps import MAPPINGS, find_mapping, list_mappings

CART = ("token", "items", "total", "currency", "recover_url", "completed_at")
# What a word of words/<language>/policy.toml `facts` stands for.
FACTS: Mapping[str, tuple[str, ...]] = {
    "name": ("fields.name",),
    "email": ("fields.email",),
    "phone": ("fields.phone",),
    "address": ("fields.address",),
    "language": ("fields.language",),
    "time_zone": ("fields.time_zone",),
    "number": ("sender_id",),
    "orders": ("orders",),
    "refunds": ("refunds",),
    "consents": ("consents",),
    "cart": tuple(f"entry.cart.{name}" for name in CART),
    "compliance": (),  # becomes a request of ours, and no event of the history
    "answers": tuple(f"entry.{kind}.*" for kind in ("sign-up", "pre-order", "warranty", "survey", "response")),
    "message": ("entry.other.*", "entry.pre-order-shipped.*"),
    "notes": ("entry.import.*",),
    "own": ("fields.*",),
    "click": ("entry.click.by", "entry.click.campaign"),
    "mail": ("mail",),
    "fate": ("notes",),
    "restricted": ("fields.restricted",),
    "request": ("notes",),
}
CONTACTS = ("name", "email", "phone", "address")


class Source(Model):
    """One source: the event kinds it makes, its `facts`, and the purposes they serve (see `purposes`)."""

    name: str
    kinds: tuple[str, ...]
    facts: tuple[str, ...]
    purposes: tuple[str, ...]


FOREIGN_FORM = Source(
    name="",
    kinds=("sign-up", "pre-order", "warranty", "survey", "response", "other"),
    facts=(*CONTACTS, "language", "own", "answers", "consents"),
    purposes=("surveys", "marketing"),
)
SENDER_SOURCES = {
    "shopify": Source(
        name="shopify",
        kinds=("order", "refund", "customer", "consent", "cart", "other"),
        facts=(*CONTACTS, "language", "number", "orders", "refunds", "cart", "consents", "compliance"),
        purposes=("orders", "marketing", "sms", "proof"),
    ),
    "tally": FOREIGN_FORM.model_copy(update={"name": "tally"}),
    "typeform": FOREIGN_FORM.model_copy(update={"name": "typeform"}),
    "webhooks": Source(
        name="webhooks", kinds=("login", "other"), facts=("email", "phone", "message"), purposes=("orders",)
    ),
    "woocommerce": Source(
        name="woocommerce",
        kinds=("order", "customer", "cart", "other"),
        facts=(*CONTACTS, "number", "orders", "refunds", "cart"),
        purposes=("orders",),
    ),
}
# By the names of `reading.OWN_READERS`; forms are told from their files.
OWN_SOURCES = {
    "import": Source(
        name="import",
        kinds=("import",),
        facts=(*CONTACTS, "language", "own", "number", "orders", "consents", "notes"),
        purposes=("orders", "marketing"),
    ),
    "link": Source(
        name="link",
        kinds=("click", "consent", "preferences", "confirm"),
        facts=("click", "consents"),
        purposes=("measuring", "proof"),
    ),
    "outreach": Source(name="outreach", kinds=("mail",), facts=("mail",), purposes=("marketing", "orders")),
    "privacy": Source(
        name="privacy",
        kinds=("request",),
        facts=("request", "restricted", "consents"),
        purposes=("proof",),
    ),
    "ses": Source(name="ses", kinds=("mail-event",), facts=("fate",), purposes=("measuring", "safety")),
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
    told = [SENDER_SOURCES[name] for name in SENDERS if name in senders]
    return (*told, *(OWN_SOURCES[name] for name in OWN_READERS if name != "form"))


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
            told = [f"fields.{name}" for name in found.profile]
            yield form_id, (*told, *(f"entry.{found.kind}.{name}" for name in found.entry))
