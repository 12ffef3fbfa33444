"""The local gateway does what API Gateway does: events as Lambda gets them, answers as clients get them."""

import base64
import json
import multiprocessing
import os
import signal
import socket
import threading
import time
from datetime import UTC, datetime
from http.client import HTTPConnection

import pytest
from chalice.app import Chalice, Response

from infra.local.gateway import Gateway, serve_requests
from infra.local.ports import open_port
from infra.local.processes import free_port
from infra.local.proxy import LONGEST_BODY, build_event, match_route, read_answer
from infra.places import ROOT
from tests.builders.api import make_request

NOW = datetime(2026, 11, 22, 9, 30, 15, 250_000, tzinfo=UTC)
SAMPLE = ROOT.parent / "shared" / "payloads" / "aws-lambda" / "apigw-rest-form-urlencoded-base64.json"
HEADERS = [("Host", "shop.example"), ("X-Twice", "one"), ("X-Twice", "two"), ("User-Agent", "a browser")]


def wire_request(target="/", method="POST", body=b"", headers=HEADERS):
    """Return a request as the gateway reads it."""
    return make_request(method, target, headers, body, "203.0.113.9")


def make_app():
    """Return a Chalice app with one of everything that the gateway has to carry."""
    app = Chalice(app_name="echo", configure_logs=False)

    @app.route("/echo/{name}", methods=["POST", "GET"], content_types=["*/*"])
    def echo(name):
        request = app.current_request
        body = base64.b64encode(request.raw_body).decode() if request.method == "POST" else ""
        return {"name": name, "query": dict(request.query_params or {}), "body": body}

    @app.route("/cookies")
    def set_cookies():
        return Response("ok", headers={"Set-Cookie": ["a=1", "b=2"], "Content-Type": "text/plain"})

    @app.route("/headers")
    def list_headers():
        return app.current_request.to_original_event()["multiValueHeaders"]

    @app.route("/image", methods=["GET", "HEAD"])
    def show_image():
        return Response(b"\x89PNG\xff", headers={"Content-Type": "image/png"})

    @app.route("/shared", methods=["POST"], cors=True)
    def share():
        return {}

    @app.route("/slow")
    def dawdle():
        time.sleep(0.3)
        return {}

    return app


