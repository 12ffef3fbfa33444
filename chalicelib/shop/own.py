"""The shop's own files, laid over those that ship, so that an upgrade changes no file of the shop.

chalicelib/own/forms/<name>.toml              a form; one with the name of a shipped form takes its place
chalicelib/own/campaigns/<name>.toml          a campaign, likewise; `_shop.toml` for the settings of all campaigns
chalicelib/own/groups/<name>.toml             a group of customers, likewise
chalicelib/own/mails/<name>.toml, .jinja      a mail
chalicelib/own/mappings/<sender>/<id>.toml    a form of Typeform or Tally
chalicelib/own/words/<language>/<part>.toml   words of a language, whole or in part
chalicelib/own/purposes.toml, ages.toml, retention.toml, dummies.toml   in place of those in `shop/`
chalicelib/own/brand.toml                     name, logo, colour, postal address, opening words (`shop/brand.py`)
chalicelib/own/site.toml                     `origins` and `redirects` for all forms
chalicelib/own/telephone.toml                what staff say on the telephone (`desk/entries/script.py`)
chalicelib/own/products.toml                  categories, and products that no mail names (`shop/products.py`)
chalicelib/own/referrals.toml                 customers bring friends by a code of their own (`shop/referrals.py`)
chalicelib/own/on.toml                        names of shipped marketing campaigns that run: campaigns = [...]
chalicelib/own/off.toml                       names that are not wanted: of forms = [...], campaigns and groups
"""

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Literal

from chalicelib.models import Model

FOLDER = Path(__file__).parents[1] / "own"  # read at each call: the suite names a folder of its own
NO_SETTINGS = "[!_]*.toml"  # a file whose name begins with _ holds the settings of the others


class On(Model):
    """The names of what runs only where the shop names it."""

    campaigns: tuple[str, ...] = ()


class Off(On):
    """The names of what is not wanted."""

    forms: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


def list_files(kind: str, shipped: Path, pattern: str = NO_SETTINGS) -> dict[str, Path]:
    """Return the files of a kind that are not switched off, by their names.

    Raise DefinitionError where it cannot be read what is switched off: a campaign that is not wanted must send nothing.
    """
    found = find_files(kind, shipped, pattern)
    off = read_names("off", kind, lambda name: judge_name(kind, name, found)) if kind in Off.model_fields else ()
    return {name: path for name, path in found.items() if name not in off}


def find_files(kind: str, shipped: Path, pattern: str = NO_SETTINGS) -> dict[str, Path]:
    """Return the files of a kind by their names, the shop's own in place of those that ship."""
    files = {path.stem: path for folder in (shipped, FOLDER / kind) for path in folder.glob(pattern)}
    return dict(sorted(files.items()))


def choose_file(shipped: Path, kind: str = "") -> Path:
    """Return the shop's own file of that name, or the shipped one."""
    own = FOLDER / kind / shipped.name
    return own if own.exists() else shipped


def read_names(file: Literal["on", "off"], kind: str, judge: Callable[[str], str]) -> tuple[str, ...]:
    """Return the names of a kind in `on.toml` or `off.toml`; raise DefinitionError.

    `judge` returns why a name may not be there, or "".
    """
    path = FOLDER / f"{file}.toml"
    if not path.exists():
        return ()
    from chalicelib.definitions import load_definition  # imported here: the door of a webhook reads no definition

    def list_faults(named: On) -> list[tuple[tuple[str, ...], str]]:
        judged = ((str(place), judge(name)) for place, name in enumerate(getattr(named, kind)))
        return [((kind, place), why) for place, why in judged if why]

    names: tuple[str, ...] = getattr(load_definition(path, SHAPES[file], judge=list_faults), kind)
    return names


def judge_name(kind: str, name: str, known: Collection[str]) -> str:
    """Return that no file of the kind has a name, and the names that there are; "" where one has it."""
    return "" if name in known else f"no {kind.removesuffix('s')} of that name; there are {', '.join(known)}"


SHAPES: dict[str, type[On]] = {"on": On, "off": Off}
