"""What a stage stored: counted, deleted for good, and what no command deletes."""

from collections.abc import Mapping, Sequence
from typing import Any

from infra.account.answers import Answers
from infra.account.bucket import Bucket
from infra.account.operator import Operator, list_pages
from infra.account.orphans import list_keys
from infra.account.tables import delete_tables, guard_tables, read_table

DAYS = 30  # until KMS ends a key; the longest that it takes
BATCH = 10  # of parameters, as SSM takes them


def count_data(operator: Operator, tables: Sequence[str], keys: Mapping[str, str], *, there: bool) -> None:
    """Print what is there. DynamoDB counts its rows every six hours."""
    operator.say(f"Stage {operator.names.stage}: {'a stack' if there else 'no stack'}, {len(keys)} keys, and tables:")
    rows = [(table, str(read_table(operator, table).get("ItemCount", 0))) for table in tables]
    if rows:
        operator.tell_table([("table", "rows, some hours ago"), *rows])


def destroy_data(operator: Operator) -> None:
    """Delete tables, parameters, packages and logs, and have the keys deleted; each step may be repeated."""
    guard_tables(operator, on=False)
    delete_tables(operator)
    end_keys(operator)
    delete_parameters(operator)
    bucket = Bucket(operator)
    if bucket.is_there():
        operator.say(f"Bucket {bucket.name}: {bucket.empty()} files of this stage deleted.")
    delete_logs(operator)


def end_keys(operator: Operator) -> None:
    """Have the stage's keys deleted after the longest time that KMS takes."""
    kms = operator.client("kms")
    for key, description in list_keys(operator).items():
        kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=DAYS)
        operator.say(f"Key {key} ({description}): ends in {DAYS} days.")


def delete_parameters(operator: Operator) -> None:
    """Delete the stage's parameters: secrets of senders, keys of the door."""
    ssm: Any = operator.client("ssm")
    asked = {"Path": operator.names.path, "Recursive": True}
    found = [each["Name"] for each in list_pages(ssm, "get_parameters_by_path", "Parameters", **asked)]
    for start in range(0, len(found), BATCH):
        ssm.delete_parameters(Names=found[start : start + BATCH])
    operator.say(f"Parameters below {operator.names.path}: {len(found)} deleted.")


def delete_logs(operator: Operator) -> None:
    """Delete the stage's log groups that the stack left."""
    logs = operator.client("logs")
    asked = {"logGroupNamePrefix": operator.names.path}
    found = [each["logGroupName"] for each in list_pages(logs, "describe_log_groups", "logGroups", **asked)]
    for name in found:
        logs.delete_log_group(logGroupName=name)
    operator.say(f"Log groups: {len(found)} deleted.")


def tell_remains(operator: Operator, answers: Answers, *, destroyed: bool) -> None:
    """Print what is still in the account, and what that means for links."""
    names = operator.names
    operator.say("What remains:")
    if not destroyed:
        operator.say("  tables, keys, parameters and packages; a new stack of this stage can adopt them (make deploy)")
    operator.say("  API Gateway's role for logs, which other APIs of the account may use")
    operator.say(f"  the bucket {names.bucket}, the sender's domain at SES, the budget {names.stack}-month")
    if domains := [url for url in (answers["public_url"], answers["desk_url"]) if url]:
        operator.say(f"  the domains {', '.join(domains)} with their certificates; they lead nowhere now")
    operator.say("Links in mails that were sent are dead, the links to stop them as well: answer by hand who writes.")
