"""The topics that a customer can choose on the preferences page: those that the shop's own forms ask for.

A form asks for topics with a field `interests` of the profile, of type choice or choices. The forms are the one source:
a shop whose forms have other topics has them on the page too, and a shop without such a field asks for none there.
"""

from collections.abc import Iterator

from chalicelib.forms.definition import Form
from chalicelib.forms.field import Field
from chalicelib.forms.interface import find_interface
from chalicelib.forms.library import list_readable
from chalicelib.forms.question import Option
from chalicelib.forms.words import Words
from chalicelib.words import list_languages

TOPICS = "interests"
FIRST = "sign-up"  # the kind of form whose words and order come before those of other forms


def add_topics(form: Form) -> Form:
    """Return the preferences form with the shop's topics as its second question, and its languages as a page has them.

    Every page lists the languages in the order of `list_languages`.
    """
    first, *others = (sort_languages(field) for field in form.fields)
    return form.model_copy(update={"fields": (first, *find_topics(form), *others)})


def find_topics(form: Form) -> Iterator[Field]:
    """Yield the question for the topics in the languages of a form, where a form of the shop asks for topics."""
    asked = list(list_askers())
    if not asked:
        return
    options: dict[str, Option] = {}
    for field in asked:
        for option in field.options:
            options.setdefault(option.value, translate_option(option, form))
    yield Field(
        name=TOPICS,
        type="choices",
        place="profile",
        personal=any(field.personal for field in asked),
        label=Words({language: asked[0].label[language] for language in form.languages}),
        hint=Words({language: find_interface(language).topics_hint for language in form.languages}),
        options=tuple(options.values()),
    )


def list_askers() -> Iterator[Field]:
    """Yield the fields for topics of the forms on file; a sensitive one needs a consent of its own, and is left out."""
    for form in sorted(list_readable(), key=lambda form: form.kind != FIRST):
        field = form.find_field(TOPICS)
        if field and field.place == "profile" and field.type in ("choice", "choices") and not field.sensitive:
            yield field


def translate_option(option: Option, form: Form) -> Option:
    """Return an option in the languages of a form, each in the option's first language where it lacks that one."""
    return Option(value=option.value, label=Words({language: option.label[language] for language in form.languages}))


def sort_languages(field: Field) -> Field:
    """Return a field whose options are languages in the order of the pages, and any other field as it is."""
    order = list_languages()
    if field.name != "mail_language":
        return field
    ranked = sorted(
        field.options, key=lambda option: order.index(option.value) if option.value in order else len(order)
    )
    return field.model_copy(update={"options": tuple(ranked)})
