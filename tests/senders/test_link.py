"""What pressing a link says, and what becomes of it when it is settled."""

from datetime import timedelta

import pytest

from chalicelib.campaigns.audience import Audience, fits_audience
from chalicelib.errors import UnreadableError
from chalicelib.groups.clauses import Gauge
from chalicelib.models import ConsentState, Identity, Submission, Trust
from chalicelib.senders.link import answer_confirmation, choose_preferences, interpret, note_click, withdraw_consent
from chalicelib.store.links import make_token, name_token
from tests.builders.links import ASK, NOW, WORDS, a_link
from tests.builders.shop import Shop, a_submission

NAME = name_token(make_token())
LATER = NOW + timedelta(days=1)


@pytest.fixture
def shop(tables, tmp_path):
    """Return a shop that knows Asha, who agreed to letters and was mailed a link."""
    shop = Shop(tables, tmp_path)
    said = {"purpose": "marketing", "words": WORDS, "words_version": "2026-01-01", "language": "en"}
    assert shop.take(a_submission(email="asha@example.org", name="Asha", consents=[said])) == "settled"
    give_link(shop, NAME)
    return shop


def give_link(shop, name):
    """Say whose link it is, as sending does."""
    people = shop.services().people
    customer = shop.find_id("asha@example.org")
    rows = people.name_rows(Identity(kind="link", value=name))
    people.table.commit_parts([people.identities.write_owner(row, customer) for row in rows])


def stop(at=LATER):
    return withdraw_consent(a_link("stop"), NAME, at, network="203.0.113.0/24", language="fa")


def choose(at=LATER, *, fields=None, consents=()):
    return choose_preferences(
        a_link("choose"), NAME, at, fields=fields or {}, consents=consents, network="203.0.113.0/24"
    )


def test_a_click_is_an_entry_that_tells_people_from_machines():
    for by in ("person", "machine"):
        reading = interpret(note_click(a_link("go"), NAME, by, NOW))

        assert (reading.kind, reading.link, reading.fields, reading.consents) == ("click", NAME, {}, ())
        assert reading.entry.values == {"by": by, "campaign": "win-back"}


def test_an_unsubscribe_is_a_no_with_its_evidence():
    (consent,) = interpret(stop()).consents

    assert (consent.purpose, consent.state, consent.channel) == ("marketing", ConsentState.WITHDRAWN, "link")
    assert (consent.at, consent.network, consent.language) == (LATER, "203.0.113.0/24", "fa")


def test_a_confirmation_is_a_proven_yes_in_the_words_that_were_ticked():
    said = answer_confirmation(a_link("confirm"), NAME, NOW, confirmed=True, network="203.0.113.0/24")
    (consent,) = interpret(said).consents

    assert (consent.state, consent.channel, consent.grade) == (ConsentState.GIVEN, "confirm", "confirmed")
    assert (consent.words, consent.words_version, consent.language) == (WORDS, "2026-01-01", "en")


def test_a_refused_confirmation_says_nothing_about_anybody():
    said = answer_confirmation(a_link("confirm"), NAME, NOW, confirmed=False, network="")
    reading = interpret(said)

    assert (reading.consents, reading.fields, reading.entry, reading.email) == ((), {}, None, "")


@pytest.mark.parametrize("topic", ["click", "unsubscribe", "preferences", "confirm", "other"])
@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"link":1}', b'{"link":"x","consents":[1],"by":{}}', b"\xff"])
def test_a_body_that_we_did_not_write_is_unreadable(topic, body):
    odd = Submission(sender="link", topic=topic, trust=Trust.OWN, received_at=NOW, occurred_at=NOW, body=body)

    with pytest.raises(UnreadableError):
        interpret(odd)


def test_who_stops_comes_back_and_stops_again_is_heard_each_time(shop):
    states = []
    back = choose(LATER + timedelta(hours=1), consents=[(ConsentState.GIVEN, ASK)])
    again = stop(LATER + timedelta(hours=2))
    for said in (stop(LATER), back, again, again):
        assert shop.take(said) == "settled"
        states.append(shop.read_profile("asha@example.org").consents["marketing"].state.value)

    assert states == ["withdrawn", "given", "withdrawn", "withdrawn"]


def test_topics_are_replaced_by_what_was_chosen_later_and_campaigns_choose_by_them(shop):
    audience = Audience(fields={"interests": ["offers"]})
    first = choose(LATER, fields={"interests": ["events"]})
    last = choose(LATER + timedelta(hours=2), fields={"interests": ["offers", "new"]})
    between = choose(LATER + timedelta(hours=1), fields={"interests": ["new"]})
    shop.take(a_submission(email="asha@example.org", interests=["offers"]))
    found = []
    for said in (first, last, between, last):
        assert shop.take(said) == "settled"
        profile = shop.read_profile("asha@example.org")
        found.append((profile.fields["interests"].value, fits_audience(profile, audience, Gauge(NOW))))

    assert found == [(["events"], False), *[(["offers", "new"], True)] * 3]


def test_one_stop_ends_every_purpose_that_it_names(shop):
    link = a_link("choose")
    body = {"network": "", "language": "fa", "also": ("tastings", "marketing")}
    assert shop.take(withdraw_consent(link, NAME, LATER, **body)) == "settled"

    consents = shop.read_profile("asha@example.org").consents
    assert {purpose: consent.state.value for purpose, consent in consents.items()} == {
        "marketing": "withdrawn",
        "tastings": "withdrawn",
    }


def test_preferences_reach_the_person_behind_the_link_and_name_nobody(shop):
    assert shop.take(choose(fields={"language": "bn", "frequency": "monthly", "phone": "+12025550143"})) == "settled"
    profile = shop.read_profile("asha@example.org")

    assert {name: held.value for name, held in profile.fields.items()} == {
        "email": "asha@example.org",
        "name": "Asha",
        "language": "bn",
        "frequency": "monthly",
        "phone": "+12025550143",
    }
    assert shop.services().people.find_customer(Identity(kind="phone", value="+12025550143")) is None
    assert len(shop.list_customers()) == 1


def test_details_that_came_by_a_link_of_ours_outrank_what_a_shop_system_said_earlier(shop):
    shop.take(a_submission(email="asha@example.org", name="Asha Rao", trust=Trust.SIGNED))
    shop.take(choose(fields={"name": "Somebody Else"}))

    assert shop.read_profile("asha@example.org").fields["name"].value == "Somebody Else"


def test_a_link_of_nobody_changes_nobody(shop):
    before = shop.read_all("customers")
    stranger = withdraw_consent(a_link("stop"), name_token(make_token()), NOW, network="", language="en")

    assert shop.take(stranger) == "nobody"
    assert shop.read_all("customers") == before


def test_two_presses_of_one_second_are_one_and_a_click_is_one_for_ever(shop):
    same = [shop.accept(stop()), shop.accept(stop())]
    days = [NOW + timedelta(days=day) for day in range(5)]
    clicks = {shop.accept(note_click(a_link("go"), NAME, "person", day)) for day in days}

    assert same[0] == same[1] != shop.accept(stop(LATER + timedelta(seconds=1)))
    assert len(clicks) == 1
