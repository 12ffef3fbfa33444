"""`make smoke` and what `make deploy` runs at its end, over HTTP against a whole local stack."""

import json
import os
import subprocess
import sys
import threading

import pytest

from infra.local.permissions import find_refusals
from infra.places import ROOT
from tests.builders.local_run import end_run, start_run

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="children are found by /proc")
HURRIED = ("ask_confirmations", "forget_people")  # their schedules run once a minute
SECONDS = 540


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """Start one stack for the tests of this file."""
    started = start_run(tmp_path_factory.mktemp("local"))
    yield started
    assert end_run(started) == 0
    assert find_refusals(started.folder / "log") == []


@pytest.fixture
def hurry(running):
    """Run the schedules that the test waits for every few seconds."""
    over = threading.Event()

    def fire():
        while not over.wait(3):
            for job in HURRIED:
                run_module(running, "infra.local.fire", job, "")

    thread = threading.Thread(target=fire)
    thread.start()
    yield
    over.set()
    thread.join()


def run_module(running, *command):
    environ = {name: value for name, value in os.environ.items() if not name.startswith("AWS_") and name != "STAGE"}
    environ |= {"LOCAL_FOLDER": str(running.folder), "OWN_FOLDER": f"{running.folder}/own"}
    command = [sys.executable, "-m", *command]
    return subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False, timeout=SECONDS)


def test_a_stack_that_is_well_is_green(running, hurry):
    ran = run_module(running, "infra.smoke.command", "--json", "yes")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    told = json.loads(ran.stdout)
    assert (told["stage"], told["level"]) == ("local", "green")
    assert {"delivery-shopify", "form", "mail-bounce", "mail-complaint", "erasure"} <= {
        each["check"] for each in told["checks"]
    }
    waiting = run_module(running, "infra.staff.waiting").stdout
    assert waiting.strip() == "0 waiting"


def test_behind_a_deployment_what_is_red_fails_it(running, hurry):
    secret = {"Name": "/regulars/local/door/senders/tally", "Type": "String", "Overwrite": True}
    running.client("ssm").put_parameter(**secret, Value="another-secret")  # the door reads again in five minutes
    ran = run_module(running, "infra.smoke.after_deploy")
    assert ran.returncode == 2, ran.stdout + ran.stderr
    assert "A signed delivery of tally was answered 401, not 202." in ran.stdout
    assert ran.stdout.index("make doctor") < ran.stdout.index("make smoke")
    assert "each receipt is signed and true" in ran.stdout


def test_it_can_be_left_out(running):
    ran = run_module(running, "infra.smoke.after_deploy", "--smoke", "no")
    assert ran.returncode == 0
    assert "was not run (SMOKE=no)" in ran.stdout
    assert "delivery-" not in ran.stdout


def test_help_says_what_it_does_and_does_nothing(running):
    ran = run_module(running, "infra.smoke.command", "--explain", "yes")
    assert "make smoke STAGE=prod" in ran.stdout
    assert ran.returncode == 0
    assert run_module(running, "infra.smoke.after_deploy", "--explain", "yes").stdout == ""
