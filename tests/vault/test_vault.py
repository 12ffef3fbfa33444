"""What the vault refuses: moved, cut, lengthened, altered, re-labelled messages, and keys that are not on the ring."""

import os
import zlib
from datetime import UTC, datetime

import aws_encryption_sdk
import pytest
from aws_encryption_sdk import CommitmentPolicy, EncryptionSDKClient
from aws_encryption_sdk.identifiers import Algorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.errors import OversizeError, SealBrokenError
from chalicelib.models import Submission, Trust
from chalicelib.vault.envelope import InboxOpener, InboxSeal, name_entry
from chalicelib.vault.keyring import PERSON_PROVIDER, build_ring, wrap_secret
from chalicelib.vault.person import PersonSeal
from chalicelib.vault.root import RootSeal, make_key
from chalicelib.vault.suite import MOST_BYTES, open_message, seal_message

NOW = datetime(2026, 3, 1, 12, 0, 0, 250, tzinfo=UTC)
BODY = '{"email":"asel@example.org","name":"Әсел"}\n\n"'.encode()
SUBMISSION = Submission(
    sender="form",
    topic="sign-up",
    trust=Trust.ANONYMOUS,
    received_at=NOW,
    occurred_at=NOW,
    claims=("event:1",),
    body=BODY,
)
PERSON = PersonSeal("c1", b"k" * 32)


def make_inbox_keys(folder, name="inbox.pem"):
    """Write a private key file and return its `file:` name and the public parameter."""
    private = rsa.generate_private_key(65537, 2048)
    path = folder / name
    path.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    path.chmod(0o600)
    public = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return f"file:{path}", f"file:{path}\n{public.decode()}"


