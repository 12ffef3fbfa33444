"""The privacy page names all that is kept of people: whoever stores something new must first say so there."""

import io
import re
from datetime import timedelta
from fnmatch import fnmatchcase
from functools import cache

import pytest

from chalicelib.campaigns.library import list_campaigns
from chalicelib.config import Settings
from chalicelib.forms.interface import find_interface
from chalicelib.forms.known import ask_known
from chalicelib.forms.library import find_form, list_forms
from chalicelib.forms.post import sort_post
from chalicelib.forms.validation import validate_form
from chalicelib.forms.values import Occasion
from chalicelib.imports.csv_rows import open_table
from chalicelib.imports.submission import RowReader
from chalicelib.models import Consent, Profile, RequestKind, Trust
from chalicelib.outreach.decide import handle_customer
from chalicelib.pages.policy_facts import SERVICES, describe_policy, name_version
from chalicelib.pages.policy_page import render_policy, write_version
from chalicelib.pages.policy_sources import FACTS
from chalicelib.pages.policy_words import find_policy_words
from chalicelib.routes.preferences import check_preferences, find_preferences, list_consents, list_fields
from chalicelib.senders import OWN_READERS, SENDERS, load_module
from chalicelib.senders.answers import answer_form
from chalicelib.senders.form import make_submission
from chalicelib.senders.link import choose_preferences, note_click, withdraw_consent
from chalicelib.senders.privacy import confirm_request, interpret
from chalicelib.senders.till import wrap_entry
from chalicelib.shop.purposes import load_purposes
from chalicelib.store.links import Link, LinkKind, name_token
from chalicelib.strictjson import dump_json
from chalicelib.words import list_languages
from tests.builders.imports import HEADER, make_map
from tests.builders.mails import DUE, Post, tell
from tests.builders.payloads import INVENTED, TOPICS, read_file
from tests.builders.shop import NOW, Shop, a_submission, read_all_events
from tests.builders.till import seal
from tests.payloads.deliveries import load_sender, sign_delivery, write_body
from tests.rules.packaged import list_functions, list_tables, read_packaged

SETTINGS = Settings(aws_region="eu-central-1", shop_name="Tea & Sons", public_url="https://forms.shop.example")
EVERYBODY = tuple(SENDERS)
ANSWERS = {
    "text": "Tea",
    "long_text": "Much tea",
    "phone": "+12025550123",
    "address": "1 Road",
    "integer": "2",
    "score": "9",
    "date": "2026-01-05",
}
ENDING = {"shopify/customer-redact", "shopify/shop-redact"}  # of whom they speak, nothing is kept
# What a template's resource types are of: who runs them. What handles no data of people is not named.
AWS = {
    "DynamoDB": "dynamodb",
    "KMS": "kms",
    "SQS": "sqs",
    "SNS": "sns",
    "SES": "ses",
    "Logs": "logs",
    "Serverless": "lambda",
    "ApiGateway": "apigateway",
    "WAFv2": "apigateway",  # a firewall before it, where the shop wants one
}
NOT_RECIPIENTS = {"IAM", "CloudWatch", "Events", "Lambda"}


@cache
def read_facts(language="en"):
    return describe_policy(language, SETTINGS, EVERYBODY)


def answer_field(field, number):
    """Return an answer to any question."""
    if field.type == "email":
        return f"someone{number}@example.org"
    if field.options:
        values = [option.value for option in field.options]
        return values[: max(1, field.bounds[0])] if field.type in ("choices", "ranking") else values[-1]
    if field.name == "birth_year":
        return "1980"
    return ANSWERS[field.type]


def clean_form(form, number):
    """Return a post of every answer and every consent, and its clean answers."""
    answers = {field.name: answer_field(field, number) for field in form.fields}
    answers |= {ask.name: ask.version for ask in form.consents}
    post = sort_post(form, {**answers, "language": form.languages[0]})
    return post, validate_form(
        form, post.values, language="en", shop="Corner Shop", occasion=Occasion("US", NOW.date())
    )


