"""What a person says through their mailbox has its effect, can empty a detail, and outlasts later anonymous posts."""

import itertools
from datetime import timedelta

import pytest

from chalicelib.models import Identity, Trust
from chalicelib.people.consents import read_field
from chalicelib.senders import read_submission
from chalicelib.senders.link import choose_preferences
from chalicelib.store.links import make_token, name_token
from tests.builders.folding import fold_history
from tests.builders.links import NOW, a_link
from tests.builders.mails import Post
from tests.builders.requests import START, prove
from tests.builders.shop import a_submission, read_all_events

ASHA = "asha@example.org"
NAME = name_token(make_token())
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OLD = {"name": "Asha Wrongname", "address": "9 Old Lane", "language": "kk"}


@pytest.fixture
def asha(shop):
    """Return the id of somebody whom a shop system described, and who has the link of a mail."""
    shop.take(a_submission(email=ASHA, trust=Trust.SIGNED, phone="+12025550100", at=NOW, **OLD))
    people = shop.services().people
    rows = people.name_rows(Identity(kind="link", value=NAME))
    people.table.commit_parts([people.identities.write_owner(row, shop.find_id(ASHA)) for row in rows])
    return shop.find_id(ASHA)


def choose(shop, at=NOW + DAY, **fields):
    """Change details on the page behind the link of a mail."""
    said = choose_preferences(a_link("choose"), NAME, at, fields=fields, consents=(), network="")
    assert shop.take(said) == "settled"


def read_fields(shop, customer):
    return {name: held.value for name, held in shop.open_profile(customer).fields.items()}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "Asha Rightname"),
        ("address", "1 New Road"),
        ("phone", "+12025550177"),
        ("language", "fa"),
        ("frequency", "monthly"),
        ("age_band", "25-34"),
    ],
)
def test_correction_outranks_what_a_shop_system_said_earlier(shop, asha, field, value):
    choose(shop, **{field: value})

    held = shop.open_profile(asha).fields[field]
    assert (held.value, held.grade) == (value, "confirmed")


def test_letters_follow_the_language_that_was_chosen(shop, asha):
    assert shop.open_profile(asha).text("language") == "kk"
    choose(shop, language="fa")

    assert shop.open_profile(asha).text("language") == "fa"


def test_correction_page_behind_a_proven_request_has_its_effect(shop, asha):
    result = prove(shop, Post(), "correct", email=ASHA)
    link = shop.services().links.read_link(result, START + HOUR)
    fields = {"name": "Asha Rightname", "address": ""}
    said = choose_preferences(link, name_token(result), START + HOUR, fields=fields, consents=(), network="")
    assert shop.take(said) == "settled"

    assert read_fields(shop, asha)["name"] == "Asha Rightname"
    assert "address" not in read_fields(shop, asha)


@pytest.mark.parametrize("field", ["name", "address", "language"])
def test_later_signed_word_follows(shop, asha, field):
    choose(shop, **{field: "xx"})
    shop.take(a_submission(email=ASHA, trust=Trust.SIGNED, at=NOW + 2 * DAY, **{field: "yy"}))

    assert read_fields(shop, asha)[field] == "yy"


@pytest.mark.parametrize("field", ["name", "address", "phone", "language"])
@pytest.mark.parametrize("said", ["Asha Rightname", ""])
@pytest.mark.parametrize("days", [2, 400])
@pytest.mark.parametrize("trust", [Trust.ANONYMOUS, Trust.OWN])
def test_later_typed_post_changes_nothing_that_came_through_the_mailbox(shop, asha, field, said, days, trust):
    choose(shop, **{field: said})
    before = read_fields(shop, asha)
    typed = {"name": "Mallory", "address": "6 Evil Street", "phone": "+12025550166", "language": "en"}
    shop.take(a_submission(email=ASHA, at=NOW + timedelta(days=days), trust=trust, **{field: typed[field]}))

    assert read_fields(shop, asha) == before
    assert before.get(field, "") == said


@pytest.mark.parametrize("field", ["name", "address", "phone"])
def test_emptied_detail_is_neither_shown_nor_used(shop, asha, field):
    choose(shop, **{field: ""})

    profile = shop.open_profile(asha)
    assert field not in profile.fields
    assert profile.text(field) == ""
    assert [held.value for key, held in profile.withheld.items() if read_field(key) == field] == [""]
    assert OLD.get(field, "+12025550100") not in repr(profile.withheld)


def test_emptied_detail_may_be_said_anew(shop, asha):
    choose(shop, address="")
    choose(shop, NOW + 2 * DAY, address="1 New Road")

    assert read_fields(shop, asha)["address"] == "1 New Road"
    assert "address" not in map(read_field, shop.open_profile(asha).withheld)


def test_emptied_detail_follows_a_later_signed_word_and_no_earlier_one(shop, asha):
    choose(shop, address="")
    shop.take(a_submission(email=ASHA, trust=Trust.SIGNED, at=NOW + HOUR, address="8 Older Lane"))
    assert "address" not in read_fields(shop, asha)

    shop.take(a_submission(email=ASHA, trust=Trust.SIGNED, at=NOW + 2 * DAY, address="2 Newer Lane"))
    assert read_fields(shop, asha)["address"] == "2 Newer Lane"


@pytest.mark.parametrize("trust", list(Trust))
@pytest.mark.parametrize("blank", ["", None])
def test_blank_of_a_system_or_a_post_empties_nothing(shop, asha, trust, blank):
    choose(shop, NOW + HOUR, name="Asha Rightname")
    shop.take(a_submission(email=ASHA, trust=trust, at=NOW + DAY, name=blank, address=blank))

    assert read_fields(shop, asha)["name"] == "Asha Rightname"
    assert read_fields(shop, asha)["address"] == OLD["address"]


def test_profile_is_the_same_in_whatever_order_it_was_told(shop, asha):
    choose(shop, name="", address="1 New Road")
    choose(shop, NOW + 3 * DAY, name="Asha Rightname", address="")
    shop.take(a_submission(email=ASHA, trust=Trust.SIGNED, at=NOW + 2 * DAY, name="Asha Signed"))
    shop.take(a_submission(email=ASHA, at=NOW + 4 * DAY, name="Mallory", address="6 Evil Street"))
    told = read_all_events(shop)

    profile = fold_history(asha, told)
    assert len(told) == 5
    assert all(fold_history(asha, order) == profile for order in itertools.permutations(told))
    assert profile.fields["name"].value == "Asha Rightname"
    assert "address" not in profile.fields


def test_reading_of_an_emptied_detail_is_an_empty_value():
    said = choose_preferences(a_link("choose"), NAME, NOW, fields={"phone": ""}, consents=(), network="")

    assert read_submission(said).fields == {"phone": ""}
