"""Rooms import what the table allows and nothing else; each foreign package has its homes.

`docs/architecture.md` shows the same table, and a test holds the two together.
"""

import ast
import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.rules.rooms import ROOMS, ROOTS
from tests.rules.sweeps import for_each

ROOT = Path(__file__).resolve().parents[2]
AWS = {"runs", "services", "functions", "settling", "downstream"}
HOMES = {
    "aws_encryption_sdk": {"vault"},
    "cryptography": {"vault"},
    "boto3": {"services", "store"},  # the store for its (de)serialiser of typed attributes alone
    "botocore": AWS | {"store", "mails", "vault"},
    "http": {"downstream"},
    "socket": {"downstream"},
    "ssl": {"downstream"},
    "chalice": {"app", "routes", "desk", "errors"},
    "fido2": {"desk"},
    "jinja2": {"pages", "mails"},
    "phonenumbers": {"people", "forms"},
    "email_validator": {"addresses"},
    "tomllib": {"definitions"},
}
SOURCES = [ROOT / "app.py", *sorted((ROOT / "chalicelib").rglob("*.py"))]
MODULES = {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in SOURCES}
NAME = re.compile(r"chalicelib(?:\.\w+)+")


def name_room(module: str) -> str:
    """Return the room of a module: its first part below chalicelib, or the file's own name."""
    return module.removeprefix("chalicelib.").split(".")[0]


def list_imports(path: Path) -> list[str]:
    """Return the modules that a file imports, wherever in it; also those that it names in a string."""
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = [f"{node.module}.{alias.name}" for alias in node.names]
            found += [name if name in MODULES else node.module for name in inner]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and NAME.fullmatch(node.value):
            found.append(node.value)
    return found


@for_each(MODULES)
def test_rooms_import_what_the_table_allows(module):
    room = name_room(module)
    if module == "chalicelib":
        return
    assert room in ROOMS or room in ROOTS, f"{room} is no room: a file belongs to the room of what it does"
    allowed = {room, *ROOMS.get(room, "").split(), *ROOTS}
    for other in list_imports(MODULES[module]):
        if other.startswith("chalicelib"):
            assert other in MODULES, f"{module} names {other}, which does not exist"
            assert name_room(other) in allowed, f"{module} imports {other}"


def test_the_table_has_no_circle():
    graph = {room: set(allowed.split()) for room, allowed in ROOMS.items()}

    assert set(TopologicalSorter(graph).static_order()) == set(ROOMS)


def test_the_table_allows_nothing_that_is_not_used():
    used = {
        (name_room(module), name_room(other))
        for module, path in MODULES.items()
        for other in list_imports(path)
        if other.startswith("chalicelib.")
    }
    allowed = {(room, other) for room, others in ROOMS.items() for other in others.split()}

    assert allowed <= used, sorted(allowed - used)


def test_no_circle_inside_a_room():
    graph = {module: {other for other in list_imports(path) if other in MODULES} for module, path in MODULES.items()}
    table = {"chalicelib.senders"}  # it names its modules in strings, and they use what it says of them
    try:
        TopologicalSorter({one: others - table - {one} for one, others in graph.items()}).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_modules_are_named_in_strings_in_two_places():
    users = {module for module, path in MODULES.items() if "import_module" in path.read_text()}

    assert users == {"chalicelib.senders", "chalicelib.offers.maker"}


@for_each(MODULES)
def test_foreign_packages_stay_in_their_homes(module):
    for other in list_imports(MODULES[module]):
        homes = HOMES.get(other.split(".")[0])
        assert homes is None or name_room(module) in homes, f"{module} imports {other}"


def test_environment_is_read_in_one_place():
    readers = {name for name, path in MODULES.items() if re.search(r"os\.environ|os\.getenv", path.read_text())}

    assert readers == {"chalicelib.config"}


def test_outside_json_is_parsed_in_one_place():
    users = {name for name, path in MODULES.items() if "json.loads" in path.read_text()}

    assert users <= {"chalicelib.strictjson", "chalicelib.vault.blindindex"}  # the second reads what it sealed itself


def test_digests_are_never_compared_with_equals():
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq):
                words = ast.unparse(node).lower()
                assert "digest" not in words, f"{path.name}:{node.lineno}"
                assert "signature" not in words, f"{path.name}:{node.lineno}"


def test_no_clock_is_read_below_the_front():
    clocks = re.compile(r"datetime\.now\(|time\.time\(")
    readers = {name_room(name) for name, path in MODULES.items() if clocks.search(path.read_text())}

    # A container that starts has no event yet to take the time from; and a message that comes again does not say when.
    assert readers <= {"routes", "functions"}
