"""Campaigns as data: what ships, what a mistake is told as, who fits, who is held out, and the page about it."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from chalicelib.campaigns import library
from chalicelib.campaigns.audience import Audience, fits_audience
from chalicelib.campaigns.definition import Campaign, When
from chalicelib.campaigns.delay import Delay
from chalicelib.campaigns.holdout import draw_holdout
from chalicelib.campaigns.library import DEFINITIONS, list_campaigns, load_campaign, load_shop
from chalicelib.campaigns.offer import Offer
from chalicelib.campaigns.shop import Cap, ShopClock
from chalicelib.campaigns.triggers import TRIGGERS
from chalicelib.campaigns.window import Window
from chalicelib.errors import DefinitionError
from chalicelib.groups import library as groups
from chalicelib.groups.clauses import Gauge
from chalicelib.groups.rule import Rule
from chalicelib.mails.language import find_mail_language
from chalicelib.models import Consent, ConsentState, Entry, Grade, HeldValue, Order, OrderState, Profile
from chalicelib.words import list_languages
from tests.builders.folding import profile_of

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "campaigns.md"
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)

GOOD = """\
kind = "marketing"
template = "win-back"
good_for_days = 14

[when]
trigger = "inactive"
days = 30

[offer]
percent = 10
codes = "shopify"
code = "BACK-{code}"
expires_days = 14
most_spent = 500
expected_cost = 1.50

[window]
opens = "09:00"
closes = "18:00"
days = ["mon"]

