"""Every target of make with STAGE=shop: it works on the stage of that name, played by moto, or it refuses."""

import re
import runpy
import shlex
import subprocess
import sys
import warnings
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.door import open_door
from chalicelib.services import current_services
from chalicelib.settling.dispatch import settle_item
from chalicelib.store.inbox import State
from infra import places
from infra.staff.stage import open_stage
from tests.builders.api import start_container
from tests.builders.deployed import STAGE, deploy_whole, enter_account
from tests.builders.shop import a_submission

ROOT = places.ROOT
ASHA = "asha.rao@example.org"
EXAMPLES = ROOT / "infra" / "examples" / "import"
# What each command answers about the stage in moto: arguments, exit code, words.
WORKS = {
    "customer": ('PHONE="020 7946 0018"', 0, "Asha Rao"),
    "waiting": ("", 0, "1 waiting"),
    "import": (f"FILE={EXAMPLES}/customers.csv MAP={EXAMPLES}/map.toml", 0, "Nothing was written"),
    "export": (f"EMAIL={ASHA}", 0, "files; to read"),
    "requests": ("", 0, "0 open"),
    "lift": (f"EMAIL={ASHA}", 0, "Accepted"),
    "lift-stop": (f"EMAIL={ASHA}", 1, "No stop is held"),
    "join": ("", 0, "0 pairs"),
    "part": (f"ONE={ASHA}", 1, "Not parted"),
    "consent": (f"EMAIL={ASHA}", 0, f"Consents of {ASHA}"),
    "audit": ("", 0, "user/moto"),
    "invite": ('ROLE=owner NAME="Mara Lind"', 0, "https://desk.corner.example.org/join/"),
    "retention": ("", 0, "1 people looked at"),
    "simulate": ("DAYS=3", 0, "1 people"),
    "replan": ("", 0, "1 customers are looked at again"),
    "report": ("CAMPAIGN=win-back", 0, '"campaign": "win-back"'),
    "numbers": ("", 0, '"people": 1'),
    "draw": ('FORM=sign-up CLOSE=yes SOURCE="lottery of 5 December"', 0, '"count": 1'),
    "redeem": ("CODE=BACK-1234", 1, "was promised to nobody"),
    "codes": ("", 0, ""),
    "import-codes": ("CAMPAIGN=none FILE=codes.csv", 2, "CAMPAIGN=... is one of"),
    "check-offer": ("CAMPAIGN=none", 2, "CAMPAIGN=... is one of"),
    "look": ("KEY={waiting}", 0, "quarantined"),
    "release": ("KEY={waiting}", 0, "settled"),
    "verify-ledger": ("", 0, "0 erasures"),
    "export-ledger": ("", 0, "0 entries"),
    "replay-ledger": ("", 0, "0 erasures"),
    "rotate-index": ("", 0, "The index has 1 secret"),
    "forget": (f"EMAIL={ASHA}", 0, "The page: out/receipts/"),  # the last: nothing finds them afterwards
}
REFUSES = {
    "run": "",
    "demo": "PEOPLE=5",
    "clock": "NOW=real",
    "fire": "JOB=sweep_inbox",
    "events": "",
    "ses-event": f"EVENT=bounce EMAIL={ASHA}",
    "preview": "",
    "buy": f"EMAIL={ASHA}",
}
# tests/account, tests/watch, tests/cost, tests/smoke
OWN_TESTS = {
    "deploy",
    "rollback",
    "uninstall",
    "doctor",
    "smoke",
    "logs",
    "restore",
    "rotate-secret",
    "connect",
    "cost",
}
# Of the files here, or on stacks of their own: there is no stage that they could answer for.
STAGELESS = {"test", "check", "package", "check-draw", "check-shop", "new-form", "new-campaign", "story", "bench"}
STAGELESS |= {"lint", "scan", "lock", "audit-deps", "help", "clean"}


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    """Return the key of a waiting item of a stage in which one customer is known."""
    with pytest.MonkeyPatch.context() as patch, enter_account(patch) as clients:
        patch.setattr(places, "ROOT", tmp_path_factory.mktemp("root"))
        patch.chdir(places.ROOT)
        deploy_whole(clients, folder=places.ROOT)
        with open_stage():
            waiting = fill_stage(datetime.now(UTC))
        yield waiting  # outside: the next command knows nothing but STAGE
        start_container()


