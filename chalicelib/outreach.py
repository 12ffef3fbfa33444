"""Offers that go out once: from a due date to at most one attempt on the wire.

    due -> decide -> one transaction: the profile as it was read, no suppression, money left -> INTENT
                          |                                                                      |
                  held out, capped, suppressed ...: written too, so that            one attempt, then by its outcome:
                  what was planned equals the sum of what became of it              SENT, REFUSED, THROTTLED, UNKNOWN
                                                                                                 |
                                        an hour later: UNKNOWN -> PARKED (marketing) or tried again (transactional)

The transaction fails when the person changed since they were read: whoever says stop before it is not mailed. Nothing
but its own state starts a second attempt, and an order to SES goes on the wire once (reliability: the SDK's own
retries would send three).
"""

import logging
import secrets
import time
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from chalicelib.agenda import Occasion, ShopClock, is_reachable, judge_mail, list_occasions, next_due, open_window
from chalicelib.campaigns.definition import Campaign
from chalicelib.errors import KeyUnavailableError, RaceLostError, UnfitMailError
from chalicelib.facts import Facts
from chalicelib.identity import normalise_email
from chalicelib.mailnotes import write_note
from chalicelib.mailrows import OPEN, MailRow, MailRows
from chalicelib.models import Identity, MailNote, MailState, Profile, utc_text
from chalicelib.pace import LONGEST_RUN, Pace
from chalicelib.people import People, Person, find_holder
from chalicelib.profile import fold_event
from chalicelib.pulse import Pulse
from chalicelib.reading import read_submission
from chalicelib.writing import Letter, Writer

log = logging.getLogger(__name__)

TURNS = 5
UNKNOWN_FOR = timedelta(minutes=60)  # SES events usually tell within seconds; none within the hour tells nothing
HUNDREDTHS = 100
LOOK_BACK_WEEKS = 6                  # days that the planner missed are caught up; each occasion ends at its not_after
FAILED = (MailState.REFUSED, MailState.EXPIRED, MailState.SUPPRESSED)

# What SES's answer makes of an intent (reliability.md 2.2: which answers prove that nothing was sent).
OUTCOMES = {
    "accepted": MailState.SENT,
    "refused": MailState.REFUSED,
    "throttled": MailState.THROTTLED,
    "paused": MailState.THROTTLED,
    "unreached": MailState.THROTTLED,
    "unknown": MailState.UNKNOWN,
}
NOT_DUE = "not due"


@dataclass(frozen=True)
class Outreach:
    """What sending works with."""

    people: People
    rows: MailRows
    facts: Facts
    pulse: Pulse
    campaigns: tuple[Campaign, ...]
    shop: ShopClock
    writer: Writer
    pace: Pace

    def find_campaign(self, name: str) -> Campaign | None:
        """Return a campaign that is on file."""
        return next((campaign for campaign in self.campaigns if campaign.name == name), None)


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
    tried = NOT_DUE
    for mail in tools.rows.list_mails(person.id):
        if mail.state is MailState.THROTTLED:
            turn = find_turn(person, mail, tools, now)
            if turn > now:
                put_off(person.id, mail, turn, tools)
            elif (tried := retry_mail(person, mail, tools, now)) != MailState.THROTTLED:
                return tried
    decided = decide_next(person, tools, now)
    return tried if decided == NOT_DUE else decided


def decide_next(person: Person, tools: Outreach, now: datetime) -> str:
    """Decide the earliest occasion that is due and need not wait, or put the due date right where none is due."""
    occasions = list_occasions(person.profile, tools.campaigns, tools.shop, now)
    ripe = sorted((one for one in occasions if one.due_at <= now), key=lambda one: (one.due_at, one.id))
    if not ripe:
        move_due(person, tools, now)
        return NOT_DUE
    free = (one for one in ripe if not is_held_back(tools.find_campaign(one.campaign), tools, now))
    first = next(free, None)
    # Stopped, nothing is written: the occasion stays due until the rates are better, or its time is over.
    return decide_occasion(person, first, tools, now) if first else "stopped"


def is_held_back(campaign: Campaign | None, tools: Outreach, now: datetime) -> bool:
    """Tell whether a campaign has to wait until our mail is better received."""
    return campaign is not None and campaign.is_marketing and tools.pulse.stops_marketing(now)


def find_turn(person: Person, mail: MailRow, tools: Outreach, now: datetime) -> datetime:
    """Return when a mail that SES did not take has its turn: as the first time, in its window, and unless stopped.

    One whose time or campaign is over has it at once, to be closed.
    """
    campaign = tools.find_campaign(mail.campaign)
    if campaign is None or utc_text(now) > mail.not_after:
        return now
    if is_held_back(campaign, tools, now):
        return now + UNKNOWN_FOR
    return open_window(person.profile, campaign, tools.shop, now)


