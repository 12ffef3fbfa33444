"""What the functions must find before the first submission: the door's parameters, the secrets in the Keys table."""

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.config import Settings
from chalicelib.senders import SENDERS
from chalicelib.services import Services
from infra.account.operator import Operator, is_missing
from infra.deploy.secrets import SHOPS, ask_sender, ask_shop, make_door_key, publish_inbox_key, publish_receipt_key


def prepare_door(operator: Operator) -> None:
    """Make the door's key where there is none, and publish the public halves where they differ."""
    kms, ssm, stage = operator.client("kms"), operator.client("ssm"), operator.names.stage
    made = make_door_key(ssm, stage)
    publish_inbox_key(kms, ssm, stage, read_kind(operator, "inbox-public-key"))
    publish_receipt_key(kms, ssm, stage, read_kind(operator, "receipt-key"))
    if made:
        operator.say("Door: its key is made, the public halves of the stack's keys are published.")


def read_kind(operator: Operator, name: str) -> str:
    """Return how a parameter of the door is stored; String where it is not there."""
    try:
        found = operator.client("ssm").get_parameter(Name=f"{operator.names.path}door/{name}")
    except ClientError as error:
        if is_missing(error):
            return "String"
        raise
    return str(found["Parameter"]["Type"])


def make_secrets(operator: Operator) -> None:
    """Make the secrets of the Keys table where there are none; one that is there is not opened.

    Few functions have the right to make them, so a stage has them before its first run.
    """
    if lacking := open_services(operator, find_root(operator)).keys.make_lacking():
        operator.say(f"Keys: secrets made: {', '.join(lacking)}.")


def open_services(operator: Operator, environ: dict[str, str]) -> Services:
    """Return services that work on the stage with the operator's clients; `environ` has further settings."""
    settings = Settings.model_validate({"stage": operator.names.stage, **environ})
    return Services(settings, lambda service, *_: operator.client(service))


def find_root(operator: Operator) -> dict[str, str]:
    """Return the setting that names the stage's root key."""
    kms: Any = operator.client("kms")
    about = kms.describe_key(KeyId=f"alias/{operator.names.prefix}root")["KeyMetadata"]
    return {"root_key": about["Arn"]}


def list_lacking(operator: Operator) -> Iterator[str]:
    """Yield each sender whose signing secret is not on file."""
    for sender in SENDERS:
        try:
            operator.client("ssm").get_parameter(Name=f"{operator.names.path}door/senders/{sender}")
        except ClientError as error:
            if not is_missing(error):
                raise
            yield sender


def split_senders(wanted: str) -> list[str]:
    """Return the senders that SENDERS names; raise SystemExit for one that nobody knows."""
    asked = wanted.replace(",", " ").split()
    if unknown := sorted(set(asked) - set(SENDERS)):
        raise SystemExit(f"SENDERS={unknown[0]}: senders are {', '.join(SENDERS)}.")
    return asked


def ask_senders(operator: Operator, wanted: str) -> None:
    """Ask for the secrets of some senders that have none yet; say which senders have none."""
    lacking, asked = list(list_lacking(operator)), split_senders(wanted)
    for sender in [each for each in asked if each in lacking]:
        if ask_sender(operator.client("ssm"), operator.names.stage, sender, "String", operator.ask_unseen):
            lacking.remove(sender)
        if sender in SHOPS:
            ask_shop(operator.client("ssm"), operator.names.stage, sender, operator.ask)
    if lacking:
        operator.say(f"Senders without a secret, whose deliveries are refused: {', '.join(lacking)}.")
        operator.say('  SENDERS="shopify stripe" asks for the secrets of those you use.')
