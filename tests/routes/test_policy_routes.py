"""The privacy page through the whole app; every page leads to it; nothing is ticked ahead; one press ends a consent."""

import re

import pytest
from botocore.exceptions import ClientError

from chalicelib.door import open_door
from chalicelib.forms.library import find_form, list_forms
from chalicelib.models import ConsentState, Identity
from chalicelib.pages.policy_page import write_version
from chalicelib.senders import SENDERS
from chalicelib.settling.dispatch import sweep_inbox
from chalicelib.store.links import Links, make_token, name_token
from chalicelib.store.table import Table
from tests.builders.api import open_api, read_json
from tests.builders.links import a_link, browse, put_link
from tests.builders.mails import CONSENT
from tests.builders.shop import NOW, a_submission

LANGUAGES = ("bn", "en", "fa", "hi", "kk")
OWN = "http://127.0.0.1:8000"
JSON = {"accept": "application/json"}


def read_headers(answer):
    return {name.lower(): value for name, value in answer.headers.items()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_speaks_the_language_asked_for(api, language):
    answer = browse(api, f"/privacy?lang={language}")
    page, headers = answer.body.decode(), read_headers(answer)

    assert answer.status_code == 200
    direction = "rtl" if language == "fa" else "ltr"
    assert f'<html lang="{language}" dir="{direction}">' in page
    assert headers["content-language"] == language
    assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert headers["vary"] == "Accept, Accept-Language"
    assert "<script" not in page
    assert f'href="{OWN}/privacy/requests?lang={language}"' in page
    assert browse(api, "/privacy", **{"accept-language": language}).body.decode() == page


@pytest.mark.parametrize(
    ("language", "version", "written"),
    [
        ("en", "2026-11-22", "22\xa0November 2026"),
        ("bn", "2026-11-22.3", "২২\xa0নভেম্বর ২০২৬ · ৩"),
        ("hi", "2026-11-22", "22\xa0नवंबर 2026"),
        ("kk", "2026-11-22", "2026 жылғы 22\xa0қараша"),
        ("fa", "2026-11-22", "۱\xa0آذر ۱۴۰۵ (۲۲\xa0نوامبر ۲۰۲۶)"),
        ("fa", "2019-05-01", "۱۱\xa0اردیبهشت ۱۳۹۸ (۱\xa0مه ۲۰۱۹)"),
    ],
)
def test_a_version_is_written_as_a_day_of_the_language(language, version, written):
    assert write_version(version, language) == written


def test_json_has_the_same_facts_and_version(api):
    answer = api.call("GET", "/privacy?lang=fa", **JSON)
    facts, page = read_json(answer), browse(api, "/privacy?lang=fa").body.decode()

    assert read_headers(answer)["content-type"] == "application/json; charset=utf-8"
    assert (facts["language"], facts["controller"]["name"]) == ("fa", "Corner Shop")
    assert facts["version"] in page
    assert all(purpose["title"] in page for purpose in facts["purposes"])
    assert {form["name"] for form in facts["forms"]} >= set(list_forms())


@pytest.mark.parametrize("accept", ["", "*/*", "text/html", "text/html,application/json", "image/png"])
def test_everybody_else_gets_the_page(api, accept):
    answer = api.call("GET", "/privacy", accept=accept)

    assert read_headers(answer)["content-type"] == "text/html; charset=utf-8"


def test_only_senders_that_are_set_up_are_named(api):
    parameters = open_door().parameters
    parameters.values = {name: value for name, value in parameters.read_values(NOW).items() if "typeform" not in name}

    named = {source["name"] for source in read_json(api.call("GET", "/privacy", **JSON))["sources"]}

    assert named >= set(SENDERS) - {"typeform"}
    assert "typeform" not in named


def test_page_is_there_while_the_settings_cannot_be_read(api, monkeypatch):
    def fail(self):
        raise ClientError({"Error": {"Code": "Throttling"}}, "GetParametersByPath")

    parameters = open_door().parameters
    monkeypatch.setattr(type(parameters), "fetch_values", fail)
    parameters.read_at = None

    named = {source["name"] for source in read_json(api.call("GET", "/privacy", **JSON))["sources"]}

    assert named >= set(SENDERS)


def test_head_is_answered_and_nothing_is_kept(api, shop):
    assert browse(api, "/privacy", "HEAD").status_code == 200
    assert browse(api, "/privacy?lang=<script>&kind=%00").status_code == 200
    assert shop.read_all("inbox") == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_leads_to_it(api, tables, language):
    paths = [f"/forms/{name}{part}" for name in list_forms() for part in ("", "/thanks")]
    linked = {"unsubscribe": "stop", "preferences": "choose", "confirm": "confirm"}
    paths += [f"/{page}/{put_link(tables, kind)}" for page, kind in linked.items()]
    paths += ["/forms/nothing", f"/unsubscribe/{make_token()}", "/privacy", "/privacy/requests"]
    for path in paths:
        page = browse(api, f"{path}?lang={language}").body.decode()
        assert f'<a href="{OWN}/privacy?lang={language}">' in page, path


def test_no_page_of_a_shop_that_sells_data_says_otherwise(shop, tables, cloud, monkeypatch):
    monkeypatch.setenv("DATA_SOLD_TO", "Ads Ltd")
    with open_api(shop, tables, cloud, monkeypatch) as api:
        form, policy = (browse(api, path).body.decode() for path in ("/forms/sign-up?lang=en", "/privacy?lang=en"))

    assert "goes only to" not in form + policy
    assert "The shop sells data to: Ads Ltd" in policy


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_ticked_or_chosen_ahead(api, tables, language):
    paths = [f"/forms/{name}" for name in list_forms()] + [f"/preferences/{put_link(tables, 'choose')}"]
    for path in paths:
        page = browse(api, f"{path}?lang={language}").body.decode()
        inputs = re.findall(r"<(?:input|option)\b[^>]*>", page)
        assert inputs, path
        assert not [one for one in inputs if re.search(r"\s(?:checked|selected)\b", one)], path
    for name in list_forms():
        schema = read_json(api.call("GET", f"/forms/{name}/schema?lang={language}"))
        assert {ask.name for ask in find_form(name).consents} == {one["name"] for one in schema["x-form"]["consents"]}
        assert not [one for one in schema["x-form"]["consents"] if {"checked", "default"} & set(one)]


def test_one_press_takes_back_what_a_tick_and_a_press_gave(api, shop, tables):
    shop.take(a_submission(email="asel@example.org", consents=[CONSENT]))
    customer, token = shop.find_id("asel@example.org"), make_token()
    people = shop.services().people
    rows = people.name_rows(Identity(kind="link", value=name_token(token)))
    people.table.commit_parts([people.identities.write_owner(row, customer) for row in rows])
    put_own(tables, token)

    page = browse(api, f"/unsubscribe/{token}").body.decode()
    assert len(re.findall("<button", page)) == 1
    assert "<input" not in page
    assert api.post(f"/unsubscribe/{token}", b"", content_type="").status_code == 200
    sweep_inbox(shop.services(), NOW.replace(year=2090))

    assert shop.open_profile(customer).consents["marketing"].state is ConsentState.WITHDRAWN


def put_own(tables, token):
    """Keep a stop link under a known token."""
    links = Links(Table(tables.dynamodb, tables.settings.prefix + "links"))
    tables.dynamodb.transact_write_items(TransactItems=[links.write_link(token, a_link("stop"))])
