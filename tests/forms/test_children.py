"""Children and sensitive answers, from the post at the door to the stored profile, in five languages."""

import json
import re
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode

import pytest

from chalicelib.config import Settings
from chalicelib.forms.interface import find_interface
from chalicelib.forms.library import find_form
from chalicelib.forms.schema import write_schema
from chalicelib.forms.validation import validate_form
from chalicelib.forms.values import Occasion
from chalicelib.models import ConsentState, Identity
from chalicelib.optin.ask import ask_waiting
from chalicelib.senders.link import choose_preferences
from chalicelib.settling.dispatch import settle_item
from chalicelib.store.links import Link, LinkKind, name_token
from tests.builders.api import read_json
from tests.builders.links import a_link
from tests.builders.mails import Post
from tests.builders.optin import press, read_token
from tests.builders.workshop import ADULT_POST, CHILD, CHILD_POST, EXAMPLE, PARENT, put_example

LANGUAGES = ("en", "hi", "bn", "kk", "fa")
FORM = "application/x-www-form-urlencoded"
# DynamoDB Local removes what has expired by the machine's own clock: these tests happen far ahead of it.
AT = datetime(2090, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def workshop(tmp_path, monkeypatch):
    return put_example(tmp_path, monkeypatch)


@pytest.fixture
def api(workshop, api):
    api.millis = int(AT.timestamp() * 1000)
    return api


def post(api, answers, form="workshop", **headers):
    return api.post(f"/forms/{form}", json.dumps(answers).encode(), **headers)


def settle(shop, at=AT):
    """Settle everything that is new; return the outcomes."""
    new = [row["pk"]["S"] for row in shop.read_all("inbox") if row["state"]["S"] == "new"]
    return [settle_item(key, shop.services(), at) for key in new]


def read_bodies(shop):
    opener = shop.services().opener
    rows = [row for row in shop.read_all("inbox") if "sealed" in row]
    return [json.loads(opener.open_submission(row["pk"]["S"], row["sealed"]["B"]).body) for row in rows]


def press_link(shop, at, consents=(), fields=None):
    """Answer a preferences link of the one customer."""
    [customer] = shop.list_customers()
    link, name = a_link("choose"), name_token("t" * 43)
    people = shop.services().people
    rows = people.name_rows(Identity(kind="link", value=name))
    people.table.commit_parts([people.identities.write_owner(row, customer) for row in rows])
    said = choose_preferences(link, name, at, fields=fields or {}, consents=consents, network="")
    return settle_item(shop.accept(said), shop.services(), at)


# Sensitive -----------------------------------------------------------------------------------------------------------


def test_a_sensitive_answer_without_its_consent_is_refused_by_both_their_names_in_every_language(api, shop, workshop):
    for language in LANGUAGES:
        answer = post(api, {**ADULT_POST, "allergies": "nuts", "language": language})
        told = read_json(answer)
        assert answer.status_code == 422
        assert told["fields"] == {"allergies": "no_consent", "consent_health": "no_consent"}
        reasons = find_interface(language).reasons
        assert list(told["messages"].values()) == [reasons["no_consent"], reasons["no_consent_consent"]]
        assert "nuts" not in answer.body.decode()
    assert shop.read_all("inbox") == []


def test_a_browser_is_shown_both_faults_and_keeps_what_it_typed(api):
    answers = urlencode({**ADULT_POST, "allergies": "nuts"}).encode()
    answer = api.post("/forms/workshop", answers, content_type=FORM, accept="text/html")
    page = answer.body.decode()

    assert answer.status_code == 422
    assert 'id="e-allergies"' in page
    assert 'id="e-consent_health"' in page
    assert 'value="nuts"' in page
    assert re.search(r'id="f-allergies"[^>]*autocomplete="off"', page)


def list_entries(shop):
    return [row.entry for row in shop.read_record(CHILD).entries.values()]


@pytest.mark.parametrize("blank", [{}, {"allergies": ""}, {"allergies": "  "}])
def test_a_blank_sensitive_field_asks_for_nothing(api, shop, blank):
    assert post(api, {**ADULT_POST, **blank}).status_code == 202
    assert settle(shop) == ["settled"]
    assert shop.read_record(CHILD).entries == {}


def test_a_sensitive_answer_lives_as_long_as_its_consent_in_profile_and_history(api, shop):
    assert post(api, {**ADULT_POST, "allergies": "nuts", "consent_health": "yes"}).status_code == 202
    assert settle(shop) == ["settled"]
    [entry] = list_entries(shop)
    assert (entry.values, entry.sensitive) == ({"allergies": "nuts"}, {"allergies": "health"})
    assert shop.read_profile(CHILD).consents["health"].state is ConsentState.GIVEN

    later = AT + timedelta(days=1)
    ask = a_link("confirm").asks[0].model_copy(update={"purpose": "health"})
    assert press_link(shop, later, [(ConsentState.WITHDRAWN, ask)]) == "settled"

    profile = shop.read_profile(CHILD)
    [entry] = list_entries(shop)
    assert entry.values == {}
    assert profile.consents["health"].state is ConsentState.WITHDRAWN
    assert "nuts" not in profile.model_dump_json()
    assert b"nuts" not in b"".join(event.submission.body for event in shop.read_history(profile.customer_id))
    # An unproven yes does not bring it back, neither to the profile nor to the history.
    api.millis += 2 * 86_400_000
    assert post(api, {**ADULT_POST, "allergies": "nuts!", "consent_health": "yes"}).status_code == 202
    assert settle(shop, AT + timedelta(days=2)) == ["settled"]
    assert "nuts" not in shop.read_profile(CHILD).model_dump_json()
    assert b"nuts" not in b"".join(event.submission.body for event in shop.read_history(profile.customer_id))


def test_an_answer_that_arrives_after_the_no_that_it_came_before_is_not_kept(api, shop):
    post(api, ADULT_POST)
    settle(shop)
    api.millis += 60_000
    post(api, {**ADULT_POST, "allergies": "nuts", "consent_health": "yes"})
    ask = a_link("confirm").asks[0].model_copy(update={"purpose": "health"})
    assert press_link(shop, AT + timedelta(hours=1), [(ConsentState.WITHDRAWN, ask)]) == "settled"

    assert settle(shop, AT + timedelta(hours=2)) == ["settled"]

    profile = shop.read_profile(CHILD)
    assert profile.events == 3
    assert "nuts" not in profile.model_dump_json()
    assert b"nuts" not in b"".join(event.submission.body for event in shop.read_history(profile.customer_id))


# Children ------------------------------------------------------------------------------------------------------------


def test_a_childs_form_is_kept_only_after_the_parents_yes_and_never_with_marketing(api, shop):
    answers = {**CHILD_POST, "allergies": "nuts", "consent_health": "yes", "consent_marketing": "yes"}
    mail = Post()
    assert post(api, answers).status_code == 202
    [body] = read_bodies(shop)
    assert [said["purpose"] for said in body["consents"]] == ["health"]
    assert settle(shop) == ["unconfirmed"]
    assert shop.list_customers() == []

    assert ask_waiting(shop.services(mail), AT) == {"asked": 1}
    [(to, letter, _)] = mail.sent
    assert to == PARENT
    assert shop.list_customers() == []
    assert "Join a workshop" in letter.text
    assert "Allergies" in letter.text
    assert not re.search("nuts|Rukhsana|rukhsana", letter.text + letter.html)

    token = read_token(mail)
    page = api.call("GET", f"/confirm/{token}", accept="text/html").body.decode()
    assert "May your child send this?" in page
    assert "I am a parent of this child" in page
    assert not re.search("nuts|Rukhsana|rukhsana", page)
    assert press(shop, token, "yes", AT + timedelta(hours=1)) == "settled"

    profile = shop.read_profile(CHILD)
    given = {name: (one.state, one.channel) for name, one in profile.consents.items()}
    assert given == {name: (ConsentState.GIVEN, "parent") for name in ("parent", "health")}
    [entry] = list_entries(shop)
    assert entry.values == {"allergies": "nuts"}
    assert set(profile.fields) == {"name", "email", "age_band"}
    assert PARENT not in profile.model_dump_json()
    assert shop.find_id(PARENT) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_parent_is_asked_in_the_forms_language(api, shop, workshop, language):
    mail = Post()
    post(api, {**CHILD_POST, "language": language})
    settle(shop)
    ask_waiting(shop.services(mail), AT)
    [(_, letter, _)] = mail.sent

    title, label = workshop.title[language], workshop.find_field("name").label[language]
    assert title in letter.html
    assert label in letter.html
    page = api.call("GET", f"/confirm/{read_token(mail)}", accept="text/html").body.decode()
    assert f'lang="{language}"' in page
    assert workshop.parent.say(language, "Corner Shop") in page
    assert title in page


def test_without_the_parents_yes_nothing_stays(api, shop):
    mail = Post()
    post(api, CHILD_POST)
    settle(shop)
    ask_waiting(shop.services(mail), AT)

    assert press(shop, read_token(mail), "no", AT + timedelta(hours=1)) == "settled"
    assert shop.list_customers() == []
    assert not any("sealed" in row for row in shop.read_all("inbox"))


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"parent_email": ""}, "parent_needed"),
        ({"parent_email": CHILD}, "own_address"),
        ({"parent_email": CHILD.upper()}, "own_address"),
        ({"parent_email": f"\u200b<{CHILD}.>"}, "own_address"),
        ({"parent_email": "nobody"}, "invalid"),
    ],
)
def test_a_child_must_give_a_parents_address_and_not_their_own(api, shop, changes, fault):
    for language in LANGUAGES:
        answer = post(api, {**CHILD_POST, **changes, "language": language})
        told = read_json(answer)
        assert (answer.status_code, told["fields"]) == (422, {"parent_email": fault})
        assert "{" not in told["messages"]["parent_email"]
    assert shop.read_all("inbox") == []


