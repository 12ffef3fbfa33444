"""Methods: HEAD is answered wherever GET is, and 405 names what an address takes."""

import socket
import threading
from http.client import HTTPConnection
from types import SimpleNamespace

import pytest

import app
from chalicelib.routes.middleware import list_methods
from infra.local.gateway import Gateway
from tests.builders.links import CHROME, browse, put_link, put_request, put_result, read_inbox

# What is different in each answer, whatever the method.
OF_ONE_ANSWER = {"date", "x-amzn-trace-id", "x-amzn-requestid"}


def refuses(entry):
    return entry.view_function.__name__ == "refuse_method"


SHOWN = sorted(path for path, entries in app.app.routes.items() if "GET" in entries and not refuses(entries["GET"]))


def make_address(tables, path):
    """Return an address of a route at which there is something to see."""
    kinds = {
        "/answer/{form}": "answer",
        "/go": "go",
        "/unsubscribe": "stop",
        "/preferences": "choose",
        "/confirm": "confirm",
        "/entries": "entry",
    }
    place = path.partition("/{token}")[0]
    if place == "/privacy/results":
        token = put_result(tables, "a-token", request="erase", receipt='{"a": 1}', signature="c2ln")
    elif place == "/privacy/confirm":
        token = put_request(tables)
    else:
        token = put_link(tables, kinds[place]) if place in kinds else ""
    form = "survey" if place == "/answer/{form}" else "sign-up"
    return path.format(token=token, form=form, name="receipt.json")


@pytest.fixture
def port(api):
    """Serve the app on a port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Gateway(app.app).open_server(listener)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.port
    server.shutdown()


def ask(port, method, address, headers):
    """Return the status, the headers and the body that a client gets on the wire."""
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, address, headers=headers)
        answer = connection.getresponse()
        named = {name.lower(): value for name, value in answer.headers.items()}
        return answer.status, {name: named[name] for name in named if name not in OF_ONE_ANSWER}, answer.read()
    finally:
        connection.close()


def test_every_address_that_shows_something_is_walked():
    assert {"/", "/forms/{form}", "/embed.js", "/privacy", "/go/{token}", "/privacy/receipt-key.pem"} <= set(SHOWN)
    assert len(SHOWN) == 17


@pytest.mark.parametrize("path", SHOWN)
def test_head_is_answered_as_get_without_a_body(port, tables, path):
    address = make_address(tables, path)
    for headers in (CHROME, {"accept": "*/*", "content-type": "text/plain"}):
        status, fields, body = ask(port, "GET", address, headers)

        assert ask(port, "HEAD", address, headers) == (status, fields, b"")
        assert status in (200, 302) or path.endswith(".pem")
        assert int(fields["content-length"]) == len(body)


@pytest.mark.parametrize("path", [path for path in SHOWN if "{token}" in path])
def test_head_of_a_link_changes_nothing_about_a_person(api, shop, tables, path):
    address = make_address(tables, path)
    before = tables.read_all("links")
    browse(api, address, "HEAD")

    # A visit is noted as a machine's, as a scanner's GET is; a person's own visit still counts afterwards.
    noted = ["machine"] if path in ("/go/{token}", "/answer/{form}/{token}") else []
    assert [body["by"] for _, body in read_inbox(shop)] == noted
    assert tables.read_all("links") == before
    browse(api, address)
    assert [body["by"] for _, body in read_inbox(shop)].count("person") == len(noted)


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE"])
def test_405_names_the_methods_that_the_address_takes(api, method):
    assert api.call(method, "/hooks/shopify").headers["Allow"] == "POST"


def test_allow_leaves_out_methods_that_are_answered_only_to_refuse_them():
    def show():
        pass

    def refuse_method():
        pass

    views = {"POST": show, "GET": show, "HEAD": show, "DELETE": refuse_method}
    entries = {method: SimpleNamespace(view_function=view) for method, view in views.items()}

    assert list_methods(entries) == ["GET", "HEAD", "POST"]
