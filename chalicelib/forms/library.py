"""The forms on file, read when first asked for."""

import re
from functools import cache
from pathlib import Path

from chalicelib.forms.definition import Form

DEFINITIONS = Path(__file__).parent / "definitions"
UNLISTED = Path(__file__).parent / "unlisted"  # forms that no address names: a page of its own asks each
# A name comes from the URL: it must not leave the folder.
SAFE_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")


@cache
def list_forms(folder: Path = DEFINITIONS) -> tuple[str, ...]:
    """Return the names of the forms on file, sorted."""
    return tuple(sorted(path.stem for path in folder.glob("*.toml")))


def find_form(name: str, folder: Path = DEFINITIONS) -> Form | None:
    """Return the form of that name, or None; raise DefinitionError for an unusable file."""
    if not SAFE_NAME.fullmatch(name) or name not in list_forms(folder):
        return None
    return load_form(folder / f"{name}.toml")


@cache
def load_form(path: Path) -> Form:
    """Return a form, named as its file; raise DefinitionError."""
    # Imported here: the door of a webhook reads no definition.
    from chalicelib.definitions import load_definition
    from chalicelib.shop.purposes import judge_consents

    return load_definition(
        path, Form, {"name": path.stem}, judge=lambda form: judge_consents(ask.purpose for ask in form.consents)
    )
