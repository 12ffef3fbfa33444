"""Posts of the shop's own forms, as its pages send them: sign-ups, surveys, warranty cards, pre-orders."""

import random
from collections.abc import Mapping
from datetime import datetime, timedelta

from chalicelib.config import current_settings
from chalicelib.forms.library import find_form
from chalicelib.forms.post import sort_post
from chalicelib.forms.validation import validate_form
from chalicelib.forms.values import Occasion
from chalicelib.models import JsonValue, Submission, Trust
from chalicelib.senders.form import make_submission
from chalicelib.shop.brand import name_shop
from infra.demo.catalogue import BY_SKU, PRE_ORDERED
from infra.demo.person import Invented
from infra.demo.sayings import SAYINGS

COUNTRY = "US"  # of the telephone numbers
NETWORKS = ("192.0.2", "198.51.100", "203.0.113")  # of nobody (RFC 5737)
Answers = Mapping[str, JsonValue]


def post_form(name: str, person: Invented, at: datetime, answers: Answers, *, confirm: bool = False) -> Submission:
    """Return the post of a form; `confirm` is False where the shop asks for no confirming mail (docs/forms.md)."""
    kept = find_form(name)
    if kept is None:
        raise SystemExit(f"The shop has switched off the form {name}, which the invented shop uses.")
    form = kept.model_copy(update={"confirm": confirm})
    post = sort_post(form, {**answers, "language": person.language})
    shop, occasion = name_shop(current_settings(), person.language), Occasion(COUNTRY, at.date())
    clean = validate_form(form, post.values, language=post.language, shop=shop, occasion=occasion)
    network = f"{NETWORKS[person.number % len(NETWORKS)]}.{person.number % 250 + 1}"
    key = f"demo-{person.number}-{name}-{at:%Y%m%d%H%M%S}"
    return make_submission(clean, post, trust=Trust.OWN, address=network, header_key=key, now=at)


def sign_up(person: Invented, *, confirm: bool = False) -> Submission:
    """Return a sign-up with the consent to news."""
    answers: dict[str, JsonValue] = {"email": person.email, "name": person.name, "consent_marketing": "yes"}
    answers |= {"phone": person.phone} if person.phone else {}
    answers |= {"age_band": person.age} if person.age else {}
    return post_form("sign-up", person, person.joined, answers, confirm=confirm)


def answer_survey(person: Invented, at: datetime, chance: random.Random, *, first: bool) -> Submission:
    """Return an answer; how they found the shop and why they come is said the first time."""
    score = min(10, max(0, round(chance.gauss(person.mood - (1.5 if at > person.left else 0), 1.1))))
    answers: dict[str, JsonValue] = {"score": str(score), "email": person.email}
    if chance.random() < 0.5:
        kind = "good" if score >= 9 else "bad" if score <= 6 else "middling"
        answers["why"] = chance.choice(SAYINGS[person.language][kind])
    if first:
        answers |= {"found_us": person.source, "why_us": list(person.reasons)}
    return post_form("survey", person, at, answers)


def register_warranty(person: Invented, sku: str, bought: datetime, at: datetime) -> Submission:
    """Return a warranty card."""
    answers = {
        "product": BY_SKU[sku].title,
        "serial_number": f"{sku}-{person.number:05}",
        "purchased_on": f"{bought:%Y-%m-%d}",
        "bought_at": "shop" if person.number % 2 else "online",
        "name": person.name,
        "email": person.email,
    }
    return post_form("warranty", person, at, answers)


def order_ahead(person: Invented, at: datetime, chance: random.Random) -> Submission:
    """Return a pre-order of something that is not there yet."""
    answers = {
        "item": chance.choice(PRE_ORDERED),
        "quantity": str(chance.choice((1, 1, 1, 2))),
        "needed_by": f"{at + timedelta(days=chance.randint(10, 40)):%Y-%m-%d}",
        "name": person.name,
        "email": person.email,
    }
    return post_form("pre-order", person, at, answers)
