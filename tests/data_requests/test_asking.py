"""Requests are mailed to the address that was asked for, one at a time, within caps, whatever SES answers."""

import threading
from datetime import timedelta

import pytest

from chalicelib.addresses import normalise_email
from chalicelib.data_requests.codes import hash_code
from chalicelib.data_requests.prove import LOST_AFTER, PROVE_WITHIN, RETRY_AFTER
from chalicelib.data_requests.run import answer_requests
from chalicelib.models import ASKABLE, Identity, utc_text
from chalicelib.people.restriction import is_restricted
from chalicelib.senders.ses import parse_notification
from chalicelib.settling.dispatch import settle_item
from chalicelib.shop.limits import MOST_A_RUN
from chalicelib.store.links import LinkKind
from chalicelib.store.requests import STAFFS, RequestState
from chalicelib.store.suppressions import Suppressions
from chalicelib.strictjson import dump_json
from tests.builders.mails import Killed, Post
from tests.builders.requests import (
    ASEL,
    DAY,
    HOUR,
    MINUTE,
    START,
    ask,
    confirm,
    list_requests,
    list_states,
    prove,
    read_link,
    read_mail,
    run_hours,
)
from tests.builders.shop import NOW, a_submission


@pytest.mark.parametrize("email", ["nobody@example.org", "no address", "", "asel@example.org\n", "@"])
def test_address_of_nobody_leaves_nothing_but_a_tombstone(shop, asel, email):
    before = shop.read_all("customers")
    expected = "settled" if email.strip() == ASEL else "nobody"

    assert ask(shop, email=email) == expected
    if expected == "nobody":
        assert shop.read_all("customers") == before


def test_request_touches_nothing_of_the_person(shop, asel):
    before = shop.services().people.load_person(asel)
    assert ask(shop) == "settled"
    answer_requests(shop.services(Post()), START)

    after = shop.services().people.load_person(asel)
    assert (after.version, after.profile) == (before.version, before.profile)
    assert len(shop.read_history(asel)) == 1


def test_mail_goes_to_the_address_that_was_asked_for_however_it_was_typed(shop, asel):
    post = Post()
    ask(shop, "access", email=" ASEL@Example.ORG ", language="fa")
    assert answer_requests(shop.services(post), START) == {"asked": 1}

    [(to, mail, _)] = post.sent
    assert to == ASEL
    assert mail.headers == {}
    assert "Асель" not in mail.html + mail.text
    token, code = read_mail(post)
    link = read_link(shop, token)
    assert (link.kind, link.request, link.language) == (LinkKind.REQUEST, "access", "fa")
    assert link.code_hash == hash_code(token, code)
    assert link.expires_at == START + PROVE_WITHIN
    assert read_link(shop, token, START + PROVE_WITHIN) is None


def test_neither_code_nor_token_stands_in_any_table(shop, asel):
    post = Post()
    ask(shop)
    answer_requests(shop.services(post), START)
    token, code = read_mail(post)

    for table in ("inbox", "customers", "keys", "links"):
        told = repr(shop.read_all(table))
        assert token not in told
        assert f"'{code}'" not in told
        assert ASEL not in told


def test_bounced_request_is_left_to_staff(shop, asel):
    people = shop.services().people
    rows = people.name_rows(Identity(kind="email", value=ASEL))
    people.table.commit_parts([Suppressions(people.table).write_stop(row, "bounced", START) for row in rows])
    ask(shop)
    post = Post()

    assert answer_requests(shop.services(post), START) == {"unreachable": 1}
    assert answer_requests(shop.services(post), START + DAY) == {}
    [row] = shop.services().requests.list_open(STAFFS)
    assert (row.reason, row.state, post.sent) == ("bounced", RequestState.UNREACHABLE, [])


def test_who_could_not_be_reached_and_asks_again_is_tried_again(shop, asel):
    post = Post("refused")
    ask(shop)
    assert answer_requests(shop.services(post), START) == {"unreachable": 1}

    ask(shop, at=START + DAY)

    assert list_states(shop, asel) == ["asking"]
    assert answer_requests(shop.services(post), START + DAY) == {"asked": 1}
    [row] = list_requests(shop, asel)
    assert row.at == utc_text(START)  # the month in which it must be answered began when it was asked first


