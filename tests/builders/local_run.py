"""A local stack, started whole as `make run` starts it, and its processes. Builders for tests."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import boto3
import pytest

from infra.local.processes import free_port
from infra.places import ROOT

SECONDS_TO_START = 60


@dataclass
class Running:
    """A started stack."""

    process: subprocess.Popen[str]
    folder: Path

    @property
    def state(self):
        """Return what the stack says of itself."""
        return json.loads((self.folder / "state.json").read_text())

    def wait_until(self, check, seconds=150.0):
        """Return once a check comes true; fail with the last words of every log where it does not.

        What the stream misses the sweeper settles, a minute old and once a minute: a busy machine may need both.
        """
        if not wait_until(check, seconds):
            logs = sorted((self.folder / "log").glob("*.log"))
            pytest.fail("\n".join(f"{log.name}: {log.read_text()[-2000:]}" for log in logs))

    def client(self, service):
        """Return a client of the stack's own services."""
        environ = self.state["environ"]
        session = boto3.session.Session(environ["AWS_ACCESS_KEY_ID"], environ["AWS_SECRET_ACCESS_KEY"])
        return session.client(service, endpoint_url=self.state["environ"][f"AWS_ENDPOINT_URL_{service.upper()}"])

    def count_rows(self, table):
        """Return how many items a table has."""
        dynamodb = self.client("dynamodb")
        count = dynamodb.scan(TableName=f"regulars-local-{table}", Select="COUNT")["Count"]
        dynamodb.close()
        return count


def run_environ(folder, workers=1):
    """Return the environment of a stack with a folder of its own."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return {
        **clean,
        "LOCAL_FOLDER": str(folder),
        "OWN_FOLDER": f"{folder}/own",
        "PORT": str(free_port()),
        "WORKERS": str(workers),
    }


def start_run(folder, workers=1):
    """Start a stack; return once it says that it runs."""
    command = [sys.executable, "-m", "infra.local.run"]
    environ = run_environ(folder, workers)
    process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True)
    deadline = time.monotonic() + SECONDS_TO_START
    assert process.stdout is not None
    output = ""
    while "Three things to try" not in output:
        assert process.poll() is None, output
        assert time.monotonic() < deadline, output
        output += process.stdout.readline()
    return Running(process, folder)


def end_run(running):
    """End a stack as Ctrl-C does; return its exit status."""
    running.process.send_signal(signal.SIGINT)
    status = running.process.wait(20)
    running.process.stdout.close()
    return status


def list_children(pid):
    """Return the processes that a process started, and are not zombies."""
    children = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = stat.read_text().rpartition(")")[2].split()[:2]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(parent) == pid and state != "Z":
            children.append(int(stat.parent.name))
    return children


def is_alive(pid):
    """Tell whether a process runs."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until(check, seconds=15.0):
    """Return whether a check came true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if check():
            return True
        time.sleep(0.1)
    return False
