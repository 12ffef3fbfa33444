"""The rooms of infra/ import what the table allows, no module imports itself in a circle, and files stay small."""

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from tests.rules.rooms import INFRA_ROOMS
from tests.rules.sweeps import for_each

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "infra").rglob("*.py"))
MODULES = {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in FILES}
LONGEST_FILE, LONGEST_FUNCTION = 220, 40  # lines


def name_room(module: str) -> str:
    """Return the room of a module: the folder below infra, or `root`."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in INFRA_ROOMS else "root"


def list_imports(source: str) -> set[str]:
    """Return the modules that a source imports, wherever in it; a name imported from a package may be a module."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= (inner & set(MODULES)) or {node.module}
    return found


def find_wrong(module: str, source: str) -> list[str]:
    """Return the imports of a source that the table does not allow."""
    room = name_room(module)
    others = [other for other in list_imports(source) if other.split(".")[0] == "infra"]
    return [other for other in others if name_room(other) not in INFRA_ROOMS[room] | {room}]


def find_circle(graph: dict[str, set[str]]) -> list[str]:
    """Return modules that import each other in a circle, or nothing."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


@for_each(MODULES)
def test_rooms_of_infra_import_what_the_table_allows(module):
    assert find_wrong(module, MODULES[module].read_text()) == []


def test_an_import_that_the_table_forbids_is_noticed():
    assert find_wrong("infra.template", "from infra.local import clock") == ["infra.local.clock"]
    assert find_wrong("infra.deploy.package", "def f():\n    import infra.staff.stage") == ["infra.staff.stage"]


def test_no_circle_in_infra():
    graph = {module: list_imports(path.read_text()) & set(MODULES) - {module} for module, path in MODULES.items()}
    assert find_circle(graph) == []
    assert find_circle(graph | {"infra.places": {"infra.local.run"}}) != []


def test_the_table_of_infra_allows_nothing_that_is_not_used():
    used = {
        (name_room(module), name_room(other))
        for module, path in MODULES.items()
        for other in list_imports(path.read_text())
        if other.startswith("infra.")
    }
    assert {(room, other) for room, others in INFRA_ROOMS.items() for other in others} <= used


def test_nothing_that_is_deployed_imports_infra():
    deployed = [ROOT / "app.py", *(ROOT / "chalicelib").rglob("*.py")]
    assert [path.name for path in deployed if any(n.startswith("infra") for n in list_imports(path.read_text()))] == []


@for_each(MODULES)
def test_files_and_functions_of_infra_are_short(module):
    source = MODULES[module].read_text()
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    assert source.count("\n") <= LONGEST_FILE
    assert [each.name for each in functions if (each.end_lineno or 0) - each.lineno >= LONGEST_FUNCTION] == []