def test_a_parents_address_is_not_kept_for_who_is_no_child(api, shop):
    assert post(api, {**ADULT_POST, "parent_email": PARENT}).status_code == 202
    assert PARENT not in json.dumps(read_bodies(shop))
    assert settle(shop) == ["settled"]


def test_a_mailing_list_takes_no_child(api, shop):
    for language in LANGUAGES:
        answers = {"email": CHILD, "consent_marketing": "yes", "age_band": "under-16", "language": language}
        answer = post(api, answers, "sign-up")
        told = read_json(answer)
        assert (answer.status_code, told["fields"]) == (422, {"age_band": "too_young"})
        assert find_interface(language).write_number(16) in told["messages"]["age_band"]
    assert shop.read_all("inbox") == []


def test_a_yes_to_marketing_falls_when_a_child_tells_their_age_and_counts_anew_from_sixteen_on(api, shop, single_optin):
    yes = {"email": CHILD, "consent_marketing": "yes", "interests": ["offers"]}

    def follow(answers, day, form="sign-up"):
        api.millis = int((AT + timedelta(days=day)).timestamp() * 1000)
        assert post(api, answers, form).status_code == 202
        assert settle(shop, AT + timedelta(days=day)) == ["settled"]
        return shop.read_profile(CHILD)

    profile = follow(yes, 0)
    assert profile.consents["marketing"].state is ConsentState.GIVEN
    assert "interests" in profile.fields
    assert press_link(shop, AT + timedelta(days=1), fields={"age_band": "under-16"}) == "settled"
    profile = shop.read_profile(CHILD)
    assert profile.consents == {}
    assert "interests" not in profile.fields
    assert follow(yes, 2).consents == {}
    assert follow({**yes, "age_band": "16-24"}, 3).consents["marketing"].at == AT + timedelta(days=3)
    assert follow({**yes, "name": "R"}, 4).consents["marketing"].at == AT + timedelta(days=4)