def fill_form(form, number):
    """Return what a post of every answer and every consent becomes."""
    post, clean = clean_form(form, number)
    return make_submission(clean, post, trust=Trust.OWN, address="203.0.113.7", header_key="", now=NOW)


def press_links(shop, mail):
    """Yield what pressing each link of a mail says."""
    tokens = dict(re.findall(r"/(go|unsubscribe|preferences)/([\w-]{43})", mail.text))
    link = Link(kind=LinkKind.CHOOSE, language="en", campaign="welcome", mail_id="m1")
    yield note_click(link, name_token(tokens["go"]), "person", DUE)
    yield withdraw_consent(link, name_token(tokens["unsubscribe"]), DUE, network="203.0.113.0/24", language="en")
    form = find_preferences(Link(kind=LinkKind.CHOOSE), Settings())
    answers = {field.name: answer_field(field, 0) for field in form.fields}
    answers |= {ask.name: ask.version for ask in form.consents}
    clean = check_preferences(form, answers, language="en", settings=Settings(), today=NOW.date())
    yield choose_preferences(
        link,
        name_token(tokens["preferences"]),
        DUE,
        fields=list_fields(clean),
        consents=tuple(list_consents(clean)),
        network="203.0.113.0/24",
    )
    _, clean = clean_form(ask_known(find_form("survey")), 0)
    yield answer_form(link, name_token(tokens["go"]), clean, "page", DUE, network="203.0.113.0/24")


@pytest.fixture(scope="module")
def imported():
    """Return what a row of a list becomes."""
    rules = make_map()
    raw = (HEADER + "7;f@example.org;Asha;+12025550123;2026-01-05;12.50;yes\n").encode()
    table = open_table(io.BytesIO(raw), rules.wanted)
    reader = RowReader(rules, table.columns, "US", NOW)
    return [reader.read_row(record.cells) for record in table.records]


@pytest.fixture
def walked(tables, tmp_path, imported):
    """Walk people through every door; return the shop."""
    shop = Shop(tables, tmp_path)
    for number, name in enumerate(list_forms()):
        shop.take(fill_form(find_form(name).model_copy(update={"confirm": name == "newsletter"}), number))
    for name in sorted(set(INVENTED) - ENDING, key=lambda name: "refund" in name):  # a refund after its order
        sender = name.split("/")[0]
        raw = write_body(read_file(name))
        module = load_sender(sender)
        submission = module.parse(raw, sign_delivery(sender, raw, TOPICS.get(name, "")), NOW)
        shop.take(submission.model_copy(update={"claims": (), "idempotency_key": name}))
    for submission in imported:
        shop.take(submission)
    for form, answers in (("till-note", {"note": ["Likes tea"]}), ("till-purchase", {"bought": ["Tea"]})):
        said = {"form": form, "at": NOW.isoformat(), "by": "ML", "sent": {"email": ["f@example.org"], **answers}}
        shop.take(wrap_entry("till", form, seal(shop, "till", form, said), NOW))
    customer, post = shop.find_id(f"someone{list_forms().index('sign-up')}@example.org"), Post()
    assert handle_customer(customer, shop.services(post), DUE) == "sent"
    tell(shop, "Bounce", post.sent[0][2], bounce={"bounceType": "Permanent", "bouncedRecipients": []})
    for submission in press_links(shop, post.sent[0][1]):
        shop.take(submission)
    return shop


def list_said(reading):
    """Return the names of all that a reading says, as the page names them (`privacy.sources`)."""
    said = {f"fields.{name}" for name in reading.fields}
    said |= {f"fields.{name}" for name in ("email", "phone") if getattr(reading, name)}
    said |= {name for name in ("orders", "refunds", "consents", "mail", "sender_id") if getattr(reading, name)}
    if reading.entry is not None:
        said |= {f"entry.{reading.entry.kind}.{name}" for name in reading.entry.values}
    return said