@pytest.fixture(scope="module")
def port():
    """Serve that app on a port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Gateway(make_app()).open_server(listener)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.port
    server.shutdown()


def ask(port, method, path, body=None, headers=None):
    """Return status, headers and body of one exchange."""
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("path", "pattern", "values"),
    [
        ("/", "/", {}),
        ("/forms/sign-up", "/forms/{name}", {"name": "sign-up"}),
        ("/forms/sign-up/", "/forms/{name}", {"name": "sign-up"}),
        ("/forms/list", "/forms/list", {}),
        ("/forms/a%20b%2Fc", "/forms/{name}", {"name": "a b/c"}),
        ("/forms/%E0%A6%95", "/forms/{name}", {"name": "ক"}),
        ("/forms", None, None),
        ("/forms//", None, None),
        ("/forms/a/b", None, None),
        ("/FORMS/a", None, None),
    ],
)
def test_a_path_finds_its_route_and_a_literal_beats_a_parameter(path, pattern, values):
    routes: dict[str, dict[str, object]] = {"/": {}, "/forms/{name}": {}, "/forms/list": {}}
    assert match_route(routes, path) == (None if pattern is None else (pattern, values))


def test_a_body_is_always_base64_and_an_empty_one_is_null():
    full = build_event(wire_request("/a", body=b"caf\xe9\x00"), "/a", {}, NOW)
    assert (base64.b64decode(full["body"]), full["isBase64Encoded"]) == (b"caf\xe9\x00", True)
    empty = build_event(wire_request("/a"), "/a", {}, NOW)
    assert (empty["body"], empty["isBase64Encoded"]) == (None, False)


def test_maps_that_are_empty_are_null_and_the_last_value_wins_in_the_single_ones():
    event = build_event(wire_request("/a?x=1&x=2&y="), "/a", {}, NOW)
    assert event["queryStringParameters"] == {"x": "2", "y": ""}
    assert event["multiValueQueryStringParameters"] == {"x": ["1", "2"], "y": [""]}
    assert event["headers"]["X-Twice"] == "two"
    assert event["multiValueHeaders"]["X-Twice"] == ["one", "two"]
    bare = build_event(wire_request("/a"), "/a", {}, NOW)
    assert (bare["queryStringParameters"], bare["multiValueQueryStringParameters"]) == (None, None)
    assert bare["pathParameters"] is None


def test_the_callers_address_is_the_peers_whatever_it_says_of_itself():
    event = build_event(wire_request(headers=[("X-Forwarded-For", "198.51.100.1")]), "/", {}, NOW)
    assert event["requestContext"]["identity"]["sourceIp"] == "203.0.113.9"
    assert event["headers"]["X-Forwarded-For"] == "198.51.100.1, 203.0.113.9"


def test_the_time_is_the_stacks_in_milliseconds():
    context = build_event(wire_request(), "/", {}, NOW)["requestContext"]
    assert context["requestTimeEpoch"] == 1795339815250
    assert context["requestTime"] == "22/Nov/2026:09:30:15 +0000"


@pytest.mark.skipif(not SAMPLE.exists(), reason="the folder of sample events is not here")
def test_an_event_has_the_names_of_awss_own_sample():
    sample = json.loads(SAMPLE.read_text())
    event = build_event(wire_request("/a?x=1", body=b"x"), "/a", {}, NOW)
    assert set(event) == set(sample)
    assert set(event["requestContext"]) == set(sample["requestContext"])


@pytest.mark.parametrize("result", [None, "text", {}, {"statusCode": "200"}, {"body": "x"}])
def test_what_api_gateway_cannot_use_is_a_502(result):
    assert read_answer(result).status == 502


def test_a_post_reaches_the_function_with_its_true_bytes(port):
    status, _, body = ask(port, "POST", "/echo/a%20b?q=%C3%A9", b"\xff\xfe\r\n\x00")
    assert status == 200
    received = json.loads(body)
    assert (received["name"], received["query"]) == ("a b", {"q": "é"})
    assert base64.b64decode(received["body"]) == b"\xff\xfe\r\n\x00"


@pytest.mark.parametrize(
    "kind",
    ["multipart/form-data; boundary=x", "multipart/mixed", "application/x-www-form-urlencoded", "message/rfc822", ""],
)
def test_a_body_of_any_type_is_carried_as_it_was_sent(port, kind):
    sent = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n'
    status, _, body = ask(port, "POST", "/echo/x", sent, {"Content-Type": kind} if kind else {})
    assert (status, base64.b64decode(json.loads(body)["body"])) == (200, sent)


def test_a_chunked_body_is_put_together(port):
    chunks = iter([b"one ", b"two ", b"three"])
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("POST", "/echo/x", chunks, {"Transfer-Encoding": "chunked"}, encode_chunked=True)
    received = json.loads(connection.getresponse().read())
    connection.close()
    assert base64.b64decode(received["body"]) == b"one two three"


def test_expect_100_continue_is_answered_before_the_body_is_sent(port):
    with socket.create_connection(("127.0.0.1", port), 5) as client:
        client.sendall(b"POST /echo/x HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        assert client.recv(100).startswith(b"HTTP/1.1 100 ")
        client.sendall(b"hi")
        assert client.recv(1000).startswith(b"HTTP/1.1 200 ")


def test_each_connection_carries_one_request_and_the_answer_says_so(port):
    with socket.create_connection(("127.0.0.1", port), 5) as client:
        client.sendall(b"GET /echo/x HTTP/1.1\r\n\r\n")
        answer = client.makefile("rb").read()  # to the end: the gateway closes
    assert b"\r\nConnection: close\r\n" in answer
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["name"] == "x"


def test_repeated_headers_reach_the_function_one_by_one_with_their_case(port):
    headers = "X-Twice: one\r\nX-Twice: two, three\r\nx-lower: 1\r\n"
    with socket.create_connection(("127.0.0.1", port), 5) as client:
        client.sendall(f"GET /headers HTTP/1.1\r\n{headers}\r\n".encode())
        answer = client.makefile("rb").read()
    received = json.loads(answer.partition(b"\r\n\r\n")[2])
    assert received["X-Twice"] == ["one", "two, three"]
    assert received["x-lower"] == ["1"]


def test_an_answer_to_head_has_the_length_and_no_body(port):
    status, headers, body = ask(port, "HEAD", "/image", headers={"Accept": "image/png"})
    assert (status, headers["Content-Length"], body) == (200, "5", b"")


def test_a_function_that_crashes_is_a_502_and_the_next_request_is_answered(port):
    class BrokenError(Exception):
        pass

    def crash(event, context):
        raise BrokenError

    app = make_app()
    crash.routes = app.routes
    answer = Gateway(crash).answer(make_request("GET", "/image"))
    assert (answer.status, json.loads(answer.body)) == (502, {"message": "Internal server error"})
    assert ask(port, "GET", "/echo/x")[0] == 200


def test_nothing_of_a_request_is_printed_or_logged(port, capfd, caplog):
    caplog.set_level("INFO")
    assert ask(port, "GET", "/echo/token-of-somebody")[0] == 200
    with socket.create_connection(("127.0.0.1", port), 5) as client:
        client.sendall(b"token-of-somebody\r\n\r\n")
        client.recv(1000)
    assert "token" not in "".join([*capfd.readouterr(), caplog.text])


def test_two_servers_share_one_listening_socket():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        servers = [Gateway(make_app()).open_server(listener) for _ in range(2)]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    assert {ask(servers[0].port, "GET", f"/echo/{number}")[0] for number in range(20)} == {200}
    for server in servers:
        server.shutdown()


def test_a_header_with_many_values_is_sent_many_times(port):
    _, headers, _ = ask(port, "GET", "/cookies")
    assert headers.get_all("Set-Cookie") == ["a=1", "b=2"]


def test_a_binary_answer_arrives_as_bytes(port):
    status, headers, body = ask(port, "GET", "/image", headers={"Accept": "image/png"})
    assert (status, headers["Content-Type"], body) == (200, "image/png", b"\x89PNG\xff")


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/nowhere"), ("PUT", "/echo/x"), ("GET", "/echo"), ("OPTIONS", "/image")]
)
def test_what_has_no_route_is_forbidden_as_api_gateway_puts_it(port, method, path):
    status, _, body = ask(port, method, path)
    assert (status, json.loads(body)) == (403, {"message": "Missing Authentication Token"})


def test_a_browsers_preflight_is_answered_as_the_template_says(port):
    status, headers, _ = ask(port, "OPTIONS", "/shared")
    assert (status, headers["Access-Control-Allow-Methods"]) == (200, "POST,OPTIONS")
    assert headers["Access-Control-Allow-Origin"] == "*"


def test_a_body_over_ten_megabytes_is_refused_and_one_of_ten_is_carried(port):
    assert ask(port, "POST", "/echo/x", b"x" * LONGEST_BODY)[0] == 200
    status, _, body = ask(port, "POST", "/echo/x", b"x" * (LONGEST_BODY + 1))
    assert (status, json.loads(body)) == (413, {"message": "Request Too Long"})


@pytest.mark.parametrize(
    "sent",
    [
        "nonsense\r\n\r\n",
        "POST /echo/x HTTP/1.1\r\nContent-Length: five\r\n\r\n",
        "POST /echo/x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nno size\r\n",
        "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "GET / HTTP/1.1\r\nno colon\r\n\r\n",
    ],
)
def test_what_is_not_http_is_a_400(port, sent):
    with socket.create_connection(("127.0.0.1", port), 5) as client:
        client.sendall(sent.encode())
        assert client.recv(1000).startswith(b"HTTP/1.1 400 ")


def test_connections_that_stay_open_and_silent_hold_nobody_up(port):
    idle = [socket.create_connection(("127.0.0.1", port), 5) for _ in range(50)]
    began = time.monotonic()
    assert ask(port, "GET", "/echo/x")[0] == 200
    assert time.monotonic() - began < 2
    for connection in idle:
        connection.close()


def serve_slowly(listener, took):
    app = make_app()

    @app.route("/taken")
    def take():
        took.set()
        time.sleep(0.3)
        return {}

    serve_requests(Gateway(app).open_server(listener))


def test_a_worker_that_is_ended_answers_what_it_took_and_leaves_the_rest_to_the_next():
    fork = multiprocessing.get_context("fork")
    took = fork.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        first = fork.Process(target=serve_slowly, args=(listener, took), daemon=True)
        first.start()
        answers = []
        taken = threading.Thread(target=lambda: answers.append(ask(port, "GET", "/taken")[0]))
        taken.start()
        assert took.wait(5)
        os.kill(first.pid, signal.SIGTERM)
        taken.join()
        first.join(5)
        assert (answers, first.exitcode) == ([200], 0)

        waiting = threading.Thread(target=lambda: answers.append(ask(port, "GET", "/slow")[0]))
        waiting.start()
        second = fork.Process(target=serve_slowly, args=(listener, took), daemon=True)
        second.start()
        waiting.join()
        assert answers == [200, 200]
        second.terminate()
        second.join(5)
        assert second.exitcode == 0


def test_the_function_is_called_for_one_request_at_a_time(port):
    began = time.monotonic()
    callers = [threading.Thread(target=ask, args=(port, "GET", "/slow")) for _ in range(3)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert time.monotonic() - began >= 0.9


def test_make_run_listens_on_this_machine_alone_unless_host_says_otherwise(monkeypatch):
    monkeypatch.delenv("HOST", raising=False)
    monkeypatch.setenv("PORT", str(free_port()))
    with open_port() as listener:
        assert listener.getsockname()[0] == "127.0.0.1"
