"""Names belong to somebody for a time: which names a submission gives to its person, and which it takes away.

an account's message with a new address   releases the address that the account stated before, and claims the new
                                           one if it is free and the person has no other mailbox
an account that found its person by an address, and states another one   leaves that person
any other signed message                   claims an address only for a person who has none
a mailbox confirmed by our own link        releases every other mailbox
a deleted account                          its id ends; the address stays with the person
accounts that were merged                  the names of the one go to the other
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from chalicelib.models import Grade, HeldName, Identity, Profile, ReadingKind
from chalicelib.people.grades import grade_reading
from chalicelib.settling.match import IdentityMatch

LASTING = ("id", "email", "phone")  # kinds of names that a record keeps


@dataclass(frozen=True)
class NameChange:
    """The names of a person after a submission: `given` are to be claimed, `released` to be freed."""

    identities: tuple[HeldName, ...]
    given: tuple[Identity, ...] = ()
    released: tuple[HeldName, ...] = ()


def change_names(profile: Profile, match: IdentityMatch) -> NameChange:
    """Return the change that a submission makes to the names of its person."""
    own = match.list_own(profile.customer_id)
    at, source = match.submission.occurred_at, name_source(match)
    released = list_released(profile, match, source)
    kept = [name for name in profile.list_current("email") if name not in released]
    given = tuple(name for name in own if may_give(name, profile, kept, match, source))
    held = [
        end_name(name, at) if name in released or ends_id(name, match, source) else name for name in profile.identities
    ]
    return NameChange(add_names(held, given, match, source, find_via(match, released)), given, tuple(released))


def name_source(match: IdentityMatch) -> str:
    """Return the sender's id that speaks in a submission, or ""."""
    name = match.find_name("id")
    return name.value if name is not None else ""


def is_account(match: IdentityMatch, source: str) -> bool:
    """Return whether a submission is an account's own message about itself."""
    return bool(source) and match.reading.kind is ReadingKind.CUSTOMER


def list_released(profile: Profile, match: IdentityMatch, source: str) -> list[HeldName]:
    """Return the addresses that end: another one took their place, by a statement that is not older than theirs."""
    email = match.find_name("email")
    if email is None:
        return []
    others = [name for name in profile.list_current("email") if name.value != email.value]
    if grade_reading(match.submission, match.reading) is Grade.CONFIRMED:
        return others
    if not is_account(match, source):
        return []
    return [name for name in others if name.source == source and name.at <= match.submission.occurred_at]


def may_give(
    name: Identity, profile: Profile, mailboxes: Iterable[HeldName], match: IdentityMatch, source: str
) -> bool:
    """Return whether a person may get this name: an address only where they have no other, and not by an old word."""
    if name.kind != "email" or not source or name.value in {held.value for held in mailboxes}:
        return True
    late = is_account(match, source) and any(
        held.kind == "email" and held.source == source and held.at > match.submission.occurred_at
        for held in profile.identities
    )
    return not late and not list(mailboxes)


def ends_id(name: HeldName, match: IdentityMatch, source: str) -> bool:
    """Return whether an id ends: its account was deleted, or merged into another."""
    if name.kind != "id" or name.until is not None:
        return False
    place = source.rpartition(":")[0]
    return (match.reading.ends and name.value == source) or name.value in {
        f"{place}:{old}" for old in match.reading.replaces
    }


def end_name(name: HeldName, at: datetime) -> HeldName:
    return name.model_copy(update={"until": at})


def add_names(
    held: Iterable[HeldName], given: Iterable[Identity], match: IdentityMatch, source: str, via: str
) -> tuple[HeldName, ...]:
    """Return the names with the given ones, in a stable order; a name that came back begins anew."""
    names = {(name.kind, name.value): name for name in held}
    for name in given:
        old = names.get((name.kind, name.value))
        if name.kind in LASTING and not (match.reading.ends and name.value == source):
            names[name.kind, name.value] = renew_name(old, name, match, source, via)
    return tuple(names[pair] for pair in sorted(names))


def renew_name(old: HeldName | None, name: Identity, match: IdentityMatch, source: str, via: str) -> HeldName:
    """Return a name as this submission states it; a current one keeps its beginning and its better grade."""
    new = HeldName(
        kind=name.kind,
        value=name.value,
        at=match.submission.occurred_at,
        grade=grade_reading(match.submission, match.reading),
        source=source if name.kind != "id" and is_account(match, source) else "",
        via=via if name.kind in ("id", "email") else "",
    )
    if old is None or old.until is not None:
        return new
    better = min(old.grade, new.grade, key=list(Grade).index)
    at = max(old.at, new.at) if new.source else old.at
    return old.model_copy(update={"grade": better, "source": old.source or new.source, "at": at})


def find_via(match: IdentityMatch, released: Iterable[HeldName]) -> str:
    """Return the address by which an unknown id found its customer, or that a confirmed one replaced, or ""."""
    if grade_reading(match.submission, match.reading) is Grade.CONFIRMED:
        return next((name.value for name in released), "")
    account, email = match.find_name("id"), match.find_name("email")
    if account is None or email is None or match.find_holder(account) is not None:
        return ""
    return email.value if match.find_holder(email) is not None else ""


def leaves_person(profile: Profile, match: IdentityMatch) -> bool:
    """Return whether an account that found this person by an address states another address now."""
    account, email = match.find_name("id"), match.find_name("email")
    if account is None or email is None or not is_account(match, name_source(match)):
        return False
    held = next((name for name in profile.list_current("id") if name.value == account.value), None)
    late = held is not None and held.at > match.submission.occurred_at
    return held is not None and bool(held.via) and held.via != email.value and not late
