"""Offers go out once: decided in one transaction, one attempt, and whatever becomes of it is accounted for."""

import re
import threading
from collections import Counter
from datetime import timedelta

import pytest

from chalicelib.errors import KeyUnavailableError, RaceLostError
from chalicelib.mails.pace import Pace
from chalicelib.models import ConsentState, Identity, MailState, Submission, Trust
from chalicelib.outreach.decide import handle_customer
from chalicelib.senders.link import note_click, withdraw_consent
from chalicelib.settling.dispatch import settle_item
from chalicelib.store.links import LinkKind, name_token
from chalicelib.strictjson import dump_json
from tests.builders.campaigns import OFFER, a_campaign
from tests.builders.erasures import forget
from tests.builders.mails import (
    CONSENT,
    DUE,
    Killed,
    Post,
    count_facts,
    sign_up,
    stop_address,
    tell,
)
from tests.builders.shop import NOW, a_submission


def test_due_person_gets_one_mail_and_never_a_second(shop):
    customer, post = sign_up(shop), Post()
    services = shop.services(post)

    outcomes = [handle_customer(customer, services, DUE + timedelta(hours=turn)) for turn in range(3)]

    assert outcomes == ["sent", "not due", "not due"]
    [(to, mail, _)] = post.sent
    assert to == "asel@example.org"
    assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert count_facts(services) == {"planned": 1, "sent": 1}


def test_mail_enters_the_history_and_the_profile_is_still_its_fold(shop):
    from tests.builders.folding import fold_history
    from tests.builders.shop import read_all_events

    customer = sign_up(shop)
    handle_customer(customer, shop.services(Post()), DUE)

    profile = shop.open_profile(customer)
    [note] = profile.mails.values()
    assert note.state is MailState.INTENT
    assert fold_history(customer, read_all_events(shop)) == profile.model_copy(update={"identities": ()})


@pytest.mark.parametrize(("by", "seen"), [("machine", NOW), ("person", DUE)])
def test_last_seen_is_a_sign_of_the_persons_own_and_no_mail_of_ours(shop, by, seen):
    customer, post = sign_up(shop), Post()
    services = shop.services(post)
    handle_customer(customer, services, DUE)
    tell(shop, "Delivery", post.sent[0][2])
    token = re.search(r"/go/([\w-]{43})", post.sent[0][1].text)[1]
    visit = note_click(services.links.read_link(token, DUE), name_token(token), by, DUE)
    assert settle_item(shop.accept(visit), shop.services(), DUE) == "settled"

    assert shop.open_profile(customer).last_seen == seen


def test_code_is_the_persons_own_and_stands_behind_the_link(shop):
    customer, post = sign_up(shop), Post("throttled", "accepted")
    services = shop.services(post)

    handle_customer(customer, services, DUE)
    handle_customer(customer, services, DUE + timedelta(minutes=5))

    codes = {row.code for row in services.mails.list_mails(customer)}
    assert len(codes) == 1
    [code] = codes
    assert code.startswith("BACK-")
    assert all(code in mail.html and code in mail.text for _, mail, _ in post.sent)


def test_nobody_is_mailed_without_consent(shop):
    shop.take(a_submission(email="asel@example.org", entry={"topic": "tea"}))
    post = Post()

    assert handle_customer(shop.find_id("asel@example.org"), shop.services(post), DUE) == "not due"
    assert post.sent == []


def withdraw(shop, customer, at=DUE):
    """Let a person press the unsubscribe link of some mail of theirs."""
    services = shop.services()
    name = name_token(f"token-{customer}")
    rows = services.people.name_rows(Identity(kind="link", value=name))
    services.people.table.commit_parts([services.people.identities.write_owner(row, customer) for row in rows])
    said = {"link": name, "purpose": "marketing", "language": "en", "network": "", "campaign": "", "mail_id": ""}
    pressed = Submission(
        sender="link",
        topic="unsubscribe",
        trust=Trust.OWN,
        received_at=at,
        occurred_at=at,
        idempotency_key=name + at.isoformat(),
        body=dump_json(said),
    )
    return settle_item(shop.accept(pressed), services, at)


def test_unsubscribe_sticks(shop):
    customer, post = sign_up(shop), Post()

    assert withdraw(shop, customer) == "settled"

    assert handle_customer(customer, shop.services(post), DUE) == "not due"
    assert post.sent == []


def test_link_to_stop_ends_the_purpose_that_its_mail_was_sent_for(shop):
    customer, post = sign_up(shop), Post()
    shop.take(a_submission(email="asel@example.org", at=NOW + timedelta(1), consents=[{**CONSENT, "purpose": "sms"}]))
    campaigns = [a_campaign(name, purpose="sms", when={"trigger": "after-sign-up", "days": 7}) for name in ("c1", "c2")]
    services, later = shop.services(post, *campaigns), DUE + timedelta(days=1)
    assert handle_customer(customer, services, later) == "sent"
    token = re.search(r"/unsubscribe/([\w-]{43})", post.sent[0][1].text)[1]
    link = services.links.read_link(token, later)

    said = withdraw_consent(link, name_token(token), later, network="", language="en")
    assert settle_item(shop.accept(said), shop.services(), later) == "settled"

    assert shop.open_profile(customer).consents["sms"].state is ConsentState.WITHDRAWN
    assert handle_customer(customer, services, later) == "not due"
    assert len(post.sent) == 1


