"""A right is proven at the mailbox that was asked for, and at no other mailbox of the same person."""

from dataclasses import replace

import pytest

from chalicelib.addresses import normalise_email
from chalicelib.data_requests.run import answer_requests
from chalicelib.errors import SealBrokenError
from chalicelib.models import ASKABLE, Identity, Trust
from chalicelib.people.restriction import is_restricted
from tests.builders.mails import Post
from tests.builders.requests import (
    ASEL,
    HOUR,
    MINUTE,
    START,
    a_result,
    ask,
    confirm,
    list_requests,
    list_states,
    read_link,
    read_mail,
    run_hours,
)
from tests.builders.shop import a_submission

WORK = "asel.work@example.org"


def name_rows(shop, email):
    return shop.services().people.name_rows(Identity(kind="email", value=normalise_email(email)))


def give_address(shop, customer, email):
    """Let an address name a customer."""
    services = shop.services()
    services.table.commit_parts([services.identities.write_owner(row, customer) for row in name_rows(shop, email)])


def release_address(shop, email):
    """Let an address name nobody any more."""
    shop.services().identities.delete_names(name_rows(shop, email))


@pytest.fixture
def twofold(shop, asel):
    """Return the id of somebody whom two addresses name; the profile holds the first."""
    give_address(shop, asel, WORK)
    return asel


@pytest.mark.parametrize("kind", ASKABLE)
@pytest.mark.parametrize(
    ("asked", "mailed"),
    [(ASEL, ASEL), (WORK, WORK), (" Asel.Work@EXAMPLE.org ", WORK), ("ASEL@example.ORG", ASEL)],
)
def test_proof_goes_to_the_asked_address_alone(shop, twofold, kind, asked, mailed):
    post = Post()
    assert ask(shop, kind, asked) == "settled"
    run_hours(shop, post, 2)

    assert [to for to, _, _ in post.sent] == [mailed]


def test_address_is_sealed_and_bound_to_its_row(shop, twofold):
    ask(shop, email=WORK)
    ask(shop, "erase", email=ASEL)
    seal = shop.services().people.load_person(twofold).seal
    rows = {row.kind: row for row in list_requests(shop, twofold)}

    assert WORK.encode() not in b"".join(row.address for row in rows.values())
    assert {kind: row.open_address(seal) for kind, row in rows.items()} == {"restrict": WORK, "erase": ASEL}
    swapped = rows["restrict"].seal_address(seal, ASEL).address
    with pytest.raises(SealBrokenError):
        replace(rows["erase"], address=swapped).open_address(seal)


def test_same_kind_for_another_address_is_a_request_of_its_own(shop, twofold):
    post = Post()
    for email in (ASEL, WORK, WORK, ASEL, ASEL.upper()):
        ask(shop, "access", email=email)
    assert list_states(shop, twofold) == ["asking", "asking"]
    run_hours(shop, post, 1)

    assert sorted(to for to, _, _ in post.sent) == sorted([ASEL, WORK])


def test_caps_count_for_the_asked_address(shop, twofold):
    post = Post()
    for number, kind in enumerate(ASKABLE):
        ask(shop, kind, email=ASEL, network=f"198.51.{number}.0/24")
    ask(shop, "access", email=WORK)
    run_hours(shop, post, 24)

    assert [to for to, _, _ in post.sent].count(ASEL) == 3
    assert [to for to, _, _ in post.sent].count(WORK) == 1
    assert post.sent[0][0] != post.sent[1][0]  # a flood for one address holds up no other


def test_each_proof_confirms_its_own_request(shop, twofold):
    post = Post()
    ask(shop, "restrict", email=WORK)
    ask(shop, "erase", email=ASEL)
    run_hours(shop, post, 2)
    tokens = {read_link(shop, read_mail(post, number)[0]).request: read_mail(post, number)[0] for number in (0, 1)}

    assert confirm(shop, tokens["restrict"]) == "settled"
    assert is_restricted(shop.open_profile(twofold))
    assert confirm(shop, tokens["erase"]) == "settled"
    assert shop.services().people.open_person(twofold) is None


@pytest.mark.parametrize("kind", ASKABLE)
def test_address_given_up_finds_nobody(shop, twofold, kind):
    release_address(shop, WORK)

    assert ask(shop, kind, email=WORK) == "nobody"
    assert list_requests(shop, twofold) == []


def test_address_given_up_before_the_mail_gets_none(shop, twofold):
    post = Post()
    ask(shop, email=WORK)
    release_address(shop, WORK)

    assert answer_requests(shop.services(post), START) == {"expired": 1}
    assert post.sent == []


def test_address_that_passed_to_somebody_else_gets_no_mail_about_the_first(shop, twofold):
    post = Post()
    ask(shop, email=WORK)
    release_address(shop, WORK)
    shop.take(a_submission(email=WORK, name="Bota"))
    assert shop.find_id(WORK) != twofold

    assert answer_requests(shop.services(post), START) == {"expired": 1}
    assert post.sent == []


@pytest.mark.parametrize("kind", ASKABLE)
def test_address_given_up_before_the_code_proves_nothing(shop, twofold, kind):
    post = Post()
    ask(shop, kind, email=WORK)
    answer_requests(shop.services(post), START)
    release_address(shop, WORK)

    assert confirm(shop, read_mail(post)[0]) == "nobody"
    assert shop.services().people.open_person(twofold) is not None
    assert not is_restricted(shop.open_profile(twofold))


def test_package_is_not_handed_out_for_an_address_given_up(shop, twofold):
    post = Post()
    ask(shop, "access", email=WORK)
    answer_requests(shop.services(post), START)
    token, _ = read_mail(post)
    confirm(shop, token, START + MINUTE)
    release_address(shop, WORK)

    assert answer_requests(shop.services(post), START + HOUR) == {"expired": 1}
    assert read_link(shop, a_result(token)) is None


def test_signed_word_that_brought_the_address_gets_no_code_for_it(shop, asel):
    """A stranger's record claims a mailbox by a signed word; the request of its owner goes to that mailbox."""
    stranger = "stranger@example.org"
    shop.take(a_submission(email=stranger, trust=Trust.SIGNED, at=START))
    give_address(shop, shop.find_id(stranger), WORK)
    post = Post()
    ask(shop, "erase", email=WORK)
    run_hours(shop, post, 2)

    assert [to for to, _, _ in post.sent] == [WORK]