@pytest.fixture(scope="module")
def inbox_keys(tmp_path_factory):
    return make_inbox_keys(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def root_file(tmp_path):
    path = tmp_path / "root.key"
    path.write_bytes(os.urandom(32))
    path.chmod(0o600)
    return f"file:{path}"


def test_submission_comes_back_whole(inbox_keys):
    private, public = inbox_keys

    sealed = InboxSeal(public).seal_submission("key-1", SUBMISSION)

    assert InboxOpener([private], None).open_submission("key-1", sealed) == SUBMISSION
    assert b"asel" not in sealed


def test_submission_moved_to_another_item_is_refused(inbox_keys):
    private, public = inbox_keys
    sealed = InboxSeal(public).seal_submission("key-1", SUBMISSION)

    with pytest.raises(SealBrokenError, match="moved"):
        InboxOpener([private], None).open_submission("key-2", sealed)


def test_a_tills_entry_is_bound_to_the_till_and_to_its_id(inbox_keys):
    private, public = inbox_keys
    sealed = seal_message(InboxSeal(public).materials, b"{}", name_entry("till-1", "entry-1"))
    opener = InboxOpener([private], None)

    assert opener.open_entry("till-1", "entry-1", sealed) == b"{}"
    for device, entry in (("till-2", "entry-1"), ("till-1", "entry-2")):
        with pytest.raises(SealBrokenError):
            opener.open_entry(device, entry, sealed)
    with pytest.raises(SealBrokenError):
        opener.open_submission("entry-1", sealed)
    assert opener.read_public() == public


def test_door_cannot_open_what_it_sealed(inbox_keys):
    seal = InboxSeal(inbox_keys[1])
    sealed = seal.seal_submission("key-1", SUBMISSION)
    seal.materials.cache._cache.clear()  # even the data key it still remembers is no way back for a new container

    with pytest.raises(SealBrokenError):
        open_message(seal.materials, sealed, {"purpose": "inbox", "version": "1"})


def test_old_inbox_key_opens_after_rotation(tmp_path):
    old_private, old_public = make_inbox_keys(tmp_path, "old.pem")
    new_private, new_public = make_inbox_keys(tmp_path, "new.pem")
    before = InboxSeal(old_public).seal_submission("a", SUBMISSION)
    after = InboxSeal(new_public).seal_submission("b", SUBMISSION)

    opener = InboxOpener([new_private, old_private], None)

    assert opener.open_submission("a", before) == opener.open_submission("b", after) == SUBMISSION
    with pytest.raises(SealBrokenError):
        InboxOpener([new_private], None).open_submission("a", before)


def test_data_key_of_the_door_is_reused(inbox_keys, monkeypatch):
    made = []
    seal = InboxSeal(inbox_keys[1])
    ring = seal.materials.backing_materials_manager.master_key_provider
    generate = ring.keys[0].generate_data_key
    monkeypatch.setattr(ring.keys[0], "generate_data_key", lambda *args: made.append(1) or generate(*args))

    for number in range(50):
        seal.seal_submission(f"key-{number}", SUBMISSION)

    assert len(made) == 1


def test_readable_key_file_is_refused(inbox_keys, tmp_path):
    path = tmp_path / "open.key"
    path.write_bytes(b"r" * 32)
    path.chmod(0o644)

    with pytest.raises(PermissionError, match="0600"):
        RootSeal([f"file:{path}"], None)


def test_secret_opens_only_under_its_own_name(root_file):
    root = RootSeal([root_file], None)
    sealed = root.seal_secret("cust#1", b"s" * 32)

    assert root.open_secret("cust#1", sealed) == b"s" * 32
    with pytest.raises(SealBrokenError, match="another"):
        root.open_secret("cust#2", sealed)


def test_root_key_rotates_with_old_secrets_readable(root_file, tmp_path):
    newer = tmp_path / "newer.key"
    newer.write_bytes(os.urandom(32))
    newer.chmod(0o600)
    before = RootSeal([root_file], None).seal_secret("cust#1", b"s" * 32)

    rotated = RootSeal([f"file:{newer}", root_file], None)

    assert rotated.open_secret("cust#1", before) == b"s" * 32
    assert rotated.open_secret("cust#1", rotated.seal_secret("cust#1", b"t" * 32)) == b"t" * 32


@pytest.mark.parametrize(
    ("record", "kind", "reader"),
    [
        ("event#2", "event", PERSON),
        ("event#1", "profile", PERSON),
        ("event#1", "event", PersonSeal("c2", b"k" * 32)),
        ("event#1", "event", PersonSeal("c1", b"x" * 32)),
    ],
)
def test_record_opens_only_in_its_own_place(record, kind, reader):
    sealed = PERSON.seal_record("event#1", "event", b"hello")

    assert PERSON.open_record("event#1", "event", sealed) == b"hello"
    with pytest.raises(SealBrokenError):
        reader.open_record(record, kind, sealed)


@pytest.mark.parametrize("context", [{}, {"customer": "c1"}])
def test_missing_context_is_refused_though_the_sdk_takes_it(context):
    sealed = PERSON.seal_record("event#1", "event", b"hello")

    with pytest.raises(SealBrokenError):
        open_message(PERSON.materials, sealed, context)


@pytest.mark.parametrize("junk", [b"\x00", b"x", b"\n" * 100])
def test_trailing_bytes_are_refused_though_the_sdk_takes_them(junk):
    sealed = PERSON.seal_record("event#1", "event", b"hello")

    with pytest.raises(SealBrokenError):
        PERSON.open_record("event#1", "event", sealed + junk)


def test_every_single_bit_counts():
    sealed = PERSON.seal_record("event#1", "event", b"hello")

    for bit in range(len(sealed) * 8):
        flipped = bytearray(sealed)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(SealBrokenError):
            PERSON.open_record("event#1", "event", bytes(flipped))


def test_every_truncation_is_refused():
    sealed = PERSON.seal_record("event#1", "event", b"hello")

    for length in range(len(sealed)):
        with pytest.raises(SealBrokenError):
            PERSON.open_record("event#1", "event", sealed[:length])


@given(st.binary(max_size=600))
def test_noise_is_refused(noise):
    with pytest.raises(SealBrokenError):
        PERSON.open_record("event#1", "event", noise)


@given(st.binary(max_size=3_000))
@settings(max_examples=50)
def test_any_text_comes_back(text):
    assert PERSON.open_record("r", "k", PERSON.seal_record("r", "k", text)) == text


@pytest.mark.parametrize(
    "algorithm",
    [
        Algorithm.AES_256_GCM_HKDF_SHA512_COMMIT_KEY_ECDSA_P384,
        Algorithm.AES_256_GCM_IV12_TAG16_HKDF_SHA256,
    ],
)
def test_other_suites_are_refused(algorithm):
    lax = EncryptionSDKClient(commitment_policy=CommitmentPolicy.FORBID_ENCRYPT_ALLOW_DECRYPT)
    if "COMMIT" in algorithm.name:
        lax = EncryptionSDKClient()
    sealed, _ = lax.encrypt(
        source=zlib.compress(b"hello"),
        materials_manager=PERSON.materials,
        encryption_context=PERSON.name_place("event#1", "event"),
        algorithm=algorithm,
    )

    with pytest.raises(SealBrokenError):
        PERSON.open_record("event#1", "event", sealed)


def test_second_encrypted_data_key_is_refused():
    first = wrap_secret(b"k" * 32, "c1", PERSON_PROVIDER)
    first.add_master_key_provider = None
    other = wrap_secret(b"o" * 32, "other", PERSON_PROVIDER)

    class Both(type(build_ring([first]))):
        def master_keys_for_encryption(self, encryption_context, plaintext_rostream, plaintext_length=None):
            return first, {first, other}

    sealed, _ = EncryptionSDKClient().encrypt(
        source=zlib.compress(b"hello"),
        key_provider=Both().hold_keys([first]),
        encryption_context=PERSON.name_place("event#1", "event"),
        algorithm=Algorithm.AES_256_GCM_HKDF_SHA512_COMMIT_KEY,
    )

    with pytest.raises(SealBrokenError):
        PERSON.open_record("event#1", "event", sealed)


def test_what_opening_would_refuse_is_never_sealed():
    largest = b"\x00" * MOST_BYTES
    assert PERSON.open_record("r", "k", PERSON.seal_record("r", "k", largest)) == largest
    with pytest.raises(OversizeError):
        PERSON.seal_record("r", "k", largest + b"\x00")


def test_small_message_cannot_grow_past_the_limit(monkeypatch):
    monkeypatch.setattr("chalicelib.vault.suite.MOST_BYTES", MOST_BYTES + 1)
    bomb = seal_message(PERSON.materials, b"\x00" * (MOST_BYTES + 1), PERSON.name_place("r", "k"))
    monkeypatch.undo()

    assert len(bomb) < 10_000
    with pytest.raises(SealBrokenError):
        PERSON.open_record("r", "k", bomb)


def test_encryption_sdk_is_past_the_cache_bypass():
    version = tuple(int(part) for part in aws_encryption_sdk.__version__.split("."))

    assert version >= (4, 0, 5)  # CVE-2026-6550


def test_keys_are_random_and_long():
    assert len({make_key() for _ in range(100)}) == 100
    assert len(make_key()) == 32
