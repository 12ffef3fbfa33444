"""Answers through a mail's link: they enter the record of the customer who was mailed, and nobody else's."""

import re
from datetime import timedelta

import pytest

from chalicelib.campaigns.audience import fits_audience
from chalicelib.campaigns.library import list_campaigns
from chalicelib.data_requests.deliver import make_package
from chalicelib.data_requests.package import pick_file
from chalicelib.forms.library import find_form
from chalicelib.groups.clauses import Gauge
from chalicelib.joining.join import join_people
from chalicelib.models import ConsentState, Grade
from chalicelib.outreach.decide import handle_customer
from chalicelib.senders import read_submission, reduce_submission
from chalicelib.senders.link import withdraw_consent
from chalicelib.settling.dispatch import settle_item
from chalicelib.store.links import make_token, name_token
from tests.builders.campaigns import a_campaign
from tests.builders.erasures import LATER, finish, forget
from tests.builders.folding import fold_history
from tests.builders.links import a_link, an_answer, give_link
from tests.builders.mails import DUE, Post, sign_up
from tests.builders.shop import NOW, a_submission, read_all_events
from tests.builders.workshop import put_example

ASEL, ANNA = "asel@example.org", "anna@example.net"
HOUR = timedelta(hours=1)
SURVEY = find_form("survey")


@pytest.fixture
def asked(shop):
    """Return a customer who was mailed, and the token of the link in that mail."""
    shop.take(a_submission(email=ASEL, name="Асель"))
    customer, token = shop.find_id(ASEL), make_token()
    give_link(shop, token, customer)
    return customer, token


def list_entries(shop, customer):
    entries = [each.entry for each in shop.open_record(customer).entries.values()]
    return [(entry.kind, entry.values) for entry in sorted(entries, key=lambda entry: entry.at)]


def test_an_answer_is_an_entry_of_the_customer_and_ends_the_invitations(shop, asked):
    customer, token = asked
    [audience] = [campaign.audience for campaign in list_campaigns() if campaign.name == "survey-invitation"]
    assert fits_audience(shop.open_profile(customer), audience, Gauge(NOW))

    assert shop.take(an_answer(token, SURVEY, {"score": "9", "why": "Tea"}, NOW + HOUR)) == "settled"

    assert list_entries(shop, customer) == [("survey", {"score": 9, "why": "Tea"})]
    profile = shop.open_profile(customer)
    assert not fits_audience(profile, audience, Gauge(NOW))
    assert (profile.last_seen, profile.text("name")) == (NOW + HOUR, "Асель")
    assert len(shop.list_customers()) == 1
    stored = profile.model_copy(update={"identities": ()})
    assert fold_history(customer, read_all_events(shop)).model_copy(update={"identities": ()}) == stored
    facts = [fact for fact in shop.services().facts.list_facts("survey-invitation") if fact.kind == "answer"]
    assert [fact.mail_id for fact in facts] == ["m1"]


def test_a_repeated_post_is_one_entry_and_another_answer_is_one_more(shop, asked):
    customer, token = asked
    outcomes = [shop.take(an_answer(token, SURVEY, {"score": "9"}, NOW + HOUR)) for _ in range(3)]
    shop.take(an_answer(token, SURVEY, {"score": "4"}, NOW + 2 * HOUR, page="another"))

    assert outcomes == ["settled"] * 3
    assert list_entries(shop, customer) == [("survey", {"score": 9}), ("survey", {"score": 4})]


def test_an_answer_is_sealed_in_the_inbox_until_it_is_settled(shop, asked):
    shop.accept(an_answer(asked[1], SURVEY, {"why": "Canary of Almaty"}, NOW + HOUR))

    assert "Canary" not in str(shop.read_all("inbox")) + str(shop.read_all("links"))


def test_an_answer_through_nobodys_link_makes_nobody(shop):
    assert shop.take(an_answer(make_token(), SURVEY, {"score": "9"})) == "nobody"
    assert shop.list_customers() == []


