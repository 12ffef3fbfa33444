"""The form of the preferences page, a definition without an address of its own, and the meaning of its answers.

The page asks and shows no data: every reader of the mail has the link.
"""

from collections.abc import Iterator, Mapping
from datetime import date

from chalicelib.config import Settings
from chalicelib.forms.definition import ConsentAsk, Form
from chalicelib.forms.field import Field
from chalicelib.forms.interface import find_interface
from chalicelib.forms.library import UNLISTED, load_form
from chalicelib.forms.post import fold_pairs
from chalicelib.forms.topics import add_topics
from chalicelib.forms.validation import CleanForm, validate_form
from chalicelib.forms.values import Occasion
from chalicelib.forms.words import Words, fill_shop
from chalicelib.models import ConsentState, JsonValue, RequestKind
from chalicelib.pages.request_pages import find_request_words
from chalicelib.shop.brand import name_shop
from chalicelib.store.links import Ask, Link, LinkKind
from chalicelib.text import remove_switches

DEFINITION = UNLISTED / "preferences.toml"
TOPIC = "topic_"
MOVE = "new_email"  # the field that names the address which shall stand for the person
REMOVE = "remove"  # the field that names the details to be emptied
STOP = "stop"  # in the query of the button that ends all advertising: its body need not be read
STATES = {"yes": ConsentState.GIVEN, "no": ConsentState.WITHDRAWN}

Sent = dict[str, JsonValue] | list[tuple[str, str]]


def find_preferences(link: Link, settings: Settings) -> Form:
    """Return the form for a link, its consents in the shop's name.

    An unsubscribe link, which never expires, changes no details of a person. Only the link of a proven correction asks
    for a new address; its title says what was asked for, since it follows a page that waits.
    """
    form = name_controller(add_topics(load_form(DEFINITION)), settings)
    proven = link.request == RequestKind.CORRECT.value
    asked = [field for field in form.fields if proven or field.name != MOVE]
    if link.kind is not LinkKind.CHOOSE:
        asked = [field for field in asked if not field.personal]
    titles = {language: find_request_words(language).kinds[link.request].title for language in form.languages if proven}
    return form.model_copy(update={"fields": tuple(asked), "title": Words(titles) if proven else form.title})


def name_controller(form: Form, settings: Settings) -> Form:
    """Return the form with the shop's name in place of `{shop}` in the answers that give or withdraw a consent."""
    fields = (name_in_options(each, settings) if each.name.startswith(TOPIC) else each for each in form.fields)
    return form.model_copy(update={"fields": tuple(fields)})


def name_in_options(field: Field, settings: Settings) -> Field:
    named = [option.model_copy(update={"label": name_in_words(option.label, settings)}) for option in field.options]
    return field.model_copy(update={"options": tuple(named)})


def name_in_words(words: Words, settings: Settings) -> Words:
    names = {language: find_interface(language).isolate(name_shop(settings, language)) for language in words.languages}
    return Words({language: fill_shop(words[language], name) for language, name in names.items()})


def read_move(clean: CleanForm) -> str:
    """Return the address that shall stand for the person, or ""."""
    return str(clean.entry.get(MOVE, ""))


def check_preferences(form: Form, sent: Sent, *, language: str, settings: Settings, today: date) -> CleanForm:
    """Return clean answers; raise InvalidSubmissionError with a reason code per field."""
    values = sent if isinstance(sent, dict) else fold_pairs(form, sent)
    shop, occasion = name_shop(settings, language), Occasion(settings.shop_country, today)
    return validate_form(form, values, language=language, shop=shop, occasion=occasion)


def list_fields(clean: CleanForm) -> dict[str, JsonValue]:
    """Return the profile fields answered, by our names for them (`language` means something else in a post).

    A detail to be removed has an empty value, unless another value was typed for it.
    """
    removed = clean.entry.get(REMOVE)
    fields: dict[str, JsonValue] = dict.fromkeys(map(str, removed), "") if isinstance(removed, list) else {}
    fields |= clean.fields
    if "mail_language" in fields:
        fields["language"] = fields.pop("mail_language")
    return fields


def list_consents(clean: CleanForm) -> Iterator[tuple[ConsentState, Ask]]:
    """Yield the consents given or withdrawn, each with the words beside the answer; a child gives none."""
    yield from ((ConsentState.GIVEN, write_ask(ask, clean)) for ask in clean.consents)
    for field in clean.form.fields:
        if field.name in clean.entry and field.name.startswith(TOPIC):
            answer = clean.entry[field.name]
            if clean.child and STATES[answer] is ConsentState.GIVEN:
                continue
            words = next(option.label[clean.language] for option in field.options if option.value == answer)
            yield (
                STATES[answer],
                Ask(
                    purpose=field.name.removeprefix(TOPIC).replace("_", "-"),
                    words=remove_switches(words),
                    words_version=clean.form.version,
                    language=clean.language,
                ),
            )


def asks_to_stop(query: Mapping[str, str] | None) -> bool:
    """Return whether a post comes from the button that ends all advertising."""
    return STOP in (query or {})


def write_ask(ask: ConsentAsk, clean: CleanForm) -> Ask:
    """Return a box that was ticked, in the words beside it."""
    words = ask.say(clean.language, clean.shop)
    return Ask(purpose=ask.purpose, words=words, words_version=ask.version, language=clean.language)
