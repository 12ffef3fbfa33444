"""One due person, one step on: an open mail tried again, or an occasion decided in one transaction."""

import secrets
from dataclasses import replace
from datetime import datetime
from typing import Any

from chalicelib.addresses import normalise_email
from chalicelib.campaigns.agenda import Occasion, list_occasions, next_due
from chalicelib.campaigns.definition import Campaign
from chalicelib.errors import KeyUnavailableError, RaceLostError
from chalicelib.models import Identity, MailNote, MailState, Profile, utc_text
from chalicelib.outreach.eligibility import HUNDREDTHS, is_held_back, judge_occasion
from chalicelib.outreach.letters import OutgoingMail
from chalicelib.outreach.send import find_turn, put_off, retry_mail, send_letter, try_letter
from chalicelib.outreach.tools import TURNS, Outreach
from chalicelib.people.directory import Person
from chalicelib.people.profile import fold_event
from chalicelib.senders import read_submission
from chalicelib.senders.outreach import write_note
from chalicelib.store.mails import MailRow

NOT_DUE = "not due"


def handle_customer(customer_id: str, tools: Outreach, now: datetime) -> str:
    """Bring one due customer one step on; return what was done. Raise RaceLostError to try later."""
    for _ in range(TURNS):
        try:
            person = tools.people.load_person(customer_id)
        except KeyUnavailableError:
            return "gone"
        try:
            return handle_person(person, tools, now)
        except RaceLostError:
            continue
    raise RaceLostError(customer_id)


def handle_person(person: Person, tools: Outreach, now: datetime) -> str:
    """Retry an open mail, or decide the earliest due occasion, or put the due date right.

    What has to wait stands in the way of nothing else: a stopped offer does not hold up the word on an order.
    """
    tried, mails = NOT_DUE, tools.rows.list_mails(person.id)
    for mail in mails:
        if mail.state is MailState.THROTTLED:
            turn = find_turn(person, mail, tools, now)
            if turn > now:
                put_off(person.id, mail, turn, tools)
            elif (tried := retry_mail(person, mail, tools, now)) != MailState.THROTTLED:
                return tried
    decided = decide_next(person, mails, tools, now)
    return tried if decided == NOT_DUE else decided


def decide_next(person: Person, mails: list[MailRow], tools: Outreach, now: datetime) -> str:
    """Decide the earliest occasion that is due and need not wait, or put the due date right where none is due."""
    occasions = list_occasions(person.profile, tools.campaigns, tools.shop, now)
    ripe = sorted((one for one in occasions if one.due_at <= now), key=lambda one: (one.due_at, one.id))
    if not ripe:
        move_due(person, tools, now)
        return NOT_DUE
    free = (one for one in ripe if not is_held_back(tools.find_campaign(one.campaign), tools, now))
    first = next(free, None)
    # Stopped, nothing is written: the occasion stays due until the rates are better, or its time is over.
    return decide_occasion(person, first, mails, tools, now) if first else "stopped"


def move_due(person: Person, tools: Outreach, now: datetime) -> None:
    """Write when this person is due next; the profile itself stays as it is."""
    due = next_due(person.profile, tools.campaigns, tools.shop, now)
    tools.people.customers.commit_parts(tools.people.write_profile(person, person.profile, due))


def decide_occasion(person: Person, occasion: Occasion, mails: list[MailRow], tools: Outreach, now: datetime) -> str:
    """Decide what becomes of an occasion and write it in one transaction; send when it is an intent."""
    campaign = tools.find_campaign(occasion.campaign)
    if campaign is None:
        raise RaceLostError(person.id)
    state = judge_occasion(person, occasion, campaign, mails, tools, now)
    mail = MailRow(
        occasion=occasion.id,
        campaign=campaign.name,
        state=state,
        mail_id=secrets.token_urlsafe(12),
        attempt=secrets.token_urlsafe(12),
        at=utc_text(now),
        not_after=utc_text(occasion.not_after),
        marketing=campaign.is_marketing,
    )
    letter = try_letter(person, campaign, mail, tools, now) if state is MailState.INTENT else None
    if letter is None and state is MailState.INTENT:
        state = MailState.REFUSED
        mail = replace(mail, state=state)
    parts = [
        *note_mail(person, letter.mail if letter else mail, tools, now),
        tools.facts.write_fact(campaign.name, "planned", mail.mail_id, now),
    ]
    if letter is None:
        parts.append(tools.facts.write_fact(campaign.name, state.value, mail.mail_id, now))
    else:
        parts += guard_intent(letter, campaign, tools)
        tools.pace.wait_turn()  # before the intent is written: who is cut off while waiting leaves nothing behind
    tools.people.customers.commit_parts(parts)
    return state.value if letter is None else send_letter(person.id, letter, tools, now)


def note_mail(person: Person, mail: MailRow, tools: Outreach, now: datetime) -> list[dict[str, Any]]:
    """Return the parts that put a mail into the person's history, profile and rows, and move their due date."""
    note = MailNote(campaign=mail.campaign, occasion=mail.occasion, state=mail.state, at=now, marketing=mail.marketing)
    submission = write_note(note, now)
    key = f"mail-{mail.mail_id}"
    profile: Profile = fold_event(person.profile, key, submission, read_submission(submission))
    due = next_due(profile, tools.campaigns, tools.shop, now)
    return [
        tools.people.write_event(person, key, submission),
        *tools.people.write_profile(person, profile, due),
        tools.rows.write_mail(person.id, mail),
    ]


def guard_intent(letter: OutgoingMail, campaign: Campaign, tools: Outreach) -> list[dict[str, Any]]:
    """Return the parts under which an intent may stand: nobody said stop, money is left, links are written."""
    cost, most = count_cost(campaign)
    names = tools.people.name_rows(Identity(kind="email", value=normalise_email(letter.address)))
    budget = [tools.rows.spend_budget(campaign.name, cost, most)] if cost else []
    return [*tools.rows.check_unstopped(names), *budget, *letter.parts]


def count_cost(campaign: Campaign) -> tuple[int, int]:
    """Return what one mail promises and what the whole campaign may, in hundredths; (0, 0) without an offer."""
    offer = campaign.offer
    if offer is None:
        return 0, 0
    return int(offer.expected_cost * HUNDREDTHS), int(offer.most_spent * HUNDREDTHS)
