"""The address itself is changed on the page of corrections, and only by a code that is typed at the new mailbox."""

import pytest

from chalicelib.data_requests.run import answer_requests
from chalicelib.erasure.run import advance_erasures
from chalicelib.senders import read_submission
from chalicelib.senders.privacy import ask_move
from chalicelib.settling.dispatch import settle_item
from chalicelib.store.links import LinkKind, name_token
from chalicelib.store.requests import STAFFS, TAKEN
from tests.builders.folding import fold_history
from tests.builders.mails import Post
from tests.builders.requests import (
    ASEL,
    DAY,
    HOME,
    HOUR,
    MINUTE,
    START,
    a_result,
    ask,
    confirm,
    list_audits,
    prove,
    read_link,
    read_mail,
    run_hours,
)
from tests.builders.shop import NOW, a_submission, read_all_events

NEW = "asel.new@example.org"
ASKED = START + 2 * HOUR


@pytest.fixture
def page(shop, asel):
    """Return the token of the page of corrections, proven at the address so far."""
    return prove(shop, Post(), "correct")


def move(shop, page, email=NEW, at=ASKED, name=""):
    """Name a new address on the page; return the outcome."""
    said = ask_move(name or name_token(page), email, at, network=HOME, language="fa")
    return settle_item(shop.accept(said), shop.services(), at)


def send_mails(shop, at=ASKED):
    """Let the mails go out; return what was sent."""
    post = Post()
    answer_requests(shop.services(post), at)
    return post


def list_kinds(shop, customer):
    rows = shop.services().requests.list_requests(customer)
    return {(row.kind, row.state.value, row.reason) for row in rows if row.kind == "move"}


def test_new_mailbox_gets_the_code_and_its_press_alone_changes_the_address(shop, asel, page):
    before = shop.services().people.load_person(asel)
    assert move(shop, page) == "settled"
    post = send_mails(shop)

    [(to, mail, _)] = post.sent
    assert to == NEW
    assert ASEL not in mail.html + mail.text
    assert shop.services().people.load_person(asel).version == before.version
    token, _ = read_mail(post)
    assert read_link(shop, token, ASKED).request == "move"
    assert confirm(shop, token, ASKED + MINUTE) == "settled"

    held = shop.open_profile(asel).fields["email"]
    assert (held.value, held.grade, held.source, held.under) == (NEW, "confirmed", "privacy:confirm", NEW)
    assert shop.find_id(NEW) == asel
    names = {(name.value, name.until is None) for name in shop.open_profile(asel).identities}
    assert names == {(NEW, True), (ASEL, False)}
    assert shop.find_id(ASEL) is None
    result = read_link(shop, a_result(token), ASKED + HOUR)
    assert (result.kind, result.request) == (LinkKind.RESULT, "move")
    assert [audit["reason"]["S"] for audit in list_audits(shop)][-1] == "asked for: move"


def test_history_says_the_same_as_the_profile(shop, asel, page):
    move(shop, page)
    token, _ = read_mail(send_mails(shop))
    confirm(shop, token, ASKED + MINUTE)

    profile = shop.open_profile(asel)
    assert fold_history(asel, read_all_events(shop)) == profile.model_copy(update={"identities": ()})
    reading = read_submission(shop.read_history(asel)[-1].submission)
    assert (reading.email, reading.kind, reading.fields) == (NEW, "request", {})


def test_new_mailbox_proves_what_is_asked_for_from_then_on(shop, asel, page):
    move(shop, page)
    confirm(shop, read_mail(send_mails(shop))[0], ASKED + MINUTE)
    ask(shop, "access", email=NEW, at=ASKED + DAY)
    post = Post()
    run_hours(shop, post, 1, ASKED + DAY)

    assert [to for to, _, _ in post.sent] == [NEW]


