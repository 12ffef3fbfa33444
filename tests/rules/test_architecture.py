"""docs/architecture.md shows the table of rooms as the tests hold it, and walks that lead through the code as it is."""

import ast
import re
from itertools import pairwise
from pathlib import Path

import pytest

from tests.rules import rooms

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text()
ROW = re.compile(r"^\| `(\w+)` \| ([^|]+) \| ([a-z_ ]*)\|$", re.MULTILINE)
STEP = re.compile(r"^- `([\w/]+\.py)`: `(\w+)`(?:, which calls `(\w+)`)?$", re.MULTILINE)
# Walk: the most files that it may lead through after README, and the calls of AWS that end it.
WALKS = {
    "The line that makes a submission durable": (4, {"put_item"}),
    "The transaction in which it takes effect": (5, {"transact_write_items"}),
    "The call of SES": (6, {"send_email"}),
}
Step = tuple[str, str, str]


def read_section(title: str) -> str:
    """Return the text below a heading that begins with a title, up to the next heading."""
    found = re.search(rf"^#+ {title}.*?\n(.*?)(?=^#|\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, title
    return found[1]


def list_steps(walk: str) -> list[Step]:
    """Return (file, function, what it calls at the end or "") of each step of a walk."""
    steps = STEP.findall(read_section(walk))
    assert len(steps) == read_section(walk).count("\n- ") + read_section(walk).startswith("- "), walk
    return steps


def find_functions(source: str) -> dict[str, ast.FunctionDef]:
    """Return the functions and methods of a source by their names."""
    return {node.name: node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)}


def list_used(function: ast.FunctionDef) -> set[str]:
    """Return the names and attributes that a function uses."""
    nodes = list(ast.walk(function))
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    return names | {node.attr for node in nodes if isinstance(node, ast.Attribute)}


def find_break(steps: list[Step]) -> str:
    """Return where a walk does not lead on, or ""."""
    functions = [find_functions((ROOT / path).read_text()).get(name) for path, name, _ in steps]
    for (path, name, _), function in zip(steps, functions, strict=True):
        if function is None:
            return f"{path} has no function {name}"
    for (here, function), (there, _) in pairwise(zip(steps, functions, strict=True)):
        if there[1] not in list_used(function):
            return f"{here[1]} in {here[0]} does not use {there[1]}"
    return "" if steps[-1][2] in list_used(functions[-1]) else f"{steps[-1][1]} does not call {steps[-1][2]}"


def test_the_page_has_the_table_of_rooms():
    shown = {room: allowed.split() for room, _, allowed in ROW.findall(PAGE)}

    assert shown == {room: allowed.split() for room, allowed in rooms.ROOMS.items()}
    assert list(shown) == list(rooms.ROOMS)


def test_the_page_names_the_modules_that_every_room_may_import():
    sentence = re.search(r"Every room may also import itself and these modules: ([^.]*)\.", PAGE)[1]

    assert set(re.findall(r"`(\w+)`", sentence)) == rooms.ROOTS


def test_the_page_names_the_rooms_of_infra():
    for room in set(rooms.INFRA_ROOMS) - {"root"}:
        assert f"`{room}`" in read_section("Rooms"), room


@pytest.mark.parametrize("walk", WALKS)
def test_each_step_of_a_walk_leads_to_the_next(walk):
    assert find_break(list_steps(walk)) == ""


@pytest.mark.parametrize("walk", WALKS)
def test_a_walk_is_short_and_ends_at_the_call(walk):
    most, ends = WALKS[walk]
    steps = list_steps(walk)
    files = len({path for path, _, _ in steps})

    assert files <= most
    assert re.search(rf"^### {walk} \({files} files\)$", PAGE, re.MULTILINE)
    assert steps[-1][2] in ends


def test_a_walk_that_leads_nowhere_is_noticed():
    steps = list_steps("The line that makes a submission durable")

    assert find_break([steps[0], *steps[2:]]) == "accept in chalicelib/door/__init__.py does not use put_item"
    assert find_break([*steps[:-1], (*steps[-1][:2], "send_email")]) == "write_item does not call send_email"
    assert find_break([("chalicelib/runs.py", "walk", "")]) == "chalicelib/runs.py has no function walk"


def test_every_way_in_ends_at_the_door():
    first = read_section("The way of a submission").split("2. ")[0]
    entrances = re.findall(r"`((?:chalicelib|infra)/[\w/]+\.py)`", first)

    assert len(entrances) == 6
    for path in entrances:
        assert re.search(r"\.accept\b", (ROOT / path).read_text()), path


@pytest.mark.parametrize("way", ["The way of a submission", "The way of a mail", "The way of an erasure"])
def test_every_function_that_a_way_names_is_defined(way):
    defined = set()
    for path in [ROOT / "app.py", *(ROOT / "chalicelib").rglob("*.py")]:
        defined |= set(find_functions(path.read_text()))
    named = set(re.findall(r"`([a-z]+_[a-z_]+)`", read_section(way)))

    assert named
    assert named - defined == set()
