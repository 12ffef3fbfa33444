"""`make smoke STAGE=prod`: tries a whole stage with invented people, and forgets them again.

    deliveries   a signed delivery of each sender that has a secret, about an invented customer
    form         a form, filled in as a browser does it, twice with one key: it counts once
    mail         the form's confirmations go to SES's mailbox simulator; a bounce and a complaint come back
    erasure      everybody is forgotten; each receipt is signed and true, and nothing of them is left

Each invented address is one of simulator.amazonses.com: SES answers it, no campaign mails it, and no figure of the shop
counts it. What stays is what stays of every erasure: the ledger's entry, the receipt, keyed hashes. A run that was
broken off is forgotten by the next. The exit code is 0 for green, 1 for amber, 2 for red. `make deploy` runs it at its
end, unless SMOKE=no. Without STAGE it tries the running local stack.

    STAGE=prod             the stage; it needs the rights of infra/account/tester-policy.json
    JSON=yes               print JSON
"""

import sys

from chalicelib.services import current_services
from infra.smoke.run import run_trial
from infra.smoke.trial import Trial
from infra.smoke.web import send_request
from infra.staff.stage import stage_now
from infra.target import is_local
from infra.watch.doctor import Findings, run_look


def try_stage() -> Findings:
    """Try the stage that is open."""
    return run_trial(Trial(current_services(), stage_now, send_request, is_local()))


if __name__ == "__main__":
    sys.exit(run_look(__doc__ or "", try_stage))
