"""A clean form as a Submission: one body that is its own evidence, and one key that tells two posts apart."""

import re
from datetime import datetime

from chalicelib.errors import InvalidSubmissionError
from chalicelib.forms.network import truncate_address
from chalicelib.forms.post import Post
from chalicelib.forms.validation import CleanForm
from chalicelib.models import JsonValue, Submission, Trust
from chalicelib.strictjson import dump_json

HEADER_KEY = re.compile(r"[!-~]{1,255}")
WINDOW_MINUTES = 10


def make_submission(
    clean: CleanForm,
    post: Post,
    *,
    trust: Trust,
    suspicion: tuple[str, ...],
    address: str,
    header_key: str,
    now: datetime,
) -> Submission:
    """Return the Submission; `address` is kept only truncated, `header_key` is the Idempotency-Key header or ""."""
    network = truncate_address(address)
    return Submission(
        sender="form",
        topic=clean.form.name,
        trust=trust,
        received_at=now,
        occurred_at=now,
        idempotency_key=choose_key(post, trust, header_key, network, now),
        network=network,
        language=post.language,
        suspicion=(*suspicion, "honeypot") if post.trapped else suspicion,
        body=write_body(clean),
    )


def write_body(clean: CleanForm) -> bytes:
    """Write what was said and what was asked, so that no later edit of the definition can change either."""
    return dump_json(
        {
            "form": clean.form.name,
            "kind": clean.form.kind,
            "version": clean.form.version,
            "language": clean.language,
            "fields": dict(clean.fields),
            "entry": dict(clean.entry),
            "consents": [
                {
                    "purpose": ask.purpose,
                    "words": ask.words[clean.language],
                    "words_version": ask.version,
                    "language": clean.language,
                }
                for ask in clean.consents
            ],
            **({"sensitive": dict(clean.sensitive)} if clean.sensitive else {}),
            **write_ask(clean),
            **write_parent(clean),
        }
    )


def write_ask(clean: CleanForm) -> dict[str, JsonValue]:
    """Return what asking for confirmation needs, of a form that does."""
    asks = clean.form.confirm or clean.parent
    return {"confirm": True, "title": clean.form.title[clean.language]} if asks else {}


def write_parent(clean: CleanForm) -> dict[str, JsonValue]:
    """Return what asking a parent needs: the address, the words to agree to, and which questions were answered."""
    if not clean.parent or clean.form.parent is None:
        return {}
    answered = {*clean.fields, *clean.entry}
    said = {
        "email": clean.parent,
        "words": clean.form.parent.words[clean.language],
        "words_version": clean.form.parent.version,
        "answered": [field.label[clean.language] for field in clean.form.fields if field.name in answered],
    }
    return {"parent": said}


def choose_key(post: Post, trust: Trust, header_key: str, network: str, now: datetime) -> str:
    """Return what two posts of the same content must share to be one.

    The browser's own id; else the caller's header; else the page they were typed into, while it is fresh; else the
    network and the ten minutes they came in. The body is compared as well, by `intake`.
    """
    if header_key and not HEADER_KEY.fullmatch(header_key):
        raise InvalidSubmissionError({"Idempotency-Key": "invalid"})
    if post.submission:
        return f"submission:{post.submission}"
    if header_key:
        return f"header:{header_key}"
    if trust is Trust.RENDERED:
        return f"render:{post.render}"
    window = now.replace(minute=now.minute - now.minute % WINDOW_MINUTES)
    return f"window:{network}:{window:%Y%m%dT%H%MZ}"
