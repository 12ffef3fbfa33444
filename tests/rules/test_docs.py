"""README's tables are the code's: every route, setting, answer and promised test, and none that is not there."""

import ast
import re
from pathlib import Path

import pytest

from chalicelib import errors
from chalicelib.config import Settings
from chalicelib.shop import own

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()
PAGES = ["README.md", *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md")))]
FOLDERS = ("chalicelib", "infra", "tests", "docs", ".chalice")
PLACEHOLDER = re.compile(r"[<>*{} ]|NAME|/L/")


def list_routes() -> set[tuple[str, str]]:
    """Return (method, path) of every route that does more than refuse a method."""
    import app
    from chalicelib.desk.console import RULES

    return {
        (method, path)
        for path, methods in app.app.routes.items()
        for method, entry in methods.items()
        if entry.view_function.__name__ != "refuse_method" and method != "HEAD"
    } | set(RULES)


def test_the_readme_names_the_right_of_each_route_of_the_desk():
    from chalicelib.desk.console import RULES

    words = {"open": "", "self": "signed in"}
    named = re.findall(r"^\| (GET|POST) \| `(/[^`]*)` \|([^|]*)\|[^|]*\|$", README, re.MULTILINE)
    rights = {
        (method, path): words.get(rule.right, rule.right) + ", fresh" * rule.fresh
        for (method, path), rule in RULES.items()
    }

    assert {(method, path): right.strip() for method, path, right in named} == rights


def test_every_route_is_in_the_readme():
    named = set(re.findall(r"^\| (GET|POST|OPTIONS) \| `(/[^`]*)`", README, re.MULTILINE))

    assert named == list_routes()


def test_every_setting_is_in_the_readme_with_its_default():
    for name, field in Settings.model_fields.items():
        default = f"`{field.default}`" if field.default != "" else ""
        assert f"| `{name.upper()}` | {default} | {field.description} |".replace("|  |", "| |") in README, name


def test_every_answer_is_in_the_readme():
    named = set(re.findall(r"^\| (\d{3}) \| `(\w+)`", README, re.MULTILINE))
    raised = {
        (str(kind.STATUS_CODE), name)
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, errors.ChaliceViewError) and kind is not errors.ChaliceViewError
    }

    assert named == raised


def list_tests(path: Path) -> list[str]:
    """Return the names of a file's test functions."""
    nodes = ast.parse(path.read_text()).body
    return [node.name for node in nodes if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]


def test_every_promise_names_a_test_that_exists():
    section = README.partition("\n| promise | proof |\n|---|---|\n")[2].partition("\n\n")[0]
    promises = [line.split(" | ", 1) for line in section.splitlines()]
    assert len(promises) > 15
    for promise, kept_by in promises:
        named = re.findall(r"`(tests/[\w/.]+\.py)`", kept_by)
        assert named, f"{promise} names no test"
        for path in named:
            assert list_tests(ROOT / path), f"{path} holds no test"


@pytest.mark.parametrize("page", ["README.md", *(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))])
def test_every_test_that_a_page_names_exists(page):
    for path in re.findall(r"`(tests/[\w/.]+\.py)`", (ROOT / page).read_text()):
        assert (ROOT / path).exists(), path


@pytest.mark.parametrize("page", PAGES)
def test_links_between_pages_lead_somewhere(page):
    path = ROOT / page
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)\)", path.read_text()):
        assert (path.parent / target).exists(), target


def list_files() -> set[str]:
    """Return the paths of the repository's own files, and of those that a shop may add (`chalicelib/shop/own.py`)."""
    files = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.is_file())
    added = re.findall(r"^chalicelib/own/[a-z]+\.toml", own.__doc__, re.MULTILINE)
    return {*added, *(path.relative_to(ROOT).as_posix() for path in (*files, *ROOT.glob("*.*")))}


def find_missing(page: str, files: set[str]) -> list[str]:
    """Return what a page names in backticks as a file of the repository, and what no file is named.

    A page may name a Python or TOML file by its path below chalicelib, and one without a folder by its name alone.
    """
    names = {path.rpartition("/")[2] for path in files}
    missing = []
    for token in re.findall(r"`([^`\n]+)`", page):
        name = token.partition(":")[0].rstrip("/")
        if PLACEHOLDER.search(name) or name.startswith(("/", "out/")):
            continue
        rooted = name.startswith(tuple(f"{folder}/" for folder in FOLDERS))
        if not rooted and not re.fullmatch(r"[\w/.-]*\w\.(py|toml)", name):
            continue
        known = (ROOT / name).exists() or {name, f"chalicelib/{name}"} & files or name in names
        if not known:
            missing.append(token)
    return missing


@pytest.mark.parametrize("page", PAGES)
def test_every_file_that_a_page_names_exists(page):
    assert find_missing((ROOT / page).read_text(), list_files()) == []


def test_a_file_that_is_not_there_is_noticed():
    page = "`chalicelib/wiring.py` `settling/forget.py` `keeper.py` `app.py` `erasure/forget.py` `words/<l>/a.toml`"

    assert find_missing(page, list_files()) == ["chalicelib/wiring.py", "settling/forget.py", "keeper.py"]


def test_every_make_target_in_the_readme_exists():
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"(?:`|^    )make ([a-z][a-z-]*)", README, re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_help_lists_every_target_and_ten_first():
    makefile = (ROOT / "Makefile").read_text()
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[1].split()
    listed = re.findall(r"^([a-z-]+):.*## \S", makefile, re.MULTILINE)
    assert listed == phony
    first = makefile.split("##@ ")[1]
    assert len(re.findall(r"^[a-z-]+:.*## ", first, re.MULTILINE)) == 10


def test_every_module_that_the_makefile_names_exists():
    makefile = (ROOT / "Makefile").read_text()
    modules = re.findall(r"-m ([a-z_.]*\.[a-z_.]+)|from (infra[a-z_.]*) import", makefile)
    assert len(modules) > 20
    for module in ["".join(names) for names in modules]:
        assert (ROOT / (module.replace(".", "/") + ".py")).exists(), module
