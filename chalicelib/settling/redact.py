"""The withdrawal of a consent removes its sensitive values from the history too, not only from the profile.

The event stays, with its time, its form and its words. The value in it becomes null, as in a profile's `withheld`, so
that folding the history again gives the same profile. The values are removed before the withdrawal is settled: a crash
in between never leaves the values of a settled withdrawal.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chalicelib.models import Profile, Reading, Submission
from chalicelib.people.consents import is_proven, is_taken_back
from chalicelib.people.directory import People
from chalicelib.people.entries import clear_entries
from chalicelib.people.person import Person
from chalicelib.people.profile import read_withdrawals
from chalicelib.senders import read_submission
from chalicelib.strictjson import dump_json, parse_object

BATCH = 25  # events in one transaction: an event may have 256 KB, and a transaction holds 4 MB


def redact_history(person: Person, profile: Profile, people: People) -> None:
    """Remove the values that the new profile takes back from history and entries; read them only if there are some."""
    before, withdrawals = read_withdrawals(person.profile), read_withdrawals(profile)
    if all(before.get(purpose) == withdrawals.get(purpose) for purpose in list_held(person.profile)):
        return
    changed = [
        people.replace_event(person, event.key, cleaned)
        for event in people.list_history(person)
        if (cleaned := redact_submission(event.submission, read_submission(event.submission), withdrawals))
        != event.submission
    ]
    for name, record in people.list_entries(person):
        cleared = clear_entries({name: record}, withdrawals)[name]
        if cleared != record:
            changed.append(people.replace_entry(person, name, cleared))
    for start in range(0, len(changed), BATCH):
        people.table.commit_parts(changed[start : start + BATCH])


def list_held(profile: Profile) -> set[str]:
    """Return the purposes of the sensitive values that a person ever gave."""
    fields = {held.purpose for held in (*profile.fields.values(), *profile.withheld.values())}
    return (fields | set(profile.sensitive)) - {""}


def redact_submission(submission: Submission, reading: Reading, withdrawals: Mapping[str, datetime]) -> Submission:
    """Return a submission without the sensitive values that were taken back; one that has none is returned as it is."""
    purposes = {**reading.sensitive, **(reading.entry.sensitive if reading.entry else {})}
    gone = {
        name
        for name, purpose in purposes.items()
        if is_taken_back(submission.occurred_at, withdrawals.get(purpose), is_proven(purpose, reading))
    }
    if not gone:
        return submission
    body = parse_object(submission.body)
    for part in ("fields", "entry"):
        body = {**body, part: blank_values(body.get(part, {}), gone)} if part in body else body
    return submission.model_copy(update={"body": dump_json(body)})


def blank_values(values: Mapping[str, Any], gone: set[str]) -> dict[str, Any]:
    """Return the values with those of `gone` set to null."""
    return {name: None if name in gone else value for name, value in values.items()}
