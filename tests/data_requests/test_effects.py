"""What a proven request does: restrict, object, correct, erase; and what it leaves behind."""

from datetime import timedelta

import pytest

from chalicelib.data_requests.run import answer_requests
from chalicelib.erasure.run import advance_erasures
from chalicelib.models import RESTRICTED, ConsentState, Identity, Reading, Trust
from chalicelib.people.restriction import is_restricted
from chalicelib.senders import read_submission
from chalicelib.senders.link import choose_preferences, withdraw_consent
from chalicelib.senders.privacy import confirm_request
from chalicelib.settling.dispatch import settle_item
from chalicelib.store.links import Link, LinkKind, name_token
from chalicelib.store.requests import WORKERS, RequestState
from tests.builders.campaigns import CLOCK, a_campaign
from tests.builders.folding import fold_history
from tests.builders.mails import DUE, Post
from tests.builders.requests import (
    ASEL,
    DAY,
    HOUR,
    MINUTE,
    START,
    ask,
    confirm,
    list_audits,
    list_requests,
    list_states,
    prove,
    read_link,
    read_mail,
    run_hours,
)
from tests.builders.shop import a_submission, read_all_events
from tests.builders.signed import says


def test_restricted_person_is_kept_and_not_used_and_links_still_work(shop, asel):
    from chalicelib.campaigns.agenda import is_reachable, next_due
    from chalicelib.campaigns.audience import Audience, fits_audience
    from chalicelib.groups.clauses import Gauge

    post = Post()
    result = prove(shop, post, "restrict")

    profile = shop.open_profile(asel)
    assert profile.fields[RESTRICTED].source == "privacy:confirm"
    assert profile.fields["name"].value == "Асель"
    assert not is_reachable(profile, a_campaign(), DUE)
    assert next_due(profile, [a_campaign()], CLOCK, DUE) is None
    assert not fits_audience(profile, Audience(), Gauge(DUE))
    assert read_link(shop, result).model_dump(include={"kind", "request", "language"}) == {
        "kind": LinkKind.RESULT,
        "request": "restrict",
        "language": "kk",
    }
    people = shop.services().people
    rows = people.name_rows(Identity(kind="link", value="stop"))
    people.table.commit_parts([people.identities.write_owner(row, asel) for row in rows])
    stop = withdraw_consent(Link(kind=LinkKind.STOP), "stop", START + HOUR, network="", language="en")
    assert settle_item(shop.accept(stop), shop.services(), START + HOUR) == "settled"
    assert shop.open_profile(asel).consents["marketing"].state is ConsentState.WITHDRAWN


@pytest.mark.parametrize("trust", list(Trust))
def test_nobody_but_the_person_and_staff_ends_a_restriction(shop, asel, trust):
    prove(shop, Post(), "restrict")
    shop.take(a_submission(email=ASEL, at=START + DAY, trust=trust, restricted=False))

    assert is_restricted(shop.open_profile(asel))


def test_nobody_but_the_person_makes_one(shop, asel):
    shop.take(a_submission(email=ASEL, at=START + DAY, trust=Trust.SIGNED, restricted=True))

    assert not is_restricted(shop.open_profile(asel))


def test_objection_ends_every_consent_to_advertising_with_its_evidence(shop, asel):
    prove(shop, Post(), "object")

    consents = shop.open_profile(asel).consents
    assert {"marketing", "sms"} <= set(consents)
    for consent in consents.values():
        assert (consent.state, consent.grade, consent.channel) == (ConsentState.WITHDRAWN, "confirmed", "privacy")
        assert (consent.network, consent.language, consent.at) == ("198.51.100.0/24", "kk", START + MINUTE)


def test_objection_says_itself_which_purposes_it_ends():
    link = Link(kind=LinkKind.REQUEST, request="object")
    said = confirm_request(link, "n", "r", START, network="", language="en", purposes=["birthday-club", "marketing"])

    ended = {consent.purpose for consent in read_submission(said).consents}
    assert ended == {"marketing", "sms", "birthday-club"}  # none of the campaigns on file has the third


def test_correction_opens_a_page_that_writes_and_shows_nothing(shop, asel):
    result = prove(shop, Post(), "correct")

    link = read_link(shop, result)
    assert (link.kind, link.request) == (LinkKind.CHOOSE, "correct")
    said = choose_preferences(link, name_token(result), START + HOUR, fields={"name": "Әсел"}, consents=[], network="")
    assert settle_item(shop.accept(said), shop.services(), START + HOUR) == "settled"
    assert shop.open_profile(asel).fields["name"].value == "Әсел"


