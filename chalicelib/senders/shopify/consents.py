"""What a Shopify body says of consent, and how far each statement is proven."""

from collections.abc import Mapping
from datetime import datetime

from chalicelib.addresses import normalise_email
from chalicelib.models import Consent, ConsentState, Grade, JsonValue
from chalicelib.senders.json_values import choose_text, get_path, read_part, read_text, read_time

Body = Mapping[str, JsonValue]

CONFIRMED = "confirmed_opt_in"
# Only a decision of the customer counts: `not_subscribed` means that there is none, `invalid` is about the address.
# `redacted` follows a request for erasure, which is a no.
STATES = {
    "subscribed": ConsentState.GIVEN,
    "pending": ConsentState.PENDING,
    "unsubscribed": ConsentState.WITHDRAWN,
    "redacted": ConsentState.WITHDRAWN,
}


def read_consents(body: Body, fallback: datetime, address: str = "") -> tuple[Consent, ...]:
    """Return the statements in a body; `fallback` dates one without a time, so it must be the earliest possible.

    `address` is the e-mail that stands beside them: a yes to mails counts for it alone.
    """
    email, sms = (read_part(body, f"{channel}_marketing_consent") for channel in ("email", "sms"))
    return tuple(
        make_consent(purpose, statement, STATES[state], fallback, address if purpose == "marketing" else "")
        for purpose, statement in (("marketing", email), ("sms", sms))
        if (state := read_text(statement, "state").lower()) in STATES
    )


def make_consent(purpose: str, statement: Body, state: ConsentState, fallback: datetime, address: str) -> Consent:
    """Return one statement. Anybody can type an address into a newsletter box: only a confirmed yes is signed."""
    proven = state is ConsentState.WITHDRAWN or (state is ConsentState.GIVEN and read_level(statement) == CONFIRMED)
    return Consent(
        purpose=purpose,
        state=state,
        at=read_time(statement, "consent_updated_at") or fallback,
        channel="shopify",
        grade=Grade.SIGNED if proven else Grade.TYPED,
        address="" if state is ConsentState.WITHDRAWN else normalise_email(address),
    )


def read_level(statement: Body) -> str:
    """Return how a yes was given: `single_opt_in`, `confirmed_opt_in` or `unknown`."""
    return read_text(statement, "opt_in_level").lower()


def read_tick(body: Body, at: datetime) -> tuple[Consent, ...]:
    """Return the consent ticked in a checkout, unless the customer's own state stands beside it.

    Each later event of the order repeats the tick, so the consent is dated when the order was made. It is typed.
    """
    ticked = get_path(body, "buyer_accepts_marketing") is True
    if not ticked or read_text(body, "customer", "email_marketing_consent", "state"):
        return ()
    typed = choose_text(
        read_text(body, "email"), read_text(body, "contact_email"), read_text(body, "customer", "email")
    )
    address = normalise_email(typed)
    return (Consent(purpose="marketing", state=ConsentState.GIVEN, at=at, channel="shopify", address=address),)
