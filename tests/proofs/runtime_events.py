"""A real event of each function's kind, from the stand-ins of AWS: what arrived, what is queued, what is published."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from pathlib import Path

from infra.local.endpoints import connect_service
from infra.local.invoke import list_sources, load_handler
from infra.local.proxy import Answer, route_request
from infra.local.queue_pump import QueuePump, TopicPump
from infra.local.schedule import build_firing
from infra.local.simulator import write_event
from infra.local.sources import EventSource, read_sources
from infra.local.stream_pump import StreamPump
from tests.builders.api import make_request

EMAIL = "asha.rao@example.com"


def build_request(app, method, path, body=b"", **headers):
    """Return the event that API Gateway makes of a request (REST, or HTTP API with payload format 1.0)."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    named.setdefault("content-type", "application/json")
    event = route_request(app.routes, make_request(method, path, named.items(), body), datetime.now(UTC))
    assert not isinstance(event, Answer), f"no route for {method} {path}"
    return event


def build_sign_up(number):
    """Return a post of the form by which somebody signs up."""
    person = {
        "email": f"person{number}@example.org",
        "name": "Mary Field",
        "language": "en",
        "consent_marketing": "yes",
    }
    return build_request(load_handler("app.app"), "POST", "/forms/sign-up", json.dumps(person).encode())


def build_page():
    """Return a request for the form's page."""
    return build_request(load_handler("app.app"), "GET", "/forms/sign-up")


def build_order(number):
    """Return a signed order of a new customer, of whom the shop's own systems are told."""
    order = json.loads(Path("infra/examples/shopify-order.json").read_text())
    email = f"buyer{number}@example.net"
    order |= {"id": 10**9 + number, "email": email}
    order["customer"] |= {"id": 10**9 + number, "email": email}
    raw = json.dumps(order).encode()
    digest = base64.b64encode(hmac.new(b"local-shopify-secret", raw, hashlib.sha256).digest()).decode()
    headers = {
        "x_shopify_topic": "orders/create",
        "x_shopify_shop_domain": "corner.myshopify.example",
        "x_shopify_webhook_id": f"w{number}",
        "x_shopify_hmac_sha256": digest,
    }
    return build_request(load_handler("app.app"), "POST", "/hooks/shopify", raw, **headers)


def build_desk_page():
    """Return a request for the desk's first page, as an HTTP API writes it."""
    event = build_request(load_handler("chalicelib.desk.console.app"), "GET", "/sign-in", accept="text/html")
    return {"version": "1.0"} | event


class Feed:
    """The event sources of a stage, each feeding a container as Lambda's own machinery would."""

    def __init__(self, stage, made, folder: Path):
        """`made` are the stage's resources."""
        self.stage, self.folder = stage, folder
        self.sources = {each.name: each for each in read_sources(stage, made)}
        self.kinds = {source.name: type(source).__name__ for source in list_sources()}
        self.pumps = {}

    def drive(self, name, invoke, now=None):
        """Bring one event of a function's kind to `invoke`; return the last answer. `now` is a schedule's time."""
        taken = []
        source = self.sources[name]
        if source.kind == "Schedule":
            return invoke(build_firing(name, now or datetime.now(UTC)))
        pump = self.find_pump(name)

        def call_container(event, _):
            taken.append(invoke(event))
            return taken[-1]

        pump.source = EventSource(name, source.kind, call_container, source.properties)
        self.bring(name)
        for _ in range(10):
            pump.pump_once()
            if taken:
                return taken[-1]
        raise RuntimeError(f"nothing came to {name}")

    def find_pump(self, name):
        """Return the pump of a source; it keeps its place between containers."""
        if name not in self.pumps:
            source = self.sources[name]
            match source.kind:
                case "DynamoDB":
                    self.pumps[name] = StreamPump(source, self.folder / "checkpoints.json")
                case "SQS":
                    self.pumps[name] = QueuePump(source, source.properties["Queue"].rpartition(":")[2])
                case "SNS":
                    self.pumps[name] = TopicPump(source, source.properties["Topic"].rpartition(":")[2])
        return self.pumps[name]

    def bring(self, name):
        """Put something into a queue or topic that nothing else fills here."""
        if name == "send_mails":
            sqs = connect_service("sqs")
            url = sqs.get_queue_url(QueueName=f"regulars-{self.stage}-outreach")["QueueUrl"]
            sqs.send_message(QueueUrl=url, MessageBody=json.dumps([self.find_customer()]))
        if name == "record_feedback":
            topic = connect_service("sns").create_topic(Name=f"regulars-{self.stage}-feedback")["TopicArn"]
            connect_service("sns").publish(TopicArn=topic, Message=write_event("delivery", EMAIL, "a" * 32))

    def find_customer(self):
        """Return the id of a customer."""
        rows = connect_service("dynamodb").scan(TableName=f"regulars-{self.stage}-customers")["Items"]
        return next(row["pk"]["S"].removeprefix("cust#") for row in rows if row["sk"]["S"] == "core")


def list_waiting(stage):
    """Return the keys of the inbox's items that wait to be settled."""
    pages = connect_service("dynamodb").get_paginator("scan").paginate(TableName=f"regulars-{stage}-inbox")
    rows = [row for page in pages for row in page["Items"]]
    return {row["pk"]["S"] for row in rows if row.get("pending", {}).get("S", "").startswith("new#")}
