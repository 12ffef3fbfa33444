"""Which of a person's statements count: the strongest of each kind.

A child's consents do not count, and neither do sensitive values whose consent was withdrawn. Pure, and without a clock.
Each step is a join: overruled statements are kept beside those that count, so that late events can be applied in any
order. A sensitive value is the exception: once its consent is withdrawn only its name is kept, and the field stays
empty until the person gives the value again.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from chalicelib.addresses import normalise_email
from chalicelib.models import PARENT, Consent, ConsentState, Entry, Grade, HeldValue, Reading, Submission
from chalicelib.people.grades import grade_reading
from chalicelib.people.restriction import may_state
from chalicelib.shop.ages import OWN

MARKETING = "marketing"
EMPTY = (None, "")
Consents = Mapping[str, Consent]
Fields = Mapping[str, HeldValue]


def merge_consents(known: Consents, consents: Iterable[Consent]) -> dict[str, Consent]:
    """Keep the strongest statement of each kind, by `purpose:state:who`."""
    heard = dict(known)
    for new in consents:
        who = PARENT if new.channel == PARENT else new.grade.value
        name = f"{new.purpose}:{new.state.value}:{who}"
        heard[name] = max(heard.get(name, new), new, key=rank_consent)
    return heard


def choose_consents(heard: Consents, of_age: datetime | None) -> tuple[dict[str, Consent], dict[str, Consent]]:
    """Return the statements that count, by purpose, and all others. A child's own yes never counts."""
    current: dict[str, Consent] = {}
    for consent in heard.values():
        if not is_given_for_child(consent, of_age):
            rival = current.get(consent.purpose, consent)
            current[consent.purpose] = max(rival, consent, key=rank_consent)
    chosen = {id(consent) for consent in current.values()}
    return current, {name: consent for name, consent in heard.items() if id(consent) not in chosen}


def is_given_for_child(consent: Consent, of_age: datetime | None) -> bool:
    """Return whether a yes does not count since the person was a child: a parent's counts, but none to marketing."""
    allowed = consent.state is ConsentState.WITHDRAWN or (consent.channel == PARENT and consent.purpose != MARKETING)
    return not allowed and of_age is not None and consent.at < of_age


def rank_consent(consent: Consent) -> tuple[int, datetime, bool, str]:
    """Order statements by time, but rank an unproven yes below every no: anybody can type an address.

    A yes that waits for confirmation ranks lowest: typing an address must not stop the mail to its owner.
    """
    withdrawn = consent.state is ConsentState.WITHDRAWN
    weight = 2 if consent.is_proven or withdrawn else int(consent.state is ConsentState.GIVEN)
    return (weight, consent.at, withdrawn, consent.model_dump_json())


def list_withdrawals(heard: Consents) -> dict[str, datetime]:
    """Return when each purpose was last withdrawn."""
    withdrawals: dict[str, datetime] = {}
    for consent in heard.values():
        if consent.state is ConsentState.WITHDRAWN:
            withdrawals[consent.purpose] = max(consent.at, withdrawals.get(consent.purpose, consent.at))
    return withdrawals


def merge_fields(known: Fields, submission: Submission, reading: Reading) -> dict[str, HeldValue]:
    """Keep each field's strongest statement: proven before typed, then later before earlier.

    An empty value is a statement where the person made it through their mailbox; a system's blank says nothing.
    """
    heard = dict(known)
    stated = {**reading.fields, **list_contacts(reading)}
    for name, value in stated.items():
        grade = grade_reading(submission, reading)
        empty = value in EMPTY
        if not may_state(name, submission.sender) or (empty and grade is not Grade.CONFIRMED):
            continue
        purpose = reading.sensitive.get(name, "")
        new = HeldValue(
            value=value,
            at=submission.occurred_at,
            source=f"{submission.sender}:{submission.topic}",
            grade=grade,
            under=normalise_email(reading.email),
            purpose=purpose,
            proven=is_proven(purpose, reading),
        )
        heard[name] = max(heard.get(name, new), new, key=rank_value)
    return heard


def list_contacts(reading: Reading) -> dict[str, str]:
    """Return the addresses of a reading as profile fields."""
    return {name: value for name, value in (("email", reading.email), ("phone", reading.phone)) if value}


def is_proven(purpose: str, reading: Reading) -> bool:
    """Return whether the person gave this consent through a mail of ours, or must confirm it by one."""
    given = [consent for consent in reading.consents if consent.purpose == purpose]
    return any(consent.is_proven or consent.state is ConsentState.PENDING for consent in given)


def rank_value(held: HeldValue) -> tuple[bool, bool, datetime, str, str, str, str]:
    """Order statements; source, purpose and text break ties so that the fold does not depend on arrival."""
    proven = held.grade is not Grade.TYPED
    return (proven, held.proven, held.at, held.source, held.purpose, repr(held.value), held.under)


def choose_fields(
    heard: Fields, of_age: datetime | None, withdrawals: Mapping[str, datetime]
) -> tuple[dict[str, HeldValue], dict[str, HeldValue]]:
    """Return the values that count, and the others: emptied, sensitive and taken back, or not for a child to state."""
    current, withheld = {}, {}
    for name, held in heard.items():
        if held.purpose and is_taken_back(held.at, withdrawals.get(held.purpose), held.proven):
            withheld[name] = held.model_copy(update={"value": None})
        elif held.value in EMPTY or (name not in OWN and of_age is not None and held.at < of_age):
            withheld[name] = held
        else:
            current[name] = held
    return current, withheld


def is_taken_back(at: datetime, no: datetime | None, proven: bool) -> bool:
    """Return whether a withdrawal cancels a sensitive value: it was given earlier, or by an unverified consent."""
    return no is not None and not (proven and at > no)


def clear_entries(entries: Mapping[str, Entry], withdrawals: Mapping[str, datetime]) -> dict[str, Entry]:
    """Drop from entries the sensitive values whose consent was taken back."""
    return {key: clear_entry(entry, withdrawals) if entry.sensitive else entry for key, entry in entries.items()}


def clear_entry(entry: Entry, withdrawals: Mapping[str, datetime]) -> Entry:
    """Drop from one entry the sensitive values whose consent was taken back."""
    gone = {
        name
        for name, purpose in entry.sensitive.items()
        if is_taken_back(entry.at, withdrawals.get(purpose), entry.proven)
    }
    values = {name: value for name, value in entry.values.items() if name not in gone}
    return entry.model_copy(update={"values": values})