@pytest.mark.parametrize(("reason", "outcome"), [("bounced", "unreachable"), ("complained", "asked")])
def test_who_complained_may_still_ask_and_who_bounced_cannot_be_reached(shop, asel, reason, outcome):
    people = shop.services().people
    rows = people.name_rows(Identity(kind="email", value=normalise_email(ASEL)))
    people.table.commit_parts([Suppressions(people.table).write_stop(row, reason, START) for row in rows])
    ask(shop)

    assert answer_requests(shop.services(Post()), START) == {outcome: 1}


def test_request_of_somebody_forgotten_is_about_nobody(shop, asel):
    post = Post()
    prove(shop, post, "erase")

    assert ask(shop, at=START + HOUR) == "nobody"


def test_all_people_together_get_so_many_mails_a_minute_the_oldest_request_first(shop, caplog):
    post = Post()
    people = [f"p{number:02}@example.org" for number in range(MOST_A_RUN + 2)]
    for number, email in enumerate(people):
        shop.take(a_submission(email=email, at=NOW))
        ask(shop, email=email, at=START + timedelta(seconds=number), network=f"198.51.{number}.0/24")

    assert answer_requests(shop.services(post), START + MINUTE) == {"asked": MOST_A_RUN, "waits": 2}
    assert [to for to, _, _ in post.sent] == people[:MOST_A_RUN]
    assert ("asks_capped", "requests") in {(each.msg, getattr(each, "reason", "")) for each in caplog.records}
    assert answer_requests(shop.services(post), START + 2 * MINUTE) == {"asked": 2}


def test_flood_for_one_address_brings_one_mail_an_hour_and_three_a_day(shop, asel):
    post = Post()
    for number in range(40):
        kind = ASKABLE[number % 5]
        ask(shop, kind, at=START + number * MINUTE, network=f"198.51.{number}.0/24")
    assert len(list_requests(shop, asel)) == 5  # one per kind waits, whoever asks how often

    start = START + HOUR
    run_hours(shop, post, 1, start)
    assert len(post.sent) == 1
    run_hours(shop, post, 23, start + HOUR)
    assert len(post.sent) == 3
    run_hours(shop, post, 26, start + DAY)
    assert len(post.sent) == 5
    assert {read_link(shop, read_mail(post, number)[0]).request for number in range(5)} == set(ASKABLE)


def test_flood_from_one_network_brings_five_mails_an_hour_and_twenty_a_day(shop):
    for number in range(24):
        shop.take(a_submission(email=f"a{number}@example.org", at=NOW + number * MINUTE))
        assert ask(shop, email=f"a{number}@example.org") == "settled"
    post = Post()

    run_hours(shop, post, 1)
    assert len(post.sent) == 5
    run_hours(shop, post, 22, START + HOUR)
    assert len(post.sent) == 20


def test_own_request_is_not_held_up_by_a_strangers_flood(shop, asel):
    for number in range(6):
        shop.take(a_submission(email=f"a{number}@example.org", at=NOW + number * MINUTE))
        ask(shop, email=f"a{number}@example.org", network="198.51.100.0/24")
    post, later = Post(), START + 30 * MINUTE
    answer_requests(shop.services(post), START)
    ask(shop, "erase", at=later, network="198.51.100.0/24")
    assert answer_requests(shop.services(post), later) == {"later": 1}
    ask(shop, "erase", at=later + MINUTE, network="198.51.100.0/24")
    assert answer_requests(shop.services(post), later + MINUTE) == {}

    ask(shop, "erase", at=later + 2 * MINUTE)

    assert answer_requests(shop.services(post), later + 2 * MINUTE) == {"asked": 1}
    assert post.sent[-1][0] == ASEL


def test_second_request_lives_beside_the_first_and_both_work(shop, asel):
    post = Post()
    ask(shop, "restrict")
    answer_requests(shop.services(post), START)
    ask(shop, "restrict", at=START + MINUTE)
    answer_requests(shop.services(post), START + MINUTE)
    answer_requests(shop.services(post), START + HOUR)

    assert len(post.sent) == 2
    tokens = [read_mail(post, number)[0] for number in range(2)]
    assert [confirm(shop, token, START + 2 * HOUR) for token in tokens] == ["settled", "settled"]
    assert list_states(shop, asel) == ["done", "done"]


