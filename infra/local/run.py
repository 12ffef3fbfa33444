"""`make run`: the whole service on this machine, until Ctrl-C.

DynamoDB Local (data in .local/, kept) or moto (in memory), moto for SES, SQS, SNS, SSM; the gateway's workers; the
pumps. The app is the one that is deployed: only AWS_ENDPOINT_URL_* and the names of two key files differ.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import boto3

from infra.local import clock
from infra.local.banner import print_banner
from infra.local.cloud import start_cloud
from infra.local.emulator import explain_absence, start_emulator
from infra.local.environ import (
    DATA,
    SETTLING_KEYS,
    STAGE,
    build_environ,
    forget_account,
    hold_lock,
)
from infra.local.first_owner import invite_owner
from infra.local.gate import read_access
from infra.local.keys import make_keys, make_secrets, publish_parameters
from infra.local.mailbox import PATH as MAILBOX
from infra.local.ports import Listeners, check_asked, find_port, open_next, open_port
from infra.local.processes import end_children, start_child, wait_listening
from infra.local.receiver import PATH as EVENTS
from infra.local.reload import read_stamps, tell_mistakes
from infra.local.shape import check_shape
from infra.local.stack import create_stack
from infra.local.stand_in import write_access
from infra.local.state import STATE, read_state
from infra.places import LOCAL, ROOT
from infra.target import require_local
from infra.template import Made

LOGS = LOCAL / "log"
KINDS = ("AWS::DynamoDB::Table", "AWS::SQS::Queue", "AWS::SNS::Topic")  # keys are files here
MAIL_DOMAIN = "example.com"  # moto sends only from verified addresses


@dataclass
class Run:
    """The processes that were started so far."""

    children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str, command: list[str], environ: dict[str, str], keep: tuple[int, ...] = ()) -> None:
        """Start one of our own modules."""
        self.children[name] = start_child(
            [sys.executable, "-m", *command],
            env={**os.environ, **environ},
            log=LOGS / f"{name}.log",
            folder=ROOT,
            keep=keep,
        )

    def find_dead(self) -> str | None:
        """Return the name of a child that ended, or None."""
        return next((name for name, child in self.children.items() if child.poll() is not None), None)


def start_services(run: Run, port: int) -> tuple[int, int, str]:
    """Start DynamoDB and moto side by side; return their ports (cloud, DynamoDB) and why it is moto, if it is."""
    cloud_port = find_port(port + 1)
    run.children["cloud"] = start_cloud(cloud_port, LOGS / "cloud.log", read_access())
    dynamodb_port = cloud_port
    if not (absence := explain_absence()):
        run.children["dynamodb"], dynamodb_port = start_emulator(DATA, LOGS / "dynamodb.log", shared=False)
        wait_listening(dynamodb_port, run.children["dynamodb"])
    wait_listening(cloud_port, run.children["cloud"])
    return cloud_port, dynamodb_port, absence


def make_resources(environ: dict[str, str], shop_port: int) -> Made:
    """Make the keys, tables, queues, topics and parameters that are missing."""
    make_keys()
    session: Any = boto3.session.Session(
        environ["AWS_ACCESS_KEY_ID"], environ["AWS_SECRET_ACCESS_KEY"], region_name=environ["AWS_REGION"]
    )
    clients: Callable[[str], Any] = lambda name: session.client(  # noqa: E731 - a name for its type
        name, endpoint_url=environ[f"AWS_ENDPOINT_URL_{name.upper()}"]
    )
    made = create_stack(STAGE, clients, KINDS)
    publish_parameters(clients("ssm"))
    make_secrets(clients)
    for system, access in write_access(shop_port).items():
        clients("ssm").put_parameter(
            Name=f"/regulars/{STAGE}/offers/{system}", Value=access, Type="String", Overwrite=True
        )
    clients("ses").verify_domain_identity(Domain=MAIL_DOMAIN)
    return made


def start_app(run: Run, listeners: Listeners, environ: dict[str, str]) -> None:
    """Start the gateway's workers, the desk and the pumps; return once a request is answered."""
    run.start("pumps", ["infra.local.pumps"], environ | SETTLING_KEYS)
    descriptor, desk = listeners.door.fileno(), listeners.desk.fileno()
    settling = {name: SETTLING_KEYS[name] for name in ("INBOX_KEY", "ROOT_KEY")}  # the desk signs no receipt
    run.start("desk", ["infra.local.gateway", str(desk), "desk"], environ | settling, (desk,))
    for worker in range(int(os.environ.get("WORKERS", "2"))):
        # The handler's name tells the app, as in Lambda, that this process answers requests.
        environ_of_door = environ | {"_HANDLER": "app.app"}
        run.start(f"gateway-{worker}", ["infra.local.gateway", str(descriptor)], environ_of_door, (descriptor,))
    host, port = listeners.door.getsockname()
    while run.find_dead() is None:
        with contextlib.suppress(TimeoutError, urllib.error.URLError):
            try:
                urllib.request.urlopen(f"http://{host}:{port}/_local/ready", timeout=1)
            except urllib.error.HTTPError as answered:
                answered.close()
                return


