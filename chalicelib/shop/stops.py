"""Which stop of an address blocks which mail, and how many soft bounces are a stop. docs/mails.md has the same table.

The law ends advertising where a person complained or wished it (GDPR, Article 21(3)), and not news of an order (15 USC
7702(17)). It asks for answers to requests whatever the person said about advertising (GDPR, Article 12). The number of
soft bounces is a choice: https://mailchimp.com/help/soft-vs-hard-bounces/ stops an address after 7, or 15 where the
person was active; other services stop after 3 to 7.
"""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum


class StopReason(StrEnum):
    """Why an address gets no mail, or no mail of some uses."""

    BOUNCED = "bounced"  # a mail bounced for good: there is no such mailbox
    SOFT_BOUNCED = "soft-bounced"  # several mails bounced for now, and none was delivered in between
    COMPLAINED = "complained"  # the person called a mail spam
    WISH = "wish"  # the person wished, when they were erased, that no advertising be sent to the address


class MailUse(StrEnum):
    """What a mail is for."""

    MARKETING = "marketing"
    SERVICE = "service"  # news of an order
    QUESTION = "question"  # the confirmation of a double opt-in: anybody can cause it
    PROOF = "proof"  # the code of a request about data


BLOCKING: Mapping[MailUse, tuple[StopReason, ...]] = {
    MailUse.MARKETING: tuple(StopReason),
    MailUse.SERVICE: (StopReason.BOUNCED, StopReason.SOFT_BOUNCED),
    MailUse.QUESTION: (StopReason.BOUNCED, StopReason.SOFT_BOUNCED, StopReason.COMPLAINED),
    MailUse.PROOF: (StopReason.BOUNCED,),
}

MOST_SOFT = 5  # soft bounces without a delivery in between; the last of them is the stop
SOFT_WITHIN = timedelta(days=30)
SOFT_STOP = timedelta(days=90)  # then the address is tried again: a full mailbox may have been emptied
