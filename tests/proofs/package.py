"""`make prove-package`: every function as it is packaged, under AWS's own runtime client, with an event of its kind.

The zip is unpacked on a clean path and run by the Python that Lambda is to run, in an environment with nothing but the
client; moto's server and DynamoDB Local stand for AWS. Then SSM is down, then KMS. PACKAGE=file takes a zip that is
packaged already, with the template beside it.
"""

import argparse
import os
import statistics
import sys
import tempfile
import zipfile
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3
import yaml

from chalicelib.config import read_settings
from infra.deploy.package import package_stage
from infra.deploy.runtime import find_python, read_target
from infra.local.cloud import start_cloud
from infra.local.emulator import start_emulator
from infra.local.endpoints import connect_service, name_endpoints
from infra.local.processes import end_children, free_port, wait_listening
from infra.local.receiver import SECRET
from infra.local.stack import create_stack
from infra.template import default_parameters, resolve_value
from tests.builders.api import put_parameters
from tests.builders.kms import ROOT_ARN, RSA_ARN
from tests.builders.shop import make_signing_key, write_keys, write_private
from tests.proofs.runtime_api import Container, install_client, read_headers
from tests.proofs.runtime_events import (
    Feed,
    build_desk_page,
    build_order,
    build_page,
    build_sign_up,
    list_waiting,
)
from tests.rules.packaged import list_functions

STAGE = "local"  # the only stage that tells events to a system on this machine
DOWN = "http://127.0.0.1:9"  # nothing answers there
# Each leaves what the next ones need: a post, the item that it made, the customer that was settled.
FIRST = ("app.app", "app.settle_stream", "app.relay_events")


TRIES = 5


@dataclass
class Times:
    """Seconds of each start and of each first invocation of one handler."""

    starts: list[float] = field(default_factory=list)
    firsts: list[float] = field(default_factory=list)
    answer: str = ""


class Proof:
    """One zip, one stage, and the variables that the template gives each function."""

    def __init__(self, python, task, template, feed_folder, parameters, made):
        self.python, self.task, self.log = python, task, feed_folder / "container.log"
        self.feed = Feed(STAGE, made, feed_folder)
        functions = {each["Handler"]: each for each in list_functions(template).values()}
        self.variables = {
            handler: resolve_value(each["Variables"], default_parameters(template) | parameters, made)
            for handler, each in functions.items()
        }
        self.posts = 0

    def start(self, handler, **changed):
        """Start a container of a function, cold."""
        aws = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
        return Container(self.python, self.task, handler, aws | self.variables[handler] | changed, self.log)

    def call_first(self, handler, container):
        """Invoke a function once with an event of its kind; return the answer as text."""
        if handler == "app.app":
            told = self.post(container, 202)
            container.invoke(build_sign_up(self.posts))  # for those who write mails
            return told
        if handler == "chalicelib.desk.console.app":
            answer = container.invoke(build_desk_page())
            assert answer["statusCode"] == 200, answer
            return "GET /sign-in 200"
        before = list_waiting(STAGE)
        answer = self.feed.drive(handler.partition(".")[2], container.invoke)
        if handler == "app.settle_stream":
            assert before - list_waiting(STAGE), "nothing was settled"
        return str(answer)

    def post(self, container, status):
        """Post an order; hold the answer to a status. A stand-in may be late on a busy machine: senders try again."""
        self.posts += 1
        for tries in range(1, TRIES + 1):
            answer = container.invoke(build_order(self.posts))
            if answer["statusCode"] == status:
                return f"POST /hooks/shopify {status}" + f" at try {tries}" * (tries > 1)
        raise AssertionError(answer)

    def measure(self, rounds):
        """Start every function `rounds` times; return the times by handler."""
        others = sorted(self.variables.keys() - {*FIRST})
        times = {handler: Times() for handler in (*FIRST, *others)}
        for _ in range(rounds):
            for handler, own in times.items():
                with self.start(handler) as container:
                    own.starts.append(container.init_seconds)
                    own.answer = self.call_first(handler, container)
                    own.firsts.append(container.first_seconds)
        return times

    def break_ssm(self):
        """Hold the door to its word while SSM is down: it starts, and answers 503 to a post and 200 to a page."""
        with self.start("app.app", AWS_ENDPOINT_URL_SSM=DOWN) as door:
            self.post(door, 503)
            refused = door.invoke(build_sign_up(self.posts))
            assert refused["statusCode"] == 503, refused
            headers = {name.lower(): value for name, value in read_headers(refused).items()}
            assert int(headers["retry-after"]) > 0, headers
            page = door.invoke(build_page())["statusCode"]
            assert page in (200, 503), page
        print(f"SSM down: the door starts; a post 503, Retry-After {headers['retry-after']}; a form's page {page}")
        with self.start("chalicelib.desk.console.app", AWS_ENDPOINT_URL_SSM=DOWN) as desk:
            answer = desk.invoke(build_desk_page())["statusCode"]
        print(f"SSM down: the desk starts; its first page {answer}")

    def break_kms(self):
        """Hold that the door accepts while KMS is down, and that settling keeps what came."""
        down = {"AWS_ENDPOINT_URL_KMS": DOWN, "INBOX_KEY": RSA_ARN, "ROOT_KEY": ROOT_ARN}
        before = list_waiting(STAGE)
        with self.start("app.app", AWS_ENDPOINT_URL_KMS=DOWN) as door:
            self.post(door, 202)
            form = door.invoke(build_sign_up(self.posts))
            assert form["statusCode"] in (202, 303), form
        posted = list_waiting(STAGE) - before
        assert len(posted) == 2, posted
        late = datetime.now(UTC) + timedelta(hours=1)  # the sweeper takes what the stream should have settled
        for handler in ("app.settle_stream", "app.sweep_inbox"):
            with self.start(handler, **down) as container:
                answer = self.feed.drive(handler.partition(".")[2], container.invoke, late)
            assert posted <= list_waiting(STAGE), f"{handler} lost items"
            print(f"KMS down: {handler} answers {answer}, and what was posted waits on")
        print(f"KMS down: an order 202, a form {form['statusCode']}")


