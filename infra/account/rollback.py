"""`make rollback STAGE=prod`: brings a version back that was deployed before, from its files in the bucket.

It takes the version before the present one, shows what CloudFormation would change, and asks before it changes
anything. It stops where a table or a key would be replaced or removed: what a later version stored stays as it is.
Parameters keep the values of deploy/STAGE.toml. Repeated, it goes one version further back; `make deploy` goes forward
again.

    STAGE=prod             the stage
    VERSION=abc123...      this version, and not the one before
    YES=yes                carry the change out without a question
"""

from infra.account.answers import Answers
from infra.account.bucket import Bucket
from infra.account.command import Arguments, read_arguments, run_command
from infra.account.deploy import prepare_addresses
from infra.account.history import find_previous, note_version, read_history
from infra.account.names import check_stage
from infra.account.operator import Operator
from infra.account.package import WHOLE
from infra.account.place import find_operator, require_answers
from infra.account.preflight import check_account, stop_red
from infra.account.release import Release
from infra.account.restore_state import refuse_meanwhile
from infra.account.stack import Stack


def roll_back(operator: Operator, answers: Answers, version: str = "") -> str:
    """Bring a version back, or the one before the present; return it."""
    stop_red(operator, check_account(operator, answers))
    refuse_meanwhile(operator)
    stack, bucket = Stack(operator), Bucket(operator)
    if "EndpointURL" not in stack.read_outputs():
        raise SystemExit(f"{stack.name} is not there: nothing to bring back.")
    stack.clean()
    chosen = choose_version(bucket, version)
    release = Release(operator, answers, bucket, stack, chosen)
    release.update(prepare_addresses(operator, answers, stack))
    note_version(bucket, chosen)
    operator.say(f"{stack.name} is at version {chosen}.")
    return chosen


def choose_version(bucket: Bucket, version: str) -> str:
    """Return a version whose files are in the bucket; raise SystemExit where there is none."""
    history = read_history(bucket)
    chosen = version or find_previous(history)
    if not chosen:
        raise SystemExit("No version was deployed before the present one.")
    if not bucket.has(chosen, WHOLE):
        raise SystemExit(f"The bucket has no version {chosen}. Deployed were: {', '.join(history) or 'none'}.")
    return chosen


def main(asked: Arguments) -> None:
    """Bring a version back."""
    check_stage(asked.stage)
    answers = require_answers(asked.stage)
    roll_back(find_operator(asked.stage, agreed=asked.yes), answers, asked.version)


if __name__ == "__main__":
    run_command(main, read_arguments(__doc__ or "", "version", "yes"))
