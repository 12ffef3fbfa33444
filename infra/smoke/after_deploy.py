"""What `make deploy` does behind a deployment: it looks at the stage as `make doctor` does, then tries it.

A first deployment waits for DNS records and mailboxes, so what the look finds fails no deployment. What the smoke test
finds red does: the exit code is then 2.
"""

import argparse
import sys

from infra.smoke.command import try_stage
from infra.target import name_stage
from infra.watch.doctor import Findings, find_worst, open_findings, write_text
from infra.watch.finding import EXIT_CODES, Level

SKIPPED = "The smoke test was not run (SMOKE=no): `make smoke STAGE={stage}` runs it."


def print_findings(title: str, findings: Findings) -> Level:
    """Print findings under a title; return the worst level."""
    print(f"\n{title}\n{write_text(findings)}", flush=True)
    return find_worst(findings)


def main() -> int:
    """Look and try; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--explain", default="", metavar="yes", help="do nothing: another command printed its help")
    parser.add_argument("--smoke", default="", metavar="no", help="leave the smoke test out")
    asked = parser.parse_args()
    if asked.explain == "yes":
        return 0
    print_findings("What a look at the stage finds (make doctor):", open_findings())
    if asked.smoke == "no":
        print(SKIPPED.format(stage=name_stage()))
        return 0
    worst = print_findings("What a try with invented people finds (make smoke):", open_findings(try_stage))
    return EXIT_CODES[worst] if worst is Level.RED else 0


if __name__ == "__main__":
    sys.exit(main())
