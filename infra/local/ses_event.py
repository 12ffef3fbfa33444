"""`make ses-event EVENT=bounce EMAIL=asel@example.org`: publish SES's event about a customer's last mail. Local only.

The local SES publishes events of mails to SES's mailbox simulator alone (`simulator`). This publishes an event of SES's
shape about any other mail to the feedback topic, from where it goes the same way as on AWS.
"""

import argparse
import sys
from datetime import UTC, datetime

from chalicelib.addresses import normalise_email
from chalicelib.models import Identity
from chalicelib.services import current_services
from infra.local.endpoints import connect_service
from infra.local.environ import open_stack
from infra.local.simulator import EVENTS, TOPIC, write_event
from infra.target import require_local


def find_attempt(email: str) -> str:
    """Return the attempt id of a customer's newest mail; raise SystemExit where there is none."""
    services = current_services()
    customer_id = services.people.find_customer(Identity(kind="email", value=normalise_email(email)))
    mails = services.mails.list_mails(customer_id) if customer_id else []
    if not mails:
        raise SystemExit("That address has had no mail.")
    return max(mails, key=lambda mail: mail.at).attempt


def main() -> int:
    """Publish one event."""
    parser = argparse.ArgumentParser(description="Publish SES's event about a customer's last mail.")
    parser.add_argument("event", choices=sorted(EVENTS))
    parser.add_argument("email")
    asked = parser.parse_args()
    topic = connect_service("sns").create_topic(Name=TOPIC)["TopicArn"]
    message = write_event(asked.event, asked.email, find_attempt(asked.email))
    connect_service("sns").publish(TopicArn=topic, Message=message)
    print(f"{datetime.now(UTC):%H:%M:%S} {asked.event} published; `make waiting` and `make report` show its effect")
    return 0


if __name__ == "__main__":
    require_local()
    with open_stack():
        sys.exit(main())