def put_off(customer_id: str, mail: MailRow, turn: datetime, tools: Outreach) -> None:
    """Let the reconciler find a mail again at its turn, and not in every run before."""
    at = utc_text(turn - UNKNOWN_FOR)
    if at > mail.at:
        moved = tools.rows.move_mail(customer_id, mail, mail.state, mail.attempt, at)
        tools.people.customers.commit_parts([moved])


def move_due(person: Person, tools: Outreach, now: datetime) -> None:
    """Write when this person is due next; the profile itself stays as it is."""
    due = next_due(person.profile, tools.campaigns, tools.shop, now)
    tools.people.customers.commit_parts(tools.people.write_profile(person, person.profile, due))


def decide_occasion(person: Person, occasion: Occasion, tools: Outreach, now: datetime) -> str:
    """Decide what becomes of an occasion and write it in one transaction; send when it is an intent."""
    campaign = tools.find_campaign(occasion.campaign)
    if campaign is None:
        raise RaceLostError(person.id)
    state = judge_occasion(person, occasion, campaign, tools, now)
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


def try_letter(person: Person, campaign: Campaign, mail: MailRow, tools: Outreach, now: datetime) -> Letter | None:
    """Write a letter, or return None for one that cannot be sent; it would be no better tomorrow."""
    try:
        return tools.writer.write_letter(person, campaign, mail, now)
    except (UnfitMailError, ValidationError) as fault:
        log.warning("mail_unfit", extra={"key": mail.mail_id, "fault": type(fault).__name__})
        return None


def judge_occasion(
    person: Person, occasion: Occasion, campaign: Campaign, tools: Outreach, now: datetime
) -> MailState:
    """Return INTENT, or the state in which this occasion ends. A suppressed address comes before everything else."""
    if is_barred(person, campaign, tools):
        return MailState.SUPPRESSED
    profile = forget_failed(person.profile, tools.rows.list_mails(person.id))
    spent = Decimal(tools.rows.read_budget(campaign.name)) / HUNDREDTHS if campaign.offer else Decimal(0)
    return judge_mail(profile, campaign, occasion, tools.shop, now, spent).state


def forget_failed(profile: Profile, mails: list[MailRow]) -> Profile:
    """Return the profile without the mails that never went out: a cap is for what somebody may have had.

    What became of an intent stands in its row alone: the note in the profile was written before the attempt.
    """
    failed = {mail.occasion for mail in mails if mail.state in FAILED}
    kept = {occasion: note for occasion, note in profile.mails.items() if occasion not in failed}
    return profile.model_copy(update={"mails": kept})


def is_barred(person: Person, campaign: Campaign, tools: Outreach) -> bool:
    """Tell an address that may not be mailed: suppressed, or, where it is marketing, not this person's by name.

    A list may know two customers by one address. Only one of them holds it, and their no must not be undone, nor their
    letter doubled, by what the list says of the other.
    """
    rows = address_rows(person.profile, tools.people)
    if tools.rows.is_stopped(rows):
        return True
    return campaign.is_marketing and find_holder(rows, tools.people.customers.find_owners(rows)) != person.id


def count_cost(campaign: Campaign) -> tuple[int, int]:
    """Return what one mail promises and what the whole campaign may, in hundredths; (0, 0) without an offer."""
    offer = campaign.offer
    if offer is None:
        return 0, 0
    return int(offer.expected_cost * HUNDREDTHS), int(offer.most_spent * HUNDREDTHS)


def guard_intent(letter: Letter, campaign: Campaign, tools: Outreach) -> list[dict[str, Any]]:
    """Return the parts under which an intent may stand: nobody said stop, money is left, links are written."""
    cost, most = count_cost(campaign)
    names = tools.people.name_rows(Identity(kind="email", value=normalise_email(letter.address)))
    budget = [tools.rows.spend_budget(campaign.name, cost, most)] if cost else []
    return [*tools.rows.check_unstopped(names), *budget, *letter.parts]


def address_rows(profile: Profile, people: People) -> tuple[str, ...]:
    """Return the index rows of the address that a person would be mailed at."""
    held = profile.fields.get("email")
    address = normalise_email(str(held.value)) if held else ""
    return people.name_rows(Identity(kind="email", value=address)) if address else ()


def note_mail(person: Person, mail: MailRow, tools: Outreach, now: datetime) -> list[dict[str, Any]]:
    """Return the parts that put a mail into the person's history, profile and rows, and move their due date."""
    note = MailNote(
        campaign=mail.campaign, occasion=mail.occasion, state=mail.state, at=now, marketing=mail.marketing
    )
    submission = write_note(note, now)
    key = f"mail-{mail.mail_id}"
    profile: Profile = fold_event(person.profile, key, submission, read_submission(submission))
    due = next_due(profile, tools.campaigns, tools.shop, now)
    return [
        tools.people.write_event(person, key, submission),
        *tools.people.write_profile(person, profile, due),
        tools.rows.write_mail(person.id, mail),
    ]


