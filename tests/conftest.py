"""The fixtures; there are few on purpose.

stack      session  DynamoDB Local in memory (moto's server where Java is missing); started on first use
cloud      session  moto's server for SES, SQS, SNS, SSM and KMS; started on first use
tables     a stage: its tables made from infra/template.yaml once a process, empty; the environment names it
own_tables the same, made for one test alone
shop       the tables and keys of one shop
api        a client of the whole app over the shop, as a container that has just started
single_optin  the form `sign-up` without `confirm`, as a shop may have it: a post makes its customer at once
(every test runs with dummy AWS credentials, no AWS endpoint but ours, and no network beyond this machine)
"""

import atexit
import gc
import os
import shutil
import socket
import tempfile
import uuid
from collections.abc import Container, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from socketserver import BaseServer
from typing import Any

# What a local run left behind in `.local` (its clock, say) must not reach the suite: named before infra is imported.
os.environ["LOCAL_FOLDER"] = tempfile.mkdtemp(prefix="regulars-tests-")
atexit.register(shutil.rmtree, os.environ["LOCAL_FOLDER"], ignore_errors=True)

import boto3
import pytest
from botocore.loaders import create_loader
from cryptography.hazmat.primitives import serialization
from hypothesis import settings as hypothesis_settings
from werkzeug.serving import BaseWSGIServer

import chalicelib.forms.library as form_library
import chalicelib.shop.own as own_files
from chalicelib.campaigns.library import DEFINITIONS
from chalicelib.config import Settings, current_settings, read_settings
from infra.local.cloud import start_cloud
from infra.local.emulator import explain_absence, start_emulator
from infra.local.endpoints import name_endpoints
from infra.local.processes import end_children, free_port, wait_listening
from infra.local.stack import TABLES, create_stack
from infra.template import read_template
from tests.builders.api import Api, open_api
from tests.builders.policies import Watch
from tests.builders.rights import RECORD, record_rights
from tests.builders.shop import Shop
from tests.builders.touched import Touched

# A busy machine is slow now and then: what takes long is measured by `make bench`, not by properties.
hypothesis_settings.register_profile("regulars", deadline=None)
hypothesis_settings.load_profile("regulars")

# The suite looks at what ships, with every campaign running: a campaign that ships is an example, and is off until the
# shop names it or takes it as its own. A shop's own forms and campaigns are judged by `make check-shop`.
own_files.FOLDER = Path(os.environ["LOCAL_FOLDER"]) / "own"
shutil.copytree(DEFINITIONS, own_files.FOLDER / "campaigns", ignore=shutil.ignore_patterns("_*"))

CLOSED = 9  # the discard port: nothing answers there
played: list[str] = []  # filled by `stack`, printed at the end


@cache
def open_session() -> Any:
    """Return one session for the whole run: half of a client's making is its session's."""
    return boto3.session.Session()


@dataclass(frozen=True)
class Stack:
    """Where AWS is played: `environ` points every client there; `kind` says who plays DynamoDB."""

    kind: str
    environ: dict[str, str]

    def client(self, service: str) -> Any:
        """Return a new boto3 client."""
        return open_session().client(service, endpoint_url=self.environ[f"AWS_ENDPOINT_URL_{service.upper()}"])

    @cached_property
    def ssm(self) -> Any:
        """Return the one client of SSM that builders share: making one costs more than most of its calls."""
        return self.client("ssm")


@dataclass(frozen=True)
class Stage:
    """A stage whose tables are there and empty."""

    settings: Settings
    dynamodb: Any  # a boto3 client
    own: bool = False  # of one test alone, which may break it
    watch: Watch | None = None

    def read_all(self, table: str) -> list[dict[str, Any]]:
        """Return every item of `inbox`, `customers` or `keys`, as DynamoDB writes them."""
        pages = self.dynamodb.get_paginator("scan").paginate(TableName=self.settings.prefix + table)
        return [item for page in pages for item in page["Items"]]

    def empty(self, only: Container[str]) -> None:
        """Delete every item of the tables with these names."""
        for table, names in read_keys().items():
            name = self.settings.prefix + table
            if name not in only:
                continue
            marks = {f"#{place}": each for place, each in enumerate(names)}  # `number` is a reserved word
            keys = self.dynamodb.get_paginator("scan").paginate(
                TableName=name, ProjectionExpression=", ".join(marks), ExpressionAttributeNames=marks
            )
            deletes = [{"DeleteRequest": {"Key": key}} for page in keys for key in page["Items"]]
            for batch in batched(deletes, 25):
                answer = self.dynamodb.batch_write_item(RequestItems={name: batch})
                assert not answer["UnprocessedItems"]

    def list_tables(self) -> list[str]:
        """Return the names of all tables."""
        return [self.settings.prefix + table for table in read_keys()]


