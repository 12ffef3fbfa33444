"""Functions and files stay small enough to be read at once; every function says its types."""

import ast
import statistics
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ((ROOT / name).rglob("*.py") for name in ("chalicelib", "infra"))
SOURCES = [ROOT / "app.py", *sorted(chain.from_iterable(ROOMS))]
# Roots of chalicelib: files that belong to no room, since every room may use them.
NAMED = {"__init__", "addresses", "config", "definitions", "errors", "logs", "runs", "strictjson", "text"}


def list_functions():
    """Yield (length in lines, where, node) of every function."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                yield (node.end_lineno or 0) - node.lineno + 1, f"{path.relative_to(ROOT)}:{node.name}", node


def test_functions_are_short():
    lengths = sorted(length for length, _, _ in list_functions())

    assert statistics.median(lengths) <= 6
    assert lengths[int(len(lengths) * 0.9)] <= 16
    assert [where for length, where, _ in list_functions() if length > 40] == []


def test_files_are_short():
    lengths = {str(path.relative_to(ROOT)): path.read_text().count("\n") for path in SOURCES}

    assert statistics.median(lengths.values()) <= 110
    assert {name: length for name, length in lengths.items() if length > 220} == {}


def test_every_function_says_what_it_takes_and_returns():
    for _, where, node in list_functions():
        taken = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        untyped = [each.arg for each in taken if each.annotation is None and each.arg not in ("self", "cls")]
        assert node.returns is not None, where
        assert untyped == [], where


def test_what_belongs_to_no_room_is_named():
    assert {path.stem for path in (ROOT / "chalicelib").glob("*.py")} == NAMED
