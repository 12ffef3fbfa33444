"""Only the store knows DynamoDB: its type letters, the calls of its client, and the keys of the tables."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.rules.sweeps import for_each

ROOT = Path(__file__).resolve().parents[2]

STORE = ROOT / "chalicelib" / "store"
# `infra/local` plays AWS on one machine: it makes tables from the template and reads requests as they go out.
# These handle whole tables in an account: protect, describe, delete and make them; a restore copies rows as they are
# stored, past every reading of them, and must tell those that it may not bring back.
ACCOUNT = ("tables", "bring_back", "past", "refusals", "remake_table")
WHOLE_TABLES = [
    *(ROOT / "infra" / "account" / f"{name}.py" for name in ACCOUNT),
    ROOT / "infra" / "watch" / "tables.py",
]
OUTSIDE = [
    ROOT / "app.py",
    *(path for path in sorted((ROOT / "chalicelib").rglob("*.py")) if STORE not in path.parents),
    *(
        path
        for path in sorted((ROOT / "infra").rglob("*.py"))
        if ROOT / "infra" / "local" not in path.parents and path not in WHOLE_TABLES
    ),
]
LETTERS = {"S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS"}
ARGUMENTS = {"TableName", "RequestItems", "TransactItems"}  # of the calls that read and write rows
EXPRESSION = re.compile(r"attribute_(not_)?exists\(|begins_with\(|\b(SET|REMOVE|ADD) #?\w+ ?[=:,]|[#\w]+ = :\w+")
PREFIX = re.compile(r"([a-z]+)#")


def list_texts(source: str) -> list[tuple[int, str]]:
    """Return (line, text) of every string of a file but its docstrings; of an f-string, its constant parts."""
    tree = ast.parse(source)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and node.body
        if isinstance(node.body[0], ast.Expr)
    }
    return [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings
    ]


@cache
def list_prefixes() -> set[str]:
    """Return the first words of the table keys that the store writes, such as `cust`."""
    texts = [text for path in STORE.glob("*.py") for _, text in list_texts(path.read_text())]
    return {match[1] for text in texts if (match := PREFIX.match(text))}


def find_letters(source: str) -> list[str]:
    """Return where a file writes or reads DynamoDB's type letters, or calls its client."""
    found = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Dict(keys=[ast.Constant(value=str(letter))]) if letter in LETTERS:
                found.append(f"{node.lineno}: {ast.unparse(node)}")
            case ast.Subscript(slice=ast.Constant(value=str(letter))) if letter in LETTERS:
                found.append(f"{node.lineno}: {ast.unparse(node)}")
            case ast.Call(func=ast.Attribute(attr="get"), args=[ast.Constant(value=str(letter)), *_]):
                found += [f"{node.lineno}: {ast.unparse(node)}"] if letter in LETTERS else []
            case ast.keyword(arg=str(name)) if name in ARGUMENTS:
                found.append(f"{node.value.lineno}: {name}")
    return found


def find_keys(source: str) -> list[str]:
    """Return where a file writes a table key or an expression."""
    prefixes = list_prefixes()
    return [
        f"{line}: {text}"
        for line, text in list_texts(source)
        if ((match := PREFIX.match(text)) and match[1] in prefixes) or EXPRESSION.search(text)
    ]


def test_prefixes_are_those_of_the_tables():
    assert {"cust", "idn", "claim", "mail", "event", "request", "stop", "fact", "out", "review"} <= list_prefixes()


@for_each(OUTSIDE, lambda path: str(path.relative_to(ROOT)))
def test_no_type_letter_and_no_client_call_outside_the_store(path):
    assert find_letters(path.read_text()) == []


@for_each(OUTSIDE, lambda path: str(path.relative_to(ROOT)))
def test_no_table_key_and_no_expression_outside_the_store(path):
    assert find_keys(path.read_text()) == []


def test_inside_the_store_only_four_files_know_the_client():
    for path in STORE.glob("*.py"):
        if path.name not in ("table.py", "attributes.py", "parts.py", "across.py"):
            assert find_letters(path.read_text()) == [], path.name


@pytest.mark.parametrize(
    "line",
    [
        'row["sk"]["S"]',
        'key = {"pk": {"S": name}}',
        'old = row.get("at", {}).get("S", "")',
        "client.transact_write_items(TransactItems=[])",
        'item = {"N": "1"}',
    ],
)
def test_letters_and_calls_are_found(line):
    assert find_letters(line) != []


@pytest.mark.parametrize(
    "line",
    [
        'name = f"cust#{customer_id}"',
        'row.removeprefix("idn#")',
        'change = "SET #state = :new"',
        'call("attribute_exists(pk)")',
    ],
)
def test_keys_and_expressions_are_found(line):
    assert find_keys(line) != []


@pytest.mark.parametrize("line", ['"""Rows such as cust#<id>."""', 'kind["size"]', '{"S": 1, "M": 2}', 'x = "mail us"'])
def test_other_lines_are_left_alone(line):
    assert find_letters(line) == find_keys(line) == []