[audience]
purchases_at_least = 1
spent_at_least = { EUR = 9.99 }
"""


def load_text(folder, text, name="spring"):
    path = folder / f"{name}.toml"
    path.write_text(text, "utf-8")
    return load_campaign(path)


def test_nine_campaigns_ship():
    assert [campaign.name for campaign in list_campaigns()] == [
        "needs-again",
        "post-purchase",
        "pre-order-received",
        "pre-order-shipped",
        "staff-entry-received",
        "survey-invitation",
        "warranty-received",
        "welcome",
        "win-back",
    ]
    service = ["pre-order-received", "pre-order-shipped", "staff-entry-received", "warranty-received"]
    assert [campaign.name for campaign in list_campaigns() if not campaign.is_marketing] == service
    confirming = ["pre-order-received", "staff-entry-received", "warranty-received"]
    assert [campaign.name for campaign in list_campaigns() if campaign.confirms] == confirming
    assert {campaign.purpose for campaign in list_campaigns()} == {"marketing", ""}
    assert load_shop().cap == Cap(mails=2, days=7)


def test_a_file_is_read_with_exact_money(tmp_path):
    campaign = load_text(tmp_path, GOOD)
    assert campaign.name == "spring"
    assert campaign.offer.expected_cost == Decimal("1.50")
    assert campaign.audience.spent_at_least == {"EUR": Decimal("9.99")}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"inactive"', '"sleepy"', "line 6: when.trigger: no such trigger; there are inactive,"),
        ("days = 30", "days = 0", "line 5: when: inactive needs days"),
        ("days = 30", "days = -1", "line 7: when.days: Input should be greater"),
        ("days = 30", "days = 30\nwarranty_months = 24", "when: inactive does not take warranty_months"),
        ("days = 30", "days = 30\nagain_share = 0.3", "when: inactive does not take again_share"),
        ('"inactive"', '"needs-again"', "line 5: when: needs-again needs again_share"),
        (
            '"inactive"\ndays = 30',
            '"needs-again"\ndays = 3\nagain_share = 0.3',
            "when: needs-again does not take days",
        ),
        ('"inactive"\ndays = 30', '"needs-again"\nagain_share = 1', "line 7: when.again_share: Input should be less"),
        (
            "good_for_days = 14",
            "good_for_days = 14\nsuggest = 4",
            "line 4: suggest: Input should be less than or equal",
        ),
        ('"inactive"', '"at-risk"', "line 5: when: at-risk does not take days"),
        (
            '"inactive"\ndays = 30',
            '"warranty-ending"\ndays = 30',
            "line 5: when: warranty-ending needs warranty_months",
        ),
        (
            '"inactive"\ndays = 30',
            '"warranty-ending"\ndays = 7\nwarranty_months = 24',
            "spring.toml: file: good_for_days reaches past",
        ),
        ('"marketing"', '"advertising"', "line 1: kind: Input should be"),
        ('"marketing"', '"transactional"', "spring.toml: file: an offer or a holdout makes it marketing"),
        ('kind = "marketing"', 'kind = "marketing"\npurpose = ""', "spring.toml: file: marketing needs a purpose"),
        ("template", "tempalte", "line 2: tempalte: Extra inputs"),
        ('template = "win-back"\n', "", "spring.toml: template: Field required"),
        ("= 14\n", "= 14\nholdout_share = 0.6\n", "line 4: holdout_share: Input should be less"),
        ('"09:00"', '"18:00"', "line 17: window: the window never opens: opens and closes"),
        ('"09:00"', '"24:00"', "line 17: window: the window never opens"),
        ('["mon"]', "[]", "line 17: window: the window never opens: days is empty"),
        ('["mon"]', '["moon"]', "line 20: window.days.0: Input should be"),
        ('"09:00"', '"9 am"', "line 18: window.opens: not a time of day"),
        ('"09:00"', "09:00:00", "line 18: window.opens: not a time of day"),
        ("percent = 10", "", "line 9: offer: an offer is either"),
        ("percent = 10", "percent = 10\namount = 5", "line 9: offer: an offer is either"),
        ("percent = 10", "amount = 5", "line 9: offer: an amount needs its currency"),
        ("most_spent = 500", "most_spent = 1", "line 9: offer: no mail would ever go"),
        ('"BACK-{code}"', '"back {code}"', "line 12: offer.code: String should match"),
        ("percent = 10", "percent = 101", "line 10: offer.percent: Input should be less"),
        ("percent = 10", "percent = 12.345", "line 10: offer.percent: Decimal input should have no more than 2"),
        ('{code}"', 'TO-THE-CORNER-{code}-WITH-TEN-PERCENT"', "line 9: offer: a code has at most 40"),
        (
            '"win-back"',
            '"winback"',
            "line 2: template: no mail of that name; there are confirm, needs-again, parent, post-",
        ),
        ('"win-back"', '"confirm"', "line 2: template: a campaign has no confirm_url for it"),
        ("= 14\n", '= 14\nform = "servey"\n', "line 4: form: no form of that name"),
        ("= 1\n", "= 2\npurchases_at_most = 1\n", "line 22: audience: no customer fits"),
        (
            "= 1\n",
            '= 1\nhas_entry = ["cart"]\nlacks_entry = ["cart"]\n',
            "line 22: audience: no customer fits",
        ),
        ("EUR", "euro", "line 24: audience.spent_at_least.euro.[key]: String should match"),
        ("days = 30", "days = ", "spring.toml, line 7: Invalid value"),
    ],
)
def test_a_mistake_is_told_with_file_line_and_place(tmp_path, old, new, told):
    assert old in GOOD
    with pytest.raises(DefinitionError) as caught:
        load_text(tmp_path, GOOD.replace(old, new, 1))
    assert str(caught.value).startswith("spring.toml")
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "of_letter", "told"),
    [
        ("marketing", False, "line 2: template: marketing must carry a link to unsubscribe, and this mail has none"),
        ("transactional", True, "line 2: template: this mail offers to unsubscribe, which does not end"),
    ],
)
def test_the_way_out_that_a_mail_offers_is_that_of_its_campaign(tmp_path, monkeypatch, kind, of_letter, told):
    letter = library.find_template("win-back").model_copy(update={"marketing": of_letter})
    monkeypatch.setattr(library, "find_template", lambda name: letter)
    when = '[when]\ntrigger = "after-purchase"\ndays = 3\n'
    with pytest.raises(DefinitionError) as caught:
        load_text(tmp_path, f'kind = "{kind}"\ntemplate = "win-back"\ngood_for_days = 14\n{when}')
    assert told in str(caught.value)


def test_a_file_needs_a_name_that_may_stand_in_an_occasion(tmp_path):
    with pytest.raises(DefinitionError, match=r"Spring_1.toml: name: String should match"):
        load_text(tmp_path, GOOD, "Spring_1")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"UTC"', '"Europe/Atlantis"', "line 3: time_zone: not a time zone"),
        ("mails = 2", "mails = 0", "cap.mails: Input should be greater"),
        ('"18:00"', '"09:00"', "window: the window never opens"),
    ],
)
def test_a_mistake_in_the_shops_own_file_is_told_too(tmp_path, old, new, told):
    (tmp_path / "_shop.toml").write_text((DEFINITIONS / "_shop.toml").read_text().replace(old, new, 1))
    with pytest.raises(DefinitionError) as caught:
        load_shop(tmp_path)
    assert told in str(caught.value)


@pytest.mark.parametrize("name", TRIGGERS)
def test_every_trigger_has_its_words_in_every_language(name):
    trigger = TRIGGERS[name]
    sentences = [find_mail_language(language).reasons[trigger.reason] for language in list_languages()]

    assert trigger.name == name
    assert list(trigger.find(Profile(customer_id="c"), Delay(days=1), "marketing", UTC, {})) == []
    assert len(set(sentences)) == len(list_languages()) == 5
    assert all(sentence.strip() for sentence in sentences)
    assert {*trigger.needs, *trigger.takes} <= set(Delay.model_fields)


@pytest.mark.parametrize("name", TRIGGERS)
def test_every_trigger_makes_a_campaign_that_says_its_reason(name):
    trigger = TRIGGERS[name]
    when = {"trigger": name, **{key: 0.3 if key == "again_share" else 10 for key in trigger.needs}}
    campaign = a_campaign(when=when)

    assert campaign.mail_reason == trigger.reason
    if not trigger.marketing:
        told = "asked" if trigger.confirms else "served"
        assert a_campaign(kind="transactional", when=when).mail_reason == told


CONFIRMING = """
kind = "transactional"
template = "pre-order-received"
good_for_days = 2
when.trigger = "{trigger}"
"""


def test_a_mail_with_a_number_needs_an_entry_to_confirm(tmp_path):
    assert load_text(tmp_path, CONFIRMING.format(trigger="after-warranty")).confirms
    with pytest.raises(DefinitionError, match="template: only a transactional campaign after a pre-order"):
        load_text(tmp_path, CONFIRMING.format(trigger="after-purchase"))


def test_the_button_of_a_confirmation_leads_to_no_form(tmp_path):
    with pytest.raises(DefinitionError, match="and to no form"):
        load_text(tmp_path, 'form = "survey"\n' + CONFIRMING.format(trigger="after-pre-order"))


def test_a_trigger_without_words_in_some_language_is_refused_when_the_file_is_read(tmp_path, monkeypatch):
    speechless = replace(TRIGGERS["inactive"], reason="hibernated")
    monkeypatch.setitem(TRIGGERS, "inactive", speechless)

    with pytest.raises(DefinitionError, match="no sentence for its reason in bn, en, fa, hi, kk"):
        load_text(tmp_path, GOOD)


def an_offer(**changes):
    keys = {
        "percent": 10,
        "codes": "shopify",
        "code": "BACK-{code}",
        "expires_days": 14,
        "most_spent": 10,
        "expected_cost": 3,
    }
    return Offer.model_validate({**keys, **changes})


def test_code_is_one_for_all_or_one_of_ones_own():
    assert an_offer().write_code("K7XQM3TD") == "BACK-K7XQM3TD"
    shared = an_offer(code="SPRING10", codes="shared")
    assert shared.write_code("K7XQM3TD") == "SPRING10"
    assert (shared.per_person, an_offer().per_person) == (False, True)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"codes": None}, 'needs codes = one of "shopify", "woocommerce", "stripe", "pool"'),
        ({"codes": "shared"}, "no checkout knows the code"),
        ({"codes": None, "code": "SPRING10"}, 'one code for all needs codes = "shared"'),
        ({"codes": "shopify", "code": "SPRING10"}, 'one code for all needs codes = "shared"'),
        ({"codes": "pool"}, "leave the key code out"),
        ({"codes": "stripe"}, "leave the hyphens out"),
        ({"codes": "magento"}, "Input should be"),
        ({"apply": "http://shop.example/{code}"}, "String should match"),
        ({"apply": "https://shop.example/cart"}, "String should match"),
    ],
)
def test_a_code_that_no_checkout_would_know_is_refused_with_what_to_do(changes, told):
    with pytest.raises(ValidationError, match=re.escape(told)):
        an_offer(**changes)


def test_terms_change_with_what_a_code_gives_and_with_nothing_else():
    same = {an_offer(**changes).terms for changes in ({}, {"expires_days": 3}, {"most_spent": 99}, {"ahead": 7})}
    others = [{"percent": 11}, {"minimum": 20}, {"combines": True}, {"code": "B-{code}"}, {"codes": "woocommerce"}]
    assert len(same) == 1
    assert len({an_offer(**changes).terms for changes in others} | same) == len(others) + 1


def test_a_budget_ends_before_it_is_passed():
    assert [an_offer().is_affordable(Decimal(spent)) for spent in (0, 7, 8)] == [True, True, False]


def a_buyer(*totals, **changes):
    orders = {
        f"shopify:s:{number}": Order(
            id=str(number),
            placed_at=NOW,
            updated_at=NOW,
            **{"state": OrderState.PAID, "currency": "EUR", "total": Decimal(total), **changes},
        )
        for number, total in enumerate(totals)
    }
    return profile_of(orders=orders)


def with_fields(**fields):
    held = {name: HeldValue(value=value, at=NOW, source="s", grade=Grade.TYPED) for name, value in fields.items()}
    return Profile(customer_id="c", fields=held)


HEALTH = {"fields": {"allergies": ["nuts"]}, "sensitive": {"allergies": "health"}}


def with_health(state):
    """Return somebody with a sensitive answer, and what they said of its purpose."""
    held = HeldValue(value="nuts", at=NOW, source="s", grade=Grade.TYPED, purpose="health")
    consents = {"health": Consent(purpose="health", state=state, at=NOW, channel="c")} if state else {}
    return Profile(customer_id="c", fields={"allergies": held}, consents=consents)


def with_entry(kind):
    return profile_of(entries={"k": Entry(kind=kind, at=NOW)})


@pytest.mark.parametrize(
    ("keys", "profile", "fits"),
    [
        ({}, Profile(customer_id="c"), True),
        ({"purchases_at_least": 2}, a_buyer(1), False),
        ({"purchases_at_least": 2}, a_buyer(1, 1), True),
        ({"purchases_at_least": 1}, a_buyer(1, test=True), False),
        ({"purchases_at_most": 0}, a_buyer(1), False),
        ({"purchases_at_most": 1}, a_buyer(1), True),
        ({"spent_at_least": {"EUR": 10}}, a_buyer(4, 6), True),
        ({"spent_at_least": {"EUR": 10}}, a_buyer(4, 5), False),
        ({"spent_at_least": {"EUR": 10}}, a_buyer(40, currency="USD"), False),
        ({"spent_at_least": {"EUR": 1, "USD": 1}}, a_buyer(40), False),
        ({"spent_at_least": {"EUR": 10}}, a_buyer(12, refunds={"r": Decimal(3)}), False),
        ({"spent_at_least": {"EUR": 10}}, a_buyer(12, state=OrderState.CANCELLED), False),
        ({"languages": ["en", "hi"]}, with_fields(language="hi-IN"), True),
        ({"languages": ["en", "hi"]}, with_fields(language="EN_us"), True),
        ({"languages": ["en", "hi"]}, with_fields(language="fa"), False),
        ({"languages": ["en", "hi"]}, with_fields(), False),
        ({"age_bands": ["25-34"]}, with_fields(age_band="25-34"), True),
        ({"age_bands": ["25-34"]}, with_fields(age_band="35-44"), False),
        ({"age_bands": ["25-34"]}, with_fields(), False),
        ({"fields": {"interests": ["offers", "new"]}}, with_fields(interests=["events", "new"]), True),
        ({"fields": {"interests": ["offers"]}}, with_fields(interests=["events"]), False),
        ({"fields": {"interests": ["offers"]}}, with_fields(), False),
        ({"fields": {"allergies": ["nuts"]}}, with_health(ConsentState.GIVEN), False),
        (HEALTH, with_health(ConsentState.GIVEN), True),
        (HEALTH, with_health(ConsentState.WITHDRAWN), False),
        (HEALTH, with_health(None), False),
        (HEALTH, with_fields(allergies="nuts"), False),
        ({"has_entry": ["survey"]}, with_entry("survey"), True),
        ({"has_entry": ["survey"]}, with_entry("cart"), False),
        ({"lacks_entry": ["survey"]}, with_entry("survey"), False),
        ({"lacks_entry": ["survey"]}, with_entry("cart"), True),
    ],
)
def test_an_audience_takes_whom_it_names(keys, profile, fits):
    assert fits_audience(profile, Audience.model_validate(keys), Gauge(NOW)) is fits


def a_campaign(name="spring", **changes):
    keys = {
        "name": name,
        "kind": "marketing",
        "template": "t",
        "good_for_days": 7,
        "when": {"trigger": "inactive", "days": 30},
    }
    return Campaign.model_validate({**keys, **changes})


@pytest.mark.parametrize("share", [0, 0.1, 0.25, 0.5])
def test_a_holdout_has_its_share_of_twenty_thousand(share):
    campaign = a_campaign(holdout_share=share)
    held = sum(draw_holdout(f"customer-{number}", campaign) for number in range(20_000))
    assert abs(held - 20_000 * share) <= 4.5 * (20_000 * share * (1 - share)) ** 0.5  # 7 in a million go past that


def list_held(campaign):
    return {number for number in range(5_000) if draw_holdout(f"customer-{number}", campaign)}


def test_a_holdout_is_drawn_once_and_for_all():
    known = {"customer-1": False, "customer-7": False, "customer-8": True}  # what earlier versions answered
    assert {name: draw_holdout(name, a_campaign(holdout_share=0.1)) for name in known} == known


def test_a_greater_share_keeps_who_was_held_out_under_the_smaller():
    assert list_held(a_campaign(holdout_share=0.1)) < list_held(a_campaign(holdout_share=0.2))


@pytest.mark.parametrize("change", [{"name": "autumn"}, {"holdout_salt": "again"}])
def test_another_campaign_or_salt_draws_independently(change):
    one, other = list_held(a_campaign(holdout_share=0.2)), list_held(a_campaign(**{"holdout_share": 0.2, **change}))
    assert abs(len(one & other) - 5_000 * 0.04) < 4.5 * (5_000 * 0.04 * 0.96) ** 0.5


MODELS: tuple[tuple[str, type[BaseModel]], ...] = (
    ("campaign", Campaign),
    ("when", When),
    ("audience", Audience),
    ("offer", Offer),
    ("window", Window),
    ("shop", ShopClock),
    ("cap", Cap),
)


def list_keys(place: str, model: type[BaseModel]) -> set[str]:
    """Return every key that a file may have, e.g. `when.days`."""
    return {f"{place}.{name}" for name in model.model_fields}


def test_page_and_models_name_the_same_keys():
    wanted = {key for model in MODELS for key in list_keys(*model)} - {"campaign.name"}  # that is the file's
    wanted -= list_keys("audience", Rule)  # docs/groups.md has these
    rows = re.findall(r"^\| `([a-z]+\.[a-z_]+)` \|", PAGE.read_text(), re.MULTILINE)
    assert set(rows) == wanted
    assert len(rows) == len(wanted)


def test_page_names_every_trigger_and_shipped_campaign():
    text = PAGE.read_text()
    assert [name for name in (*TRIGGERS, *(each.name for each in list_campaigns())) if f"`{name}`" not in text] == []


def test_the_pages_example_can_be_read(tmp_path):
    (example,) = re.findall(r"```toml\n# summer\.toml\n(.*?)```", PAGE.read_text(), re.DOTALL)
    campaign = load_text(tmp_path, example, "summer")
    assert campaign.when.delay == timedelta(days=60)


@pytest.mark.parametrize(
    ("conditions", "told"),
    [
        ('fields = { allergies = ["nuts"] }', "sensitive must name the purpose of: allergies (health)"),
        ('fields = { allergies = ["nuts"] }\nsensitive = { allergies = "faith" }', "allergies (health)"),
        ('fields = { interests = ["new"] }\nsensitive = { interests = "health" }', "interests (not sensitive)"),
        ('sensitive = { allergies = "health" }', "sensitive names what fields does not: allergies"),
    ],
)
def test_an_audience_names_a_sensitive_answer_only_with_its_purpose(tmp_path, monkeypatch, conditions, told):
    monkeypatch.setattr(groups, "list_sensitive", lambda: {"allergies": "health"})
    source = (DEFINITIONS / "welcome.toml").read_text("utf-8").replace("[audience]", "[audience]\n{here}", 1)
    path = tmp_path / "welcome.toml"
    path.write_text(source.replace("{here}", conditions), encoding="utf-8")
    with pytest.raises(DefinitionError, match=re.escape(told)):
        load_campaign(path)
    fitting = 'fields = { allergies = ["nuts"], interests = [] }\nsensitive = { allergies = "health" }'
    path.write_text(source.replace("{here}", fitting), encoding="utf-8")
    assert load_campaign(path).audience.sensitive == {"allergies": "health"}
