"""May this person have this mail? The checks that need the tables; those of the profile alone are the agenda's."""

from datetime import datetime
from decimal import Decimal

from chalicelib.addresses import normalise_email
from chalicelib.campaigns.agenda import Occasion, judge_mail
from chalicelib.campaigns.definition import Campaign
from chalicelib.models import Identity, MailState, Profile
from chalicelib.outreach.tools import Outreach
from chalicelib.people.directory import People, Person, find_holder
from chalicelib.store.mails import MailRow, MailRows

HUNDREDTHS = 100  # budgets are counted in hundredths of the shop's currency
FAILED = (MailState.REFUSED, MailState.EXPIRED, MailState.SUPPRESSED)


def judge_occasion(
    person: Person, occasion: Occasion, campaign: Campaign, mails: list[MailRow], tools: Outreach, now: datetime
) -> MailState:
    """Return INTENT, or the state in which this occasion ends; `mails` are the person's rows.

    A suppressed address comes before everything else.
    """
    if is_barred(person.profile, campaign, tools.people, tools.rows):
        return MailState.SUPPRESSED
    profile = forget_failed(person.profile, mails)
    spent = Decimal(tools.rows.read_budget(campaign.name)) / HUNDREDTHS if campaign.offer else Decimal(0)
    return judge_mail(profile, campaign, occasion, tools.shop, now, spent).state


def is_held_back(campaign: Campaign | None, tools: Outreach, now: datetime) -> bool:
    """Tell whether a campaign has to wait until our mail is better received."""
    return campaign is not None and campaign.is_marketing and tools.reputation.stops_marketing(now)


def is_barred(profile: Profile, campaign: Campaign, people: People, mails: MailRows) -> bool:
    """Tell an address that may not be mailed: suppressed, or, where it is marketing, not this person's by name.

    A list may know two customers by one address. Only one of them holds it, and their no must not be undone, nor their
    letter doubled, by what the list says of the other.
    """
    rows = address_rows(profile, people)
    if mails.is_stopped(rows):
        return True
    return campaign.is_marketing and find_holder(rows, people.customers.find_owners(rows)) != profile.customer_id


def forget_failed(profile: Profile, mails: list[MailRow]) -> Profile:
    """Return the profile without the mails that never went out: a cap is for what somebody may have had.

    What became of an intent stands in its row alone: the note in the profile was written before the attempt.
    """
    failed = {mail.occasion for mail in mails if mail.state in FAILED}
    kept = {occasion: note for occasion, note in profile.mails.items() if occasion not in failed}
    return profile.model_copy(update={"mails": kept})


def address_rows(profile: Profile, people: People) -> tuple[str, ...]:
    """Return the index rows of the address that a person would be mailed at."""
    address = normalise_email(profile.text("email"))
    return people.name_rows(Identity(kind="email", value=address)) if address else ()
