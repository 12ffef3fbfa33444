"""What a form's submission says, read from its body alone: a later definition changes nothing."""

from collections.abc import Mapping

from pydantic import ValidationError

from chalicelib.errors import MalformedError, TooLargeError, UnreadableError
from chalicelib.models import Consent, ConsentState, Entry, JsonValue, Reading, Submission
from chalicelib.strictjson import parse_object


def interpret(submission: Submission) -> Reading:
    """Say in our words what the form says; raise UnreadableError."""
    try:
        body = parse_object(submission.body)
        return read_body(submission, body)
    except (MalformedError, TooLargeError, ValidationError, KeyError, TypeError, AttributeError):
        # The cause may quote the body, which is personal: it must not ride along into a log.
        raise UnreadableError("form body is not of the shape we write") from None


def read_body(submission: Submission, body: Mapping[str, JsonValue]) -> Reading:
    """Turn the canonical body into a Reading; a language the person chose is a profile field."""
    fields = dict(body["fields"])
    if submission.language:
        fields["language"] = submission.language
    sensitive = dict(body.get("sensitive", {}))
    entry = Entry(
        kind=body["kind"],
        at=submission.occurred_at,
        values=body["entry"],
        sensitive={name: purpose for name, purpose in sensitive.items() if name in body["entry"]},
        proven=asks_confirmation(body),
    )
    return Reading(
        kind=body["kind"],
        email=fields.get("email", ""),
        phone=fields.get("phone", ""),
        fields=fields,
        sensitive={name: purpose for name, purpose in sensitive.items() if name in fields},
        consents=tuple(read_consent(submission, body, said) for said in body["consents"]),
        entry=entry if entry.values else None,
        notes=read_notes(body) if asks_confirmation(body) else {},
    )


def read_notes(body: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Return what asking for a yes needs; `parent` where it is a parent's."""
    parent = {"parent": body["parent"]} if "parent" in body else {}
    return {"title": body["title"], "language": body["language"], **parent}


def asks_confirmation(body: Mapping[str, JsonValue]) -> bool:
    """Tell whether the form was one whose answers wait for a yes by mail."""
    return body.get("confirm") is True


def read_consent(submission: Submission, body: Mapping[str, JsonValue], said: Mapping[str, str]) -> Consent:
    """Return one consent with its evidence; a form is anyone's post, so it is never signed.

    Of a form that asks by mail it stays pending: the yes itself is an event of its own.
    """
    return Consent(
        purpose=said["purpose"],
        state=ConsentState.PENDING if asks_confirmation(body) else ConsentState.GIVEN,
        at=submission.occurred_at,
        channel=f"form:{body['form']}",
        words=said["words"],
        words_version=said["words_version"],
        language=said["language"],
        network=submission.network,
    )
