"""The labels of forms for what was answered: of questions and options, in the reader's language where a form has it."""

from collections.abc import Iterator

from chalicelib.data_requests.readable.writer import Writer, clean_name
from chalicelib.forms.definition import Form
from chalicelib.forms.field import Field
from chalicelib.models import JsonValue
from chalicelib.pages.policy_sources import KEPT_AS

ASKED_AS = {kept: asked for asked, kept in KEPT_AS.items()}  # by the name under which an answer is kept


def find_title(name: str, writer: Writer) -> str:
    """Return the title of a form, "" for one that is not on file any more."""
    return next((form.title[writer.language] for form in writer.forms if form.name == name), "")


def list_candidates(name: str, form_name: str, kind: str, forms: tuple[Form, ...]) -> Iterator[Field]:
    """Yield the fields that an answer may be of: of the form that asked, then of any form of that kind, else of any."""
    ranked = sorted(forms, key=lambda form: (form.name != form_name, form.kind != kind if kind else False))
    for form in ranked:
        if not kind or form.kind == kind or form.name == form_name:
            found = form.find_field(name) or form.find_field(ASKED_AS.get(name, ""))
            if found is not None:
                yield found


def show_answer(
    name: str, value: JsonValue, writer: Writer, *, form_name: str = "", kind: str = ""
) -> tuple[str, tuple[str, ...], bool]:
    """Return the label of an answer, its texts, and whether they came from outside."""
    own = writer.words.fields.get(name, "") if not kind else ""
    field = next(list_candidates(name, form_name, kind, writer.forms), None)
    if field is None:
        return (
            own or writer.words.names.get(name) or clean_name(name),
            write_plain(value, writer),
            isinstance(value, str | list),
        )
    chosen = write_options(field, value, writer)
    label = own or field.label[writer.language]
    return label, chosen or write_plain(value, writer), not chosen and isinstance(value, str | list)


def write_options(field: Field, value: JsonValue, writer: Writer) -> tuple[str, ...]:
    """Return the labels of what was chosen, numbered where the order counts; none for a field without options."""
    labels = {option.value: option.label[writer.language] for option in field.options}
    if not labels or not isinstance(value, str | list | tuple):
        return ()
    picked = [value] if isinstance(value, str) else value
    texts = [labels.get(str(each), str(each)) for each in picked]
    if field.type != "ranking":
        return tuple(texts)
    return tuple(f"{writer.write_number(place)}. {text}" for place, text in enumerate(texts, 1))


def write_plain(value: JsonValue, writer: Writer) -> tuple[str, ...]:
    """Return a value without options as texts."""
    values = value if isinstance(value, list | tuple) else [value]
    return tuple(writer.write_value(each) for each in values if each not in (None, ""))
