"""The environment of the running stack, or of its stored data, for commands that work on it.

with open_stack():
    current_services()...  # the app's own services, against the local tables
"""

import contextlib
import fcntl
import os
from collections.abc import Iterator, Mapping

from infra.local.emulator import explain_absence, start_emulator
from infra.local.endpoints import name_endpoints
from infra.local.gate import read_access
from infra.local.processes import end_children, free_port, wait_listening
from infra.local.state import read_state
from infra.places import LOCAL, show_path
from infra.target import LOCAL_STAGE

STAGE = LOCAL_STAGE
LOCK = LOCAL / "lock"
DATA = LOCAL / "dynamodb"
# Relative: a key's name is written into every message, which must open after the folder has moved.
SETTLING_KEYS = {
    "INBOX_KEY": f"file:{show_path(LOCAL / 'keys' / 'inbox.pem')}",
    "ROOT_KEY": f"file:{show_path(LOCAL / 'keys' / 'root.key')}",
    "RECEIPT_KEY": f"file:{show_path(LOCAL / 'keys' / 'receipt.pem')}",
}


def build_environ(cloud_port: int, dynamodb_port: int, url: str, desk_url: str = "") -> dict[str, str]:
    """Return the variables that each process of the stack gets beside ours, without the keys of settling."""
    public = {"PUBLIC_URL": os.environ.get("PUBLIC_URL", url), "STAGE": STAGE, "PYTHONUNBUFFERED": "1"}
    if desk_url:  # a name and no number: a passkey hangs on it
        public["DESK_URL"] = os.environ.get("DESK_URL", desk_url)
    public["TRY_OUT"] = "yes"  # what ships runs, and a first win-back mail does not depend on a draw
    public["DOWNSTREAM"] = f"shop=http://127.0.0.1:{cloud_port}/_local/events"  # infra/local/receiver.py
    return name_endpoints(cloud_port, dynamodb_port, read_access()) | public


@contextlib.contextmanager
def hold_lock() -> Iterator[bool]:
    """Hold the folder's lock while inside; yield False where another process holds it. A lock ends with its process."""
    LOCAL.mkdir(exist_ok=True, mode=0o700)
    LOCAL.chmod(0o700)
    with open(LOCK, "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


@contextlib.contextmanager
def open_stack() -> Iterator[dict[str, str]]:
    """Set the environment of the running stack, or start DynamoDB Local on its data; yield what was set."""
    with hold_lock() as alone, contextlib.ExitStack() as stack:
        environ = stack.enter_context(start_database()) if alone else read_state()["environ"] | SETTLING_KEYS
        stack.enter_context(set_environ(environ))
        yield environ


@contextlib.contextmanager
def start_database() -> Iterator[dict[str, str]]:
    """Start DynamoDB Local on the data at rest; yield the environment that reaches it."""
    if reason := explain_absence():
        raise SystemExit(f"Nothing is running and no data is kept without DynamoDB Local ({reason}): `make run` first.")
    if not DATA.exists():
        raise SystemExit("There is no data yet: `make run` first.")
    child, port = start_emulator(DATA, shared=False)
    try:
        wait_listening(port, child)
        yield build_environ(free_port(), port, "http://127.0.0.1:8000") | SETTLING_KEYS
    finally:
        end_children([child])


@contextlib.contextmanager
def set_environ(environ: Mapping[str, str]) -> Iterator[None]:
    """Set environment variables while inside, and remove AWS's others."""
    before = dict(os.environ)
    forget_account()
    os.environ.update(environ)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def forget_account() -> None:
    """Drop every AWS_ variable, and the names of keys: no local command may reach the operator's own AWS account."""
    for name in [name for name in os.environ if name.startswith("AWS_") or name in SETTLING_KEYS]:
        del os.environ[name]