@cache
def read_keys() -> dict[str, list[str]]:
    """Return the names of the key attributes of each table of the template."""
    tables = [each for each in read_template()["Resources"].values() if each.get("Type") in TABLES]
    schemas = {each["Properties"]["TableName"]["Fn::Sub"]: each["Properties"]["KeySchema"] for each in tables}
    return {
        name.removeprefix("regulars-${Stage}-"): [key["AttributeName"] for key in schema]
        for name, schema in schemas.items()
    }


def batched(items: list[Any], most: int) -> Iterator[list[Any]]:
    """Cut a list into lists of at most `most` items."""
    yield from (items[start : start + most] for start in range(0, len(items), most))


LONGEST = ("infra", "browser")  # folders whose tests wait for processes: begun last, they would be all that still runs


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest files; the Makefile tells xdist to keep this order."""
    items.sort(key=lambda item: item.path.parent.name not in LONGEST)


def pytest_collection_finish() -> None:
    """Spare the garbage collector what lives as long as the run: thousands of tests, and all that was imported."""
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say who played DynamoDB."""
    for who in played:
        terminalreporter.write_line(f"DynamoDB was played by {who}, in memory.")


@pytest.fixture(scope="session", autouse=True)
def _stay_home() -> Iterator[None]:
    """Refuse connections beyond this machine, and give AWS clients credentials that are worth nothing."""
    with pytest.MonkeyPatch.context() as patch:
        connect = socket.socket.connect

        def connect_here(self: socket.socket, address: Any) -> None:
            if self.family != socket.AF_UNIX and address[0] not in ("127.0.0.1", "::1", "localhost"):
                raise ConnectionRefusedError(f"tests do not leave this machine: {address[0]}")
            connect(self, address)

        patch.setattr(socket.socket, "connect", connect_here)
        for name in os.environ:
            if name.startswith("AWS_"):
                patch.delenv(name)
        for name, value in name_endpoints(CLOSED, CLOSED).items():
            patch.setenv(name, value)
        yield


@pytest.fixture(scope="session", autouse=True)
def _read_once() -> Iterator[None]:
    """Read once a run what each new container reads: most tests start one.

    botocore's own data files are 3 MB of JSON; OpenSSL checks a private RSA key for 60 ms whenever it reads it.
    """
    loader = create_loader()
    load_private = cache(serialization.load_pem_private_key)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("botocore.session.create_loader", lambda _: loader)
        patch.setattr(serialization, "load_pem_private_key", load_private)
        yield


@pytest.fixture(scope="session", autouse=True)
def _record_rights() -> Iterator[None]:
    """Record the calls of every function, where a file for them is named: `make prove-rights` does so."""
    with record_rights(Path(os.environ[RECORD])) if RECORD in os.environ else nullcontext():
        yield


@pytest.fixture(scope="session", autouse=True)
def _stop_servers_soon() -> Iterator[None]:
    """Let a server of this process hear of its end within 20 ms: on its own it looks twice a second."""
    with pytest.MonkeyPatch.context() as patch:
        for serve in (BaseServer.serve_forever, BaseWSGIServer.serve_forever):
            patch.setattr(serve, "__defaults__", (0.02,))
        yield


@pytest.fixture(autouse=True)
def _leave_environment(_stay_home: None) -> Iterator[None]:
    """Fail whoever leaves another environment than they found: the next test's processes would inherit it."""
    before = dict(os.environ)
    yield
    changed = {name for name, _ in before.items() ^ os.environ.items()}
    assert changed <= {"PYTEST_CURRENT_TEST", "AWS_EXECUTION_ENV"}  # pytest's own, and Chalice's once it is imported


