"""Tests share by builders: no test file imports another, and none is longer than one subject needs."""

import ast
from pathlib import Path

import pytest

from tests.rules.sweeps import for_each

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "tests").rglob("*.py"))
TESTS = [path for path in FILES if path.name.startswith("test_")]
MOST_LINES = 500


def name_file(path: Path) -> str:
    return str(path.relative_to(ROOT))


def list_modules(path: Path) -> set[str]:
    """Return every module that a file may import: `from a import b` may name the module a or a.b."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module or ""}
    return found


@for_each(FILES, name_file)
def test_nothing_imports_a_test_file(path):
    modules = {".".join(each.relative_to(ROOT).with_suffix("").parts) for each in TESTS}

    assert modules & list_modules(path) == set(), "what tests share belongs into tests/builders"


@for_each(TESTS, name_file)
def test_no_test_file_is_longer_than_its_subject(path):
    assert len(path.read_text().splitlines()) <= MOST_LINES, "split the file by subject"


def test_the_builders_are_no_tests():
    for path in (ROOT / "tests" / "builders").glob("*.py"):
        names = [node.name for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef)]
        assert not [name for name in names if name.startswith("test_")], path


def test_a_rule_over_many_files_names_all_that_break_it():
    @for_each([1, 2, 3])
    def check(number):
        assert number == 2, "wrong"

    with pytest.raises(AssertionError) as told:
        check()
    assert ("1: wrong" in str(told.value), "2: wrong" in str(told.value), "3: wrong" in str(told.value)) == (
        True,
        False,
        True,
    )
