"""The forms on file, read when first asked for. A mistake is told with its file and its place."""

import re
import tomllib
from functools import cache
from pathlib import Path

from pydantic import ValidationError

from chalicelib.errors import DefinitionError
from chalicelib.forms.definition import Form
from chalicelib.shop.purposes import judge_consents

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
    """Read one definition, named as its file; raise DefinitionError naming file and place."""
    try:
        form = Form.model_validate({"name": path.stem, **tomllib.loads(path.read_text("utf-8"))})
    except ValidationError as error:
        raise DefinitionError(f"{path.name}: {'; '.join(tell_places(error))}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DefinitionError(f"{path.name}: {error}") from None
    if faults := judge_consents(ask.purpose for ask in form.consents):
        raise DefinitionError(f"{path.name}: {'; '.join(faults)}")
    return form


def tell_places(error: ValidationError) -> list[str]:
    """Return one line per mistake, e.g. `fields.2.label: Field required`."""
    return [
        f"{'.'.join(str(part) for part in problem['loc']) or 'form'}: {problem['msg']}"
        for problem in error.errors(include_url=False, include_input=False)
    ]
