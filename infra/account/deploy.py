"""`make deploy STAGE=prod`: brings the code here into an account; the same command again goes on from any step.

It asks what it does not know and keeps the answers in deploy/STAGE.toml; looks for what would go wrong; packages and
uploads; shows what CloudFormation would change and asks before it changes anything; then writes what the door reads,
makes the secrets, and prepares addresses, mail and alarms. It stops where a table or a key would be replaced or
removed. A run that was broken off is repeated; a run that finds nothing to do says "no change".

    STAGE=prod             the stage; each has a stack, tables and keys of its own
    DIRTY=yes              take files as they are, though they are not committed
    YES=yes                carry changes out without a question
    WAIT=yes               wait until the sender's domain is verified
    SENDERS="shopify"      ask for the signing secrets of these senders, where there are none
    SMOKE=no               leave out the smoke test, which make runs behind this command (HELP=yes make smoke)
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from infra.account.answers import FOLDER, Answers, complete_answers
from infra.account.bucket import Bucket
from infra.account.budget import prepare_budget
from infra.account.command import Arguments, open_operator, read_arguments, run_command
from infra.account.domains import prepare_domain
from infra.account.door import ask_senders, make_secrets, prepare_door, split_senders
from infra.account.history import note_version
from infra.account.mail_identity import prepare_mail
from infra.account.names import check_stage
from infra.account.operator import Operator, list_pages
from infra.account.package import provide_package
from infra.account.preflight import look_first
from infra.account.release import Release
from infra.account.restore_state import refuse_meanwhile
from infra.account.stack import Stack
from infra.account.tables import guard_tables
from infra.account.version import Version, read_version
from infra.deploy.package import package_stage


@dataclass(frozen=True)
class Wishes:
    """What the operator wants beside the deployment."""

    dirty: bool = False
    wait: bool = False
    senders: str = ""


def deploy_stage(
    operator: Operator, answers: Answers, version: Version, pack: Callable[[str], Path], wishes: Wishes
) -> bool:
    """Bring a version into the stage; return whether the stack changed."""
    split_senders(wishes.senders)  # a mistake is told before anything is made
    refuse_meanwhile(operator)
    stack = Stack(operator)
    look_first(operator, answers, version, stack, dirty=wishes.dirty)
    bucket = Bucket(operator)
    bucket.make()
    release = Release(operator, answers, bucket, stack, provide_package(bucket, version, pack))
    built = release.build_first()
    prepare_functions(operator)  # before the update, which starts the schedules
    updated = release.update(prepare_addresses(operator, answers, stack))
    note_version(bucket, release.version)
    prepare_functions(operator)  # once more: a version may bring a key or a secret
    stack.guard()
    guard_tables(operator)
    prepare_budget(operator, answers)
    ask_senders(operator, wishes.senders)
    verified = prepare_mail(operator, answers["mail_from"], wait=wishes.wait)
    tell_alarms(operator, stack)
    tell_next(operator, stack, release.version, verified=verified)
    return built or updated


def prepare_functions(operator: Operator) -> None:
    """Write what the functions must find; what is there stays."""
    prepare_door(operator)
    make_secrets(operator)


def prepare_addresses(operator: Operator, answers: Answers, stack: Stack) -> dict[str, str]:
    """Return the addresses of door and desk; a domain of the shop's own is the door's when it answers there.

    The desk's is taken at once: passkeys hang on its host, so nobody may join under another.
    """
    outputs, before = stack.read_outputs(), stack.read_parameters()
    addresses = {"PublicUrl": outputs["EndpointURL"].rstrip("/"), "DeskUrl": outputs["DeskAddress"]}
    if own := answers["public_url"]:
        mapped = prepare_domain(operator, own, outputs["RestAPIId"], "api")
        if before.get("PublicUrl") == own or (mapped and operator.opens(own)):
            addresses["PublicUrl"] = own
        else:
            operator.say(f"Until {own} answers, links lead to {addresses['PublicUrl']}: send no mail that must last.")
    if own := answers["desk_url"]:
        prepare_domain(operator, own, stack.find_resource("DeskApi"), "$default")
        addresses["DeskUrl"] = own
    return addresses


def tell_alarms(operator: Operator, stack: Stack) -> None:
    """Say where nobody hears alarms."""
    topic = stack.find_resource("Alarms")
    every = list_pages(operator.client("sns"), "list_subscriptions_by_topic", "Subscriptions", TopicArn=topic)
    states = [each["SubscriptionArn"] for each in every]
    if not any(state.startswith("arn:") for state in states):
        operator.say("amber: Nobody hears the alarms: follow the link in the mail of AWS Notifications.")


def tell_next(operator: Operator, stack: Stack, version: str, *, verified: bool) -> None:
    """Print where the stage is and what a person does next."""
    found, stage = stack.read_parameters(), operator.names.stage
    operator.say(f"\n{stack.name} is at version {version}.")
    operator.tell_table([("forms", f"{found['PublicUrl']}/"), ("desk", f"{found['DeskUrl']}/")])
    operator.say("Next:")
    if not verified:
        operator.say("  make the DNS records above, then repeat this command")
    operator.say(f'  make invite STAGE={stage} ROLE=owner NAME="..."')


def main(asked: Arguments) -> None:
    """Ask, then deploy."""
    check_stage(asked.stage)
    asker = open_operator(asked.stage, agreed=asked.yes)
    answers = complete_answers(asker, FOLDER)
    operator = open_operator(asked.stage, answers["account"], answers["region"], agreed=asked.yes)
    wishes = Wishes(asked.dirty, asked.wait, asked.senders)
    deploy_stage(operator, answers, read_version(), package_stage, wishes)


if __name__ == "__main__":
    run_command(main, read_arguments(__doc__ or "", "dirty", "yes", "wait", "senders"))
