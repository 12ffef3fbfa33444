"""The consents in one person's history: for each purpose each statement with its time and words, and which one counts.

The list is the history itself, so it only ever grows. Which statement counts, and why, is the fold's own rule
(`consents.choose_consents`): an unproven yes, which anybody may type or import, never outranks a no.
"""

from collections.abc import Iterable
from datetime import datetime

from pydantic import AwareDatetime

from chalicelib.models import AgeSaid, Consent, ConsentState, Event, Model
from chalicelib.people.consents import choose_consents, is_given_for_child, merge_consents, place_consents
from chalicelib.senders import read_submission
from chalicelib.shop.ages import come_of_age, join_ages, list_ages


class Statement(Model):
    """One statement; `received_at` is when it reached us, `source` is `sender:topic`, `key` is its inbox key."""

    consent: Consent
    received_at: AwareDatetime
    source: str
    key: str


class PurposeLedger(Model):
    """All statements for one purpose in the order they reached us; `current` is the one that counts, `why` in words.

    `current` is None where each statement is a yes for a child.
    """

    purpose: str
    statements: tuple[Statement, ...]
    current: Consent | None
    why: str


def list_ledgers(history: Iterable[Event]) -> tuple[PurposeLedger, ...]:
    """Return the ledger of each purpose in a history, by name."""
    ages: tuple[AgeSaid, ...] = ()
    statements: list[Statement] = []
    for event in history:
        submission, reading = event.submission, read_submission(event.submission)
        ages = join_ages(ages, list_ages(reading.fields.items(), submission.occurred_at))
        source = f"{submission.sender}:{submission.topic}"
        statements += [
            Statement(consent=consent, received_at=submission.received_at, source=source, key=event.key)
            for consent in place_consents(submission, reading)
        ]
    return judge_statements(statements, come_of_age(ages))


def judge_statements(statements: Iterable[Statement], of_age: datetime | None) -> tuple[PurposeLedger, ...]:
    """Return the ledgers of these statements; before `of_age` the person was a child."""
    ordered = sorted(statements, key=lambda item: (item.received_at, item.consent.at, item.key))
    chosen, _ = choose_consents(merge_consents({}, (statement.consent for statement in ordered)), of_age)
    ledgers = []
    for purpose in sorted({statement.consent.purpose for statement in ordered}):
        own = tuple(statement for statement in ordered if statement.consent.purpose == purpose)
        current = chosen.get(purpose)
        why = explain_choice(current, [statement.consent for statement in own], of_age)
        ledgers.append(PurposeLedger(purpose=purpose, statements=own, current=current, why=why))
    return tuple(ledgers)


def explain_choice(current: Consent | None, consents: Iterable[Consent], of_age: datetime | None) -> str:
    """Return why a statement counts, and which others it outranks."""
    if current is None:
        return "Nothing counts: each yes was said for a child."
    others = [consent for consent in consents if consent is not current and consent != current]
    if any(is_given_for_child(consent, of_age) for consent in others):
        return f"{explain_rank(current)} A yes that was said for a child does not count."
    later = sum(consent.at > current.at and consent.state is not current.state for consent in others)
    return f"{explain_rank(current)}{explain_outranked(current, later)}"


def explain_rank(current: Consent) -> str:
    """Return what kind of statement it is that counts."""
    if current.state is ConsentState.WITHDRAWN:
        return "A no counts at once, proven or not. Only a later, proven yes replaces it."
    if current.state is ConsentState.PENDING:
        return "Nothing is confirmed yet, so nothing is allowed."
    if current.is_proven:
        return "A proven yes: it came through the person's own mailbox, or signed by the shop's system."
    return "A yes as typed, and no no against it."


def explain_outranked(current: Consent, later: int) -> str:
    """Return how many later statements change nothing: they wait for a confirmation, or prove nothing."""
    if not later:
        return ""
    what = "unproven or unconfirmed" if current.state is ConsentState.WITHDRAWN else "unconfirmed"
    return f" {later} later and {what} {'statement changes' if later == 1 else 'statements change'} nothing."