def restart_app(run: Run, listeners: Listeners, environ: dict[str, str]) -> None:
    """End what has read the shop's own files and start it again; requests wait at the open port meanwhile."""
    names = [name for name in run.children if name.startswith(("gateway-", "desk", "pumps"))]
    end_children([run.children.pop(name) for name in names])
    start_app(run, listeners, environ)
    print("The shop's own files changed and were read again.", flush=True)
    tell_mistakes()


def watch_children(run: Run, listeners: Listeners, environ: dict[str, str]) -> int:
    """Return when a child ends, and print its name; read the shop's own files again when one changes."""
    stamps = read_stamps()
    while (dead := run.find_dead()) is None:
        time.sleep(0.3)
        if (found := read_stamps()) != stamps:
            stamps = found
            restart_app(run, listeners, environ)
    print(f"\n{dead} ended by itself; its last words ({LOGS / dead}.log):", file=sys.stderr)
    log = LOGS / f"{dead}.log"
    print("".join(log.read_text().splitlines(keepends=True)[-15:]) if log.exists() else "", file=sys.stderr)
    return 1


def run_stack(run: Run) -> int:
    """Start the stack, print its addresses, and wait."""
    began = time.monotonic()
    LOGS.mkdir(parents=True, exist_ok=True)
    for left in (clock.FILE, STATE):  # left by a run that was killed
        left.unlink(missing_ok=True)
    with open_port() as listener:
        host, port = listener.getsockname()
        url = f"http://{host}:{port}"
        cloud_port, dynamodb_port, absence = start_services(run, port)
        shop_port = find_port(cloud_port + 1)
        listeners = Listeners(listener, open_next(shop_port + 1))
        desk = f"http://localhost:{listeners.desk.getsockname()[1]}"
        environ = build_environ(cloud_port, dynamodb_port, url, desk)
        run.start("shop", ["infra.local.stand_in", str(shop_port)], environ)
        state = {
            "pid": os.getpid(),
            "url": url,
            "desk": environ["DESK_URL"],
            "mailbox": f"http://127.0.0.1:{cloud_port}{MAILBOX}",
            "events": f"http://127.0.0.1:{cloud_port}{EVENTS}",
            "shop": f"http://127.0.0.1:{shop_port}",
            "environ": environ,
            "made": make_resources(environ, shop_port),
        }
        STATE.write_text(json.dumps(state))
        start_app(run, listeners, environ)
        if run.find_dead() is None:
            print_banner(state, absence, time.monotonic() - began, invite_owner(environ))
            tell_mistakes()
        return watch_children(run, listeners, environ)


def end_quietly(*_: object) -> None:
    """Turn a signal into Ctrl-C."""
    raise KeyboardInterrupt


def main() -> int:
    """Run until Ctrl-C or SIGTERM; return 0 for those, 1 where a process ended by itself."""
    for ending in (signal.SIGTERM, signal.SIGINT):  # a shell's background job starts with SIGINT ignored
        signal.signal(ending, end_quietly)
    forget_account()
    if fault := check_asked(os.environ):
        print(fault, file=sys.stderr)
        return 2
    run = Run()
    with hold_lock() as alone:
        if not alone:
            print(f"Already running: {read_state()['url']}", file=sys.stderr)
            return 1
        if fault := check_shape(anew=os.environ.get("NEW") == "yes"):
            print(fault, file=sys.stderr)
            return 1
        try:
            return run_stack(run)
        except KeyboardInterrupt:
            print("\nEnding.")
            return 0
        finally:
            end_children(run.children.values())
            for left in (clock.FILE, STATE):
                left.unlink(missing_ok=True)


if __name__ == "__main__":
    require_local()
    sys.exit(main())