def test_two_workers_at_once_send_one_mail(shop, asel):
    post = Post()
    ask(shop)
    services = [shop.services(post) for _ in range(4)]
    start = threading.Barrier(4)

    def work(own):
        start.wait()
        answer_requests(own, START)

    threads = [threading.Thread(target=work, args=(own,)) for own in services]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(post.sent) == 1


def test_unknown_outcome_is_asked_anew_with_a_new_link_and_the_old_one_dies(shop, asel):
    post = Post("unknown")
    ask(shop)
    run_hours(shop, post, 2)

    assert len(post.sent) == 2
    old, new = (read_mail(post, number)[0] for number in range(2))
    assert read_link(shop, old) is None
    assert confirm(shop, old, START + HOUR, kind="restrict") == "nobody"
    assert not is_restricted(shop.open_profile(asel))
    assert confirm(shop, new, START + 2 * HOUR) == "settled"
    assert is_restricted(shop.open_profile(asel))


def test_code_typed_before_the_second_mail_goes_out_counts_and_saves_that_mail(shop, asel):
    post = Post("unknown")
    ask(shop)
    answer_requests(shop.services(post), START)

    assert confirm(shop, read_mail(post)[0], START + MINUTE) == "settled"
    run_hours(shop, post, 3)
    assert len(post.sent) == 1


def test_crash_between_writing_and_sending_is_asked_again_within_the_cap(shop, asel):
    post = Post(Killed())
    ask(shop)
    with pytest.raises(Killed):
        answer_requests(shop.services(post), START)

    services = shop.services(post)
    assert answer_requests(services, START + LOST_AFTER - MINUTE) == {}
    assert answer_requests(services, START + LOST_AFTER) == {"asking": 1}
    assert answer_requests(services, START + LOST_AFTER + MINUTE) == {"later": 1}
    assert answer_requests(services, START + HOUR) == {"asked": 1}
    assert confirm(shop, read_mail(post)[0], START + HOUR + MINUTE) == "settled"


@pytest.mark.parametrize("kind", ["throttled", "paused", "unreached"])
def test_what_was_certainly_not_sent_is_tried_again_in_minutes(shop, asel, kind):
    services = shop.services(Post(kind))
    ask(shop)

    assert answer_requests(services, START) == {"later": 1}
    assert answer_requests(services, START + MINUTE) == {}
    assert answer_requests(services, START + RETRY_AFTER) == {"asked": 1}


def test_mail_that_ses_refuses_is_for_staff(shop, asel):
    post = Post("refused")
    ask(shop)
    run_hours(shop, post, 24)

    assert len(post.sent) == 1
    assert list_states(shop, asel) == ["unreachable"]


@pytest.mark.parametrize("kind", ["Send", "Bounce", "Complaint"])
def test_ses_word_on_such_a_mail_is_nobodys_history(shop, asel, kind):
    post = Post()
    ask(shop)
    answer_requests(shop.services(post), START)
    whose = [{"emailAddress": "forwarded-to@example.net"}, {"emailAddress": "U8 <U8@example.net>"}]
    detail = {
        "bounce": {"bounceType": "Permanent", "bouncedRecipients": whose},
        "complaint": {"complainedRecipients": whose},
    }
    told = {"eventType": kind, "mail": {"tags": {"attempt": [post.sent[0][2]]}}, **detail}
    record = {"MessageId": "m", "Timestamp": START.isoformat(), "Message": dump_json(told).decode()}

    assert settle_item(shop.accept(parse_notification({"Sns": record}, START)), shop.services(), START) == "settled"

    assert len(shop.read_history(asel)) == 1
    people = shop.services().people
    rows = people.name_rows(Identity(kind="email", value=ASEL))
    stops = {"Send": set(), "Bounce": {"bounced"}, "Complaint": {"complained"}}
    assert set(Suppressions(people.table).list_stops(rows)) == stops[kind]