def test_erasure_makes_the_person_unreadable_in_the_same_transaction(shop, asel):
    from chalicelib.errors import KeyUnavailableError

    post = Post()
    result = prove(shop, post, "erase")

    with pytest.raises(KeyUnavailableError):
        shop.services().people.load_person(asel)
    [job] = [row for row in shop.read_all("customers") if row["pk"]["S"].startswith("forget#")]
    assert name_token(result) in repr(job)
    assert list_states(shop, asel) == ["done"]
    assert confirm(shop, read_mail(post)[0], START + HOUR, network="192.0.2.0/24") == "nobody"


@pytest.mark.parametrize("kind", ["restrict", "object", "correct", "access"])
def test_confirm_is_history_and_the_profile_is_still_its_fold(shop, asel, kind):
    post = Post()
    result = prove(shop, post, kind)

    history = shop.read_history(asel)
    assert [event.submission.sender for event in history] == ["form", "privacy"]
    assert result.encode() not in history[1].submission.body
    profile = shop.open_profile(asel)
    assert fold_history(asel, read_all_events(shop)) == profile.model_copy(update={"identities": ()})
    [audit] = list_audits(shop)
    assert (audit["reason"]["S"], audit["customer"]["S"]) == (f"asked for: {kind}", asel)


def test_confirmed_request_waits_with_its_token_sealed(shop, asel):
    post = Post()
    result = prove(shop, post, "access")

    [row] = list_requests(shop, asel)
    assert row.state is RequestState.CONFIRMED
    assert result.encode() not in row.result
    seal = shop.services().people.load_person(asel).seal
    assert seal.open_record(f"request#{row.id}", "result", row.result) == result.encode()
    assert "expires_at" not in next(one for one in shop.read_all("customers") if one["sk"]["S"].startswith("request#"))
    assert [one.id for one in shop.services().requests.list_open(WORKERS)] == [row.id]


def test_every_row_of_a_link_is_named_in_its_request(shop, asel):
    post = Post("unknown")
    ask(shop)
    run_hours(shop, post, 2)
    [row] = list_requests(shop, asel)

    people = shop.services().people
    owned = {one["pk"]["S"] for one in shop.read_all("customers") if one.get("owner", {}).get("S") == row.owner}
    named = {name for link in row.links for name in people.name_rows(Identity(kind="link", value=link))}
    assert owned == named
    assert {one["pk"]["S"] for one in shop.read_all("links")} <= set(row.links)


@pytest.mark.parametrize(("after", "outcome"), [(3, "settled"), (-3, "nobody")])
def test_what_came_after_the_code_is_no_part_of_the_erasure_however_late_both_are_settled(shop, after, outcome):
    shop.take(a_submission(email=ASEL, at=START - DAY))
    post = Post()
    ask(shop, "erase")
    answer_requests(shop.services(post), START)
    token, _ = read_mail(post)
    typed = START + HOUR
    late = shop.accept(a_submission(email=ASEL, name="Anew", at=typed + timedelta(seconds=after)))
    assert confirm(shop, token, typed, settled_at=typed + HOUR) == "settled"
    while advance_erasures(shop.services(), typed + HOUR):
        pass

    assert settle_item(late, shop.services(), typed + 2 * HOUR) == outcome
    assert (shop.find_id(ASEL) is not None) == (outcome == "settled")
    entry = shop.services().ledger.read_entry(1)
    assert (entry.gone_at, entry.at) == (typed, typed + HOUR)


def test_a_second_record_of_the_address_moves_the_moment_of_the_decision_no_further(shop):
    shop.take(says(Reading(kind="customer", sender_id="1", email=ASEL)))
    shop.take(says(Reading(kind="customer", sender_id="2", email=ASEL), 1))
    assert len(shop.list_customers()) == 2
    ask(shop, "erase")
    post = Post()
    answer_requests(shop.services(post), START)
    token, _ = read_mail(post)
    typed = START + HOUR
    late = shop.accept(a_submission(email=ASEL, name="Anew", at=typed + timedelta(seconds=3)))
    assert confirm(shop, token, typed, settled_at=typed + HOUR) == "settled"
    while advance_erasures(shop.services(), typed + HOUR):
        pass

    assert shop.list_customers() == []
    assert settle_item(late, shop.services(), typed + 2 * HOUR) == "settled"
