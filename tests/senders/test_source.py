"""What each sender declares about itself: the privacy page and erasure read it, and hold no list of their own."""

from datetime import timedelta

import pytest

from chalicelib.erasure.tombstones import is_person_initiated
from chalicelib.models import Order, OrderState, Reading, ReadingKind, SenderName
from chalicelib.pages.policy_sources import FACTS, list_sources
from chalicelib.pages.policy_words import find_policy_words
from chalicelib.senders import find_reader
from chalicelib.senders.source import Fact
from chalicelib.shop.purposes import load_purposes
from chalicelib.words import list_languages
from tests.builders.shop import NOW, a_submission

PERSONS = {SenderName.FORM, SenderName.LINK, SenderName.TALLY, SenderName.TYPEFORM}


@pytest.mark.parametrize("name", SenderName)
def test_every_sender_declares_itself(name):
    source = find_reader(name).SOURCE

    assert source.name is name
    assert set(source.purposes) <= set(load_purposes().purposes)
    assert name is SenderName.FORM or (source.kinds and source.facts and source.purposes)


@pytest.mark.parametrize("language", list_languages())
def test_every_declared_name_has_words_in_every_language(language):
    words = find_policy_words(language)

    assert set(words.sources) == set(SenderName) - {SenderName.FORM}
    assert set(words.facts) == set(Fact) == set(FACTS)


def test_the_page_lists_the_senders_that_are_set_up_and_the_service_itself():
    names = [source.name for source in list_sources(["tally", "gone", "shopify"])]

    assert names == ["shopify", "tally", "import", "link", "outreach", "privacy", "ses", "staff", "till"]


@pytest.mark.parametrize("name", SenderName)
def test_answers_to_a_form_are_a_persons_own_act_and_what_systems_say_is_not(name):
    source = find_reader(name).SOURCE
    submission = a_submission().model_copy(update={"sender": name.value})

    assert is_person_initiated(submission, Reading(kind=ReadingKind.OTHER)) is (name in PERSONS)
    assert source.from_person is (name is SenderName.FORM or Fact.ANSWERS in source.facts)


@pytest.mark.parametrize(("name", "own"), [("shopify", True), ("import", False), ("gone", True)])
def test_an_order_is_a_persons_own_act_unless_a_list_brought_it(name, own):
    moment = NOW - timedelta(days=1)
    order = Order(id="1", placed_at=moment, updated_at=moment, state=OrderState.PAID)
    submission = a_submission().model_copy(update={"sender": name})

    assert is_person_initiated(submission, Reading(kind=ReadingKind.ORDER, orders=(order,))) is own
