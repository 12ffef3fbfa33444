"""Double opt-in from the post to the yes: nobody is anybody before it, and nobody is asked too often."""

import threading
from datetime import timedelta

import pytest

from chalicelib.addresses import normalise_email
from chalicelib.errors import RaceLostError
from chalicelib.mails.allowance import Allowance
from chalicelib.models import ConsentState, Identity, Submission, Trust
from chalicelib.optin.ask import LOST_AFTER, RETRY_AFTER, ask_waiting, try_item
from chalicelib.senders.link import answer_confirmation
from chalicelib.senders.ses import parse_notification
from chalicelib.settling.dispatch import settle_item
from chalicelib.shop.periods import KEEP_QUIET, KEEP_UNCONFIRMED
from chalicelib.store.inbox import State
from chalicelib.store.links import name_token
from chalicelib.store.reputation import Rates
from chalicelib.store.unconfirmed import Wait
from chalicelib.strictjson import dump_json
from infra.staff.waiting import list_waiting
from tests.builders.canary import CANARIES, dump_table, find_canaries
from tests.builders.erasures import finish, forget
from tests.builders.folding import fold_history
from tests.builders.mails import Killed, Post
from tests.builders.optin import ASEL, DAY, HOUR, MINUTE, START, a_sign_up, press, read_token, sign_up
from tests.builders.rivals import act_as_rival
from tests.builders.shop import a_submission, read_all_events

WORDS = "Yes, write to me."


def count_rows(shop, start) -> int:
    """Return how many rows of Customers begin so."""
    return sum(row["pk"]["S"].startswith(start) for row in shop.read_all("customers"))


def run_hours(shop, post, hours, start=START):
    """Let the schedule fire every quarter of an hour."""
    services = shop.services(post)
    for step in range(hours * 4):
        ask_waiting(services, start + step * 15 * MINUTE)


def test_nobody_is_a_customer_before_the_yes_and_one_is_after_it(shop):
    post = Post()
    sign_up(shop)
    assert shop.list_customers() == []
    assert shop.read_all("keys")[1:] == []  # the index's own secrets alone
    assert ask_waiting(shop.services(post), START + MINUTE) == {"asked": 1}
    assert shop.list_customers() == []

    assert press(shop, read_token(post), "yes") == "settled"

    [customer] = shop.list_customers()
    assert customer == shop.find_id(ASEL)
    profile = shop.open_profile(customer)
    consent = profile.consents["marketing"]
    assert (consent.state, consent.grade, consent.words) == (ConsentState.GIVEN, "confirmed", WORDS)
    assert (consent.channel, consent.network, consent.at) == ("confirm", "198.51.100.0/24", START + HOUR)
    assert profile.fields["name"].value == "Асель"
    assert {row["state"]["S"] for row in shop.read_all("inbox")} == {"settled"}
    assert not any({"sealed", "pending", "expires_at", "ask_at"} & set(row) for row in shop.read_all("inbox"))
    assert fold_history(customer, read_all_events(shop)) == profile.model_copy(update={"identities": ()})


def test_mail_asks_in_the_forms_language_and_repeats_nothing_that_was_typed(shop):
    post = Post()
    sign_up(shop)
    ask_waiting(shop.services(post), START)

    [(to, mail, _)] = post.sent
    assert to == ASEL
    assert "Асель" not in mail.html + mail.text
    assert mail.headers == {}
    link = shop.services().links.read_link(read_token(post), START)
    assert (link.title, link.asks[0].words, link.expires_at) == ("Join our list", WORDS, START + KEEP_UNCONFIRMED)


def test_a_no_makes_nobody_and_leaves_the_address_in_peace(shop):
    post = Post()
    key = sign_up(shop)
    ask_waiting(shop.services(post), START)
    assert press(shop, read_token(post), "no") == "settled"

    assert shop.list_customers() == []
    item = shop.inbox.read_item(key)
    assert (item.state, item.sealed) == (State.REFUSED, b"")
    assert press(shop, read_token(post), "yes", START + 2 * HOUR) == "nobody"
    sign_up(shop, at=START + DAY)
    assert ask_waiting(shop.services(post), START + DAY) == {"unasked": 1}
    again = START + HOUR + KEEP_QUIET
    sign_up(shop, at=again)
    assert ask_waiting(shop.services(post), again) == {"asked": 1}
    assert len(post.sent) == 2


