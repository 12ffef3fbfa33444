"""Checks of the alarms: whether somebody hears them, and which ring."""

from infra.watch.finding import Finding, amber, green, list_some, red
from infra.watch.stage import Stage

CONFIRM = "Follow the link in the mail of AWS Notifications; the SNS console sends it again after three days."


def check_hearing(stage: Stage) -> Finding:
    """Look whether a mailbox confirmed that it takes alarms; its address is not printed."""
    topic = stage.outputs.get("AlarmsTopic") or stage.stack.find_resource("Alarms")
    every = stage.list_pages("sns", "list_subscriptions_by_topic", "Subscriptions", TopicArn=topic)
    states = [each["SubscriptionArn"] for each in every]
    heard = [state for state in states if state.startswith("arn:")]
    if heard and len(heard) == len(states):
        return green(f"Alarms are heard by {len(heard)}.")
    if heard:
        return amber(f"{len(states) - len(heard)} of {len(states)} who are to hear alarms did not confirm.", CONFIRM)
    if states:
        return red("Nobody hears the alarms: the mailbox did not confirm.", CONFIRM)
    return red(
        "Nobody is told of alarms.",
        f"Set alarm_email in deploy/{stage.name}.toml, then {stage.name_command('deploy')}.",
    )


def check_ringing(stage: Stage) -> Finding:
    """List the alarms that ring."""
    asked = {"AlarmNamePrefix": f"{stage.stack.name}-", "StateValue": "ALARM"}
    every = [each["AlarmName"] for each in stage.list_pages("cloudwatch", "describe_alarms", "MetricAlarms", **asked)]
    names = [name.removeprefix(f"{stage.stack.name}-").rpartition("-")[0] or name for name in every]
    if names:
        return red(f"Ringing: {list_some(names)}.", "docs/runbook.md has a section for each.")
    return green("No alarm rings.")
