"""A consent names the shop that it is given to: on every page, in the schema, and in the evidence that is kept."""

import html
import json
import re

import pytest

from chalicelib.campaigns.library import load_shop
from chalicelib.forms.library import find_form, list_named
from chalicelib.strictjson import parse_object
from infra.deploy.shop_files import PROMISE
from tests.builders.links import browse, put_link, read_inbox

LANGUAGES = ("en", "hi", "bn", "kk", "fa")
ASKING = [form.name for form in list_named() if form.consents]
NAME = "Tea House No. 9!"  # in Persian, digits and signs at a name's end would move to its other side
FORM = {"content_type": "application/x-www-form-urlencoded"}


@pytest.fixture
def named(shop, monkeypatch):
    """Give the shop a name in Latin letters that ends in a sign."""
    monkeypatch.setenv("SHOP_NAME", NAME)  # of the door
    shop.settings = shop.settings.model_copy(update={"shop_name": NAME})
    return shop


def read_page(api, path):
    body = browse(api, path).body
    return html.unescape(body.decode() if isinstance(body, bytes) else body)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ASKING)
def test_the_page_and_the_schema_of_a_form_name_the_shop(named, api, name, language):
    page = read_page(api, f"/forms/{name}?lang={language}")
    schema = browse(api, f"/forms/{name}/schema?lang={language}").body
    shown = f"\u2068{NAME}\u2069" if language == "fa" else NAME

    assert "{shop}" not in page
    assert b"{shop}" not in schema
    for ask in find_form(name).consents:
        assert ask.say(language, shown) in page
        assert ask.say(language, NAME) == parse_object(schema)["properties"][ask.name]["description"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_evidence_of_a_form_and_of_preferences_is_plain_text_with_the_name(named, api, tables, language):
    ask = find_form("warranty").consents[0]
    answers = "product=Kettle&purchased_on=2026-01-05&serial_number=T1&email=asha@example.com&name=Asha"
    body = f"{answers}&consent_marketing={ask.version}&language={language}".encode()
    assert api.post("/forms/warranty", body, **FORM).status_code == 202
    token = put_link(tables, "choose")
    page = read_page(api, f"/preferences/{token}?lang={language}")
    assert api.post(f"/preferences/{token}?lang={language}", b"topic_marketing=yes", **FORM).status_code == 200

    assert "{shop}" not in page
    kept = {topic: said for topic, said in read_inbox(named)}
    assert kept["warranty"]["consents"][0]["words"] == ask.say(language, NAME)
    assert kept["preferences"]["consents"][0]["words"].endswith(ask.say(language, NAME))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_privacy_page_quotes_consents_with_the_name_and_its_facts_have_no_marks(named, api, language):
    page = read_page(api, f"/privacy?lang={language}")
    facts = api.call("GET", f"/privacy?lang={language}", accept="application/json").body
    shown = f"\u2068{NAME}\u2069" if language == "fa" else NAME

    assert not re.search(r"\{[a-z]+\}", page)
    told = json.loads(facts)
    assert not re.search("[\u2066-\u2069]", json.dumps(told, ensure_ascii=False))
    said = [ask["words"] for form in told["forms"] for ask in form["consents"]]
    for name in ASKING:
        for ask in find_form(name).consents:
            assert ask.say(language, shown) in page
            assert ask.say(language, NAME) in said


def test_the_shipped_consent_promises_the_cap_that_is_shipped():
    cap = load_shop().cap

    assert (cap.mails, cap.days) == (2, 7)
    for name in ASKING:
        assert PROMISE in find_form(name).consents[0].words["en"]
