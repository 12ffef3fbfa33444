"""Signatures: one thing broken at a time, every refusal the same error."""

import hashlib
import json
import random
from base64 import b64decode, b64encode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.errors import InvalidSignatureError
from chalicelib.senders import SENDERS
from chalicelib.senders.signatures import check_digest, check_message, decode_secret
from tests.payloads.deliveries import (
    ADDRESS,
    NOW,
    SECRET,
    STANDARD_SECRET,
    choose_secret,
    digest_text,
    load_sender,
    sign_delivery,
    sign_webhooks,
    write_body,
)

VECTORS = Path(__file__).parents[3] / "shared/payloads/signatures/test-vectors.json"
RAW = write_body({"email": "asha@example.com", "name": "Әлия  نام", "spaces": "kept"})
GOOD = digest_text(SECRET, RAW)
SIGNATURE_HEADERS = {
    "shopify": "x-shopify-hmac-sha256",
    "square": "x-square-hmacsha256-signature",
    "stripe": "stripe-signature",
    "tally": "tally-signature",
    "typeform": "typeform-signature",
    "webhooks": "webhook-signature",
    "woocommerce": "x-wc-webhook-signature",
}


def last_character_moved(text):
    """Return base64 with another last character before the padding that decodes to the same 32 bytes."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    return text[:-2] + alphabet[alphabet.index(text[-2]) ^ 1] + "="


BROKEN = {
    "missing": "",
    "space": " ",
    "space before": " " + GOOD,
    "newline after": GOOD + "\n",
    "junk after": GOOD + "!!!!",
    "junk inside": GOOD[:9] + "!" + GOOD[9:],
    "no padding": GOOD.rstrip("="),
    "more padding": GOOD + "=",
    "another last character": last_character_moved(GOOD),
    "url-safe alphabet": urlsafe_b64encode(hashlib.sha256(b"x").digest() * 1).decode(),
    "lower case": GOOD.lower(),
    "hex": b64decode(GOOD).hex(),
    "31 bytes": b64encode(b64decode(GOOD)[:31]).decode(),
    "33 bytes": b64encode(b64decode(GOOD) + b"\x00").decode(),
    "another secret's": digest_text(b"another tenant", RAW),
    "sha-1": digest_text(SECRET, RAW, hashlib.sha1),
    "md5": digest_text(SECRET, RAW, hashlib.md5),
    "sha-512": digest_text(SECRET, RAW, hashlib.sha512),
    "no key at all": b64encode(hashlib.sha256(RAW).digest()).decode(),
    "with a prefix": "sha256=" + GOOD,
    "non-ascii": GOOD[:-1] + "é",
    "non-ascii of the same length in bytes": "é" * 22,
    "half a surrogate pair": "\udcff" + GOOD[1:],
    "nul": GOOD + "\x00",
    "two headers, bad first": f"{digest_text(b'no', RAW)}, {GOOD}",
    "two headers, good first": f"{GOOD}, {digest_text(b'no', RAW)}",
    "two headers, both good": f"{GOOD}, {GOOD}",
    "of a body with a newline more": digest_text(SECRET, RAW + b"\n"),
    "of the body written again": digest_text(SECRET, json.dumps(json.loads(RAW)).encode()),
}


def test_the_true_digest_is_accepted():
    check_digest(RAW, GOOD, [SECRET])
    check_digest(RAW, "sha256=" + GOOD, [SECRET], prefix="sha256=")


def test_the_decoy_with_another_last_character_really_decodes_to_the_digest():
    assert b64decode(last_character_moved(GOOD)) == b64decode(GOOD)
    assert last_character_moved(GOOD) != GOOD


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_digest_is_refused(name):
    with pytest.raises(InvalidSignatureError) as caught:
        check_digest(RAW, BROKEN[name], [SECRET])
    assert caught.value.STATUS_CODE == 401
    assert str(caught.value) == "The signature is not valid."


@pytest.mark.parametrize("prefix", ["", "SHA256=", "sha256:", "sha256= ", "sha1=", "sha256=sha256="])
def test_a_wrong_prefix_is_refused(prefix):
    with pytest.raises(InvalidSignatureError):
        check_digest(RAW, prefix + GOOD, [SECRET], prefix="sha256=")


def test_the_prefix_alone_is_refused():
    with pytest.raises(InvalidSignatureError):
        check_digest(RAW, "sha256=", [SECRET], prefix="sha256=")


def test_the_old_and_the_new_secret_work_while_rotating():
    check_digest(RAW, digest_text(b"old", RAW), [b"new", b"old"])
    check_digest(RAW, digest_text(b"new", RAW), [b"new", b"old"])


@pytest.mark.parametrize("secrets", [[], [b""]])
def test_without_a_secret_nothing_is_accepted(secrets):
    with pytest.raises(InvalidSignatureError):
        check_digest(RAW, digest_text(b"", RAW), secrets)


def test_the_digest_is_over_raw_bytes_even_when_they_are_not_utf8():
    raw = b'{"name":"\xff\xfe"}\r\n'
    check_digest(raw, digest_text(SECRET, raw), [SECRET])


def test_none_of_a_thousand_altered_signatures_is_accepted():
    chance = random.Random(7)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
    accepted = 0
    for _ in range(1_000):
        place = chance.randrange(len(GOOD))
        altered = GOOD[:place] + chance.choice(alphabet.replace(GOOD[place], "")) + GOOD[place + 1 :]
        try:
            check_digest(RAW, altered, [SECRET])
            accepted += 1
        except InvalidSignatureError:
            pass
    assert accepted == 0


def refuse_message(headers, raw=RAW, now=NOW, secrets=(STANDARD_SECRET,)):
    with pytest.raises(InvalidSignatureError):
        check_message(raw, headers, list(secrets), now)


def test_a_standard_message_is_accepted():
    check_message(RAW, sign_webhooks(RAW, "", NOW), [STANDARD_SECRET], NOW)


def test_a_secret_may_lack_its_prefix():
    check_message(RAW, sign_webhooks(RAW, "", NOW), [STANDARD_SECRET.removeprefix(b"whsec_")], NOW)


def test_svix_header_names_are_the_same_scheme():
    headers = {name.replace("webhook", "svix"): value for name, value in sign_webhooks(RAW, "", NOW).items()}
    check_message(RAW, headers, [STANDARD_SECRET], NOW)


@pytest.mark.parametrize("seconds", [-300, 0, 300])
def test_five_minutes_either_way_are_tolerated(seconds):
    check_message(RAW, sign_webhooks(RAW, "", NOW), [STANDARD_SECRET], NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize("seconds", [-301, 301, 86_400])
def test_beyond_five_minutes_is_too_far(seconds):
    refuse_message(sign_webhooks(RAW, "", NOW), now=NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
@pytest.mark.parametrize("value", [None, "", "x", "é", "\udcff", "１７６３８１２８００", "-1", "1e9", "9" * 400, "nan"])
def test_each_header_of_a_message_is_needed_and_signed(name, value):
    headers = sign_webhooks(RAW, "", NOW)
    headers.pop(name) if value is None else headers.update({name: value})
    refuse_message(headers)


@pytest.mark.parametrize(("message_id", "signed_id"), [("", b""), ("msg_é", b"msg_?"), ("\udcff", b"?")])
def test_an_empty_or_non_ascii_id_is_refused_even_when_signed(message_id, signed_id):
    headers = sign_webhooks(RAW, "", NOW)
    content = b".".join((signed_id, headers["webhook-timestamp"].encode(), RAW))
    signature = "v1," + digest_text(b"0123456789abcdef01234567", content)
    refuse_message({**headers, "webhook-id": message_id, "webhook-signature": signature})


@pytest.mark.parametrize("form", ["{}.0", " {}", "{} ", "+{}", "0{}_0", "{}\n", "{}¹"])
def test_a_time_is_plain_digits_even_when_signed(form):
    headers = sign_webhooks(RAW, "", NOW)
    stamp = form.format(headers["webhook-timestamp"])
    content = b".".join((b"msg_1", stamp.encode(), RAW))
    signature = "v1," + digest_text(b"0123456789abcdef01234567", content)
    refuse_message({**headers, "webhook-timestamp": stamp, "webhook-signature": signature})


def test_several_signatures_may_be_listed_and_one_must_match():
    headers = sign_webhooks(RAW, "", NOW)
    good = headers["webhook-signature"]
    bad = "v1," + digest_text(b"no", RAW)
    for listed in (f"{bad} {good}", f"{good} {bad}", f"v1a,{'A' * 86}== {good}", f"v2,x {good}"):
        check_message(RAW, {**headers, "webhook-signature": listed}, [STANDARD_SECRET], NOW)
    refuse_message({**headers, "webhook-signature": f"{bad} {bad}"})


@pytest.mark.parametrize(
    "form",
    [
        "{bad}, {good}",
        "{good}, {bad}",
        "{good},",
        "{good}  {good}",
        " {good}",
        "{good} ",
        "{good} garbage",
        "v1a,{digest}",
        "V1,{digest}",
        "v1,,{digest}",
        "v1 {digest}",
        "{digest}",
    ],
)
def test_a_list_of_signatures_in_another_form_is_refused(form):
    headers = sign_webhooks(RAW, "", NOW)
    good = headers["webhook-signature"]
    listed = form.format(good=good, bad="v1," + digest_text(b"no", RAW), digest=good.removeprefix("v1,"))
    refuse_message({**headers, "webhook-signature": listed})


def test_a_message_signed_with_an_old_secret_is_accepted_while_rotating():
    new = b"whsec_" + b64encode(b"f" * 24)
    check_message(RAW, sign_webhooks(RAW, "", NOW), [new, STANDARD_SECRET], NOW)
    refuse_message(sign_webhooks(RAW, "", NOW), secrets=[new])


def test_a_secret_with_stray_characters_is_not_mended():
    refuse_message(sign_webhooks(RAW, "", NOW), secrets=[STANDARD_SECRET[:12] + b"!" + STANDARD_SECRET[12:]])


@pytest.mark.parametrize("secret", [b"", b"whsec_", b"whsec_!!!", b"whsec_a", b"\xff"])
def test_an_unusable_secret_matches_nothing_and_raises_nothing_else(secret):
    headers = sign_webhooks(RAW, "", NOW)
    content = b".".join((b"msg_1", headers["webhook-timestamp"].encode(), RAW))
    refuse_message({**headers, "webhook-signature": "v1," + digest_text(b"", content)}, secrets=[secret])


def test_the_vendors_vectors_verify():
    if not VECTORS.exists():
        pytest.skip(f"no vectors at {VECTORS}")
    checked = []
    for vector in json.loads(VECTORS.read_text("utf-8")):
        raw, secret, scheme = vector["body"].encode(), vector["key"].encode(), vector["scheme"]
        if scheme not in ("shopify", "square", "stripe", "typeform", "tally", "woocommerce", "standard-webhooks"):
            continue
        sender = "webhooks" if scheme == "standard-webhooks" else scheme
        headers = {vector["header"].lower(): vector["signature"]}
        moment, address = NOW, vector.get("url", "")
        if sender == "stripe":
            moment = datetime.fromtimestamp(int(vector["timestamp"]), UTC)
        if sender == "webhooks":
            headers |= {"webhook-id": vector["id"], "webhook-timestamp": vector["timestamp"]}
            moment = datetime.fromtimestamp(int(vector["timestamp"]), UTC)
        load_sender(sender).verify(raw, headers, [secret], moment, address=address)
        with pytest.raises(InvalidSignatureError):
            load_sender(sender).verify(raw + b" ", headers, [secret], moment, address=address)
        checked.append(scheme)
    print(f"\nvectors verified: {', '.join(checked)}")
    assert len(checked) == 8


@pytest.mark.parametrize("sender", SENDERS)
def test_every_sender_refuses_an_unsigned_delivery(sender):
    module = load_sender(sender)
    headers = sign_delivery(sender, RAW, "orders/create")
    module.verify(RAW, headers, [choose_secret(sender)], NOW, address=ADDRESS)
    del headers[SIGNATURE_HEADERS[sender]]
    with pytest.raises(InvalidSignatureError):
        module.verify(RAW, headers, [choose_secret(sender)], NOW, address=ADDRESS)


@pytest.mark.parametrize("sender", SENDERS)
@pytest.mark.parametrize("change", [RAW + b"\n", RAW[:-1], RAW.replace(b"  ", b" "), b""])
def test_every_sender_signs_each_byte_of_the_body(sender, change):
    headers = sign_delivery(sender, RAW, "orders/create")
    with pytest.raises(InvalidSignatureError):
        load_sender(sender).verify(change, headers, [choose_secret(sender)], NOW, address=ADDRESS)


HEADER_TEXT = st.text(max_size=120) | st.text(st.characters(codec=None), max_size=60) | st.just(GOOD)


@pytest.mark.parametrize("sender", SENDERS)
@settings(deadline=None)
@given(given_signature=HEADER_TEXT, message_id=HEADER_TEXT, stamp=HEADER_TEXT | st.integers().map(str))
def test_no_header_makes_a_verifier_raise_anything_else(sender, given_signature, message_id, stamp):
    headers = {
        SIGNATURE_HEADERS[sender]: given_signature + "x",
        "webhook-id": message_id,
        "webhook-timestamp": stamp,
    }
    with pytest.raises(InvalidSignatureError):
        load_sender(sender).verify(RAW, headers, [choose_secret(sender)], NOW, address=ADDRESS)


KEY = bytes(range(200, 232))
PLAIN = b64encode(KEY)


@pytest.mark.parametrize(
    "secret",
    [
        b"whsec_" + PLAIN,
        PLAIN,
        b"whsec_" + PLAIN.rstrip(b"="),
        b"v1,whsec_" + PLAIN,
        b'"whsec_' + PLAIN + b'"',
        b" whsec_" + PLAIN + b"\n",
        b"whsec_" + PLAIN.replace(b"+", b"-").replace(b"/", b"_"),
    ],
)
def test_a_secret_is_read_as_consoles_and_copying_write_it(secret):
    assert decode_secret(secret) == KEY


@pytest.mark.parametrize(
    "secret", [b"", b"whsec_", b"whsec_abc", b"whsec_" + b64encode(b"x" * 23), b"whsec_!!!", b"v1,"]
)
def test_a_secret_without_a_usable_key_matches_nothing_and_is_logged_without_it(secret, caplog):
    assert decode_secret(secret) == b""
    assert [record.msg for record in caplog.records] == ["secret_unusable"]
    assert "whsec_a" not in caplog.text
