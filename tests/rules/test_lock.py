"""What is installed is pinned with hashes, and is what we chose."""

import importlib.metadata
import re
from datetime import date

import pytest

from infra.deploy import lock
from infra.places import ROOT

PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;]+)((?:.*\\\n)*.*)", re.MULTILINE)


def normalise(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def read_pins(file):
    """Return (version, all that follows) by name."""
    return {normalise(name): (version, rest) for name, version, rest in PIN.findall((ROOT / file).read_text())}


@pytest.mark.parametrize("name", lock.LOCKS)
def test_each_choice_stands_in_its_lock_and_each_line_has_hashes(name):
    chosen, locked = read_pins(f"{name}.txt"), read_pins(f"{name}.lock")
    assert {each: version for each, (version, _) in chosen.items()}.items() <= {
        each: version for each, (version, _) in locked.items()
    }.items()
    assert [each for each, (_, rest) in locked.items() if "--hash=sha256:" not in rest] == []


def test_what_ships_is_what_is_tested():
    ships, tested = read_pins("requirements.lock"), read_pins("requirements-dev.lock")
    assert {name: version for name, (version, _) in ships.items()}.items() <= {
        name: version for name, (version, _) in tested.items()
    }.items()
    assert {name: importlib.metadata.version(name) for name in ships} == {name: pin for name, (pin, _) in ships.items()}


def test_no_lock_names_a_registry():
    assert [name for name in lock.LOCKS if "http" in (ROOT / f"{name}.lock").read_text()] == []


@pytest.mark.parametrize(
    ("found", "days", "status", "told"),
    [
        ([], 10, 0, "could not be reached"),
        ([{"name": "a", "version": "1", "skip_reason": "unknown"}], 61, 1, "run `make lock`"),
        ([{"name": "a", "version": "1", "vulns": []}], 61, 0, "1 packages looked up, 0 with"),
        (
            [{"name": "a", "version": "1", "vulns": [{"id": "CVE-1", "fix_versions": ["2"]}]}],
            1,
            1,
            "a 1: CVE-1, fixed in 2",
        ),
    ],
)
def test_the_audit_fails_for_a_vulnerability_and_for_an_old_lock_that_nobody_looked_up(
    found, days, status, told, capsys
):
    assert lock.tell_audit(found, days) == status
    assert told in capsys.readouterr().out


def test_the_age_of_the_lock_is_read():
    assert lock.read_age(date.max) > 0
