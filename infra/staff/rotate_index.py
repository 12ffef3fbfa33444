"""`make rotate-index STAGE=prod APPLY=yes`: put a new secret in front of the blind index's secrets.

Without APPLY=yes it only prints what would change. docs/deploy.md says what to stop before, and why no secret ever
goes. Works on the running local stack or on its data at rest; on AWS with STAGE and credentials that may read and write
the Keys table and use the root key.
"""

import argparse
import sys

from chalicelib.services import current_services
from chalicelib.store.keys import Keys
from infra.staff.stage import open_stage
from infra.target import is_local

STOP = {
    True: "Before: end `make run`, or what it runs goes on with the older list. After: start it again.",
    False: "Before: stop every function of the stack, and after it start every function anew (docs/deploy.md).",
}
AFTER = """\
From now on each name is indexed under every secret, and is found by any of them. A name that was indexed before is
under the older secrets alone until its customer's next submission is settled. Nothing re-indexes the others.
No older secret can be removed: the rows of a forgotten customer, of a stopped address and of the ledger hold a keyed
hash and no name, so nothing can index them again. Without the secret that made them, a forgotten customer could come
back, and a stopped address would be mailed."""


def rotate_index(keys: Keys) -> int:
    """Add a secret and print what that means; return the exit status. No secret is printed."""
    before = list(keys.read_index())
    keys.rotate_index()
    after = list(keys.read_index())
    if len(after) != len(before) + 1:
        print("The secrets changed while this ran. Run it again without APPLY to see them.", file=sys.stderr)
        return 1
    print(f"{list_secrets(after)} The newest, {after[0]}, was added.\n{AFTER}")
    return 0


def show_plan(keys: Keys) -> int:
    """Print what a rotation would change."""
    print(f"{list_secrets(list(keys.read_index()))} A rotation puts a new one in front, and it stays for ever.")
    print(STOP[is_local()])
    print("Nothing was changed. APPLY=yes does it.")
    return 0


def list_secrets(numbers: list[str]) -> str:
    """Return a sentence that numbers the secrets, newest first."""
    return f"The index has {len(numbers)} secret{'s' * (len(numbers) > 1)}: {', '.join(numbers)}."


def main() -> int:
    parser = argparse.ArgumentParser(description="Add a secret to the blind index.")
    parser.add_argument("--apply", choices=("yes", "no", ""), default="")
    asked = parser.parse_args()
    with open_stage():
        keys = current_services().keys
        return rotate_index(keys) if asked.apply == "yes" else show_plan(keys)


if __name__ == "__main__":
    sys.exit(main())
