"""Makes the secret that signs events to a system of the shop's own: `python -m infra.deploy.downstream STAGE NAME`.

It writes the secret to SSM, where only the function that posts may read it, and prints it once. An old secret signs
beside the new one until `--end-rotation`. `--secure` writes a SecureString.
"""

import argparse
import base64
import secrets
from typing import Any

import boto3

from chalicelib.downstream.target import NAME

KEY_BYTES = 32


def read_secrets(ssm: Any, name: str) -> list[str]:
    """Return a parameter's secrets, newest first."""
    try:
        value: str = ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]
    except ssm.exceptions.ParameterNotFound:
        return []
    return value.split()


def write_secrets(ssm: Any, name: str, values: list[str], kind: str = "String") -> None:
    """Write secrets, one a line."""
    ssm.put_parameter(Name=name, Value="\n".join(values), Type=kind, Overwrite=True)


def add_secret(ssm: Any, stage: str, target: str, kind: str = "String") -> str:
    """Put a new secret in front of the present one; return it."""
    name = f"/regulars/{stage}/downstream/{target}"
    made = "whsec_" + base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()
    write_secrets(ssm, name, [made, *read_secrets(ssm, name)[:1]], kind)
    return made


def end_rotation(ssm: Any, stage: str, target: str, kind: str = "String") -> bool:
    """Leave only the newest secret; return False where there is none."""
    name = f"/regulars/{stage}/downstream/{target}"
    newest = read_secrets(ssm, name)[:1]
    if newest:
        write_secrets(ssm, name, newest, kind)
    return bool(newest)


def main() -> None:
    """Make a secret, or end a rotation, with the AWS account and region of the environment."""
    parser = argparse.ArgumentParser(description="The secret that events to one of the shop's systems are signed with.")
    parser.add_argument("stage")
    parser.add_argument("target", help="its name in the setting DOWNSTREAM")
    parser.add_argument("--end-rotation", action="store_true", help="take the older secret away")
    parser.add_argument("--secure", action="store_true", help="write a SecureString parameter")
    given = parser.parse_args()
    if not NAME.fullmatch(given.target):
        raise SystemExit("A name: a small letter, then small letters, digits and -.")
    session: Any = boto3.session.Session()
    ssm, kind = session.client("ssm"), "SecureString" if given.secure else "String"
    if not given.end_rotation:
        print(add_secret(ssm, given.stage, given.target, kind))
    elif not end_rotation(ssm, given.stage, given.target, kind):
        raise SystemExit("There is no secret of that name.")


if __name__ == "__main__":
    main()
