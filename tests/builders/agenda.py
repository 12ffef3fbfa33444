"""Profiles, campaigns and clocks of which an agenda is made. Builders for tests."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from chalicelib.campaigns.agenda import list_occasions
from chalicelib.campaigns.definition import Campaign
from chalicelib.campaigns.shop import ShopClock
from chalicelib.campaigns.window import WEEKDAYS
from chalicelib.models import (
    Consent,
    ConsentState,
    Entry,
    Grade,
    HeldValue,
    MailNote,
    MailState,
    Order,
    OrderState,
    Submission,
    Trust,
)
from tests.builders.folding import profile_of

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)  # a Monday
DAY = timedelta(days=1)
ALWAYS = {"opens": "00:00", "closes": "24:00"}


def a_campaign(name="win-back", trigger="inactive", days=30, **changes):
    when = {"trigger": trigger, "days": days}
    keys = {"name": name, "kind": "marketing", "template": "t", "good_for_days": 14, "when": when}
    return Campaign.model_validate({**keys, **changes})


def a_shop(window=ALWAYS, zone="UTC", mails=2, days=7):
    keys = {"time_zone": zone, "currency": "EUR", "window": window, "cap": {"mails": mails, "days": days}}
    return ShopClock.model_validate(keys)


def an_order(number, at, **changes):
    return Order(id=str(number), placed_at=at, updated_at=at, **{"state": OrderState.PAID, **changes})


def a_consent(state=ConsentState.GIVEN, at=NOW, **changes):
    return Consent(purpose="marketing", state=state, at=at, channel="form:sign-up", **changes)


def held(value):
    return HeldValue(value=value, at=NOW, source="s", grade=Grade.TYPED)


def a_person(*bought, consent=True, entries=None, mails=(), **fields):
    """Return somebody with an address and a consent who bought at these moments."""
    return profile_of(
        "c-1",
        fields={name: held(value) for name, value in {"email": "a@example.org", **fields}.items()},
        consents={"marketing": a_consent(at=NOW - 400 * DAY)} if consent else {},
        joined={"marketing": NOW - 400 * DAY} if consent else {},
        orders={f"shopify:s:{number}": an_order(number, at) for number, at in enumerate(bought)},
        entries=entries or {},
        mails={note.occasion: note for note in mails},
    )


def a_note(occasion="other:1", state=MailState.SENT, at=NOW, marketing=True):
    return MailNote(campaign=occasion.partition(":")[0], occasion=occasion, state=state, at=at, marketing=marketing)


def list_ids(profile, *campaigns, now=NOW, shop=None):
    return [each.id for each in list_occasions(profile, campaigns, shop or a_shop(), now)]


OFFER = {
    "percent": 10,
    "codes": "shopify",
    "code": "BACK-{code}",
    "expires_days": 9,
    "most_spent": 10,
    "expected_cost": 3,
}
OFFICE = {"opens": "09:00", "closes": "18:00", "days": WEEKDAYS[:5]}

ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/St_Johns",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Asia/Tehran",
    "Africa/Cairo",
    "Africa/Casablanca",
    "America/Havana",
    "America/Santiago",
    "Pacific/Chatham",
    "Asia/Almaty",
]

CAMPAIGNS = [
    a_campaign("a", window={"opens": "20:00", "closes": "02:00"}),
    a_campaign("b", "after-purchase", 7, cooldown_days=9),
    a_campaign("c", "after-purchase", 0, kind="transactional"),
    a_campaign("d", "at-risk", 0, good_for_days=1),
    a_campaign("e", "after-sign-up", 1),
    a_campaign("f", "after-warranty", 3, audience={"purchases_at_least": 1}),
]

SHOP = a_shop(OFFICE, "Europe/Berlin")
times = st.integers(0, 120 * 24).map(lambda hours: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hours))

people = st.builds(
    lambda bought, zone, cards: a_person(
        *bought,
        entries={f"k{number}": Entry(kind="warranty", at=at) for number, at in enumerate(cards)},
        time_zone=zone,
    ).model_copy(update={"consents": {"marketing": a_consent(at=datetime(2026, 2, 1, tzinfo=UTC))}}),
    st.lists(times, max_size=6),
    st.sampled_from(ZONES),
    st.lists(times, max_size=2),
)


def a_submission(at):
    return Submission(sender="shopify", topic="t", trust=Trust.SIGNED, received_at=at, occurred_at=at, body=b"{}")
