"""A local run answers this machine's people and processes: no foreign page, no other name, no other key."""

import http.client
import stat
import subprocess
import sys
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError

from infra.local import gate
from infra.local.cloud import start_cloud
from infra.local.emulator import explain_absence, start_emulator
from infra.local.endpoints import name_endpoints
from infra.local.gate import guard_cloud, is_refused, name_hosts, read_access
from infra.local.gateway import FOREIGN_HOST, Gateway
from infra.local.processes import end_children, free_port, wait_listening

KEY = "a1b2c3"
HOSTS = name_hosts(8001)
SIGNED = f"AWS4-HMAC-SHA256 Credential={KEY}/20260301/us-east-1/ssm/aws4_request, SignedHeaders=host, Signature=0"


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({}, False),
        ({"HTTP_HOST": "localhost:8001"}, False),
        ({"HTTP_HOST": "evil.example:8001"}, True),  # a name that was made to point here
        ({"HTTP_HOST": "127.0.0.1:8000"}, True),
        ({"HTTP_HOST": None}, True),
        ({"HTTP_ORIGIN": "https://evil.example"}, True),
        ({"HTTP_ORIGIN": "null"}, True),
        ({"HTTP_ORIGIN": "http://127.0.0.1:8000"}, True),
        ({"HTTP_AUTHORIZATION": ""}, True),
        ({"HTTP_AUTHORIZATION": SIGNED.replace(KEY, "local")}, True),
        ({"HTTP_AUTHORIZATION": SIGNED.replace(KEY, KEY + "9")}, True),
        ({"PATH_INFO": "/moto-api/data.json", "HTTP_AUTHORIZATION": ""}, True),
        ({"PATH_INFO": "/_local/mail", "HTTP_AUTHORIZATION": ""}, False),
        ({"PATH_INFO": "/_local/mail/3", "HTTP_AUTHORIZATION": ""}, False),
        ({"PATH_INFO": "/_local/bucket", "HTTP_AUTHORIZATION": ""}, True),
        ({"PATH_INFO": "/_local/mailbucket", "HTTP_AUTHORIZATION": ""}, True),
        ({"PATH_INFO": "/_local/mail", "HTTP_HOST": "evil.example:8001"}, True),
    ],
)
def test_only_our_own_processes_and_pages_pass(changes, refused):
    asked = {"PATH_INFO": "/", "HTTP_HOST": "127.0.0.1:8001", "HTTP_AUTHORIZATION": SIGNED, **changes}
    assert is_refused(asked, HOSTS, KEY) is refused


def test_what_is_refused_never_reaches_the_server():
    answers = []
    guarded = guard_cloud(lambda *_: answers.append(1) or [b""], 8001, KEY)
    told = []
    body = guarded({"PATH_INFO": "/", "HTTP_HOST": "evil.example"}, lambda status, headers: told.append(status))
    assert (answers, told, body) == ([], ["403 Forbidden"], [gate.REFUSED])


def test_the_key_of_a_folder_is_made_once_for_its_owner_alone(tmp_path):
    path = tmp_path / "keys" / "access.key"
    key = read_access(path)
    assert read_access(path) == key
    assert len(key) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.fixture(scope="module")
def guarded():
    port = free_port()
    child = start_cloud(port, access=KEY)
    wait_listening(port, child)
    yield port
    end_children([child])


def connect(port, key, service="ssm"):
    return boto3.session.Session(key, "x", region_name="us-east-1").client(
        service, endpoint_url=f"http://127.0.0.1:{port}"
    )


def test_a_client_with_the_key_is_served_and_one_without_is_not(guarded):
    connect(guarded, KEY).put_parameter(Name="/a", Value="b", Type="String")
    with pytest.raises(ClientError) as refusal:
        connect(guarded, "local").get_parameter(Name="/a")
    assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


@pytest.mark.parametrize("path", ["/moto-api/data.json", "/", "/_local/mail"])
@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Host": "evil.example"}])
def test_a_foreign_page_reads_nothing(guarded, path, headers):
    asked = http.client.HTTPConnection("127.0.0.1", guarded, timeout=10)
    asked.request("GET", path, headers=headers)
    answer = asked.getresponse()
    assert (answer.status, answer.read()) == (403, gate.REFUSED)
    assert answer.getheader("Access-Control-Allow-Origin") is None
    asked.close()


@pytest.mark.skipif(bool(explain_absence()), reason=explain_absence() or "DynamoDB Local is here")
def test_another_key_sees_no_table():
    child, port = start_emulator(shared=False)
    wait_listening(port, child)
    try:
        make = {"AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}]}
        make |= {"KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}], "BillingMode": "PAY_PER_REQUEST"}
        connect(port, KEY, "dynamodb").create_table(TableName="keys", **make)
        assert connect(port, KEY, "dynamodb").list_tables()["TableNames"] == ["keys"]
        assert connect(port, "local", "dynamodb").list_tables()["TableNames"] == []
    finally:
        end_children([child])


def test_the_gateway_answers_under_its_own_names_alone():
    handler = type("Handler", (), {"routes": {}})()
    door = Gateway(handler, name_hosts(8000, "https://shop.example"))
    told = []
    door.respond({"REQUEST_METHOD": "GET", "HTTP_HOST": "evil.example"}, lambda status, headers: told.append(status))
    assert told == [f"{FOREIGN_HOST.status} Misdirected Request"]
    assert {"127.0.0.1:8000", "localhost:8000", "shop.example"} == door.hosts


def test_host_in_the_environment_moves_nothing():
    code = "from infra.local.ports import open_port\nprint(open_port().getsockname()[0])"
    environ = {**name_endpoints(9, 9), "HOST": "0.0.0.0", "PORT": str(free_port()), "PATH": "/usr/bin"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).resolve().parents[2],
        env=environ,
        capture_output=True,
        text=True,
    )
    assert done.stdout == "127.0.0.1\n"