def list_named(facts, submission):
    """Return the names that the page has for what comes by this way."""
    named = set(facts["noted"]["kept_as"])
    for form in facts["forms"]:
        if (submission.sender, submission.topic) in (("form", form["name"]), ("link", form["name"])):
            named |= {field["kept_as"] for field in form["fields"]} | ({"consents"} if form["consents"] else set())
    for source in facts["sources"]:
        if source["name"] == submission.sender:
            named |= {name for fact in source["facts"] for name in fact["kept_as"]}
            named |= {name for form in source["forms"] for name in form["kept_as"]}
    return named


def find_gaps(facts, events):
    """Return (sender, topic, name) of all that is kept and not named."""
    return {
        (submission.sender, submission.topic, name)
        for _, submission, reading in events
        for name in list_said(reading)
        if not any(fnmatchcase(name, pattern) for pattern in list_named(facts, submission))
    }


def list_kinds(facts):
    """Return every kind of event that the page knows."""
    kinds = {kind for source in facts["sources"] for kind in source["kinds"]}
    return kinds | {form["kind"] for form in facts["forms"]}


def test_all_that_is_kept_of_a_person_is_on_the_page(walked):
    events, facts = read_all_events(walked), read_facts()

    assert {submission.sender for _, submission, _ in events} == {*SENDERS, *OWN_READERS} - {"privacy", "staff"}
    assert find_gaps(facts, events) == set(), "name it in chalicelib/pages/policy_sources.py"
    assert {reading.kind for _, _, reading in events} <= list_kinds(facts)
    purposes = {each["name"] for each in facts["purposes"]}
    assert {consent.purpose for _, _, reading in events for consent in reading.consents} <= purposes


def test_a_new_answer_field_or_kind_that_is_not_on_the_page_is_noticed(walked):
    shoe = a_submission(email="g@example.org", entry={"shoe_size": "42"}, star_sign="Leo", at=NOW + timedelta(hours=1))
    walked.take(shoe)

    assert find_gaps(read_facts(), read_all_events(walked)) == {
        ("form", "sign-up", "entry.sign-up.shoe_size"),
        ("form", "sign-up", "fields.star_sign"),
    }


def test_each_fact_of_the_shop_systems_is_needed(walked):
    facts, events = read_facts(), read_all_events(walked)
    declared = [(name, fact) for name in ("shopify", "square", "stripe") for fact in load_module(name).SOURCE.facts]
    for name, fact in declared:
        if fact == "compliance":  # becomes a request, and no event
            continue
        shorter = [
            {**source, "facts": [one for one in source["facts"] if one["name"] != fact]}
            if source["name"] == name
            else source
            for source in facts["sources"]
        ]
        gaps = find_gaps({**facts, "sources": shorter}, events)
        missed = {kept for sender, _, kept in gaps if sender == name}

        assert missed or fact == "language", (name, fact)  # which every submission may carry
        assert missed <= set(FACTS[fact])


def test_restriction_objection_and_a_new_address_are_on_the_page():
    links = [Link(kind=LinkKind.REQUEST, request=kind.value, code_hash="x") for kind in RequestKind]
    said = [confirm_request(link, "n", "r" * 43, NOW, network="", language="en") for link in links]
    moved = {"link": "n", "kind": "move", "language": "en", "network": "", "address": "a@example.org"}
    said.append(said[0].model_copy(update={"body": dump_json(moved)}))
    events = [("key", submission, interpret(submission)) for submission in said]

    told = {name for event in events for name in list_said(event[2])}
    assert told == {"fields.restricted", "fields.email", "consents"}
    assert find_gaps(read_facts(), events) == set()
    assert {reading.kind for _, _, reading in events} <= list_kinds(read_facts())


@pytest.mark.parametrize("language", list_languages())
def test_the_page_shows_every_field_purpose_period_and_table(language):
    facts = describe_policy(language, SETTINGS, EVERYBODY)
    page = render_policy(facts, SETTINGS, address="https://forms.shop.example/privacy").replace("&#39;", "'")

    for name in list_forms():
        form = find_form(name)
        assert form.title[language] in page
        for field in form.fields:
            assert field.label[language] in page, (name, field.name)
        for ask in form.consents:
            assert ask.say(language, find_interface(language).isolate("Tea &amp; Sons")) in page, (name, ask.purpose)
            assert f"<bdi>{write_version(ask.version, language)}</bdi>" in page, (name, ask.purpose)
    for purpose in load_purposes().purposes.values():
        assert purpose.title[language] in page
        assert purpose.words[language] in page
    for each in facts["kept"]:
        assert all(each[part] in page for part in ("words", "how_long", "store_words")), each["name"]
    for part in ("rights", "evidence", "record"):
        assert all(each["words"] in page for each in facts[part])
    assert "Tea &amp; Sons" in page
    assert "eu-central-1" in page
    assert f'href="https://forms.shop.example/privacy/requests?lang={language}"' in page
    assert facts["version"] in page


