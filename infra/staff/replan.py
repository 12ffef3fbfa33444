"""`make replan`: looks at every customer once more, after a campaign was switched on or changed.

A customer's next mail is computed when something of the customer is settled, so a campaign that is switched on later
finds nobody who did nothing since. This queues every id; `send_mails` then moves each due date, or decides what is due,
with the same checks as ever. It opens no record.
"""

import sys

from botocore.exceptions import BotoCoreError

from chalicelib.services import Services, current_services
from infra.staff.stage import open_stage


def queue_everybody(services: Services) -> int:
    """Queue the id of every customer; return how many."""
    return services.outreach_queue.send_ids(services.people_rows.scan_ids())


def main() -> int:
    with open_stage():
        services = current_services()
        running = ", ".join(campaign.name for campaign in services.campaigns)
        try:
            count = queue_everybody(services)
        except BotoCoreError as fault:
            print(f"The queue does not answer ({type(fault).__name__}): `make run` first.", file=sys.stderr)
            return 1
    print(f"{count} customers are looked at again, within minutes. Campaigns that run: {running}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