def test_second_press_is_about_nobody(shop):
    post = Post()
    sign_up(shop)
    ask_waiting(shop.services(post), START)
    token = read_token(post)

    assert press(shop, token, "yes") == "settled"
    assert press(shop, token, "yes", START + 2 * HOUR) == "settled"  # the same post again: its tombstone answers
    assert press(shop, token, "no", START + 3 * HOUR) == "nobody"

    assert len(shop.list_customers()) == 1
    assert shop.read_profile(ASEL).events == 2


def test_what_nobody_confirms_is_over_after_seven_days_even_where_ttl_lags(shop):
    post = Post()
    key = sign_up(shop)
    ask_waiting(shop.services(post), START)
    late = START + KEEP_UNCONFIRMED
    [row] = shop.read_all("inbox")
    assert int(row["expires_at"]["N"]) == late.timestamp()

    link = shop.services().links.read_link(read_token(post), START)
    said = answer_confirmation(link, name_token(read_token(post)), late, confirmed=True, network="")
    assert settle_item(shop.accept(said), shop.services(), late) == "nobody"
    assert shop.list_customers() == []
    assert shop.inbox.read_item(key).state is State.UNCONFIRMED  # TTL's to remove


def test_yes_of_the_last_second_counts_however_late_it_is_settled(shop):
    post = Post()
    sign_up(shop)
    ask_waiting(shop.services(post), START)
    last = START + KEEP_UNCONFIRMED - timedelta(seconds=1)
    link = shop.services().links.read_link(read_token(post), last)
    said = answer_confirmation(link, name_token(read_token(post)), last, confirmed=True, network="")

    assert settle_item(shop.accept(said), shop.services(), last + HOUR) == "settled"
    assert len(shop.list_customers()) == 1


def test_item_that_expired_unasked_is_not_asked_about(shop):
    post = Post()
    sign_up(shop)

    assert ask_waiting(shop.services(post), START + KEEP_UNCONFIRMED) == {"unasked": 1}
    assert post.sent == []


def test_release_after_the_seven_days_is_about_nobody(shop):
    body = dump_json(
        {
            "form": "sign-up",
            "kind": "sign-up",
            "version": "1",
            "language": "en",
            "fields": {"email": ASEL},
            "entry": {},
            "consents": [],
            "confirm": True,
            "title": "T",
        }
    )
    old = Submission(
        sender="form", topic="sign-up", trust=Trust.ANONYMOUS, received_at=START, occurred_at=START, body=body
    )

    assert settle_item(shop.accept(old), shop.services(), START + KEEP_UNCONFIRMED) == "nobody"


def test_item_of_somebody_forgotten_before_it_is_settled_is_not_asked_about(shop, tmp_path):
    shop.take(a_submission(email=ASEL, at=START))
    key = shop.accept(a_sign_up(at=START + MINUTE))
    forget(shop, ASEL, at=START + HOUR)
    finish(shop, tmp_path, START + HOUR)

    assert settle_item(key, shop.services(), START + HOUR + MINUTE) == "nobody"
    post = Post("accepted")
    assert ask_waiting(shop.services(post), START + DAY) == {}
    assert post.sent == []
    assert shop.inbox.read_item(key).sealed == b""
    sign_up(shop, at=START + DAY)  # by themselves, afterwards: welcome


def test_list_bombing_brings_one_mail_an_hour_and_three_a_day(shop):
    post = Post()
    for number in range(50):
        sign_up(shop, email="Asel@Example.org" if number % 2 else ASEL, at=START + number * MINUTE, form=f"f{number}")

    run_hours(shop, post, 1, START + HOUR)
    assert len(post.sent) == 1
    run_hours(shop, post, 22, START + 2 * HOUR)
    assert len(post.sent) == 3
    run_hours(shop, post, 30, START + DAY)
    assert len(post.sent) == 4  # the fourth had its place a day ahead; whatever came after it is let die
    waits = [row["pending"]["S"] for row in shop.read_all("inbox")]
    assert {wait: waits.count(wait) for wait in set(waits)} == {"asked": 4, "unasked": 46}


