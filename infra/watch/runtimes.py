"""Checks of the Python that Lambda runs, by AWS's table of the ends of its runtimes."""

from datetime import date, timedelta

from infra.watch.finding import Finding, amber, green, list_some, red, unknown
from infra.watch.stage import FUNCTION, Stage

AS_OF = date(2026, 11, 28)  # docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html, as cfn-lint 1.58 has it
ENDS = {  # the last day on which AWS mends the runtime
    "python3.10": date(2026, 10, 31),
    "python3.11": date(2027, 6, 30),
    "python3.12": date(2028, 10, 31),
    "python3.13": date(2029, 6, 30),
    "python3.14": date(2029, 6, 30),
}
SOON = timedelta(days=180)
OLD = timedelta(days=365)  # after which the table above is asked for anew


def check_runtime(stage: Stage) -> Finding:
    """Look how long AWS still mends the Python of the functions."""
    own = set(stage.list_resources(FUNCTION).values())
    every = stage.list_pages("lambda", "list_functions", "Functions")
    found = sorted({each.get("Runtime", "none") for each in every if each["FunctionName"] in own})
    if strange := [name for name in found if name not in ENDS]:
        return unknown(f"The table of {AS_OF} does not know {list_some(strange)}.", "Look at AWS's page of runtimes.")
    if not found:
        return red("The stack has no function.", f"{stage.name_command('deploy')}.")
    last, today = min(ENDS[name] for name in found), stage.now.date()
    told, do = f"{list_some(found)}: AWS mends it until {last}", "Package with a newer Python (docs/deploy.md)."
    if last < today:
        return red(f"{told}, which is over.", do)
    if last < today + SOON:
        return amber(f"{told}.", do)
    return unknown(f"{told}; that table is old.", "Update Regulars.") if today > AS_OF + OLD else green(f"{told}.")
