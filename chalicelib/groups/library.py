"""The groups on file, read when first asked for. A name in own/off.toml leaves a group out."""

import logging
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from chalicelib.definitions import Fault, load_definition
from chalicelib.errors import DefinitionError
from chalicelib.forms.library import list_named, list_readable
from chalicelib.groups.clauses import FOUND_US
from chalicelib.groups.group import Group
from chalicelib.groups.rule import Bought, Rule
from chalicelib.shop import own
from chalicelib.shop.products import read_products
from chalicelib.shop.purposes import judge_consent

log = logging.getLogger(__name__)

DEFINITIONS = Path(__file__).parent / "definitions"


def list_groups() -> tuple[Group, ...]:
    """Return every group that can be read, by name; one with a mistake is logged and left out."""
    return tuple(group for group, _ in judge_files(own.FOLDER) if group is not None)


def list_mistakes() -> tuple[str, ...]:
    """Return the mistakes in files of groups."""
    return tuple(fault for _, fault in judge_files(own.FOLDER) if fault)


@cache
def judge_files(_folder: Path) -> tuple[tuple[Group | None, str], ...]:
    """Return each group, or the mistake in its file; read once for each folder of the shop's own."""
    found: list[tuple[Group | None, str]] = []
    try:
        files = own.list_files("groups", DEFINITIONS)
    except DefinitionError as fault:
        log.error("group_unusable", extra={"key": "off", "reason": str(fault)})
        return ((None, str(fault)),)
    for name, path in files.items():
        try:
            found.append((load_group(path), ""))
        except DefinitionError as fault:
            log.error("group_unusable", extra={"key": name, "reason": str(fault)})
            found.append((None, str(fault)))
    return tuple(found)


def find_group(name: str) -> Group | None:
    """Return the group of that name, None for none that can be read."""
    return next((group for group in list_groups() if group.name == name), None)


def load_group(path: Path) -> Group:
    """Return a group, named as its file; raise DefinitionError."""
    return load_definition(path, Group, {"name": path.stem}, judge=lambda group: list_faults(group.rule, "rule"))


def list_faults(rule: Rule, place: str) -> Iterator[Fault]:
    """Yield each fault of a rule against other files; `place` is the table that it stands in."""
    if problem := rule.judge_fields(list_sensitive()):
        yield (place, "fields"), problem
    for key, purpose in list_purposes(rule):
        if problem := judge_consent(purpose):
            yield (place, *key), problem
    sources = list_options(FOUND_US) if rule.found_us else ()
    for number, option in enumerate(rule.found_us):
        if option not in sources:
            yield (place, "found_us", str(number)), f"no form has this option; there are {', '.join(sources) or 'none'}"
    if rule.score is not None and rule.score.question not in (scores := list_scores()):
        yield (place, "score", "question"), f"no form asks for this score; there are {', '.join(scores) or 'none'}"
    for number, each in enumerate(rule.bought):
        if problem := judge_bought(each):
            yield (place, "bought", str(number)), problem


def list_purposes(rule: Rule) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield the purposes that a rule names, each with its place."""
    for key in ("consents", "not_member"):
        yield from (((key, str(number)), purpose) for number, purpose in enumerate(getattr(rule, key)))
    if rule.member is not None:
        yield ("member", "purpose"), rule.member.purpose


def judge_bought(bought: Bought) -> str:
    """Return why no rule may ask for purchases of a product or category, or ""."""
    products = read_products()
    known = sorted({each.category for each in products.products if each.category})
    if bought.category and bought.category not in known:
        return f"products.toml has no such category; there are {', '.join(known) or 'none'}"
    if products.is_sensitive(bought.product) or bought.category in products.sensitive:
        return "products.toml says that it is sensitive"
    return ""


def list_sensitive() -> dict[str, str]:
    """Return the sensitive fields of the forms on file, by name, with their purposes."""
    return {field: purpose for form in list_readable() for field, purpose in form.list_sensitive().items()}


def list_options(question: str) -> tuple[str, ...]:
    """Return the options of a question over all forms, each once."""
    fields = (field for form in list_named() for field in form.fields if field.name == question)
    return tuple(dict.fromkeys(option.value for field in fields for option in field.options))


def list_scores() -> tuple[str, ...]:
    """Return the questions that ask for a score."""
    fields = (field.name for form in list_named() for field in form.fields if field.type == "score")
    return tuple(dict.fromkeys(fields))