def test_link_that_is_nobodys_makes_nobody(shop):
    said = {"link": "x" * 43, "purpose": "marketing", "language": "en", "network": "", "campaign": "", "mail_id": ""}
    pressed = a_submission().model_copy(update={"sender": "link", "topic": "unsubscribe", "body": dump_json(said)})

    assert settle_item(shop.accept(pressed), shop.services(), NOW) == "nobody"
    assert shop.list_customers() == []


def test_stop_between_reading_and_the_intent_wins(shop, monkeypatch):
    customer, post = sign_up(shop), Post()
    services = shop.services(post)
    commit = services.people.table.commit_parts
    raced = []

    def unsubscribe_first(parts):
        if not raced:
            raced.append(withdraw(shop, customer))
        return commit(parts)

    monkeypatch.setattr(services.people.table, "commit_parts", unsubscribe_first)

    assert handle_customer(customer, services, DUE) == "not due"
    assert raced == ["settled"]
    assert post.sent == []


def test_suppression_between_reading_and_the_intent_wins(shop, monkeypatch):
    customer, post = sign_up(shop), Post()
    services = shop.services(post)
    commit = services.people.table.commit_parts
    raced = []

    def bounce_first(parts):
        if not raced:
            raced.append(stop_address(shop, "asel@example.org"))
        return commit(parts)

    monkeypatch.setattr(services.people.table, "commit_parts", bounce_first)

    assert handle_customer(customer, services, DUE) == "suppressed"
    assert post.sent == []


def test_ten_workers_at_once_send_one_mail(shop):
    customer, post = sign_up(shop), Post()
    services = [shop.services(post) for _ in range(10)]
    start, outcomes = threading.Barrier(10), []

    def work(own):
        start.wait()
        try:
            outcomes.append(handle_customer(customer, own, DUE))
        except RaceLostError:
            outcomes.append("lost")

    threads = [threading.Thread(target=work, args=(own,)) for own in services]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(post.sent) == 1
    assert outcomes.count("sent") == 1


@pytest.mark.parametrize("kind", ["throttled", "paused", "unreached"])
def test_what_ses_certainly_did_not_take_is_tried_again(shop, kind):
    customer, post = sign_up(shop), Post(kind, "accepted")
    services = shop.services(post)

    outcomes = [handle_customer(customer, services, DUE + timedelta(minutes=turn)) for turn in range(3)]

    assert outcomes == ["throttled", "sent", "not due"]
    assert len({attempt for _, _, attempt in post.sent}) == 2
    assert count_facts(services) == {"planned": 1, "sent": 1}


def test_mail_that_waits_keeps_no_other_occasion_waiting(shop):
    customer, post = sign_up(shop), Post("throttled", "throttled", "accepted")
    later = a_campaign("later", when={"trigger": "after-sign-up", "days": 8})
    services = shop.services(post, a_campaign(), later)

    outcomes = [handle_customer(customer, services, DUE + timedelta(hours=turn)) for turn in (0, 24, 48, 49)]

    assert outcomes == ["throttled", "sent", "sent", "not due"]
    assert count_facts(services, "welcome") == count_facts(services, "later") == {"planned": 1, "sent": 1}


def test_throttled_mail_ends_when_its_time_is_over(shop):
    customer, post = sign_up(shop), Post("throttled")
    services = shop.services(post)
    handle_customer(customer, services, DUE)

    assert handle_customer(customer, services, DUE + timedelta(days=30)) == "expired"
    assert len(post.sent) == 1


def test_refused_mail_is_never_tried_again(shop):
    customer, post = sign_up(shop), Post("refused")
    services = shop.services(post)

    assert [handle_customer(customer, services, DUE) for _ in range(2)] == ["refused", "not due"]
    assert count_facts(services) == {"planned": 1, "refused": 1}


def test_cap_holds_over_all_campaigns(shop):
    customer, post = sign_up(shop), Post()
    campaigns = [a_campaign(f"c{n}", when={"trigger": "after-sign-up", "days": 7}) for n in range(4)]
    services = shop.services(post, *campaigns)

    outcomes = [handle_customer(customer, services, DUE) for _ in range(5)]

    assert outcomes == ["sent", "sent", "capped", "capped", "not due"]


def test_mail_that_never_went_out_does_not_count_under_the_cap(shop):
    customer, post = sign_up(shop), Post("refused", "throttled", "accepted")
    campaigns = [a_campaign(f"c{n}", when={"trigger": "after-sign-up", "days": 7}) for n in range(3)]
    services = shop.services(post, *campaigns)

    outcomes = [handle_customer(customer, services, DUE) for _ in range(3)]

    assert outcomes == ["refused", "throttled", "sent"]  # the second, tried again
    assert handle_customer(customer, services, DUE) == "sent"
    assert len({attempt for _, _, attempt in post.sent}) == 4