def test_another_address_is_not_held_up(shop):
    post = Post()
    sign_up(shop)
    sign_up(shop, email="boris@example.org")

    assert ask_waiting(shop.services(post), START) == {"asked": 2}
    assert {to for to, _, _ in post.sent} == {ASEL, "boris@example.org"}


def test_two_workers_at_once_send_one_mail(shop):
    post = Post()
    sign_up(shop)
    services = [shop.services(post) for _ in range(4)]
    start = threading.Barrier(4)

    def work(own):
        start.wait()
        ask_waiting(own, START)

    threads = [threading.Thread(target=work, args=(own,)) for own in services]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(post.sent) == 1


def test_two_items_of_one_address_asked_at_once_send_one_mail(shop, monkeypatch):
    post = Post()
    sign_up(shop)
    services = shop.services(post)
    commit = services.people.table.commit_parts
    raced = []

    def ask_other_first(parts):
        if not raced:
            raced.append(sign_up(shop, form="other"))
            other = shop.services(post)
            item = other.unconfirmed.inbox.read_item(raced[0])
            assert try_item(item, Allowance(), other, START) == "asked"
        return commit(parts)

    monkeypatch.setattr(services.people.table, "commit_parts", ask_other_first)
    assert ask_waiting(services, START)["moved"] == 1

    assert len(post.sent) == 1


def test_crash_between_writing_and_sending_is_asked_again_within_the_cap(shop):
    post = Post(Killed())
    sign_up(shop)
    with pytest.raises(Killed):
        ask_waiting(shop.services(post), START)

    services = shop.services(post)
    assert ask_waiting(services, START + LOST_AFTER - MINUTE) == {}
    assert ask_waiting(services, START + LOST_AFTER) == {"asking": 1}
    assert ask_waiting(services, START + LOST_AFTER + MINUTE) == {"later": 1}
    assert ask_waiting(services, START + HOUR - MINUTE) == {}
    assert ask_waiting(services, START + HOUR) == {"asked": 1}
    assert press(shop, read_token(post), "yes") == "settled"


def test_unknown_outcome_is_asked_again_and_either_link_works_once(shop):
    post = Post("unknown")
    sign_up(shop)
    run_hours(shop, post, 3)

    assert len(post.sent) == 2
    assert press(shop, read_token(post, 0), "yes", START + 2 * HOUR) == "settled"
    assert press(shop, read_token(post, 1), "yes", START + 3 * HOUR) == "nobody"
    assert len(shop.list_customers()) == 1


@pytest.mark.parametrize("kind", ["throttled", "paused", "unreached"])
def test_what_was_certainly_not_sent_is_tried_again_in_minutes(shop, kind):
    post = Post(kind)
    sign_up(shop)
    services = shop.services(post)

    assert ask_waiting(services, START) == {"later": 1}
    assert ask_waiting(services, START + MINUTE) == {}
    assert ask_waiting(services, START + RETRY_AFTER) == {"asked": 1}


def test_mail_that_ses_refuses_is_not_tried_again(shop):
    post = Post("refused")
    sign_up(shop)
    run_hours(shop, post, 24)

    assert len(post.sent) == 1


def test_stopped_address_is_not_asked(shop):
    post, services = Post(), shop.services()
    rows = services.people.name_rows(Identity(kind="email", value=normalise_email(ASEL)))
    services.people.table.commit_parts([services.suppressions.write_stop(row, "bounced", START) for row in rows])
    sign_up(shop)

    assert ask_waiting(shop.services(post), START) == {"unasked": 1}
    assert post.sent == []


