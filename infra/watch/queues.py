"""Checks of the queues: what failed for good, and what waits."""

from infra.watch.finding import Finding, amber, green, list_some, red
from infra.watch.stage import Stage

FAILURES = ("outreach-failures", "downstream-failures")
SWEPT = "failed-records"  # the sweeper settles them
WORKING = ("outreach", "downstream")
MANY = 5_000


def count_messages(stage: Stage, name: str) -> int:
    """Return about how many messages wait in a queue."""
    sqs = stage.services.sqs
    url = sqs.get_queue_url(QueueName=f"{stage.settings.prefix}{name}")["QueueUrl"]
    asked = "ApproximateNumberOfMessages"
    return int(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[asked])["Attributes"][asked])


def check_failures(stage: Stage) -> Finding:
    """Look whether the queues of what failed are empty."""
    counts = {name: count for name in (*FAILURES, SWEPT) if (count := count_messages(stage, name))}
    told = list_some([f"{name} {count}" for name, count in counts.items()])
    if counts.keys() - {SWEPT}:
        return red(f"Failed for good: {told}.", "docs/runbook.md#outreach-failures says what to do.")
    if counts:
        return amber(f"The stream failed at records: {told}.", "The sweeper settles them; then purge the queue.")
    return green("Nothing failed for good.")


def check_backlog(stage: Stage) -> Finding:
    """Look whether more waits in the queues than is worked off soon."""
    counts = {name: count_messages(stage, name) for name in WORKING}
    told = list_some([f"{name} {count}" for name, count in counts.items()])
    if max(counts.values()) > MANY:
        return amber(
            f"Much waits in the queues: {told}.",
            f"{stage.name_command('logs FUNCTION=send_mails')} says whether it moves.",
        )
    return green(f"Waiting in the queues: {told}.")
