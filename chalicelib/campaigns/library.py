"""The campaigns on file, read when first asked for. A mistake is told with its file, line and place."""

import re
import tomllib
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from chalicelib.campaigns.definition import Campaign
from chalicelib.campaigns.shop import ShopClock
from chalicelib.errors import DefinitionError
from chalicelib.forms.library import find_form, list_forms
from chalicelib.mails.templates import find_template, list_templates
from chalicelib.models import Model
from chalicelib.shop.purposes import judge_consent

DEFINITIONS = Path(__file__).parent / "definitions"
Shape = TypeVar("Shape", bound=Model)
NOT_A_CAMPAIGNS = {"confirm_url", "code", "request", "title", "answers"}  # words of mails that ask for proof
SHOP = "_shop.toml"  # no campaign: the underscore keeps it out of their names


@cache
def list_campaigns(folder: Path = DEFINITIONS) -> tuple[Campaign, ...]:
    """Return every campaign, by name; raise DefinitionError for an unusable file."""
    return tuple(load_campaign(path) for path in sorted(folder.glob("[!_]*.toml")))


def find_campaign(name: str) -> Campaign | None:
    """Return the campaign of that name, or None."""
    return next((campaign for campaign in list_campaigns() if campaign.name == name), None)


@cache
def load_shop(folder: Path = DEFINITIONS) -> ShopClock:
    """Read what holds for all campaigns; raise DefinitionError."""
    return read_definition(folder / SHOP, ShopClock, {})


def load_campaign(path: Path) -> Campaign:
    """Read one campaign, named as its file; raise DefinitionError."""
    campaign = read_definition(path, Campaign, {"name": path.stem})
    for place, why in list_faults(campaign):
        line = find_line(path.read_text("utf-8"), place)
        raise DefinitionError(f"{path.name}{f', line {line}' if line else ''}: {place[0]}: {why}")
    return campaign


def list_faults(campaign: Campaign) -> Iterator[tuple[list[str], str]]:
    """Yield what does not agree with the other files: the place of each fault, and why."""
    faults = (
        (["purpose"], judge_consent(campaign.purpose) if campaign.purpose else ""),
        (["audience", "fields"], campaign.audience.judge_fields(list_sensitive())),
        (["template"], judge_template(campaign)),
        (["form"], "no form of that name" if campaign.form and find_form(campaign.form) is None else ""),
    )
    return ((place, why) for place, why in faults if why)


def judge_template(campaign: Campaign) -> str:
    """Say why a campaign cannot send its mail, or "": what is found when the mail is due would be found too late."""
    if campaign.template not in list_templates():
        return f"no mail of that name; there are {', '.join(list_templates())}"
    letter = find_template(campaign.template)
    if unfilled := sorted(set(letter.needs) & NOT_A_CAMPAIGNS):
        return f"a campaign has no {', '.join(unfilled)} for it"
    if campaign.is_marketing and not letter.marketing:
        return "marketing must carry a link to unsubscribe, and this mail has none"
    if letter.marketing and not campaign.is_marketing:
        return "this mail offers to unsubscribe, which does not end transactional mail"
    return ""


def list_sensitive() -> dict[str, str]:
    """Return the sensitive fields of the forms on file, with the purposes that they are kept for."""
    forms = [form for name in list_forms() if (form := find_form(name))]
    return {field: purpose for form in forms for field, purpose in form.list_sensitive().items()}


def read_definition(path: Path, shape: type[Shape], given: dict[str, Any]) -> Shape:
    """Read a file into its model; raise DefinitionError naming file, line and place."""
    try:
        text = path.read_text("utf-8")
        return shape.model_validate({**given, **tomllib.loads(text, parse_float=Decimal)})
    except ValidationError as error:
        raise DefinitionError("; ".join(f"{path.name}{problem}" for problem in tell_problems(text, error))) from None
    except (tomllib.TOMLDecodeError, OSError, UnicodeDecodeError) as error:
        raise DefinitionError(f"{path.name}: {error}") from None


def tell_problems(text: str, error: ValidationError) -> list[str]:
    """Return one text per mistake, e.g. `, line 8: when.trigger: Input should be ...`."""
    told = []
    for problem in error.errors(include_url=False, include_input=False):
        place = [str(part) for part in problem["loc"]]
        number = find_line(text, place)
        told.append(f"{f', line {number}' if number else ''}: {'.'.join(place) or 'campaign'}: {problem['msg']}")
    return told


def find_line(text: str, place: list[str]) -> int | None:
    """Return the line of a key, or of the nearest table around it; None where the file has neither."""
    table: list[str] = []
    found, depth = None, 0
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[+([^\]]+)\]", line):
            table = [part.strip() for part in header[1].split(".")]
        key = re.match(r"\s*([\w-]+)\s*=", line)
        here = [*table, key[1]] if key else table if header else []
        if len(here) > depth and place[: len(here)] == here:
            found, depth = number, len(here)
    return found
