"""The shop's own files, laid over those that ship, so that an upgrade changes no file of the shop.

chalicelib/own/forms/<name>.toml              a form; one with the name of a shipped form takes its place
chalicelib/own/campaigns/<name>.toml          a campaign, likewise; `_shop.toml` for the settings of all campaigns
chalicelib/own/mails/<name>.toml, .jinja      a mail
chalicelib/own/mappings/<sender>/<id>.toml    a form of Typeform or Tally
chalicelib/own/words/<language>/<part>.toml   words of a language, whole or in part
chalicelib/own/purposes.toml, ages.toml, retention.toml, dummies.toml   in place of those in `shop/`
chalicelib/own/brand.toml                     name, logo, colour, postal address, opening words (`shop/brand.py`)
chalicelib/own/site.toml                     `origins` and `redirects` for all forms
chalicelib/own/off.toml                       names of what ships and is not wanted: forms = [...], campaigns = [...]
"""

from functools import cache
from pathlib import Path

from chalicelib.models import Model

FOLDER = Path(__file__).parents[1] / "own"  # read at each call: the suite of what ships names an empty folder
NO_SETTINGS = "[!_]*.toml"  # a file whose name begins with _ holds the settings of the others


def list_files(kind: str, shipped: Path, pattern: str = NO_SETTINGS) -> dict[str, Path]:
    """Return the files of a kind by their names: the shop's own, and those that ship and are not switched off.

    Raise DefinitionError where it cannot be read what is switched off: a campaign that is not wanted must send nothing.
    """
    off = getattr(read_off(FOLDER), kind) if kind in Off.model_fields else ()
    own = {path.stem: path for path in sorted((FOLDER / kind).glob(pattern))}
    ships = {path.stem: path for path in sorted(shipped.glob(pattern)) if path.stem not in off}
    return dict(sorted({**ships, **own}.items()))


def choose_file(shipped: Path, kind: str = "") -> Path:
    """Return the shop's own file of that name, or the shipped one."""
    own = FOLDER / kind / shipped.name
    return own if own.exists() else shipped


class Off(Model):
    """The names of what ships and is not wanted."""

    forms: tuple[str, ...] = ()
    campaigns: tuple[str, ...] = ()


@cache
def read_off(folder: Path) -> Off:
    """Return what the shop switched off; raise DefinitionError."""
    from chalicelib.definitions import load_definition  # imported here: the door of a webhook reads no definition

    path = folder / "off.toml"
    return load_definition(path, Off) if path.exists() else Off()
