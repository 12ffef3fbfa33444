"""Starts processes that end with this one, however it ends, and waits until they answer."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

PR_SET_PDEATHSIG = 1  # prctl(2)
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def start_child(
    command: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    log: Path | None = None,
    folder: Path | None = None,
    keep: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start a process that the kernel ends with this one (Linux); its output goes to `log`, or nowhere.

    `keep` lists open descriptors that it inherits. It ignores Ctrl-C: `end_children` ends it.
    """
    with open(log or os.devnull, "ab") as output:
        return subprocess.Popen(
            command,
            env=dict(env) if env is not None else None,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            pass_fds=keep,
            preexec_fn=follow_parent,
        )


def follow_parent() -> None:
    """Ask the kernel to kill this process when its parent is gone, and leave Ctrl-C to the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if LIBC is not None:
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def end_children(children: Iterable[subprocess.Popen[bytes]], seconds: float = 5.0) -> None:
    """Ask each to end, last started first; kill those that have not after `seconds`."""
    order = list(reversed(list(children)))
    for child in order:
        child.terminate()
    deadline = time.monotonic() + seconds
    for child in order:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(max(0.1, deadline - time.monotonic()))
        if child.poll() is None:
            child.kill()
            child.wait()


def wait_listening(port: int, child: subprocess.Popen[bytes], seconds: float = 30.0) -> None:
    """Return once a process accepts on the port; raise RuntimeError when the child ends or takes too long."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if child.poll() is not None:
            raise RuntimeError(f"{child.args!r} ended with status {child.returncode}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
            return
        time.sleep(0.02)
    raise RuntimeError(f"nothing answers on port {port} after {seconds:.0f} s")


def free_port() -> int:
    """Return a port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