def test_preferences_keep_no_yes_of_a_child(api, shop, single_optin):
    post(api, {"email": CHILD, "consent_marketing": "yes"}, "sign-up")
    settle(shop)
    [customer] = shop.list_customers()
    token = "p" * 43
    people = shop.services().people
    links = shop.services().links
    rows = people.name_rows(Identity(kind="link", value=name_token(token)))
    people.table.commit_parts(
        [
            links.write_link(token, a_link(LinkKind.CHOOSE)),
            *(people.identities.write_owner(row, customer) for row in rows),
        ]
    )
    chosen = {"topic_marketing": "yes", "age_band": "under-16", "frequency": "weekly"}
    answer = api.post(f"/preferences/{token}", urlencode(chosen).encode(), content_type=FORM)

    assert answer.status_code == 200
    [body] = read_bodies(shop)
    assert (body["consents"], body["fields"]) == ([], {"age_band": "under-16"})
    assert settle(shop) == ["settled"]
    assert shop.read_profile(CHILD).consents == {}


def test_preferences_withdraw_the_consent_of_a_sensitive_answer(api, shop):
    post(api, {**ADULT_POST, "allergies": "nuts", "consent_health": "yes"})
    settle(shop)
    [customer] = shop.list_customers()
    token = "q" * 43
    people = shop.services().people
    links = shop.services().links
    rows = people.name_rows(Identity(kind="link", value=name_token(token)))
    people.table.commit_parts(
        [
            links.write_link(token, a_link(LinkKind.CHOOSE)),
            *(people.identities.write_owner(row, customer) for row in rows),
        ]
    )
    api.millis += 3_600_000
    answer = api.post(f"/preferences/{token}", b"topic_health=no", content_type=FORM)

    assert answer.status_code == 200
    assert settle(shop, AT + timedelta(hours=1)) == ["settled"]
    assert "nuts" not in shop.read_profile(CHILD).model_dump_json()