def fill_stage(now):
    """Let one customer sign up, and another post wait in quarantine; return the key of what waits."""
    accept, services = open_door().accept, current_services()
    known = a_submission(email=ASHA, phone="020 7946 0018", name="Asha Rao", at=now - timedelta(minutes=9))
    odd = a_submission(email="bo@example.org", at=now - timedelta(minutes=8))
    for submission in (known, odd):
        accept(submission)
    keys = [item.key for item in map(services.inbox.read_item, list_new(services)) if item]
    assert len(keys) == 2
    first, second = sorted(keys, key=lambda key: services.inbox.read_item(key).received_at)
    assert settle_item(first, services, now) == "settled"
    services.inbox.set_aside(second, State.QUARANTINED, "typed too often", now + timedelta(days=3))
    return second


def list_new(services):
    return [key for shard in range(4) for key in services.inbox.list_pending(f"new#{shard}")]


def expand_target(target, given):
    """Return the arguments of Python with which make runs a target."""
    command = ["make", "-n", "-o", ".venv/.ready", target, f"STAGE={STAGE}", *shlex.split(given)]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    (line,) = [line for line in told.splitlines() if " -m infra." in line]
    return shlex.split(line.partition(" -m ")[2])


def run_target(target, given, capsys):
    """Run a target in this process, as make does; return exit code and what was printed."""
    module, *arguments = expand_target(target, given)
    start_container()
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # the module is imported already
        patch.setattr(sys, "argv", [module, *arguments])
        try:
            runpy.run_module(module, run_name="__main__")
            code = 0
        except SystemExit as ended:
            code = ended.code or 0
    shown = capsys.readouterr()
    text = shown.out + shown.err + (code if isinstance(code, str) else "")
    return (1 if isinstance(code, str) else code), text


def test_each_target_is_one_of_them():
    targets = set(re.findall(r"^([a-z-]+):.*## \S", (ROOT / "Makefile").read_text(), re.MULTILINE))
    proofs = {target for target in targets if target.startswith("prove-")}
    groups = [set(WORKS), set(REFUSES), OWN_TESTS, STAGELESS, proofs]
    assert sum(map(len, groups)) == len(set.union(*groups))
    assert set.union(*groups) == targets


def test_the_page_says_of_each_command_whether_it_takes_a_stage():
    section = (ROOT / "docs" / "deploy.md").read_text().partition("## Commands for a stage\n")[2].partition("\n## ")[0]
    rows = [line.split(" | ") for line in section.splitlines() if line.startswith("| `")]
    named = {target: "refused" in said for commands, said in rows for target in re.findall(r"`([a-z-]+)`", commands)}
    assert named == {**dict.fromkeys([*WORKS, *OWN_TESTS], False), **dict.fromkeys(REFUSES, True)}


@pytest.mark.parametrize("target", WORKS)
def test_a_command_works_on_the_stage_of_that_name(stage, target, capsys):
    given, expected, words = WORKS[target]
    code, text = run_target(target, given.format(waiting=stage), capsys)
    assert (code, text if words not in text else words) == (expected, words)


def test_a_receipt_bears_the_name_of_the_stages_shop(stage):
    (receipt,) = (places.ROOT / "out" / "receipts").glob("*/receipt.json")
    assert "Corner Books" in receipt.read_text()


@pytest.mark.parametrize("target", REFUSES)
def test_a_command_of_the_local_stack_refuses(monkeypatch, target, capsys):
    monkeypatch.setenv("STAGE", STAGE)
    code, text = run_target(target, REFUSES[target], capsys)
    assert (code, text) == (1, f"STAGE={STAGE}: this command works on the local stack alone. Leave STAGE out.")
