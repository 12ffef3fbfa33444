"""`make doctor STAGE=prod`: looks at a whole stage and says of each part whether it is well, and what to do.

    green      well
    amber      works, and needs somebody
    red        does not work, or promises are broken
    unknown    could not be looked at, and why; it counts as amber

It changes nothing and names nobody. One delivery without a valid signature is posted to the door, which the desk shows
as refused. The exit code is 0 for green, 1 for amber, 2 for red. Without STAGE it looks at the running local stack, as
far as the checks apply.

    STAGE=prod             the stage; nothing else is needed but credentials
    JSON=yes               print JSON
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence

from chalicelib.services import current_services
from infra.account.names import Names
from infra.account.operator import Operator
from infra.staff.deployed import NotAllowedError
from infra.staff.stage import open_stage, stage_now
from infra.target import is_local, name_stage
from infra.watch.checks import run_checks
from infra.watch.finding import EXIT_CODES, Finding, Level, red, unknown
from infra.watch.stage import Stage
from infra.watch.web import fetch_status, resolve_texts

Findings = Sequence[tuple[str, Finding]]
ORDER = list(Level)


def look_around() -> Findings:
    """Return the findings about the stage that is open."""
    services, local = current_services(), is_local()
    operator = Operator(Names(services.settings.stage, "", services.settings.aws_region))
    if not local:
        names = Names(services.settings.stage, operator.caller["Account"], services.settings.aws_region)
        operator = Operator(names)
    return list(run_checks(Stage(operator, services, stage_now(), local, fetch_status, resolve_texts)))


def find_worst(findings: Findings) -> Level:
    """Return the worst level; none at all is unknown."""
    return max((found.level for _, found in findings), key=ORDER.index, default=Level.UNKNOWN)


def write_text(findings: Findings) -> str:
    """Return the findings as lines, and how many there are of each level."""
    lines = []
    for name, found in findings:
        lines.append(f"{found.level.value:8} {name:17} {found.found}")
        lines += [f"{'':8} {'':17} -> {found.do}"] if found.do else []
    counts = {level: sum(found.level is level for _, found in findings) for level in Level}
    return "\n".join([*lines, ", ".join(f"{count} {level.value}" for level, count in counts.items() if count)])


def write_json(findings: Findings) -> str:
    """Return the findings as JSON."""
    checks = [{"check": name, "level": each.level.value, "found": each.found, "do": each.do} for name, each in findings]
    told = {"stage": name_stage(), "level": find_worst(findings).value, "checks": checks}
    return json.dumps(told, indent=2, ensure_ascii=False)


def open_findings(look: Callable[[], Findings] = look_around) -> Findings:
    """Open the stage and look; a stage that cannot be opened is red, and unknown where a right is lacking."""
    try:
        with open_stage():
            return look()
    except NotAllowedError as ended:
        return [("stage", unknown(str(ended)))]
    except SystemExit as ended:
        if not isinstance(ended.code, str):
            raise
        return [("stage", red(ended.code.replace("\n", " "), "Then look again."))]


def run_look(about: str, look: Callable[[], Findings]) -> int:
    """Read the command line, look and print; return the exit code. `about` is what `HELP=yes` prints."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", default="", metavar="yes")
    parser.add_argument("--explain", default="", metavar="yes", help="print this, and do nothing")
    asked = parser.parse_args()
    if asked.explain == "yes":
        print(about)
        return 0
    findings = open_findings(look)
    print(write_json(findings) if asked.json == "yes" else write_text(findings))
    return EXIT_CODES[find_worst(findings)]


if __name__ == "__main__":
    sys.exit(run_look(__doc__ or "", look_around))
