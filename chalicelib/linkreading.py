"""What an action on a link says, read from its body alone: the link's row may be gone by then."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from chalicelib.errors import MalformedError, TooLargeError, UnreadableError
from chalicelib.models import Consent, ConsentState, Entry, JsonValue, Reading, Submission
from chalicelib.strictjson import parse_object

Said = Mapping[str, JsonValue]


def interpret(submission: Submission) -> Reading:
    """Say in our words what was pressed; raise UnreadableError."""
    try:
        said = parse_object(submission.body)
        return READERS[submission.topic](submission, said)
    except (MalformedError, TooLargeError, ValidationError, KeyError, TypeError, ValueError, AttributeError):
        raise UnreadableError("link body is not of the shape we write") from None


def read_click(submission: Submission, said: Said) -> Reading:
    """Read a visit; `by` is person or machine."""
    values = {"by": said["by"], "campaign": said["campaign"]}
    entry = Entry(kind="click", at=submission.occurred_at, values=values)
    return Reading(kind="click", link=said["link"], entry=entry, notes=read_mail(said))


def read_unsubscribe(submission: Submission, said: Said) -> Reading:
    """Read an unsubscribe: a no needs no proof, so it is not signed."""
    consent = Consent(
        purpose=said["purpose"],
        state=ConsentState.WITHDRAWN,
        at=submission.occurred_at,
        channel="link",
        language=said["language"],
        network=said["network"],
    )
    return Reading(kind="consent", link=said["link"], consents=(consent,), notes=read_mail(said))


def read_mail(said: Said) -> dict[str, JsonValue]:
    """Return what a campaign's report needs of a visit; anonymous."""
    return {"campaign": said["campaign"], "mail_id": said["mail_id"], "by": said.get("by", "")}


def read_preferences(submission: Submission, said: Said) -> Reading:
    """Read preferences. They name nobody: a phone typed here is a detail, not a way to find a person."""
    consents = tuple(
        read_consent(submission, told, said, ConsentState(told["state"]), "preferences") for told in said["consents"]
    )
    return Reading(
        kind="preferences",
        link=said["link"],
        fields=dict(said["fields"]),
        sensitive=dict(said.get("sensitive", {})),
        consents=consents,
        notes=read_mail(said),
    )


def read_confirm(submission: Submission, said: Said) -> Reading:
    """Read the answer to a double opt-in; a no says nothing about anybody."""
    consents = tuple(
        read_consent(submission, told, said, ConsentState.GIVEN, said.get("by", "confirm")) for told in said["consents"]
    )
    return Reading(kind="confirm", link=said["link"], consents=consents, notes={"answer": said["answer"]})


def read_consent(submission: Submission, told: Any, said: Said, state: ConsentState, channel: str) -> Consent:
    """Return a statement made by somebody who has the mail: as good as signed, since nobody else was sent the link."""
    return Consent(
        purpose=told["purpose"],
        state=state,
        at=submission.occurred_at,
        channel=channel,
        words=told["words"],
        words_version=told["words_version"],
        language=told["language"],
        network=said["network"],
        signed=True,
    )


READERS = {
    "click": read_click,
    "unsubscribe": read_unsubscribe,
    "preferences": read_preferences,
    "confirm": read_confirm,
}
