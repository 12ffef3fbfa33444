"""Accepts a submission: name, seal, put. One AWS call, no KMS; only an attempt id is read back."""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Sequence

from chalicelib.models import Submission, is_anonymous
from chalicelib.store.inbox import Inbox, write_new
from chalicelib.store.parts import Part
from chalicelib.vault.envelope import InboxSeal


def accept_submission(
    submission: Submission, *, inbox: Inbox, seal: InboxSeal, door_key: bytes, conditions: Sequence[Part] = ()
) -> bool:
    """Keep a submission; return False for one that was kept before. Raise TryAgainLaterError when not kept.

    With `conditions` it is kept in one transaction with them; raise RaceLostError where one of them does not hold.
    """
    key = name_submission(submission, door_key)
    sealed, attempt = seal.seal_submission(key, submission), secrets.token_urlsafe(12)
    if conditions:
        from chalicelib.store.inbox_checked import put_checked  # imported here: a public post has no conditions

        return put_checked(inbox, key, write_new(key, sealed, attempt, submission.received_at), conditions)
    return inbox.put_item(key, sealed, attempt=attempt, received_at=submission.received_at)


def name_submission(submission: Submission, door_key: bytes) -> str:
    """Return the dedupe key: 43 characters, a keyed hash that does not reveal the body.

    The sender's delivery and event ids are not part of it: senders repeat a body under a new id. They are claimed
    when settling. A form's body is, so that a corrected second post of one page counts as new.
    """
    parts = (
        submission.sender.encode(),
        submission.shop.encode(),
        submission.topic.encode(),
        submission.idempotency_key.encode(),
        # What a large body was cut to may differ from one delivery to the next; its key then names the bytes sent.
        # An anonymous answer is not part of its key: nobody can try answers on the key.
        hashlib.sha256(b"" if submission.reduced or is_anonymous(submission) else submission.body).digest(),
    )
    text = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    digest = hmac.new(door_key, text, hashlib.sha256).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()
