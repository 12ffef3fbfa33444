"""Passkeys: what a browser is asked for, and whether its answer holds (WebAuthn level 3, by `fido2`).

A passkey is discoverable (nobody types a name), verifies its user (a finger, a face, a PIN), and hands back the staff
id as its user handle. No attestation is asked for: any maker's will do.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from chalicelib.config import Settings
from chalicelib.desk.guard import read_origin
from chalicelib.errors import InvalidSignatureError
from chalicelib.shop.brand import name_shop
from chalicelib.store.passkeys import Passkey
from chalicelib.strictjson import parse_object

if TYPE_CHECKING:
    from fido2.server import Fido2Server

log = logging.getLogger(__name__)
Take = Callable[[bytes], bool]  # uses a challenge up; returns whether it was good
Find = Callable[[str, bytes], Passkey | None]  # a passkey by staff id and credential id
MOST = 10  # passkeys of one person


@dataclass(frozen=True)
class NewPasskey:
    """A passkey that was just made: its id, what is kept of it, the counter of its uses."""

    credential_id: bytes
    credential: bytes
    counter: int


@dataclass(frozen=True)
class Offered:
    """What a browser is given: options as JSON has them, and the challenge inside."""

    options: Mapping[str, Any]
    challenge: bytes


def build_server(settings: Settings) -> Fido2Server:
    """Return WebAuthn's relying party: the host of DESK_URL, and answers from its exact origin alone."""
    # Imported here: most pages ask for no passkey, and fido2 with cryptography takes longer to load than the rest.
    from fido2.server import Fido2Server
    from fido2.webauthn import PublicKeyCredentialRpEntity

    origin = read_origin(settings.desk_url)
    party = PublicKeyCredentialRpEntity(name=name_shop(settings), id=urlsplit(origin).hostname)
    return Fido2Server(party, verify_origin=lambda other: other == origin)


def offer_making(settings: Settings, staff_id: str, name: str, known: Iterable[Passkey] = ()) -> Offered:
    """Return the options for a new passkey; a device that holds one of `known` makes no second."""
    from fido2.webauthn import PublicKeyCredentialUserEntity, ResidentKeyRequirement, UserVerificationRequirement

    options, state = build_server(settings).register_begin(
        PublicKeyCredentialUserEntity(id=staff_id.encode(), name=name, display_name=name),
        credentials=load_credentials(known),
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return Offered(dict(options), decode_challenge(state))


def offer_asking(settings: Settings, known: Iterable[Passkey] = ()) -> Offered:
    """Return the options that ask for a passkey: for one of `known`, or for any of this desk."""
    from fido2.webauthn import UserVerificationRequirement

    options, state = build_server(settings).authenticate_begin(
        credentials=load_credentials(known) or None, user_verification=UserVerificationRequirement.REQUIRED
    )
    return Offered(dict(options), decode_challenge(state))


def check_made(settings: Settings, answer: str, take: Take) -> NewPasskey:
    """Return the passkey that a browser made; raise InvalidSignatureError, MalformedError."""
    from fido2.cose import CoseKey
    from fido2.webauthn import RegistrationResponse

    given = parse_object(answer.encode())
    with_state = build_server(settings)
    try:
        challenge = RegistrationResponse.from_dict(given).response.client_data.challenge
        taken = take(challenge)
        found = with_state.register_complete(describe_state(challenge), given) if taken else None
        made = found.credential_data if found else None
        if found and made and made.public_key.get(3) in CoseKey.supported_algorithms():
            return NewPasskey(made.credential_id, bytes(made), found.counter)
    except Exception as fault:  # whatever a stranger's bytes make the parser stumble over is a refusal
        log.info("passkey_refused", extra={"fault": type(fault).__name__})
        raise InvalidSignatureError from None
    raise InvalidSignatureError


def check_shown(settings: Settings, answer: str, take: Take, find: Find) -> tuple[Passkey, int]:
    """Return the passkey that was shown, and its counter now; raise InvalidSignatureError, MalformedError."""
    from fido2.webauthn import AuthenticationResponse

    given = parse_object(answer.encode())
    try:
        shown = AuthenticationResponse.from_dict(given)
        challenge = shown.response.client_data.challenge
        known = find((shown.response.user_handle or b"").decode(), shown.raw_id) if take(challenge) else None
        if known is not None:
            build_server(settings).authenticate_complete(describe_state(challenge), load_credentials([known]), given)
            counter = shown.response.authenticator_data.counter
            if counter > known.counter or counter == known.counter == 0:
                return known, counter
            log.warning("passkey_copied", extra={"key": known.name})
    except Exception as fault:  # as above
        log.info("passkey_refused", extra={"fault": type(fault).__name__})
        raise InvalidSignatureError from None
    raise InvalidSignatureError


def read_handle(answer: str) -> str:
    """Return the staff id that a refused answer names, or ""; it proves nothing."""
    from fido2.webauthn import AuthenticationResponse

    try:
        return (AuthenticationResponse.from_dict(parse_object(answer.encode())).response.user_handle or b"").decode()
    except Exception:
        return ""


def load_credentials(known: Iterable[Passkey]) -> list[Any]:
    """Return passkeys as `fido2` has them."""
    from fido2.webauthn import AttestedCredentialData

    return [AttestedCredentialData(each.credential) for each in known]


def describe_state(challenge: bytes) -> dict[str, Any]:
    """Return what `fido2` remembers of what it asked."""
    from fido2.utils import websafe_encode

    return {"challenge": websafe_encode(challenge), "user_verification": "required"}


def decode_challenge(state: Mapping[str, Any]) -> bytes:
    """Return the challenge of what `fido2` remembers."""
    from fido2.utils import websafe_decode

    return bytes(websafe_decode(state["challenge"]))
