"""The app as the gateway calls it: Chalice's own test client, over the tables of a stage and SSM parameters."""

import base64
import json
from contextlib import contextmanager, nullcontext

from chalice.test import Client

from chalicelib import services
from chalicelib.senders import SENDERS
from tests.builders.shop import DOOR_KEY

WIRED = tuple(made for made in vars(services).values() if hasattr(made, "cache_clear"))


def put_parameters(cloud, settings, public_key):
    """Write the door's parameters; every sender's secret is `local-<sender>-secret`."""
    ssm = cloud.client("ssm")
    values = {
        "door-key": base64.b64encode(DOOR_KEY).decode(),
        "inbox-public-key": public_key,
        **{f"senders/{sender}": f"local-{sender}-secret" for sender in SENDERS},
    }
    for name, value in values.items():
        ssm.put_parameter(Name=settings.parameter_path + name, Value=value, Type="String", Overwrite=True)
    return ssm


def forget_wiring():
    """Start as a new container would."""
    for built in WIRED:
        built.cache_clear()


@contextmanager
def open_api(shop, stage, cloud, monkeypatch):
    """Yield a client of the whole app over a shop's tables."""
    for service in ("SSM", "KMS"):
        monkeypatch.setenv(f"AWS_ENDPOINT_URL_{service}", cloud.environ[f"AWS_ENDPOINT_URL_{service}"])
    monkeypatch.setenv("INBOX_KEY", shop.inbox_key)
    monkeypatch.setenv("ROOT_KEY", shop.root_key)
    put_parameters(cloud, stage.settings, shop.public_key)
    forget_wiring()
    from chalicelib.config import current_settings

    current_settings.cache_clear()
    import app

    with Client(app.app) as client:
        yield Api(client)
    forget_wiring()


class Api:
    """Posts as the gateway hands posts on: the body always base64, the time in milliseconds."""

    def __init__(self, client):
        self.client = client
        # It puts another `os.environ` in place for each call: of two calls at once, one never takes its own back.
        client.http._patched_env_vars = lambda _: nullcontext()
        gateway = client.http._local_gateway
        make_event = gateway.event_converter.create_lambda_event

        def create_lambda_event(*args, **kwargs):
            event = make_event(*args, **kwargs)
            body = kwargs.get("body") or (args[3] if len(args) > 3 else b"") or b""
            event["body"] = base64.b64encode(body).decode()
            event["isBase64Encoded"] = True
            event["requestContext"]["requestTimeEpoch"] = self.millis
            event["requestContext"]["identity"]["sourceIp"] = self.address
            event["multiValueHeaders"] = None
            return event

        self.millis = 1772366400000  # 2026-03-01T12:00:00Z
        self.address = "127.0.0.1"
        gateway.event_converter.create_lambda_event = create_lambda_event

    def call(self, method, path, body=b"", **headers):
        """Send one request; header names take `_` for `-`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        named.setdefault("content-type", "application/json")
        return self.client.http.request(method, path, headers=named, body=body)

    def post(self, path, body=b"", **headers):
        """Post bytes."""
        return self.call("POST", path, body, **headers)


def read_json(answer):
    """Return an answer's JSON."""
    return json.loads(answer.body)