def test_an_answer_of_an_erased_customer_recreates_nobody(shop, tmp_path):
    customer, post = sign_up(shop), Post()
    campaign = a_campaign("ask", template="survey-invitation", form="survey", offer=None)
    assert handle_customer(customer, shop.services(post, campaign), DUE) == "sent"
    token = re.search(r"/answer/survey/([\w-]{43})", post.sent[0][1].text)[1]
    assert shop.services().links.read_link(token, DUE).form == "survey"
    key = shop.accept(an_answer(token, SURVEY, {"score": "9", "why": "Tea"}, LATER + HOUR))
    forget(shop, ASEL)
    finish(shop, tmp_path)

    assert shop.services().links.read_link(token, DUE) is None  # so the door answers that the link is gone
    assert settle_item(key, shop.services(), LATER + HOUR) == "nobody"
    assert shop.list_customers() == []
    [row] = [row for row in shop.read_all("inbox") if row["pk"]["S"] == key]
    assert "sealed" not in row


def test_an_answer_of_a_joined_customer_enters_the_joined_record(shop, asked):
    first, token = asked
    shop.take(a_submission(email=ANNA, at=NOW + HOUR))
    joined = join_people(first, shop.find_id(ANNA), "kim", shop.services(), NOW + 2 * HOUR)

    assert shop.take(an_answer(token, SURVEY, {"score": "9"}, NOW + 3 * HOUR)) == "settled"
    assert list_entries(shop, joined) == [("survey", {"score": 9})]


def test_an_answer_is_in_the_copy_of_the_mailbox_that_was_mailed(shop, asked):
    customer, token = asked
    shop.take(an_answer(token, SURVEY, {"why": "Good tea"}, NOW + HOUR))
    services = shop.services()
    package = make_package(services.people.load_person(customer), ASEL, services, "en", NOW + 2 * HOUR)

    assert "Good tea" in pick_file(package, "data.json").decode()
    [entry] = shop.open_record(customer).entries.values()
    assert entry.under == ASEL


@pytest.mark.parametrize("form", ["survey", "sign-up"])
def test_a_ticked_consent_is_proven_by_the_mailbox_whether_the_form_asks_by_mail_or_not(shop, asked, form):
    customer, token = asked
    no = withdraw_consent(a_link("stop"), name_token(token), NOW + HOUR, network="", language="en")
    assert shop.take(no) == "settled"
    found = find_form(form)
    ticked = {found.consents[0].name: found.consents[0].version} | ({"score": "9"} if form == "survey" else {})

    assert shop.take(an_answer(token, found, ticked, NOW + 2 * HOUR)) == "settled"  # and waits for no second mail

    consent = shop.open_profile(customer).consents["marketing"]
    assert (consent.state, consent.grade, consent.address) == (ConsentState.GIVEN, Grade.CONFIRMED, ASEL)
    assert (consent.channel, consent.words) == (f"form:{form}", found.consents[0].say("en", "Corner Shop"))
    assert consent.network == "203.0.113.0/24"


def test_answers_for_the_profile_enter_the_profile(shop, asked):
    customer, token = asked
    shop.take(an_answer(token, find_form("sign-up"), {"interests": ["offers"], "consent_marketing": "yes"}, NOW + HOUR))

    assert shop.open_profile(customer).fields["interests"].value == ["offers"]


def test_a_sensitive_answer_is_deleted_with_its_consent_and_may_be_given_anew(shop, asked, tmp_path, monkeypatch):
    customer, token = asked
    form = put_example(tmp_path, monkeypatch).model_copy(update={"parent": None})
    told = {"age_band": "25-34", "allergies": "nuts", "consent_health": "yes"}
    no = withdraw_consent(
        a_link("stop", purpose="health"), name_token(token), NOW + 2 * HOUR, network="", language="en"
    )

    shop.take(an_answer(token, form, told, NOW + HOUR))
    assert list_entries(shop, customer) == [(form.kind, {"allergies": "nuts"})]
    shop.take(no)
    assert list_entries(shop, customer) == [(form.kind, {})]
    assert "nuts" not in str([event.submission.body for event in shop.read_history(customer)])
    shop.take(an_answer(token, form, told, NOW + 3 * HOUR, page="another"))
    assert list_entries(shop, customer)[1:] == [(form.kind, {"allergies": "nuts"})]


def test_an_answer_means_the_same_once_it_is_reduced(shop, asked):
    answer = an_answer(asked[1], SURVEY, {"score": "9", "consent_marketing": "yes"}, NOW + HOUR)

    assert read_submission(reduce_submission(answer)) == read_submission(answer)
