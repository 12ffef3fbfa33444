"""Takes one step with a due customer: tries an open mail again, or decides an occasion in one transaction."""

import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.campaigns.agenda import Occasion, list_occasions, next_due
from chalicelib.campaigns.definition import Campaign
from chalicelib.campaigns.offer import HUNDREDTHS
from chalicelib.errors import RaceLostError
from chalicelib.models import MailNote, MailState, Reading, ReadingKind, utc_text
from chalicelib.numbers.learned import Learn, learn_once
from chalicelib.outreach.compose import OutgoingMail
from chalicelib.outreach.eligibility import choose_rows, choose_use, is_held_back, is_stopped, judge_occasion
from chalicelib.outreach.entries import find_entry, find_limits, plan_turn, take_turns
from chalicelib.outreach.offer_codes import count_cost, lacks_code
from chalicelib.outreach.send import find_turn, put_off, retry_mail, send_mail, try_compose
from chalicelib.people.person import Person
from chalicelib.people.profile import fold_event
from chalicelib.senders.outreach import write_note
from chalicelib.services import Services
from chalicelib.store.mails import MailRow
from chalicelib.store.table import Part

NOT_DUE = "not due"
LOOK_AGAIN = timedelta(hours=1)  # at a customer whose due mails all belong to campaigns that staff stopped
RETRIES = 5  # against rivals, before a customer is left to the next run


def handle_customer(customer_id: str, services: Services, now: datetime) -> str:
    """Take one step with a due customer; return its outcome.

    Raise RaceLostError, or KeyUnavailableError while KMS does not answer, to try later.
    """
    for _ in range(RETRIES):
        person = services.people.open_person(customer_id)
        if person is None:
            return "gone"
        try:
            return handle_person(person, services, now)
        except RaceLostError:
            continue
    raise RaceLostError(customer_id)


def handle_person(person: Person, services: Services, now: datetime) -> str:
    """Retry an open mail, or decide the earliest due occasion, or correct the due date.

    A mail that must wait never blocks another: news of an order goes out while offers are stopped.
    """
    learn = learn_once(services)
    tried, mails = NOT_DUE, services.mails.read_mails(person.id, person.profile.mails)
    for mail in mails:
        if mail.state is MailState.THROTTLED:
            turn = find_turn(person, mail, services, now)
            if turn > now:
                put_off(person.id, mail, turn, services)
            elif (tried := retry_mail(person, mail, services, now, learn)) != MailState.THROTTLED:
                return tried
    decided = decide_next(person, mails, services, now, learn)
    return tried if decided == NOT_DUE else decided


def decide_next(person: Person, mails: list[MailRow], services: Services, now: datetime, learn: Learn) -> str:
    """Decide the earliest occasion that is due and need not wait, or correct the due date where none is due."""
    occasions = list_occasions(person.profile, services.campaigns, services.clock, now, learn().demands)
    ripe = [occasion for occasion in occasions if occasion.due_at <= now]
    if not ripe:
        move_due(person, services, now, learn)
        return NOT_DUE
    going = list(drop_stopped(person, ripe, services))
    if not going:
        put_off_person(person, services, now, learn)
        return "stopped"
    first = next((each for each in going if not must_wait(person, each, services, now)), None)
    # Nothing is written: the occasion stays due until rates, codes or turns allow it, or until it is over.
    return decide_occasion(person, first, mails, services, now, learn) if first else "stopped"


def drop_stopped(person: Person, ripe: list[Occasion], services: Services) -> Iterator[Occasion]:
    """Yield the occasions of campaigns that staff did not stop."""
    stopped = {name: is_stopped(person, name, services) for name in {each.campaign for each in ripe}}
    return (each for each in ripe if not stopped[each.campaign])


def put_off_person(person: Person, services: Services, now: datetime, learn: Learn) -> None:
    """Move the due date of a customer whose due mails are all of stopped campaigns: by an hour, or to another mail's.

    The planner then queues the customer once an hour and not at each of its runs. Once a campaign goes on, its mails go
    out within that hour, those whose time is not over.
    """
    other = next_due(person.profile, services.list_going(), services.clock, now, learn().demands)
    again = now + LOOK_AGAIN
    due = again if other is None else min(max(other, now), again)
    services.table.commit_parts([services.people.write_core(person, person.profile, due)])


