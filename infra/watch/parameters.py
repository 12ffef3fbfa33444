"""Checks of what the door reads when it starts."""

from infra.watch.finding import Finding, green, list_some, red
from infra.watch.stage import Stage

NEEDED = ("door-key", "inbox-public-key", "receipt-key")


def check_parameters(stage: Stage) -> Finding:
    """Look for the door's parameters; no value of a secret is asked for."""
    names = [f"{stage.settings.parameter_path}{name}" for name in NEEDED]
    lacking = stage.client("ssm").get_parameters(Names=names)["InvalidParameters"]
    if lacking:
        do = "`make run` writes them." if stage.local else f"{stage.name_command('deploy')} writes them."
        return red(f"The door lacks {list_some(lacking)}: it answers 503.", do)
    return green("The door has its key, and the public halves of the stage's keys.")


def check_inbox_key(stage: Stage) -> Finding:
    """Compare the key to which the door seals with the one that opens the inbox."""
    name = f"{stage.settings.parameter_path}inbox-public-key"
    sealing = stage.client("ssm").get_parameter(Name=name)["Parameter"]["Value"].partition("\n")[0]
    if sealing in stage.settings.inbox_key.split(","):
        return green("The door seals to the key that opens the inbox.")
    do = f"{stage.name_command('deploy')} publishes the right one; items of the other key are parked."
    return red("The door seals to another key than the one that opens the inbox.", do)
