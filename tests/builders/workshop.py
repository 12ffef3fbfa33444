"""The example of docs/examples/workshop, on file as a shop would put it there. Builders for tests."""

import tomllib
from pathlib import Path

from chalicelib.forms import library
from chalicelib.forms.definition import Form
from chalicelib.forms.library import load_form
from chalicelib.routes import forms, preferences
from chalicelib.shop import purposes

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "workshop"


def put_example(folder: Path, monkeypatch) -> Form:
    """Copy the example's files to where its first lines say, in `folder`; return the form."""
    known = purposes.FILE.read_text("utf-8") + "\n" + (EXAMPLE / "purposes.toml").read_text("utf-8")
    both = purposes.Purposes.model_validate(tomllib.loads(known))
    monkeypatch.setattr(purposes, "load_purposes", lambda: both)
    own = folder / "preferences.toml"
    asked = preferences.DEFINITION.read_text("utf-8") + "\n" + (EXAMPLE / "preferences.toml").read_text("utf-8")
    own.write_text(asked, encoding="utf-8")
    monkeypatch.setattr(preferences, "DEFINITION", own)
    form = load_form.__wrapped__(EXAMPLE / "workshop.toml")
    find = library.find_form
    monkeypatch.setattr(forms, "find_form", lambda name: form if name == "workshop" else find(name))
    return form


CHILD, PARENT = "rukhsana@example.org", "maryam@example.net"

ADULT_POST = {"name": "Asel", "age_band": "25-34", "email": CHILD}

CHILD_POST = {"name": "Rukhsana", "age_band": "under-16", "email": CHILD, "parent_email": PARENT}
