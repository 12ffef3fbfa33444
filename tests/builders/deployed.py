"""A stage as it stands in an account: moto's own CloudFormation stack with functions that are told the settings.

The stack is a small one: moto knows no SAM. Its functions carry the variables that infra/template.yaml tells them, and
its outputs and parameters are the template's. Tables, keys, queues and topics are made from the template itself.
"""

import json
import os
from contextlib import contextmanager
from functools import cache, partial

import boto3
from moto import mock_aws

from chalicelib.services import make_session
from infra.deploy.secrets import make_door_key, publish_inbox_key, publish_receipt_key, put_parameter
from infra.local.stack import create_stack
from infra.template import read_template, resolve_value
from tests.builders.shop import write_keys

STAGE = "shop"
REGION = "eu-central-1"
ACCOUNT = "123456789012"
PUBLIC_URL = "https://abcde12345.execute-api.eu-central-1.amazonaws.com/api"
GIVEN = {
    "Stage": STAGE,
    "PublicUrl": PUBLIC_URL,
    "DeskUrl": "https://desk.corner.example.org",
    "ShopName": "Corner Books",
    "ShopCountry": "GB",
    "ShopLanguage": "en",
    "ShopUrl": "https://corner.example.org",
    "ShopAddress": "12 High Street, London N1 9GU",
    "MailFrom": "hello@corner.example.org",
    "AlarmEmail": "mara@corner.example.org",
    "DownstreamTargets": "till=https://till.corner.example.org/events",
}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


@contextmanager
def enter_account(patch):
    """Open an empty account in moto, in which STAGE names a stage; yield its clients. `patch` is a MonkeyPatch."""
    for name in [name for name in os.environ if name.startswith("AWS_ENDPOINT_URL")]:
        patch.delenv(name)
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        patch.setenv(name, REGION)
    patch.setenv("STAGE", STAGE)
    with mock_aws():
        make_session.cache_clear()
        yield cache(partial(boto3.client, region_name=REGION))
    make_session.cache_clear()


def deploy_stack(clients, stage=STAGE, given=None, keys=None, topic="none"):
    """Make a stage's stack; `keys` are the ARNs that its functions are told. Return the stack's name."""
    parameters, keys = GIVEN | {"Stage": stage} | (given or {}), keys or {}
    role = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": TRUST}}
    resources = {"ApiHandlerRole": role, "SettleStreamRole": role}
    shared = read_template()["Globals"]["Function"]["Environment"]["Variables"]
    for name, own in list_told().items():
        told = {key: value for key, value in {**shared, **own}.items() if value.get("Ref") in parameters}
        told |= {key: keys[key] for key in own if key in keys}
        told |= {key: f"regulars-{stage}" for key in own if key == "CONFIGURATION_SET"}
        resources[name] = make_function(told)
    template = {
        "Parameters": {name: {"Type": "String"} for name in parameters},
        "Resources": resources,
        "Outputs": {
            "EndpointURL": {"Value": f"{PUBLIC_URL}/"},
            "DeskAddress": {"Value": "https://fghij67890.execute-api.eu-central-1.amazonaws.com"},
            "InboxKeyArn": {"Value": keys.get("INBOX_KEY", "none")},
            "AlarmsTopic": {"Value": topic},
            "Version": {"Value": "aaaaaaaaaaaa"},
            "RestAPIId": {"Value": "abcde12345"},
        },
    }
    clients("cloudformation").create_stack(
        StackName=f"regulars-{stage}",
        TemplateBody=json.dumps(template),
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        Capabilities=["CAPABILITY_IAM"],
        Tags=[{"Key": "regulars:version", "Value": "aaaaaaaaaaaa"}],
    )
    return f"regulars-{stage}"


def list_told():
    """Return the variables of its own of each function of the template."""
    resources = read_template()["Resources"].items()
    own = {name: each["Properties"] for name, each in resources if "LoggingConfig" in each.get("Properties", {})}
    return {name: each.get("Environment", {}).get("Variables", {}) for name, each in own.items()}


def make_function(told):
    """Return a function that does nothing and is told some variables."""
    return {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Code": {"ZipFile": "def handle(event, context): pass"},
            "Handler": "index.handle",
            "Runtime": "python3.11",
            "Role": {"Fn::GetAtt": ["SettleStreamRole", "Arn"]},
            "Environment": {"Variables": told},
        },
    }


def deploy_whole(clients, stage=STAGE, given=None, folder=None):
    """Make a stage's tables, keys, queues, topics, parameters and stack; return what was made.

    With a folder the inbox key is a file there: moto's KMS opens nothing under an RSA key.
    """
    made = create_stack(stage, clients)
    kms, ssm = clients("kms"), clients("ssm")
    make_door_key(ssm, stage)
    publish_inbox_key(kms, ssm, stage)
    publish_receipt_key(kms, ssm, stage)
    keys = {f"{name.upper()}_KEY": made[f"{name}Key"]["Arn"] for name in ("Root", "Inbox", "Receipt")}
    if folder:
        keys["INBOX_KEY"], public, _ = write_keys(folder)
        put_parameter(ssm, stage, "inbox-public-key", public)
    deploy_stack(clients, stage, given, keys, made["Alarms"]["Ref"])
    names, resources = {"AWS::StackName": f"regulars-{stage}", "AWS::AccountId": ACCOUNT}, read_template()["Resources"]
    for name in ("RootKey", "InboxKey", "ReceiptKey"):  # create_stack leaves policies out
        policy = json.dumps(resolve_value(resources[name]["Properties"]["KeyPolicy"], names, {}))
        kms.put_key_policy(KeyId=made[name]["Ref"], PolicyName="default", Policy=policy)
    for name in ("Audit", "Ledger"):
        policy = resources[f"{name}Table"]["Properties"]["ResourcePolicy"]["PolicyDocument"]
        arn = made[f"{name}Table"]["Arn"]
        clients("dynamodb").put_resource_policy(ResourceArn=arn, Policy=json.dumps(policy))
    return made