@pytest.mark.parametrize("kind", ["Send", "Bounce", "Complaint"])
def test_bounce_or_complaint_of_a_question_stops_its_address(shop, kind):
    post = Post()
    sign_up(shop)
    ask_waiting(shop.services(post), START)
    whose = [{"emailAddress": "forwarded-to@example.net"}, {"emailAddress": "U8 <U8@example.net>"}]
    detail = {
        "bounce": {"bounceType": "Permanent", "bouncedRecipients": whose},
        "complaint": {"complainedRecipients": whose},
    }
    told = {"eventType": kind, "mail": {"tags": {"attempt": [post.sent[0][2]]}}, **detail}
    record = {"MessageId": "m", "Timestamp": START.isoformat(), "Message": dump_json(told).decode()}

    for _ in range(2):
        assert settle_item(shop.accept(parse_notification({"Sns": record}, START)), shop.services(), START) == "settled"

    services = shop.services()
    assert services.reputation.read_rates(START) == Rates(sent=0, bounced=0, complained=0)
    assert services.ask_reputation.read_rates(START) == Rates(
        sent=1, bounced=kind == "Bounce", complained=kind == "Complaint"
    )
    sign_up(shop, at=START + DAY)
    expected = "asked" if kind == "Send" else "unasked"
    assert ask_waiting(shop.services(post), START + DAY) == {expected: 1}
    assert shop.list_customers() == []


def test_rival_at_the_counter_sends_no_second_mail(shop, monkeypatch):
    post = Post()
    sign_up(shop)
    services = shop.services(post)
    commit = services.people.table.commit_parts
    lost = []

    def lose_once(parts):
        if post.sent and not lost:
            lost.append(parts)
            raise RaceLostError("counter")
        return commit(parts)

    monkeypatch.setattr(services.people.table, "commit_parts", lose_once)
    assert ask_waiting(services, START) == {"asked": 1}
    assert len(lost) == len(post.sent) == 1
    assert services.mail_limits.read_row(services.people.name_rows(Identity(kind="mailbox", value=ASEL))).times == (
        START,
    )
    assert services.ask_reputation.read_rates(START).sent == 1


def test_press_that_settles_before_our_own_mark_sends_no_second_mail(shop):
    class Quick(Post):
        def send_mail(self, *args, **kwargs):
            outcome = super().send_mail(*args, **kwargs)
            assert act_as_rival(press, shop, read_token(self), "yes", START) == "settled"
            return outcome

    post = Quick()
    sign_up(shop)
    assert ask_waiting(shop.services(post), START) == {"moved": 1}
    assert len(shop.list_customers()) == len(post.sent) == 1


def test_yes_joins_who_is_known_by_that_address(shop):
    post = Post()
    for number in range(2):
        sign_up(shop, at=START + number * HOUR)
        ask_waiting(shop.services(post), START + number * HOUR)
        press(shop, read_token(post), "yes", START + number * HOUR + MINUTE)

    assert len(shop.list_customers()) == 1
    assert shop.read_profile(ASEL).events == 4


def test_nothing_of_an_unconfirmed_person_is_readable_and_all_of_it_expires(shop):
    post = Post()
    sign_up(shop, email=f"{CANARIES[0].split('.')[0]}@example.org", name=CANARIES[0])
    ask_waiting(shop.services(post), START)
    names = (CANARIES[0], CANARIES[0].split(".")[0], read_token(post))

    for table in ("inbox", "customers", "keys", "links"):
        rows = shop.read_all(table)
        assert find_canaries(dump_table(rows), names) == []
        lasting = [row for row in rows if not row["pk"]["S"].startswith("reputation#")]
        assert table == "keys" or all("expires_at" in row for row in lasting)
    assert {Wait.ASKED.value} == {row["pending"]["S"] for row in shop.read_all("inbox")}
    assert count_rows(shop, "cust#") == 0


def test_unconfirmed_items_are_listed_and_show_nothing_of_their_content(shop, capsys):
    sign_up(shop)

    assert list_waiting(shop.inbox) == 1
    [line] = capsys.readouterr().out.splitlines()
    assert line.startswith("unconfirmed")
    assert line.endswith("asking#sign-up")
