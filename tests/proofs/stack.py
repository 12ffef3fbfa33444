"""A local stack of one's own for a proof: started, killed and restarted like the real thing."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from infra.local.permissions import find_refusals
from infra.local.processes import free_port
from infra.places import ROOT


class LocalStack:
    """`make run` in a folder and on a port of its own."""

    def __init__(self, folder: Path) -> None:
        """Take the folder that stands for `.local/`."""
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None
        self.output = folder.parent / "run.log"

    @property
    def environ(self) -> dict[str, str]:
        """Return the environment in which commands find this stack."""
        return {**os.environ, "LOCAL_FOLDER": str(self.folder), "PORT": str(self.port)}

    def start(self, seconds: float = 120) -> None:
        """Start and return once it answers."""
        with self.output.open("ab") as output:
            command = [sys.executable, "-m", "infra.local.run"]
            self.process = subprocess.Popen(command, cwd=ROOT, env=self.environ, stdout=output, stderr=output)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if (self.folder / "state.json").exists() and self.answers():
                return
            if self.process.poll() is not None:
                raise RuntimeError(f"the stack ended at once; see {self.output}")
            time.sleep(0.1)
        raise RuntimeError(f"the stack does not answer; see {self.output}")

    def answers(self) -> bool:
        """Tell whether a request is answered."""
        try:
            urllib.request.urlopen(f"{self.url}/forms/sign-up", timeout=5).close()
        except (urllib.error.URLError, OSError):
            return False
        return True

    def kill(self) -> None:
        """Kill it without warning; the kernel takes its children with it."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        time.sleep(0.5)
        (self.folder / "state.json").unlink(missing_ok=True)

    def kill_child(self, name: str) -> None:
        """Kill one process of it by what stands in its command line."""
        found = subprocess.run(["pgrep", "-P", str(self.process.pid), "-f", name], capture_output=True, text=True)
        for pid in found.stdout.split():
            os.kill(int(pid), signal.SIGKILL)

    def end(self) -> None:
        """End it in peace (SIGTERM: a shell's background job ignores SIGINT)."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)
        refused = find_refusals(self.folder / "log")
        if refused:
            raise RuntimeError(f"AWS would have refused: {refused}")

    def run(self, *command: str) -> str:
        """Run one of the project's commands against it; return what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", *command], cwd=ROOT, env=self.environ, capture_output=True, text=True, check=True
        )
        return done.stdout

    def read_state(self) -> dict[str, object]:
        """Return what the running stack says of itself."""
        state: dict[str, object] = json.loads((self.folder / "state.json").read_text())
        return state
