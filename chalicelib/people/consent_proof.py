"""The statements of will in one person's history: for each purpose who said what, when, in which words; which stands.

The list is the history itself, so it only ever grows. Which statement stands, and why, is the fold's own rule
(`standing.choose_consents`): an unproven yes, which anybody may type or import, never outranks a no.
"""

from collections.abc import Iterable
from datetime import datetime

from pydantic import AwareDatetime

from chalicelib.models import AgeSaid, Consent, ConsentState, Event, Model
from chalicelib.people.consents import choose_consents, is_childs_yes, merge_consents
from chalicelib.senders import read_submission
from chalicelib.shop.ages import come_of_age, join_ages, list_ages


class Statement(Model):
    """One statement; `received_at` is when it reached us, `source` by which door, `key` the inbox key it came under."""

    consent: Consent
    received_at: AwareDatetime
    source: str
    key: str


class PurposeLedger(Model):
    """All statements for one purpose in the order they reached us; `standing` is the one that counts, `why` in words.

    Nothing stands where everything was said for a child.
    """

    purpose: str
    statements: tuple[Statement, ...]
    standing: Consent | None
    why: str


def list_ledgers(history: Iterable[Event]) -> tuple[PurposeLedger, ...]:
    """Return the ledger of each purpose that a history speaks of, by name."""
    ages: tuple[AgeSaid, ...] = ()
    statements: list[Statement] = []
    for event in history:
        submission, reading = event.submission, read_submission(event.submission)
        ages = join_ages(ages, list_ages(reading.fields.items(), submission.occurred_at))
        source = f"{submission.sender}:{submission.topic}"
        statements += [
            Statement(consent=said, received_at=submission.received_at, source=source, key=event.key)
            for said in reading.consents
        ]
    return judge_statements(statements, come_of_age(ages))


def judge_statements(statements: Iterable[Statement], of_age: datetime | None) -> tuple[PurposeLedger, ...]:
    """Return the ledgers of these statements; before `of_age` the person was a child."""
    ordered = sorted(statements, key=lambda one: (one.received_at, one.consent.at, one.key))
    standing, _ = choose_consents(merge_consents({}, (one.consent for one in ordered)), of_age)
    ledgers = []
    for purpose in sorted({one.consent.purpose for one in ordered}):
        own = tuple(one for one in ordered if one.consent.purpose == purpose)
        stands = standing.get(purpose)
        why = explain_standing(stands, [one.consent for one in own], of_age)
        ledgers.append(PurposeLedger(purpose=purpose, statements=own, standing=stands, why=why))
    return tuple(ledgers)


def explain_standing(stands: Consent | None, said: Iterable[Consent], of_age: datetime | None) -> str:
    """Say why a statement counts, and what it outweighs."""
    if stands is None:
        return "Nothing counts: each yes was said for a child."
    others = [one for one in said if one is not stands and one != stands]
    if any(is_childs_yes(one, of_age) for one in others):
        return f"{tell_reason(stands)} A yes that was said for a child does not count."
    later = sum(one.at > stands.at and one.state is not stands.state for one in others)
    return f"{tell_reason(stands)}{tell_outweighed(stands, later)}"


def tell_reason(stands: Consent) -> str:
    """Say what kind of statement it is that counts."""
    if stands.state is ConsentState.WITHDRAWN:
        return "A no counts at once, whoever says it; only a proven yes that is later lifts it."
    if stands.state is ConsentState.PENDING:
        return "Nothing is confirmed yet, so nothing is allowed."
    if stands.signed:
        return "A proven yes: it came through the person's own mailbox, or signed by the shop's system."
    return "A yes as typed, and no no against it."


def tell_outweighed(stands: Consent, later: int) -> str:
    """Say how many later statements change nothing: they wait for a confirmation, or prove nothing."""
    if not later:
        return ""
    what = "unproven or unconfirmed" if stands.state is ConsentState.WITHDRAWN else "unconfirmed"
    return f" {later} later and {what} {'statement changes' if later == 1 else 'statements change'} nothing."