@pytest.mark.parametrize("later", [MINUTE, DAY, 30 * DAY])
def test_without_the_press_nothing_changes(shop, asel, page, later):
    move(shop, page)
    send_mails(shop)

    assert shop.open_profile(asel).text("email") == ASEL
    assert shop.find_id(NEW) is None
    assert ask(shop, "access", email=NEW, at=ASKED + later) == "nobody"


@pytest.mark.parametrize("late", [DAY, 2 * DAY])
def test_late_press_changes_nothing(shop, asel, page, late):
    move(shop, page)
    token, _ = read_mail(send_mails(shop))

    assert confirm(shop, token, ASKED + late) == "nobody"
    assert shop.find_id(NEW) is None


def test_press_works_once(shop, asel, page):
    move(shop, page)
    token, _ = read_mail(send_mails(shop))
    assert confirm(shop, token, ASKED + MINUTE) == "settled"

    assert confirm(shop, token, ASKED + HOUR, network="192.0.2.0/24") == "nobody"


@pytest.mark.parametrize("email", [NEW, f" {NEW.upper()} "])
def test_address_of_somebody_else_is_for_staff_and_gets_no_mail(shop, asel, page, email):
    shop.take(a_submission(email=NEW, name="Bota", at=NOW))
    bota = shop.find_id(NEW)

    assert move(shop, page, email) == "settled"
    assert move(shop, page, email, at=ASKED + MINUTE) == "settled"
    assert send_mails(shop).sent == []
    assert list_kinds(shop, asel) == {("move", "unreachable", TAKEN)}
    [row] = shop.services().requests.list_open(STAFFS)
    assert row.open_address(shop.services().people.load_person(asel).seal) == NEW
    assert (shop.find_id(NEW), shop.open_profile(asel).text("email")) == (bota, ASEL)


def test_address_that_is_taken_before_the_mail_is_for_staff(shop, asel, page):
    move(shop, page)
    shop.take(a_submission(email=NEW, name="Bota", at=NOW))

    assert send_mails(shop).sent == []
    assert list_kinds(shop, asel) == {("move", "unreachable", TAKEN)}


def test_address_that_is_taken_before_the_press_is_for_staff_and_its_page_says_so(shop, asel, page):
    move(shop, page)
    token, _ = read_mail(send_mails(shop))
    shop.take(a_submission(email=NEW, name="Bota", at=NOW))
    bota = shop.find_id(NEW)

    assert confirm(shop, token, ASKED + MINUTE) == "settled"
    assert (shop.find_id(NEW), shop.open_profile(asel).text("email")) == (bota, ASEL)
    assert list_kinds(shop, asel) == {("move", "unreachable", TAKEN)}
    assert read_link(shop, a_result(token), ASKED + HOUR).request == "move"


def test_own_address_is_no_move(shop, asel, page):
    assert move(shop, page, ASEL) == "nobody"
    assert list_kinds(shop, asel) == set()


@pytest.mark.parametrize("email", ["", "no address", "@example.org"])
def test_unusable_address_is_no_move(shop, asel, page, email):
    assert move(shop, page, email) == "nobody"


@pytest.mark.parametrize("name", ["nobody's", "?"])
def test_link_of_nobody_moves_nobody(shop, asel, page, name):
    assert move(shop, page, name=name) == "nobody"
    assert send_mails(shop).sent == []


def test_address_of_somebody_forgotten_can_be_moved_to(shop, asel, page):
    shop.take(a_submission(email=NEW, name="Bota", at=NOW))
    prove(shop, Post(), "erase", email=NEW)
    advance_erasures(shop.services(), START + HOUR)
    move(shop, page)
    confirm(shop, read_mail(send_mails(shop))[0], ASKED + MINUTE)

    assert shop.find_id(NEW) == asel


def test_later_typed_address_does_not_move_it_back(shop, asel, page):
    move(shop, page)
    confirm(shop, read_mail(send_mails(shop))[0], ASKED + MINUTE)
    shop.take(a_submission(email=ASEL, at=ASKED + DAY))

    assert shop.open_profile(asel).text("email") == NEW