# The definition -------------------------------------------------------------------------------------------------------


def clean(text, answers, tmp_path):
    """Validate answers to a form given as TOML, on a day in 2026."""
    from chalicelib.forms.library import load_form

    path = tmp_path / "ask.toml"
    path.write_text(text, encoding="utf-8")
    form = load_form.__wrapped__(path)
    return validate_form(form, answers, language="en", shop="Corner Shop", occasion=Occasion("US", date(2026, 6, 1)))


YEAR_FORM = """
kind = "response"
version = "2026-01-31"
title.en = "Ask"
intro.en = "Ask."
submit.en = "Send"
thanks_title.en = "Thanks"
thanks.en = "Thanks."

[[fields]]
name = "birth_year"
type = "integer"
personal = true
place = "profile"
as_band = true
label.en = "Year of birth"

[[fields]]
name = "hobby"
type = "text"
personal = true
place = "profile"
label.en = "Hobby"

[[fields]]
name = "shirt"
type = "text"
personal = true
place = "profile"
required = true
label.en = "Shirt size"
"""


def test_a_year_becomes_a_band_and_a_childs_details_stay_with_the_entry_or_go(tmp_path):
    grown = clean(YEAR_FORM, {"birth_year": "1990", "hobby": "tea", "shirt": "M"}, tmp_path)
    child = clean(YEAR_FORM, {"birth_year": "2012", "hobby": "tea", "shirt": "S"}, tmp_path)

    assert grown.fields == {"age_band": "35-44", "hobby": "tea", "shirt": "M"}
    assert (child.fields, child.entry) == ({"age_band": "under-16"}, {"shirt": "S"})


@pytest.mark.parametrize(
    ("year", "fault"), [("1890", "out_of_range"), ("2027", "in_future"), ("1391", "out_of_range"), ("x", "invalid")]
)
def test_a_year_that_is_none_is_refused(tmp_path, year, fault):
    from chalicelib.errors import InvalidSubmissionError

    with pytest.raises(InvalidSubmissionError) as caught:
        clean(YEAR_FORM, {"birth_year": year, "shirt": "M"}, tmp_path)

    assert caught.value.fields == {"birth_year": fault}


def test_the_schema_says_what_an_answer_asks_of_others(workshop):
    schema = write_schema(workshop, "en", "https://forms.shop.example/forms/workshop", "Corner Shop")

    assert schema["properties"]["allergies"]["x-sensitive"] == "health"
    conditions = {next(iter(one["if"]["properties"])): one["then"]["required"] for one in schema["allOf"]}
    assert conditions == {"allergies": ["consent_health"], "age_band": ["parent_email"]}
    assert schema["allOf"][-1]["if"]["properties"]["age_band"]["enum"] == ["under-16"]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('sensitive = "health"', "sensitive = true", "name the purpose of its own consent"),
        ('sensitive = "health"', 'sensitive = "faith"', "consents must ask for faith"),
        ('purpose = "health"', 'purpose = "health"\nrequired = true', "not required"),
        ('field = "parent_email"', 'field = "email"', "parent.field must name a field"),
        ('field = "parent_email"', 'field = "nobody"', "parent.field must name a field"),
        ('value = "under-16"', 'value = "under-18"', "age_band takes these options alone"),
        (
            'name = "age_band"\ntype = "choice"\npersonal = true\nplace = "profile"\nrequired = true',
            'name = "age_band"\ntype = "choice"\npersonal = true\nplace = "profile"',
            "required",
        ),
        ('name = "name"', 'name = "name"\nsensitive = "health"', "not sensitive"),
        ('name = "name"', 'name = "name"\nas_band = true', "as_band belongs to birth_year"),
    ],
)
def test_a_mistake_is_told(workshop, tmp_path, old, new, told):
    from chalicelib.errors import DefinitionError
    from chalicelib.forms.library import load_form

    text = (EXAMPLE / "workshop.toml").read_text("utf-8")
    assert old in text
    path = tmp_path / "broken.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DefinitionError, match=told):
        load_form.__wrapped__(path)


def test_the_example_speaks_five_languages_and_every_sensitive_purpose_has_a_way_out(workshop):
    from chalicelib.routes.preferences import find_preferences

    assert workshop.languages == LANGUAGES
    asked = {field.name for field in find_preferences(Link(kind=LinkKind.CHOOSE), Settings()).fields}
    assert {f"topic_{purpose}" for purpose in workshop.list_sensitive().values()} <= asked


def test_ages_are_asked_for_where_campaigns_look_for_them():
    assert find_form("sign-up").find_age().name == "age_band"
