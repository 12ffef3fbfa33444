"""moto's server in a process of its own: SES, SQS, SNS, SSM, KMS, and DynamoDB where Java is missing. All in memory.

The same port shows the mails that were sent, at /_local/mail (`mailbox`), and plays the system of the shop that
hears of events, at /_local/events (`receiver`).
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import boto3

from infra.local.children import start_child
from infra.places import ROOT

SERVICES = ("SES", "SESV2", "SQS", "SNS", "SSM", "KMS")
Answer = Callable[..., Any]


def start_cloud(port: int, log: Path | None = None) -> subprocess.Popen[bytes]:
    """Start the server; it answers a second later."""
    return start_child([sys.executable, "-m", "infra.local.cloud", str(port)], log=log, folder=ROOT)


def name_endpoints(cloud_port: int, dynamodb_port: int) -> dict[str, str]:
    """Return the environment that points every AWS client here: the whole difference between here and AWS."""
    cloud = f"http://127.0.0.1:{cloud_port}"
    return {f"AWS_ENDPOINT_URL_{service}": cloud for service in SERVICES} | {
        "AWS_ENDPOINT_URL_DYNAMODB": f"http://127.0.0.1:{dynamodb_port}",
        "AWS_ENDPOINT_URL_DYNAMODB_STREAMS": f"http://127.0.0.1:{dynamodb_port}",
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


def connect_service(name: str) -> Any:
    """Make a client for the address in the environment; the streams API answers only at an explicit one."""
    session: Any = boto3.session.Session()
    endpoint = "DYNAMODB" if name == "dynamodbstreams" else name.upper()
    return session.client(name, endpoint_url=os.environ[f"AWS_ENDPOINT_URL_{endpoint}"])


def build_server() -> Answer:
    """Return moto's application with the mailbox in front of it."""
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    from infra.local import receiver
    from infra.local.mailbox import PATH, show_mailbox
    from infra.local.moto_sesv2 import patch_moto_sesv2

    cloud = patch_moto_sesv2(DomainDispatcherApplication(create_backend_app))

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith(PATH):
            return show_mailbox(environ, start_response)
        if environ["PATH_INFO"].startswith(receiver.PATH):
            return receiver.serve_events(environ, start_response)
        answered: Iterable[bytes] = cloud(environ, start_response)
        return answered

    return answer


def main(port: int) -> None:
    """Serve until told to end."""
    import logging

    from werkzeug.serving import run_simple

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    run_simple("127.0.0.1", port, build_server(), threaded=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
