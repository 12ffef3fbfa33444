"""The app as the gateway calls it: the event that API Gateway makes of a request, over the tables of a stage."""

import base64
import json
import os
from contextlib import contextmanager
from datetime import datetime, timedelta
from io import BytesIO

from chalice.test import HTTPResponse
from werkzeug.test import create_environ

from chalicelib import door, services
from chalicelib.functions import deliver_events
from chalicelib.routes import form_posts
from chalicelib.senders import SENDERS
from infra.local.invoke import LambdaContext
from infra.local.proxy import EPOCH, SENT_HEADERS, Answer, ProxyRequest, route_request
from tests.builders.shop import DOOR_KEY

CACHED = tuple(
    made
    for module in (door, services, deliver_events, form_posts)
    for made in vars(module).values()
    if hasattr(made, "cache_clear") and made is not services.make_session  # reads AWS's model of each service again
)


def put_parameters(ssm, settings, public_key):
    """Write the door's parameters; every sender's secret is `local-<sender>-secret`.

    Most are there from the test before: one call reads them, and only what differs is written.
    """
    values = {
        "door-key": base64.b64encode(DOOR_KEY).decode(),
        "inbox-public-key": public_key,
        **{f"senders/{sender}": f"local-{sender}-secret" for sender in SENDERS},
    }
    named = {settings.parameter_path + name: value for name, value in values.items()}
    found = ssm.get_parameters(Names=list(named), WithDecryption=True)["Parameters"]
    for name, value in named.items() - {(each["Name"], each["Value"]) for each in found}:
        ssm.put_parameter(Name=name, Value=value, Type="String", Overwrite=True)


def start_container():
    """Start as a new container would; the session stays while the credentials do."""
    for built in CACHED:
        built.cache_clear()
    access = os.environ.get("AWS_ACCESS_KEY_ID")
    if access is None or services.make_session().get_credentials().access_key != access:
        services.make_session.cache_clear()


@contextmanager
def open_api(shop, stage, cloud, monkeypatch):
    """Yield a client of the whole app over a shop's tables."""
    for service in ("SSM", "KMS"):
        monkeypatch.setenv(f"AWS_ENDPOINT_URL_{service}", cloud.environ[f"AWS_ENDPOINT_URL_{service}"])
    monkeypatch.setenv("INBOX_KEY", shop.inbox_key)
    monkeypatch.setenv("ROOT_KEY", shop.root_key)
    put_parameters(cloud.ssm, stage.settings, shop.public_key)
    start_container()
    from chalicelib.config import current_settings

    current_settings.cache_clear()
    import app

    yield Api(app.app)
    start_container()


def make_request(method, target, headers=(), body=b"", address="127.0.0.1"):
    """Return a request as the local gateway reads it; `target` is the raw path with its query."""
    sent = {
        "RAW_URI": target,
        "REMOTE_ADDR": address,
        SENT_HEADERS: list(headers),
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": BytesIO(body),
    }
    return ProxyRequest(create_environ(method=method) | sent)


class Api:
    """Posts as the gateway hands posts on, at a time and from an address of the test's choice."""

    def __init__(self, app):
        self.app = app
        self.millis = 1772366400000  # 2026-03-01T12:00:00Z
        self.address = "127.0.0.1"

    @property
    def now(self) -> datetime:
        """Return the time of the next request."""
        return EPOCH + timedelta(milliseconds=self.millis)

    def call(self, method, path, body=b"", **headers):
        """Send one request; header names take `_` for `-`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        named.setdefault("content-type", "application/json")
        request = make_request(method, path, named.items(), body, self.address)
        event = route_request(self.app.routes, request, self.now)
        if isinstance(event, Answer):  # the gateway answers by itself
            return HTTPResponse(event.body, dict(event.headers), event.status)
        return HTTPResponse.create_from_dict(self.app(event, LambdaContext("api_handler")))

    def post(self, path, body=b"", **headers):
        """Post bytes."""
        return self.call("POST", path, body, **headers)


def read_json(answer):
    """Return an answer's JSON."""
    return json.loads(answer.body)