def test_budget_of_a_campaign_holds(shop):
    offer = {**OFFER, "most_spent": "4", "expected_cost": "2"}
    customers, post = [sign_up(shop, f"p{n}@example.org") for n in range(3)], Post()
    services = shop.services(post, a_campaign(offer=offer))

    outcomes = [handle_customer(customer, services, DUE) for customer in customers]

    assert sorted(outcomes) == ["over_budget", "sent", "sent"]
    assert services.budgets.read_budget("welcome") == 400


def test_held_out_people_are_counted_and_not_mailed(shop):
    customers, post = [sign_up(shop, f"p{n}@example.org") for n in range(12)], Post()
    services = shop.services(post, a_campaign(holdout_share=0.5))

    outcomes = Counter(handle_customer(customer, services, DUE) for customer in customers)

    assert outcomes["held_out"] + outcomes["sent"] == 12
    assert len(post.sent) == outcomes["sent"]
    facts = count_facts(services)
    assert facts["planned"] == facts["held_out"] + facts["sent"] == 12


def test_due_people_are_found_by_the_index_and_nobody_else(shop):
    asel = sign_up(shop)
    shop.take(a_submission(email="silent@example.org"))
    due = shop.services().find_due(shop.open_profile(asel), NOW)

    assert due is not None
    assert list(shop.services().people_rows.list_due(due - timedelta(seconds=1), 6)) == []
    assert list(shop.services().people_rows.list_due(due, 6)) == [asel]
    assert list(shop.services().people_rows.list_due(due + timedelta(days=20), 6)) == [asel]


def test_mail_that_cannot_be_sent_leaves_no_intent_behind(shop):
    customer, post = sign_up(shop), Post()
    services = shop.services(post, a_campaign(template="welcome"))
    without = {"shop_address": ""}  # which marketing needs
    services.settings = services.settings.model_copy(update=without)

    assert handle_customer(customer, services, DUE) == "refused"
    assert post.sent == []
    assert count_facts(services) == {"planned": 1, "refused": 1}


def test_survey_invitation_leads_to_the_form(shop):
    customer, post = sign_up(shop), Post()
    services = shop.services(post, a_campaign(template="survey-invitation", offer=None, form="survey"))

    handle_customer(customer, services, DUE)

    [(_, mail, _)] = post.sent
    [token] = re.findall(rf"^{services.settings.public_url}/answer/survey/([\w-]{{43}})$", mail.text, re.MULTILINE)
    link = services.links.read_link(token, DUE)
    assert (link.kind, link.form, link.campaign) == (LinkKind.ANSWER, "survey", "welcome")
    assert services.people.find_customer(Identity(kind="link", value=name_token(token))) == customer
    assert f"/answer/survey/{token}?score=9" in mail.html
    assert "/go/" not in mail.html


def test_language_that_is_none_keeps_nobody_from_their_mail(shop):
    customer, post = sign_up(shop, language='en US"'), Post()

    assert handle_customer(customer, shop.services(post), DUE) == "sent"
    assert "/privacy?lang=en" in post.sent[0][1].text


def test_mail_whose_words_are_none_ends_as_refused(shop):
    customer, post = sign_up(shop), Post()
    services = shop.services(post)
    services.settings = services.settings.model_copy(update={"shop_name": "Corner\x00"})

    assert handle_customer(customer, services, DUE) == "refused"
    assert count_facts(services) == {"planned": 1, "refused": 1}


def test_who_is_cut_off_while_waiting_for_a_turn_leaves_no_intent_behind(shop):
    customer, post = sign_up(shop), Post()
    services = shop.services(post)

    class Cut(Pace):
        def wait_turn(self):
            raise Killed

    cut = shop.services(post)
    cut.pace = Cut()
    with pytest.raises(Killed):
        handle_customer(customer, cut, DUE)
    assert (services.mails.list_mails(customer), count_facts(services)) == ([], {})
    assert handle_customer(customer, services, DUE) == "sent"


def test_an_outage_of_kms_is_not_taken_for_an_erasure(shop, monkeypatch):
    customer, post = sign_up(shop), Post()
    services = shop.services(post)

    def refuse(*_):
        raise KeyUnavailableError("KMSInternalException")

    with monkeypatch.context() as context:
        context.setattr(services.keys.root, "open_secret", refuse)
        with pytest.raises(KeyUnavailableError):
            handle_customer(customer, services, DUE)
    assert handle_customer(customer, services, DUE) == "sent"


def test_a_forgotten_customer_is_gone(shop):
    customer = sign_up(shop)
    forget(shop, "asel@example.org")

    assert handle_customer(customer, shop.services(Post()), DUE) == "gone"
