"""Checks of the Python that Lambda runs, by AWS's table of the ends of its runtimes."""

from datetime import timedelta

from infra.deploy.runtime import list_runtimes, read_table
from infra.watch.finding import Finding, amber, green, list_some, red, unknown
from infra.watch.stage import FUNCTION, Stage

SOON = timedelta(days=180)
OLD = timedelta(days=365)  # after which the table is asked for anew


def check_runtime(stage: Stage) -> Finding:
    """Look how long AWS still mends the Python of the functions."""
    ends, read = {name: row.ends for name, row in list_runtimes().items()}, read_table()["read"]
    own = set(stage.list_resources(FUNCTION).values())
    every = stage.list_pages("lambda", "list_functions", "Functions")
    found = sorted({each.get("Runtime", "none") for each in every if each["FunctionName"] in own})
    if strange := [name for name in found if name not in ends]:
        return unknown(f"The table of {read} does not know {list_some(strange)}.", "Look at AWS's page of runtimes.")
    if not found:
        return red("The stack has no function.", f"{stage.name_command('deploy')}.")
    last, today = min(ends[name] for name in found), stage.now.date()
    told, do = f"{list_some(found)}: AWS mends it until {last}", "Package with a newer Python (docs/deploy.md)."
    if last < today:
        return red(f"{told}, which is over.", do)
    if last < today + SOON:
        return amber(f"{told}.", do)
    return unknown(f"{told}; that table is old.", "Update Regulars.") if today > read + OLD else green(f"{told}.")
