"""A submission sealed for the inbox. The door holds the public half and cannot open what it sealed.

The context is constant, since the data-key cache would never hit otherwise. So the item's own key is inside the sealed
text and is compared after opening: a message that was moved to another item is refused.

A till seals each entry in its browser, before there is an item: its message is bound to the till and to the id that
the till gave it, and stands as the body of a submission, which is sealed like any other.
"""

from collections.abc import Sequence
from typing import Any

from aws_encryption_sdk.identifiers import EncryptionKeyType
from cryptography.hazmat.primitives import serialization
from pydantic import ValidationError

from chalicelib.errors import NewerShapeError, SealBrokenError
from chalicelib.models import Submission
from chalicelib.vault.keyring import build_ring, cache_materials, read_file, wrap_rsa
from chalicelib.vault.suite import open_message, seal_message

CONTEXT = {"purpose": "inbox", "version": "1"}


class InboxSeal:
    """Seals submissions with the public half of the inbox key."""

    def __init__(self, public_key: str) -> None:
        """`public_key` is the published parameter: the key's id on the first line, then its public half in PEM."""
        key_id, _, pem = public_key.partition("\n")
        self.materials = cache_materials(build_ring([wrap_rsa(pem.encode(), key_id.strip(), EncryptionKeyType.PUBLIC)]))

    def seal_submission(self, key: str, submission: Submission) -> bytes:
        """Seal one submission for the inbox item `key`."""
        return seal_message(self.materials, pack_submission(key, submission), CONTEXT)


class InboxOpener:
    """Opens submissions with the private half of the inbox key, with one KMS call per data key of the door."""

    def __init__(self, key_names: Sequence[str], kms: Any) -> None:
        """`key_names` are KMS ARNs or `file:` names, newest first; `kms` is a boto3 client or None."""
        self.names, self.kms = key_names, kms
        self.materials = cache_materials(build_ring([load_private(name, kms) for name in key_names]))

    def open_submission(self, key: str, sealed: bytes) -> Submission:
        """Open the submission of the inbox item `key`; raise SealBrokenError or KeyUnavailableError."""
        return unpack_submission(key, open_message(self.materials, sealed, CONTEXT))

    def open_entry(self, device: str, entry: str, sealed: bytes) -> bytes:
        """Open an entry that a till sealed; raise SealBrokenError for another till's, and for another entry's."""
        return open_message(self.materials, sealed, name_entry(device, entry))

    def read_public(self) -> str:
        """Return the public half of the newest key, as the published parameter has it; raise KeyUnavailableError."""
        form = (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        return f"{self.names[0]}\n{load_public(self.names[0], self.kms).public_bytes(*form).decode()}"


def name_entry(device: str, entry: str) -> dict[str, str]:
    """Return the context that binds a message of a till: two random ids, which name nobody."""
    return {"purpose": "till", "version": "1", "device": device, "entry": entry}


def load_private(name: str, kms: Any) -> Any:
    """Return the private half of the key with this name."""
    if name.startswith("file:"):
        return wrap_rsa(read_file(name), name, EncryptionKeyType.PRIVATE)
    from chalicelib.vault.kms import wrap_rsa_kms  # the door and local runs never need it

    return wrap_rsa_kms(name, kms)


def load_public(name: str, kms: Any) -> Any:
    """Return the public half of the key with this name; raise KeyUnavailableError."""
    if name.startswith("file:"):
        return serialization.load_pem_private_key(read_file(name), None).public_key()
    from chalicelib.vault.kms import read_public_kms  # as above

    return serialization.load_der_public_key(read_public_kms(name, kms))


def pack_submission(key: str, submission: Submission) -> bytes:
    """Return a submission as lines: its key, its other fields as JSON, and the body as it came."""
    about = submission.model_dump_json(exclude={"body"}, exclude_defaults=True)
    return b"\n".join((key.encode(), about.encode(), submission.body))


def unpack_submission(key: str, text: bytes) -> Submission:
    """Return the submission that `pack_submission` wrote; raise SealBrokenError where its key is another item's.

    Raise NewerShapeError for fields or values that this version does not know.
    """
    own_key, about, body = text.split(b"\n", 2)
    if own_key != key.encode():
        raise SealBrokenError("moved from another item")
    try:
        known = Submission.model_validate_json(about[:-1] + b',"body":""}')
    except ValidationError:
        # It opened, so it is whole: a later version wrote it, and this one must leave it alone.
        raise NewerShapeError("submission") from None
    return known.model_copy(update={"body": body})
