"""Imports point down only, and each foreign thing has one home."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LAYERS = (
    ("app",),
    ("routes", "events", "answers"),
    ("wiring",),
    ("intake", "processing", "outreach", "asking", "report"),
    ("confirming", "requesting", "compliance"),
    ("settling",),
    ("privacy",),
    ("effects", "writing", "simulation"),
    ("claimant",),
    ("people", "reading", "mailrows", "askrows", "unconfirmed", "facts", "pulse", "agenda", "mailer", "downstream"),
    ("imports",),
    ("importreading", "linkreading", "linkactions", "feedback", "mailnotes", "pages", "formdata", "preferences"),
    ("campaigns",),
    ("mails",),
    ("senders", "forms", "activity", "scanners", "destinations", "optin"),
    ("strictjson", "identity", "profile", "keys", "links", "purposes"),
    ("standing",),
    ("vault", "minors", "restriction", "inbox", "customers", "queue", "parameters", "limiter", "pace", "logs"),
    ("config",),
    ("models", "errors"),
)
RANKS = {name: rank for rank, layer in enumerate(LAYERS) for name in layer}
HOMES = {
    "aws_encryption_sdk": {"vault"},
    "cryptography": {"vault"},
    "boto3": {"wiring"},
    "botocore": {
        "wiring",
        "asking",
        "events",
        "inbox",
        "customers",
        "downstream",
        "keys",
        "links",
        "mailer",
        "parameters",
        "privacy",
        "processing",
        "vault",
    },
    "http": {"downstream"},
    "socket": {"downstream"},
    "ssl": {"downstream"},
    "chalice": {"app", "routes", "errors"},
    "jinja2": {"pages", "mails"},
    "phonenumbers": {"identity", "forms"},
    "email_validator": {"forms"},
    "tomllib": {"campaigns", "forms", "mails", "minors", "pages", "privacy", "purposes", "senders"},
}
SOURCES = [ROOT / "app.py", *(ROOT / "chalicelib").rglob("*.py")]


def name_part(path: Path) -> str:
    """Return the layer word of a file: its first folder below chalicelib, or its own name."""
    relative = path.relative_to(ROOT).with_suffix("")
    return relative.parts[1] if len(relative.parts) > 1 else relative.parts[0]


def list_imports(path: Path) -> list[str]:
    """Return the dotted modules that a file imports, wherever in it."""
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module == "chalicelib":
            found += [f"chalicelib.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.append(node.module)
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_down(path):
    own = name_part(path)
    if own == "__init__":
        return
    for module in list_imports(path):
        if not module.startswith("chalicelib."):
            continue
        other = module.split(".")[1]
        assert other == own or RANKS[other] > RANKS[own], f"{own} imports {other}"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_foreign_packages_stay_in_their_homes(path):
    for module in list_imports(path):
        homes = HOMES.get(module.split(".")[0])
        assert homes is None or name_part(path) in homes, f"{path.name} imports {module}"


def test_environment_is_read_in_one_place():
    readers = {path.name for path in SOURCES if "os.environ" in path.read_text() or "os.getenv" in path.read_text()}

    assert readers == {"config.py"}


def test_outside_json_is_parsed_in_one_place():
    users = {path.name for path in SOURCES if "json.loads" in path.read_text()}

    assert users <= {"strictjson.py", "blindindex.py"}  # the second reads back what it sealed itself


def test_digests_are_never_compared_with_equals():
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq):
                words = ast.unparse(node).lower()
                assert "digest" not in words, f"{path.name}:{node.lineno}"
                assert "signature" not in words, f"{path.name}:{node.lineno}"


def test_no_clock_is_read_below_the_front():
    readers = {
        name_part(path) for path in SOURCES if "datetime.now(" in path.read_text() or "time.time(" in path.read_text()
    }

    # A container that starts has no event yet to take the time from; and a message that comes again does not say when.
    assert readers <= {"answers", "events"}
