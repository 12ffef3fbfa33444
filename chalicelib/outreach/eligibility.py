"""The checks before a mail that need the tables. `campaigns.agenda` has the checks of the profile alone."""

from datetime import datetime
from decimal import Decimal

from chalicelib.campaigns.agenda import Occasion, judge_mail
from chalicelib.campaigns.definition import Campaign
from chalicelib.campaigns.offer import HUNDREDTHS
from chalicelib.models import Identity, MailState, Profile
from chalicelib.outreach.entries import find_entry, find_rows
from chalicelib.people.directory import People
from chalicelib.people.mailbox import read_mailbox
from chalicelib.people.person import Person
from chalicelib.people.reader import find_holder
from chalicelib.services import Services
from chalicelib.shop.stops import MailUse
from chalicelib.store.mails import MailRow

FAILED = (MailState.REFUSED, MailState.EXPIRED, MailState.SUPPRESSED)


def judge_occasion(
    person: Person,
    occasion: Occasion,
    campaign: Campaign,
    mails: list[MailRow],
    rows: tuple[str, ...],
    services: Services,
    now: datetime,
) -> MailState:
    """Return INTENT, or the state in which this occasion ends. A suppressed address comes before everything else.

    `mails` are the person's mail rows, `rows` the index rows of their address.
    """
    if is_barred(person.id, campaign, rows, services, now):
        return MailState.SUPPRESSED
    profile = forget_failed(person.profile, mails)
    spent = Decimal(services.budgets.read_budget(campaign.name)) / HUNDREDTHS if campaign.offer else Decimal(0)
    return judge_mail(profile, campaign, occasion, services.clock, now, spent).state


def is_stopped(person: Person, campaign: str, services: Services) -> bool:
    """Return whether staff stopped a campaign."""
    return services.halts.is_stopped(campaign, person.id)


def is_held_back(campaign: Campaign | None, services: Services, now: datetime) -> bool:
    """Return whether a campaign has to wait until the rates of bounces and complaints are lower."""
    if campaign is None:
        return False
    if campaign.confirms:
        return services.ask_reputation.slows_asking(now)
    return campaign.is_marketing and services.reputation.stops_marketing(now)


def choose_use(campaign: Campaign) -> MailUse:
    """Return what a campaign's mails are for; what anybody can cause is a question to the mailbox."""
    if campaign.confirms:
        return MailUse.QUESTION
    return MailUse.MARKETING if campaign.is_marketing else MailUse.SERVICE


def is_barred(customer_id: str, campaign: Campaign, rows: tuple[str, ...], services: Services, now: datetime) -> bool:
    """Return whether an address must not be mailed: a stop blocks it, or, for marketing, another customer holds it.

    A mail that confirms an entry goes to the address typed with it; without rows there is none.

    A shop's list may have two customers with one address. Only one of them holds it: the other one neither undoes the
    holder's withdrawal nor causes a second mail.
    """
    if (campaign.confirms and not rows) or services.suppressions.is_stopped(rows, choose_use(campaign), now):
        return True
    return campaign.is_marketing and find_holder(rows, services.identities.find_owners(rows)) != customer_id


def forget_failed(profile: Profile, mails: list[MailRow]) -> Profile:
    """Return the profile without the mails that were not sent: a cap counts the mails that may have reached a person.

    Only the mail's row holds the outcome of an intent: the note in the profile was written before the attempt.
    """
    failed = {mail.occasion for mail in mails if mail.state in FAILED}
    kept = {occasion: note for occasion, note in profile.mails.items() if occasion not in failed}
    return profile.model_copy(update={"mails": kept})


def choose_rows(person: Person, campaign: Campaign, entry: str, services: Services) -> tuple[str, ...]:
    """Return the index rows of the address that a mail goes to; `entry` is the key of the entry that it confirms."""
    if campaign.confirms:
        return find_rows(find_entry(person, entry, services), services)
    return address_rows(person.profile, services.people)


def address_rows(profile: Profile, people: People) -> tuple[str, ...]:
    """Return the index rows of a person's mailbox."""
    address = read_mailbox(profile)
    return people.name_rows(Identity(kind="email", value=address)) if address else ()
