"""A filled-in form: the door writes it as a Submission, settling reads it; the body holds the questions."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from chalicelib.errors import InvalidSubmissionError, MalformedError, TooLargeError, UnreadableError
from chalicelib.forms.definition import Form
from chalicelib.forms.network import truncate_address
from chalicelib.forms.post import Post
from chalicelib.forms.validation import CleanForm
from chalicelib.models import (
    Consent,
    ConsentState,
    Entry,
    JsonValue,
    Reading,
    ReadingKind,
    SenderName,
    Submission,
    Trust,
)
from chalicelib.senders.source import Source
from chalicelib.shop.referrals import takes_codes
from chalicelib.strictjson import dump_json, parse_object

Body = Mapping[str, JsonValue]

# Each form's definition lists the questions of that form; so nothing is listed here.
SOURCE = Source(name=SenderName.FORM, kinds=(), facts=(), purposes=(), from_person=True)
HEADER_KEY = re.compile(r"[!-~]{1,255}")
WINDOW, WINDOW_MINUTES = "window:", 10


@dataclass(frozen=True)
class Taken:
    """How staff took a form: `channel` is `counter`, `telephone` or `till`, `staff` their random id, or the till's.

    `script` is the version read out, `by` are initials typed at a till, `answers_of` is another form with answers.
    """

    channel: str
    staff: str
    script: str = ""
    answers_of: Form | None = None
    by: str = ""


def make_submission(
    clean: CleanForm,
    post: Post,
    *,
    trust: Trust,
    address: str,
    header_key: str,
    now: datetime,
    taken: Taken | None = None,
) -> Submission:
    """Return the Submission; `address` is kept only truncated, `header_key` is the Idempotency-Key header or ""."""
    network = truncate_address(address)
    return Submission(
        sender=SenderName.FORM,
        topic=clean.form.name,
        trust=trust,
        received_at=now,
        occurred_at=now,
        idempotency_key=choose_key(post, trust, header_key, network, now),
        network=network,
        language=post.language,
        body=write_body(clean, taken, post.friend_code),
    )


def write_body(clean: CleanForm, taken: Taken | None = None, friend: str = "") -> bytes:
    """Write the answers, what a mail that asks needs, how staff took the form, a friend's code where it is taken."""
    how = (write_taken(taken) if taken else {}) | ({"friend": friend} if friend and takes_codes() else {})
    return dump_json({**write_answers(clean), **write_ask(clean), **write_parent(clean), **how})


def write_answers(clean: CleanForm) -> dict[str, JsonValue]:
    """Return the answers and the questions, so that no later edit of the definition can change either."""
    return {
        "form": clean.form.name,
        "kind": clean.form.kind,
        "version": clean.form.version,
        "language": clean.language,
        "fields": dict(clean.fields),
        "entry": dict(clean.entry),
        "consents": [
            {
                "purpose": ask.purpose,
                "words": ask.say(clean.language, clean.shop),
                "words_version": ask.version,
                "language": clean.language,
            }
            for ask in clean.consents
        ],
        **({"sensitive": dict(clean.sensitive)} if clean.sensitive else {}),
    }


def write_taken(taken: Taken) -> dict[str, JsonValue]:
    """Return how staff took the form, and which form's answers came with it."""
    how: dict[str, JsonValue] = {"taken": {"channel": taken.channel, "staff": taken.staff, "script": taken.script}}
    how["taken"] |= {"by": taken.by} if taken.by else {}
    other = taken.answers_of
    return how | ({"answers_of": {"form": other.name, "kind": other.kind, "version": other.version}} if other else {})


def write_ask(clean: CleanForm) -> dict[str, JsonValue]:
    """Return what the confirmation mail needs; empty for a form that asks for no confirmation."""
    asks = clean.form.confirm or clean.parent
    return {"confirm": True, "title": clean.form.title[clean.language]} if asks else {}


