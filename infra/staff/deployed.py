"""The environment of a stage on AWS, from its stack: STAGE alone is enough.

The region is that of deploy/STAGE.toml, else the shell's. The settings are the stack's parameters and outputs, and what
its functions are told; what the shell says of a setting does not count, so that a receipt names the stage's shop.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.config import Settings, current_settings
from chalicelib.errors import KeyUnavailableError
from chalicelib.services import current_services, make_session
from infra.account.names import check_stage
from infra.account.operator import Operator, name_code
from infra.account.place import WAY, find_operator
from infra.account.stack import Stack

# Functions that together are told every setting, by their names in the template.
TOLD = ("SettleStream", "ForgetPeople", "SendMails", "Desk")
PARAMETERS = {"DownstreamTargets": "DOWNSTREAM"}  # whose settings are named otherwise
SETTINGS = {name.upper() for name in Settings.model_fields} - {"AWS_REGION"}
FORBIDDEN = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationErrorException")
INVALID = (
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
)


class NotAllowedError(SystemExit):
    """The command ends since the operator's credentials lack a right; what they may not look at may be well."""


@contextmanager
def open_deployed(stage: str) -> Iterator[dict[str, str]]:
    """Set the environment of a stage on AWS while inside; what AWS refuses ends the command with a sentence."""
    check_stage(stage)
    with explain_faults(stage):
        operator = find_operator(stage)
        with enter_environ(read_environ(operator)) as environ:
            yield environ


@contextmanager
def explain_faults(stage: str) -> Iterator[None]:
    """End the command with a sentence for what AWS refuses while inside."""
    try:
        yield
    except ClientError as error:
        end = NotAllowedError if name_code(error) in FORBIDDEN else SystemExit
        raise end(f"Stage {stage} on AWS: {explain_refusal(error)}") from None
    except BotoCoreError as fault:  # no account, no region, no network, a login that ended
        raise SystemExit(f"Stage {stage} on AWS was not reached. {fault}\n{WAY}") from None
    except KeyUnavailableError:
        told = "KMS does not answer, or these credentials may not use the stage's keys (docs/deploy.md)."
        raise SystemExit(f"Stage {stage} on AWS: {told}") from None


def explain_refusal(error: ClientError) -> str:
    """Return AWS's refusal as a sentence; its own text may quote a value, so it is left out."""
    code = name_code(error)
    if code in FORBIDDEN:
        return f"these credentials may not call {error.operation_name} there ({code})."
    if code in INVALID:
        return f"these credentials are not valid, or have ended ({code})."
    return f"{error.operation_name} was refused ({code})."


def read_environ(operator: Operator) -> dict[str, str]:
    """Return the variables of a stage; raise SystemExit where there is none."""
    stack, names = Stack(operator), operator.names
    resources = list_functions(stack)
    if not set(TOLD) & set(resources):
        where = f"in {names.region} of account {operator.caller['Account']}"
        raise SystemExit(
            f"Stage {names.stage}: there is no stack {names.stack} {where}. Another region is AWS_REGION=..., and "
            f"`make deploy STAGE={names.stage}` makes the stack."
        )
    told = read_stack(stack)
    for name in TOLD:
        if name in resources:
            told |= read_function(operator, resources[name])
    told["STAGE"] = names.stage
    known = {name: value for name, value in told.items() if name in SETTINGS and value}
    return known | {"AWS_REGION": names.region, "AWS_DEFAULT_REGION": names.region}


def list_functions(stack: Stack) -> dict[str, str]:
    """Return the name of each function of the stack, by its name in the template; nothing where there is no stack."""
    kind = "AWS::Lambda::Function"
    every = stack.list_resources() if stack.read() else []
    return {
        each["LogicalResourceId"]: each["PhysicalResourceId"]
        for each in every
        if each["ResourceType"] == kind and each.get("PhysicalResourceId")
    }


def read_stack(stack: Stack) -> dict[str, str]:
    """Return what the stack's parameters and outputs say of the settings."""
    outputs = stack.read_outputs()
    told = {"DESK_URL": outputs.get("DeskAddress", ""), "INBOX_KEY": outputs.get("InboxKeyArn", "")}
    told["PUBLIC_URL"] = outputs.get("EndpointURL", "").rstrip("/")
    return told | {name_setting(name): value for name, value in stack.read_parameters().items() if value}


def name_setting(parameter: str) -> str:
    """Return the setting of a parameter: ShopName is SHOP_NAME."""
    spelled = "".join(f"_{sign}" if sign.isupper() else sign.upper() for sign in parameter)
    return PARAMETERS.get(parameter, spelled.removeprefix("_"))


def read_function(operator: Operator, name: str) -> dict[str, str]:
    """Return the variables that a function is told and that say something."""
    found: Mapping[str, str] = (
        operator.client("lambda").get_function_configuration(FunctionName=name).get("Environment", {})
    ).get("Variables", {})
    return {key: value for key, value in found.items() if value}


@contextmanager
def enter_environ(told: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Set the settings of a stage while inside, and none that the shell has."""
    before = dict(os.environ)
    for name in SETTINGS:
        os.environ.pop(name, None)
    os.environ.update(told)
    forget_settings()
    try:
        yield dict(os.environ)
    finally:
        os.environ.clear()
        os.environ.update(before)
        forget_settings()


def forget_settings() -> None:
    """Have settings, session and services made anew from the environment."""
    for made in (current_settings, current_services, make_session):
        made.cache_clear()