def test_evidence_and_record_are_named_attribute_by_attribute():
    facts = read_facts()

    assert [each["name"] for each in facts["evidence"]] == list(Consent.model_fields)
    assert [each["name"] for each in facts["record"]] == list(Profile.model_fields)


def test_every_campaign_serves_a_purpose_on_the_page():
    served = {name for purpose in read_facts()["purposes"] for name in purpose["campaigns"]}

    assert served == {campaign.name for campaign in list_campaigns()}


def test_every_source_and_form_has_a_purpose_with_a_basis():
    facts = read_facts()
    purposes = {each["name"]: each["basis"] for each in facts["purposes"]}

    for each in (*facts["forms"], *facts["sources"]):
        assert each["purposes"], each["name"]
        assert set(each["purposes"]) <= set(purposes), each["name"]
    assert {source["name"] for source in facts["sources"]} == {*SENDERS, *OWN_READERS} - {"form"}


def test_every_table_and_service_of_the_template_is_on_the_page():
    template, facts = read_packaged(), read_facts()
    stores = {each["store"] for each in facts["kept"]}
    kinds = {resource["Type"].split("::")[1] for resource in template["Resources"].values()}

    assert set(list_tables(template)) <= stores
    assert kinds - NOT_RECIPIENTS == set(AWS)
    assert {*AWS.values(), "ssm"} == set(SERVICES) == {each["name"] for each in facts["recipients"]["services"]}


def test_the_door_is_told_all_that_the_page_says():
    told = list_functions(read_packaged())["APIHandler"]["Variables"]

    shown = {"PRIVACY_CONTACT", "DATA_SOLD_TO", "DOWNSTREAM", "MAIL_FROM"}
    assert set(told) >= shown | {"SHOP_NAME", "SHOP_ADDRESS", "SHOP_URL", "PUBLIC_URL"}


@pytest.mark.parametrize("language", list_languages())
def test_every_language_has_the_same_words(language):
    own, english = find_policy_words(language).model_dump(), find_policy_words("en").model_dump()

    for name, words in english.items():
        if isinstance(words, dict):
            assert set(own[name]) == set(words), name
        else:
            assert sorted(re.findall(r"{\w+}", own[name])) == sorted(re.findall(r"{\w+}", words)), name


def test_version_changes_with_what_the_page_says_and_with_nothing_else():
    version = name_version(SETTINGS, EVERYBODY)

    assert re.fullmatch(r"[0-9a-f]{12}", version)
    assert {read_facts(language)["version"] for language in list_languages()} == {version}
    assert name_version(SETTINGS.model_copy(update={"posts_per_minute": 1}), EVERYBODY) == version
    for change in ({"data_sold_to": "Ads Ltd"}, {"aws_region": "us-east-1"}, {"privacy_contact": "x@example.org"}):
        assert name_version(SETTINGS.model_copy(update=change), EVERYBODY) != version
    assert name_version(SETTINGS, ("shopify",)) != version


def test_a_shop_that_sells_data_says_so():
    sold = SETTINGS.model_copy(update={"data_sold_to": "Ads Ltd, Lists Inc"})
    page = render_policy(describe_policy("en", sold, ()), sold, address="x")

    assert "The shop sells data to: Ads Ltd, Lists Inc" in page
    assert "We do not sell" not in page
    assert "\u2068Ads Ltd\u2069" in render_policy(describe_policy("fa", sold, ()), sold, address="x")
    assert "We do not sell your data" in render_policy(read_facts(), SETTINGS, address="x")
