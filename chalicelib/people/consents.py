"""Which of a person's statements count: the strongest of each kind.

A child's consents do not count, and neither do sensitive values whose consent was withdrawn. Pure, and without a clock.
Each step is a join: overruled statements are kept beside those that count, so that late events can be applied in any
order. A sensitive value is the exception: once its consent is withdrawn only its name is kept, and the field stays
empty until the person gives the value again.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from chalicelib.addresses import normalise_email
from chalicelib.models import PARENT, RESTRICTED, Consent, ConsentState, Entry, Grade, HeldValue, Reading, Submission
from chalicelib.people.grades import grade_reading
from chalicelib.people.restriction import may_state
from chalicelib.shop.ages import OWN

MARKETING = "marketing"
MAILBOXES = 8  # of one kind of statement: a person who changes their address more often loses the oldest
UNPLACED = ("email", "phone", RESTRICTED)  # fields that hold for the person, whatever their mailbox
EMPTY = (None, "")
Consents = Mapping[str, Consent]
Fields = Mapping[str, HeldValue]


def merge_consents(known: Consents, consents: Iterable[Consent]) -> dict[str, Consent]:
    """Keep the strongest statement of each kind, by `purpose:state:grade:mailbox`; of a kind, of MAILBOXES at most."""
    heard = dict(known)
    for new in consents:
        kind = name_kind(new)
        name = f"{kind}:{new.address}"
        heard[name] = max(heard.get(name, new), new, key=rank_consent)
        own = sorted((key for key in heard if name_kind(heard[key]) == kind), key=lambda key: rank_consent(heard[key]))
        for key in own[:-MAILBOXES]:
            del heard[key]
    return heard


def name_kind(consent: Consent) -> str:
    """Return what kind of statement this is, as `purpose:state:grade`; a parent's word has grades of its own.

    Statements of one kind must differ in their time alone: a parent's confirmed word of a child's day, which does not
    count, would take the place of a typed one of a later day, which does.
    """
    who = f"{PARENT}-{consent.grade.value}" if consent.channel == PARENT else consent.grade.value
    return f"{consent.purpose}:{consent.state.value}:{who}"


def choose_consents(
    heard: Consents, of_age: datetime | None, mailbox: str = ""
) -> tuple[dict[str, Consent], dict[str, Consent]]:
    """Return the statements that count, by purpose, and all others.

    A child's own yes never counts, and a yes counts for the mailbox that it names alone. A no counts for all.
    """
    current: dict[str, Consent] = {}
    for consent in heard.values():
        if not is_given_for_child(consent, of_age) and not is_of_another(consent, mailbox):
            rival = current.get(consent.purpose, consent)
            current[consent.purpose] = max(rival, consent, key=rank_consent)
    chosen = {id(consent) for consent in current.values()}
    return current, {name: consent for name, consent in heard.items() if id(consent) not in chosen}


def is_of_another(consent: Consent, mailbox: str) -> bool:
    """Return whether a yes was said for another mailbox than the person has now."""
    return consent.state is not ConsentState.WITHDRAWN and bool(consent.address) and consent.address != mailbox


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


def place_consents(submission: Submission, reading: Reading) -> tuple[Consent, ...]:
    """Return the consents of a reading; one that names no mailbox counts for the mailbox that the link went to."""
    if not submission.mailbox:
        return reading.consents
    return tuple(
        consent if consent.address else consent.model_copy(update={"address": submission.mailbox})
        for consent in reading.consents
    )


def list_withdrawals(heard: Consents) -> dict[str, datetime]:
    """Return when each purpose was last withdrawn."""
    withdrawals: dict[str, datetime] = {}
    for consent in heard.values():
        if consent.state is ConsentState.WITHDRAWN:
            withdrawals[consent.purpose] = max(consent.at, withdrawals.get(consent.purpose, consent.at))
    return withdrawals


def merge_fields(
    known: Iterable[tuple[str, HeldValue]], submission: Submission, reading: Reading
) -> dict[str, HeldValue]:
    """Keep each field's strongest statement of each mailbox, by `name_value`: proven before typed, then the later.

    An empty value is a statement where the person made it through their mailbox; a system's blank says nothing.
    """
    heard = {name_value(read_field(key), held): held for key, held in known}
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
            purpose=purpose,
            proven=is_proven(purpose, reading),
            under=normalise_email(reading.email) or submission.mailbox,
        )
        key = name_value(name, new)
        heard[key] = max(heard.get(key, new), new, key=rank_value)
        own = sorted((key for key in heard if read_field(key) == name), key=lambda key: rank_value(heard[key]))
        for key in own[:-MAILBOXES]:
            del heard[key]
    return heard


def name_value(name: str, held: HeldValue) -> str:
    """Return the key of a statement: `name`, or `name:mailbox` where it holds for one mailbox alone."""
    return f"{name}:{held.under}" if held.under and name not in UNPLACED else name


def read_field(key: str) -> str:
    """Return the name of the field of a statement's key."""
    return key.partition(":")[0]


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
    heard: Fields, of_age: datetime | None, withdrawals: Mapping[str, datetime], mailbox: str = ""
) -> tuple[dict[str, HeldValue], dict[str, HeldValue]]:
    """Return the values that count, and the others.

    The others are emptied ones, sensitive ones taken back, what a child may not state, and what came under another
    mailbox.
    """
    current: dict[str, HeldValue] = {}
    withheld: dict[str, HeldValue] = {}
    decided: set[str] = set()  # fields whose strongest statement was met
    for key, held in sorted(heard.items(), key=lambda pair: rank_value(pair[1]), reverse=True):
        name = read_field(key)
        if held.purpose and is_taken_back(held.at, withdrawals.get(held.purpose), held.proven):
            withheld[key] = held.model_copy(update={"value": None})
        elif is_child_word(name, held, of_age) or key not in (name, f"{name}:{mailbox}") or name in decided:
            withheld[key] = held
        else:
            decided.add(name)
            (withheld if held.value in EMPTY else current)[key if held.value in EMPTY else name] = held
    return current, withheld


def is_child_word(name: str, held: HeldValue, of_age: datetime | None) -> bool:
    """Return whether a value was stated by a child, who may state the person's own age alone."""
    return name not in OWN and of_age is not None and held.at < of_age


def is_taken_back(at: datetime, no: datetime | None, proven: bool) -> bool:
    """Return whether a withdrawal cancels a sensitive value: it was given earlier, or by an unverified consent."""
    return no is not None and not (proven and at > no)


def clear_entry(entry: Entry, withdrawals: Mapping[str, datetime]) -> Entry:
    """Drop from one entry the sensitive values whose consent was taken back."""
    gone = {
        name
        for name, purpose in entry.sensitive.items()
        if is_taken_back(entry.at, withdrawals.get(purpose), entry.proven)
    }
    values = {name: value for name, value in entry.values.items() if name not in gone}
    return entry.model_copy(update={"values": values})
