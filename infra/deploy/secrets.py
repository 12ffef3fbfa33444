"""Writes the door's parameters to SSM, from a developer's machine: `python -m infra.deploy.secrets STAGE [--secure]`.

    door-key            made once and never replaced: dedupe keys and signed forms depend on it
    inbox-public-key    the public half of the stack's inbox key, from KMS
    receipt-key         the public half of the key that signs receipts of erasures, from KMS
    senders/<sender>    asked for one by one; two secrets during a rotation, separated by a space
    shops/<sender>      asked for: a delivery that names another shop is refused
    offers/<system>     asked for: address and keys of the shop system that makes the codes of offers (docs/offers.md)

Plain String parameters are the default, so that a door that starts cold depends on no KMS key; `--secure` writes
SecureString, which needs the right to use its key beside the right to read SSM, and fails with KMS at a cold start.
"""

import argparse
import base64
import getpass
import secrets
from collections.abc import Callable
from typing import Any

import boto3

from chalicelib.campaigns.offer import ONLINE
from chalicelib.senders import SENDERS

Ask = Callable[[str], str]
SHOPS = ("shopify", "woocommerce")  # these name the shop in a header, which no signature covers


def put_parameter(ssm: Any, stage: str, name: str, value: str, kind: str = "String") -> None:
    """Write one parameter below the door's path, over the present value; an equal one stays as it is."""
    path = f"/regulars/{stage}/door/{name}"
    try:
        found = ssm.get_parameter(Name=path, WithDecryption=True)["Parameter"]
    except ssm.exceptions.ParameterNotFound:
        found = {}
    if (found.get("Type"), found.get("Value")) != (kind, value):
        ssm.put_parameter(Name=path, Value=value, Type=kind, Overwrite=True)


def write_public(key_id: str, der: bytes) -> str:
    """Return the inbox-public-key parameter: the key's id on the first line, then PEM."""
    return f"{key_id}\n{write_pem(der)}"


def write_pem(der: bytes) -> str:
    """Return a public key as PEM (RFC 7468)."""
    text = base64.b64encode(der).decode()
    lines = [text[start : start + 64] for start in range(0, len(text), 64)]
    return "\n".join(["-----BEGIN PUBLIC KEY-----", *lines, "-----END PUBLIC KEY-----", ""])


def publish_inbox_key(kms: Any, ssm: Any, stage: str, kind: str = "String") -> str:
    """Publish the public half of the stack's inbox key; return the key's ARN."""
    arn: str = kms.describe_key(KeyId=f"alias/regulars-{stage}-inbox")["KeyMetadata"]["Arn"]
    public: bytes = kms.get_public_key(KeyId=arn)["PublicKey"]
    put_parameter(ssm, stage, "inbox-public-key", write_public(arn, public), kind)
    return arn


def publish_receipt_key(kms: Any, ssm: Any, stage: str, kind: str = "String") -> str:
    """Publish the public half of the key that signs receipts, which checks them; return the key's ARN."""
    arn: str = kms.describe_key(KeyId=f"alias/regulars-{stage}-receipt")["KeyMetadata"]["Arn"]
    put_parameter(ssm, stage, "receipt-key", write_pem(kms.get_public_key(KeyId=arn)["PublicKey"]), kind)
    return arn


def make_door_key(ssm: Any, stage: str, kind: str = "String") -> bool:
    """Make the door's key where there is none; return whether one was made."""
    try:
        ssm.get_parameter(Name=f"/regulars/{stage}/door/door-key")
    except ssm.exceptions.ParameterNotFound:
        put_parameter(ssm, stage, "door-key", base64.b64encode(secrets.token_bytes(32)).decode(), kind)
        return True
    return False


def ask_secrets(ssm: Any, stage: str, kind: str) -> None:
    """Ask for each sender's secret."""
    for sender in SENDERS:
        ask_sender(ssm, stage, sender, kind)


def ask_sender(ssm: Any, stage: str, sender: str, kind: str, ask: Ask = getpass.getpass) -> bool:
    """Ask for a sender's secret, unseen; Enter leaves it as it is. Return whether one was given."""
    given = ask(f"Signing secret of {sender} (Enter: leave as it is): ").split()
    if given:
        put_parameter(ssm, stage, f"senders/{sender}", "\n".join(given), kind)
    return bool(given)


def ask_shops(ssm: Any, stage: str) -> None:
    """Ask for the shops of the senders that name them in a header, which no signature covers."""
    for sender in SHOPS:
        ask_shop(ssm, stage, sender)


def ask_shop(ssm: Any, stage: str, sender: str, ask: Ask = input) -> None:
    """Ask for the shops of a sender; Enter leaves them as they are."""
    given = ask(f"Shops of {sender}, such as corner.myshopify.com (Enter: leave as it is): ").split()
    if not given:
        print("Without one, a captured delivery can be sent again under another shop's name.")
    else:
        put_parameter(ssm, stage, f"shops/{sender}", "\n".join(given))


def ask_access(ssm: Any, stage: str, kind: str) -> None:
    """Ask for the access to the shop systems at which codes are made; `make_codes` alone may read it."""
    for system in ONLINE:
        asked = f"Address and keys for codes at {system}, separated by spaces (Enter: leave as it is): "
        if given := getpass.getpass(asked).split():
            name = f"/regulars/{stage}/offers/{system}"
            ssm.put_parameter(Name=name, Value="\n".join(given), Type=kind, Overwrite=True)


def main() -> None:
    """Write all parameters of one stage, with the AWS account and region of the environment."""
    parser = argparse.ArgumentParser(description="Write what the door reads.")
    parser.add_argument("stage")
    parser.add_argument("--secure", action="store_true", help="write SecureString parameters")
    given = parser.parse_args()
    kind = "SecureString" if given.secure else "String"
    session: Any = boto3.session.Session()
    ssm = session.client("ssm")
    print("door-key:", "made" if make_door_key(ssm, given.stage, kind) else "kept")
    print("inbox-public-key:", publish_inbox_key(session.client("kms"), ssm, given.stage, kind))
    print("receipt-key:", publish_receipt_key(session.client("kms"), ssm, given.stage, kind))
    ask_secrets(ssm, given.stage, kind)
    ask_shops(ssm, given.stage)
    ask_access(ssm, given.stage, kind)


if __name__ == "__main__":
    main()