@pytest.fixture(scope="session")
def cloud() -> Iterator[Stack]:
    """Start moto's server."""
    port = free_port()
    child = start_cloud(port)
    wait_listening(port, child)
    yield Stack("moto", name_endpoints(port, port))
    end_children([child])


@pytest.fixture(scope="session")
def stack(request: pytest.FixtureRequest) -> Iterator[Stack]:
    """Start DynamoDB Local, or hand out moto's."""
    if absence := explain_absence():
        played.append(f"moto ({absence})")
        yield request.getfixturevalue("cloud")
        return
    played.append("DynamoDB Local 1.25.1")
    child, port = start_emulator()
    wait_listening(port, child)
    yield Stack("DynamoDB Local", name_endpoints(CLOSED, port))
    end_children([child])


@contextmanager
def open_stage(stack: Stack) -> Iterator[Stage]:
    """Make the tables of a new stage; drop them at the end."""
    stage = f"t{uuid.uuid4().hex[:12]}"
    dynamodb = stack.client("dynamodb")
    made = create_stack(stage, lambda _: dynamodb, TABLES, protect=False)
    watch = Watch(stage, made)
    watch.watch_client(dynamodb)
    yield Stage(read_settings({"STAGE": stage}), dynamodb, watch=watch)
    for table in made.values():
        dynamodb.delete_table(TableName=table["Ref"])
    dynamodb.close()


def assert_allowed(stage: Stage) -> None:
    """Fail the test in which a function did what its policy does not allow."""
    if stage.watch is not None:
        stage.watch.assert_allowed()


def enter_stage(stage: Stage, stack: Stack, patch: pytest.MonkeyPatch) -> Stage:
    """Name a stage and its DynamoDB in the environment of one test; return the stage with the test's settings."""
    for name, value in {**stack.environ, "STAGE": stage.settings.stage}.items():
        if "DYNAMODB" in name or name == "STAGE":
            patch.setenv(name, value)
    current_settings.cache_clear()
    return replace(stage, settings=read_settings(os.environ))


@pytest.fixture(scope="session")
def worker_stage(stack: Stack) -> Iterator[Stage]:
    """Make one stage for all tests of this process: to make and drop five tables costs more than most tests."""
    with open_stage(stack) as stage:
        yield stage
        for table in read_keys():
            assert not stage.read_all(table), "a test left rows behind"


@pytest.fixture(scope="session")
def touched() -> Iterator[Touched]:
    """Note which tables are written to: to look into all of them after each test costs more than most tests."""
    with pytest.MonkeyPatch.context() as patch:
        yield Touched(patch)


@pytest.fixture
def own_tables(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """Make a stage for this test alone.

    A test that drops a table, reads a stream, or leaves queues or parameters behind needs one.
    """
    with open_stage(stack) as stage:
        yield replace(enter_stage(stage, stack, monkeypatch), own=True)
        assert_allowed(stage)
    current_settings.cache_clear()


@pytest.fixture
def tables(request: pytest.FixtureRequest, stack: Stack) -> Iterator[Stage]:
    """Hand out the stage of this process, and empty its tables after the test; or the test's own stage."""
    if "own_tables" in request.fixturenames:
        yield request.getfixturevalue("own_tables")
        return
    stage = enter_stage(request.getfixturevalue("worker_stage"), stack, request.getfixturevalue("monkeypatch"))
    touched = request.getfixturevalue("touched")
    yield stage
    stage.empty(touched.take_names(stage.list_tables()))
    current_settings.cache_clear()
    assert_allowed(stage)


@pytest.fixture
def shop(tables: Stage, tmp_path: Path) -> Shop:
    """Return a shop over the test's tables."""
    return Shop(tables, tmp_path)


@pytest.fixture
def api(shop: Shop, tables: Stage, cloud: Stack, monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    """Return a client of the app."""
    with open_api(shop, tables, cloud, monkeypatch) as client:
        yield client


@pytest.fixture
def single_optin(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take `confirm` out of the form `sign-up`, as a shop may do in its file."""
    load = form_library.load_form
    form = load(form_library.DEFINITIONS / "sign-up.toml").model_copy(update={"confirm": False})
    monkeypatch.setattr(form_library, "load_form", lambda path: form if path.stem == "sign-up" else load(path))