def write_parent(clean: CleanForm) -> dict[str, JsonValue]:
    """Return what the mail to a parent needs: the address, the words to agree to, and which questions were answered."""
    if not clean.parent or clean.form.parent is None:
        return {}
    answered = {*clean.fields, *clean.entry}
    parent = {
        "email": clean.parent,
        "words": clean.form.parent.say(clean.language, clean.shop),
        "words_version": clean.form.parent.version,
        "answered": [field.label[clean.language] for field in clean.form.fields if field.name in answered],
    }
    return {"parent": parent}


def choose_key(post: Post, trust: Trust, header_key: str, network: str, now: datetime) -> str:
    """Return the key under which two posts of the same content count as one.

    The key is the browser's own id; else the caller's header; else the page's token, while it is fresh; else the
    network and the ten minutes of the post. `door.intake` compares the body as well.
    """
    if header_key and not HEADER_KEY.fullmatch(header_key):
        raise InvalidSubmissionError({"Idempotency-Key": "invalid"})
    if post.submission:
        return f"submission:{post.submission}"
    if header_key:
        return f"header:{header_key}"
    if trust is Trust.OWN:
        return f"page:{post.page_token}"
    window = now.replace(minute=now.minute - now.minute % WINDOW_MINUTES)
    return f"{WINDOW}{network}:{window:%Y%m%dT%H%MZ}"


def is_lasting(key: str) -> bool:
    """Return whether a repetition of a post with this key is still known after the ten minutes in which it came."""
    return not key.startswith(WINDOW)


def interpret(submission: Submission) -> Reading:
    """Return what the form says; raise UnreadableError."""
    try:
        return read_body(submission, parse_object(submission.body))
    except (MalformedError, TooLargeError, KeyError, TypeError, ValueError, AttributeError):
        # The cause may quote the body, which is personal data: it must not reach a log.
        raise UnreadableError("form body is not of the shape we write") from None


def read_body(submission: Submission, body: Body) -> Reading:
    """Turn the canonical body into a Reading; a language the person chose is a profile field."""
    fields = dict(body["fields"])
    if submission.language:
        fields["language"] = submission.language
    sensitive = dict(body.get("sensitive", {}))
    asks = asks_confirmation(body)
    entry = Entry(
        kind=(body.get("answers_of", body) if body["entry"] else body)["kind"],
        at=submission.occurred_at,
        values=body["entry"],
        sensitive={name: purpose for name, purpose in sensitive.items() if name in body["entry"]},
        proven=asks,
        taken="" if asks else body.get("taken", {}).get("channel", ""),
    )
    return Reading(
        kind=ReadingKind(body["kind"]),
        email=fields.get("email", ""),
        phone=fields.get("phone", ""),
        fields=fields,
        sensitive={name: purpose for name, purpose in sensitive.items() if name in fields},
        consents=tuple(read_consent(submission, body, ask) for ask in body["consents"]),
        entry=entry if entry.values or entry.taken else None,  # what staff wrote down is confirmed by mail
        notes=read_notes(body) if asks else {},
        friend=str(body.get("friend", "")),
    )


def read_consent(submission: Submission, body: Body, ask: Mapping[str, str]) -> Consent:
    """Return one consent with its evidence. Anybody can post a form, so the consent is never signed.

    Where the form asks for confirmation by mail, the consent stays pending: the confirmation is an event of its own.
    What staff wrote down names them, and the counter or the telephone in place of the form.
    """
    taken = body.get("taken", {})
    return Consent(
        purpose=ask["purpose"],
        state=ConsentState.PENDING if asks_confirmation(body) else ConsentState.GIVEN,
        at=submission.occurred_at,
        channel=taken.get("channel") or f"form:{body['form']}",
        words=ask["words"],
        words_version=ask["words_version"],
        language=ask["language"],
        network=submission.network,
        staff=taken.get("staff", ""),
        script=taken.get("script", ""),
    )


def read_notes(body: Body) -> dict[str, JsonValue]:
    """Return what the mail that asks for confirmation needs; `parent` where it goes to a parent."""
    parent = {"parent": body["parent"]} if "parent" in body else {}
    return {"title": body["title"], "language": body["language"], **parent}


def asks_confirmation(body: Body) -> bool:
    """Return whether the answers of this form wait for a confirmation by mail."""
    return body.get("confirm") is True