def must_wait(person: Person, occasion: Occasion, services: Services, now: datetime) -> bool:
    """Return whether a mail has to wait: while too many bounce, for codes at the shop, or for a turn of its mailbox."""
    campaign = services.find_campaign(occasion.campaign)
    if is_held_back(campaign, services, now) or lacks_code(campaign, services, now):
        return True
    if campaign is None or not campaign.confirms:
        return False
    return plan_turn(find_limits(find_entry(person, occasion.source, services), services), now) != now


def move_due(person: Person, services: Services, now: datetime, learn: Learn) -> None:
    """Write the person's next due date, and nothing else of the profile."""
    due = services.find_due(person.profile, now, learn().demands)
    services.table.commit_parts([services.people.write_core(person, person.profile, due)])


def decide_occasion(
    person: Person, occasion: Occasion, mails: list[MailRow], services: Services, now: datetime, learn: Learn
) -> str:
    """Decide an occasion and write the decision in one transaction; send the mail where it is an intent."""
    campaign = services.find_campaign(occasion.campaign)
    if campaign is None:
        raise RaceLostError(person.id)
    rows = choose_rows(person, campaign, occasion.source, services)
    row = start_row(occasion, campaign, judge_occasion(person, occasion, campaign, mails, rows, services, now), now)
    mail = try_compose(person, campaign, row, services, now, learn) if row.state is MailState.INTENT else None
    if mail is None and row.state is MailState.INTENT:
        row = replace(row, state=MailState.REFUSED)
    parts = [
        *note_mail(person, mail.row if mail else row, services, now, learn),
        services.facts.write_fact(campaign.name, "planned", row.mail_id, now),
    ]
    if mail is None:
        parts.append(services.facts.write_fact(campaign.name, row.state.value, row.mail_id, now))
    else:
        parts += guard_intent(mail, campaign, rows, services, now)
        parts.append(services.halts.check_running(campaign.name, person.id))
        parts += take_turns(find_limits(mail.entry, services), now)
        services.pace.wait_turn()  # before the intent is written: a function that ends while it waits leaves none open
    services.table.commit_parts(parts)
    return row.state.value if mail is None else send_mail(person.id, mail, services, now)


def start_row(occasion: Occasion, campaign: Campaign, state: MailState, now: datetime) -> MailRow:
    """Return the row of a new mail in its first state."""
    return MailRow(
        occasion=occasion.id,
        campaign=campaign.name,
        state=state,
        mail_id=secrets.token_urlsafe(12),
        attempt=secrets.token_urlsafe(12),
        at=utc_text(now),
        not_after=utc_text(occasion.not_after),
        marketing=campaign.is_marketing,
        entry=occasion.source if campaign.confirms else "",
    )


def note_mail(person: Person, row: MailRow, services: Services, now: datetime, learn: Learn) -> list[Part]:
    """Return the parts that put a mail into the person's history, profile and rows, and move their due date."""
    note = MailNote(campaign=row.campaign, occasion=row.occasion, state=row.state, at=now, marketing=row.marketing)
    submission, key = write_note(note, now), f"mail-{row.mail_id}"
    record = fold_event(person.record, key, submission, Reading(kind=ReadingKind.MAIL, mail=note))
    due = services.find_due(record.profile, now, learn().demands)
    return [
        services.people.write_event(person, key, submission),
        *services.people.write_record(person, record, due),
        services.mails.write_mail(person.id, row),
    ]


def guard_intent(
    mail: OutgoingMail, campaign: Campaign, rows: tuple[str, ...], services: Services, now: datetime
) -> list[Part]:
    """Return the parts that an intent needs: no stop blocks the address, the budget has money left, the links exist.

    `rows` are the index rows of the person's address.
    """
    offer = campaign.offer
    budget = []
    if offer is not None:
        most = int(offer.most_spent * HUNDREDTHS)
        budget = [services.budgets.spend_budget(campaign.name, count_cost(offer), most)]
    return [*services.suppressions.check_unstopped(rows, choose_use(campaign), now), *budget, *mail.parts]
