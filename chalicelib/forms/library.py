"""The forms on file, read when first asked for."""

import logging
import re
from functools import cache
from pathlib import Path

from chalicelib.errors import DefinitionError
from chalicelib.forms.definition import Form
from chalicelib.shop import own

DEFINITIONS = Path(__file__).parent / "definitions"
UNLISTED = Path(__file__).parent / "unlisted"  # forms that no address names: a page of its own asks each
TILL = Path(__file__).parent / "till"  # what a till takes in beside the shop's forms
log = logging.getLogger(__name__)

# A name comes from the URL: it must not leave the folder.
SAFE_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")


def list_forms() -> tuple[str, ...]:
    """Return the names of the forms on file, the shop's own among them, sorted."""
    return tuple(find_files(own.FOLDER))


@cache
def find_files(_folder: Path) -> dict[str, Path]:
    """Return the files of the forms by name, read once for each folder of the shop's own."""
    return own.list_files("forms", DEFINITIONS)


def list_readable() -> tuple[Form, ...]:
    """Return the forms that can be read: one with a mistake is logged, and breaks no page but its own."""
    found = []
    try:
        files = find_files(own.FOLDER)
    except DefinitionError as fault:
        log.error("form_unusable", extra={"key": "off", "reason": str(fault)})
        return ()
    for name, path in files.items():
        try:
            found.append(load_form(path))
        except DefinitionError as fault:
            log.error("form_unusable", extra={"key": name, "reason": str(fault)})
    return tuple(found)


def list_named() -> tuple[Form, ...]:
    """Return the forms that can be read whose answers may be a customer's: no anonymous survey is among them."""
    return tuple(form for form in list_readable() if form.anonymous is None)


def find_form(name: str) -> Form | None:
    """Return the form of that name, or None; raise DefinitionError for an unusable file."""
    path = find_files(own.FOLDER).get(name) if SAFE_NAME.fullmatch(name) else None
    return load_form(path) if path else None


def list_till_forms() -> tuple[Form, ...]:
    """Return what a till takes in beside the shop's forms, sorted by name."""
    return tuple(load_form(path) for path in sorted(TILL.glob("*.toml")))


def find_till_form(name: str) -> Form | None:
    """Return what a till takes in under that name, or None."""
    return next((form for form in list_till_forms() if form.name == name), None)


@cache
def load_form(path: Path) -> Form:
    """Return a form, named as its file; raise DefinitionError."""
    # Imported here: the door of a webhook reads no definition.
    from chalicelib.definitions import load_definition
    from chalicelib.forms.site import add_site
    from chalicelib.shop.purposes import judge_consents

    form = load_definition(
        path, Form, {"name": path.stem}, judge=lambda form: judge_consents(ask.purpose for ask in form.consents)
    )
    return add_site(form)