def unpack(package, folder):
    """Unpack a zip as Lambda does; return the folder."""
    with zipfile.ZipFile(package) as archive:
        archive.extractall(folder)
    return folder


def prepare(folder):
    """Make the stage's tables, queues, topics, keys and parameters; return the resources and how keys are published."""
    inbox_key, public_key, root_key = write_keys(folder)
    receipt_key = f"file:{write_private(folder / 'receipt.pem', make_signing_key())}"
    made = create_stack(STAGE, lambda name: boto3.client(name), protect=False)
    for name, place in (("InboxKey", inbox_key), ("RootKey", root_key), ("ReceiptKey", receipt_key)):
        made[name] = {"Arn": place, "Ref": place}
    made["MailSet"] = {"Ref": ""}  # moto has none
    connect_service("sesv2").create_email_identity(EmailIdentity="shop.example")
    publish(public_key)
    connect_service("ssm").put_parameter(Name=f"/regulars/{STAGE}/downstream/shop", Value=SECRET, Type="String")
    return made, public_key


def publish(public_key):
    """Write the door's parameters."""
    put_parameters(connect_service("ssm"), read_settings({"STAGE": STAGE}), public_key)


def name_parameters(cloud_port):
    """Return the parameters of a deployment."""
    return {
        "Stage": STAGE,
        "PublicUrl": "https://door.shop.example",
        "DeskUrl": "https://desk.shop.example",
        "ShopUrl": "https://shop.example",
        "ShopAddress": "1 Market Square, Springfield",
        "MailFrom": "hello@shop.example",
        "DownstreamTargets": f"shop=http://127.0.0.1:{cloud_port}/_local/events",
    }


def show(times):
    """Print a table."""
    print(f"{'handler':32} {'start':>8} {'first':>8}   answer of the first event")
    for handler, own in times.items():
        start, first = (statistics.median(each) * 1e3 for each in (own.starts, own.firsts))
        print(f"{handler:32} {start:5.0f} ms {first:5.0f} ms   {own.answer[:90]}")


def main() -> int:
    """Package, start everything, break SSM and KMS; 0 when all of it held."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--package", type=Path, help="a folder that `make package` wrote")
    asked = parser.parse_args()
    target = read_target()
    python = find_python(target.runtime)
    if target.arch != os.uname().machine:
        raise SystemExit(f"This machine is {os.uname().machine}, and cannot run a zip for {target.arch}.")
    package = asked.package or package_stage("prove")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        client = install_client(python, folder / "client", sys.executable)
        task = unpack(package / "deployment.zip", folder / "task")
        template = yaml.safe_load((package / "sam.yaml").read_text())
        emulator, dynamodb_port = start_emulator()
        cloud_port = free_port()
        cloud = start_cloud(cloud_port)
        try:
            wait_listening(dynamodb_port, emulator)
            wait_listening(cloud_port, cloud)
            os.environ.update(name_endpoints(cloud_port, dynamodb_port) | {"STAGE": STAGE})
            made, public_key = prepare(folder)
            proof = Proof(client, task, template, folder, name_parameters(cloud_port), made)
            print(
                f"{target.runtime.name} on {target.arch}: {len(proof.variables)} functions, {asked.rounds} starts each"
            )
            if asked.rounds:
                show(proof.measure(asked.rounds))
            proof.break_ssm()
            publish(public_key.replace(public_key.partition("\n")[0], RSA_ARN))
            proof.break_kms()
        finally:
            end_children([emulator, cloud])
    return 0


if __name__ == "__main__":
    sys.exit(main())
