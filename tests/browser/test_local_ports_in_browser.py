"""Nothing of a local run answers a page of another site, another address of this machine, or another key."""

import http.server
import json
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import boto3
import pytest

from infra.local.processes import free_port
from tests.builders.local_run import end_run, list_children, start_run

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="listeners are found by /proc")
PATHS = ("/", "/moto-api/data.json", "/_local/mail", "/moto-api/reset", "/forms/sign-up", "/0", "/hooks/shopify")
# Each request that a page may send without asking first (Fetch, "simple requests"), and two that need a preflight.
ASK = """
const [ports, paths, mode, done] = arguments;
const ways = [
  {}, {method: "POST", body: "{}"}, {method: "POST", body: new URLSearchParams({a: "b"})},
  {method: "POST", body: "{}", headers: {"X-Amz-Target": "DynamoDB_20120810.ListTables"}},
  {method: "POST", body: "{}", headers: {"X-Amz-Target": "AmazonSSM.GetParametersByPath", "Authorization": "x"}},
];
const read = async (port, path, way) => {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {...way, mode});
    return answer.type === "opaque" ? null : [`${port}${path} ${way.method || "GET"}`, answer.status];
  } catch { return null; }
};
const asked = ports.flatMap(port => paths.flatMap(path => ways.map(way => read(port, path, way))));
Promise.all(asked).then(found => done(found.filter(each => each)));
"""


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """Start one stack for the tests of this file."""
    started = start_run(tmp_path_factory.mktemp("local"))
    yield started
    assert end_run(started) == 0


@pytest.fixture
def foreign_page():
    """Serve an empty page of another origin; yield its address."""

    class Empty(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>Evil</title>")

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", free_port()), Empty)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def list_family(pid):
    """Return a process and all that it started, and what these started."""
    return [pid, *(each for child in list_children(pid) for each in list_family(child))]


def read_sockets(pid, kind):
    """Return the lines of a kind's table of sockets; a process may end meanwhile."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/net/{kind}").read_text().splitlines()[1:]
    return []


def list_listeners(pid):
    """Return the (address in hex, port) of every TCP socket on which a process listens."""
    held = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            held.add(str(link.readlink()))
    rows = [line.split() for kind in ("tcp", "tcp6") for line in read_sockets(pid, kind)]
    listening = [row for row in rows if len(row) > 9 and row[3] == "0A" and f"socket:[{row[9]}]" in held]
    return {(row[1].split(":")[0], int(row[1].split(":")[1], 16)) for row in listening}


def is_java(pid):
    return Path(f"/proc/{pid}/exe").readlink().name == "java"


def answers(address, port):
    """Return whether something takes a connection."""
    with socket.socket() as knock:
        knock.settimeout(2)
        return knock.connect_ex((address, port)) == 0


def test_every_port_listens_on_the_loopback_address_alone(running):
    family = list_family(running.process.pid)
    ours = {each for pid in family if not is_java(pid) for each in list_listeners(pid)}
    assert len(ours) >= 2  # the gateway, and what plays SES and the others
    assert {address for address, _ in ours} == {"0100007F"}
    for _, port in ours:
        assert answers("127.0.0.1", port)
        assert not answers("127.0.0.2", port)


def test_dynamodb_local_shows_our_tables_to_our_key_alone(running):
    endpoint = running.state["environ"]["AWS_ENDPOINT_URL_DYNAMODB"].replace("127.0.0.1", "127.0.0.2")
    stranger = boto3.session.Session("local", "local").client("dynamodb", "us-east-1", endpoint_url=endpoint)
    try:
        assert stranger.list_tables()["TableNames"] == []
    except Exception as refusal:  # moto, where Java is missing, listens on 127.0.0.1 alone
        assert "EndpointConnectionError" in type(refusal).__name__  # noqa: PT017 - either is right
    finally:
        stranger.close()


def test_a_page_of_another_site_reads_nothing_and_changes_nothing(running, open_browser, foreign_page):
    ssm = running.client("ssm")
    before = ssm.get_parameters_by_path(Path="/regulars/local", Recursive=True)["Parameters"]
    rows = {table: running.count_rows(table) for table in ("inbox", "customers", "keys")}
    ports = sorted({port for pid in list_family(running.process.pid) for _, port in list_listeners(pid)})
    browser = open_browser()
    browser.get(foreign_page)
    browser.set_script_timeout(60)

    own = urlsplit(foreign_page).port
    assert len(browser.execute_async_script(ASK, [own], ["/"], "cors")) == 5  # what may be read is found
    for mode in ("cors", "no-cors"):
        assert browser.execute_async_script(ASK, ports, list(PATHS), mode) == []
    assert ssm.get_parameters_by_path(Path="/regulars/local", Recursive=True)["Parameters"] == before
    assert {table: running.count_rows(table) for table in rows} == rows
    ssm.close()


def test_another_name_for_this_address_is_refused(running):
    """DNS rebinding: the browser asks under the name of the foreign page."""
    for pid in list_family(running.process.pid):
        for _, port in [] if is_java(pid) else list_listeners(pid):
            asked = ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "-H", "Host: evil.example"]
            told = subprocess.run([*asked, f"http://127.0.0.1:{port}/"], capture_output=True, text=True).stdout
            assert json.loads(told) in (403, 421), port
