"""Where AWS's services are on this machine: the environment that points every AWS client there."""

import os
from typing import Any

import boto3

SERVICES = ("SES", "SESV2", "SQS", "SNS", "SSM", "KMS")


def name_endpoints(cloud_port: int, dynamodb_port: int, access: str = "local") -> dict[str, str]:
    """Return the environment that points every AWS client here: the only difference between a local run and AWS."""
    cloud = f"http://127.0.0.1:{cloud_port}"
    return {f"AWS_ENDPOINT_URL_{service}": cloud for service in SERVICES} | {
        "AWS_ENDPOINT_URL_DYNAMODB": f"http://127.0.0.1:{dynamodb_port}",
        "AWS_ENDPOINT_URL_DYNAMODB_STREAMS": f"http://127.0.0.1:{dynamodb_port}",
        "AWS_ACCESS_KEY_ID": access,
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