def retry_mail(person: Person, mail: MailRow, tools: Outreach, now: datetime) -> str:
    """Try again what SES certainly did not take, under the same checks as the first time."""
    campaign = tools.find_campaign(mail.campaign)
    late = utc_text(now) > mail.not_after
    allowed = campaign is not None and not late and is_reachable(person.profile, campaign, now)
    if campaign is None or not allowed or is_barred(person, campaign, tools):
        state = MailState.EXPIRED if late else MailState.SUPPRESSED
        close_mail(person.id, mail, state, tools, now)
        return state.value
    attempt = replace(mail, state=MailState.INTENT, attempt=secrets.token_urlsafe(12), at=utc_text(now))
    letter = try_letter(person, campaign, attempt, tools, now)
    if letter is None:
        close_mail(person.id, mail, MailState.REFUSED, tools, now)
        return MailState.REFUSED.value
    names = tools.people.name_rows(Identity(kind="email", value=normalise_email(letter.address)))
    tools.pace.wait_turn()
    tools.people.customers.commit_parts(
        [
            tools.people.customers.check_profile(person.id, person.version),
            tools.rows.move_mail(
                person.id, mail, MailState.INTENT, attempt.attempt, attempt.at, letter.mail.links
            ),
            *tools.rows.check_unstopped(names),
            *letter.parts,
        ]
    )
    return send_letter(person.id, letter, tools, now)


def send_letter(customer_id: str, letter: Letter, tools: Outreach, now: datetime) -> str:
    """Make the one attempt and write down what came of it. A crash in between leaves the intent for the reconciler."""
    outcome = letter.send()
    state = OUTCOMES[outcome.kind]
    log.info("mail_attempted", extra={"key": letter.mail.mail_id, "reason": outcome.kind})
    close_mail(customer_id, letter.mail, state, tools, now)
    return state.value


def close_mail(customer_id: str, mail: MailRow, state: MailState, tools: Outreach, now: datetime) -> None:
    """Move a mail's row on and state the fact of its end. One that an SES event moved first stays as it is."""
    parts = [tools.rows.move_mail(customer_id, mail, state, mail.attempt, utc_text(now))]
    if state not in OPEN:
        parts.append(tools.facts.write_fact(mail.campaign, state.value, mail.mail_id, now))
    if state is MailState.SENT:
        parts.append(tools.pulse.count_mail(["sent"], mail.mail_id, now))
    for _ in range(TURNS):
        try:
            tools.people.customers.commit_parts(parts)
            return
        except RaceLostError:
            # Refused alike where the row moved on, and where a rival only touched a counter that we share.
            rows = tools.rows.list_mails(customer_id)
            if (mail.attempt, mail.state) not in {(row.attempt, row.state) for row in rows}:
                log.info("mail_moved_already", extra={"key": mail.mail_id})
                return
    raise RaceLostError(mail.mail_id)


def reconcile_mails(tools: Outreach, now: datetime) -> dict[str, int]:
    """Close what stayed open for an hour: park unknown marketing, let the rest be tried again. Return counts."""
    counts: dict[str, int] = {}
    end = time.monotonic() + LONGEST_RUN
    for customer_id, occasion in tools.rows.list_open(now - UNKNOWN_FOR):
        if time.monotonic() > end:
            break
        try:
            outcome = reconcile_occasion(customer_id, occasion, tools, now)
        except Exception as fault:  # whatever is wrong with one mail must not hold up the rest, run after run
            log.warning("reconcile_postponed", extra={"fault": type(fault).__name__}, exc_info=True)
            outcome = "postponed"
        counts[outcome] = counts.get(outcome, 0) + 1
    return counts


def reconcile_occasion(customer_id: str, occasion: str, tools: Outreach, now: datetime) -> str:
    """Read a mail again, for the index lags: one that is on its way by now is not left open."""
    mails = {mail.occasion: mail for mail in tools.rows.list_mails(customer_id)}
    mail = mails.get(occasion)
    if mail is None or mail.state not in OPEN or mail.at > utc_text(now - UNKNOWN_FOR):
        return "moved"
    return reconcile_mail(customer_id, mail, tools, now)


def reconcile_mail(customer_id: str, mail: MailRow, tools: Outreach, now: datetime) -> str:
    """Decide one mail that stayed open: a second copy of an offer is worse than none, of a confirmation it is not."""
    if mail.state is MailState.THROTTLED:
        return handle_customer(customer_id, tools, now)
    state = MailState.PARKED if mail.marketing else MailState.THROTTLED
    close_mail(customer_id, mail, state, tools, now)
    return state.value
