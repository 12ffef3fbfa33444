"""Who is a child, by what was said and by the clock; a child's yes never stands, whatever the order of events."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from chalicelib.campaigns.agenda import is_reachable, next_due
from chalicelib.models import AgeSaid, Consent, ConsentState, Entry, Grade, Profile, Reading, Submission, Trust
from chalicelib.people.profile import Record, fold_event
from chalicelib.shop.ages import AgeRules, clean_age, come_of_age, is_minor, join_ages, place_year, read_rules
from tests.builders.agenda import a_campaign, a_shop
from tests.builders.folding import fold_history, fold_record

calm = settings(deadline=None)  # a busy machine takes its time
START = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)
days = st.integers(0, 6).map(lambda number: START + number * DAY)
# Some are children, some are not; whoever was born in 2009 stops being one in the middle of these days.
ages = st.sampled_from(
    [
        {},
        {"age_band": "under-16"},
        {"age_band": "16-24"},
        {"age_band": "65+"},
        {"birth_year": 2012},
        {"birth_year": 1980},
        {"birth_year": "2009"},
        {"age_band": "young"},
        {"birth_year": 17},
    ]
)
consents = st.builds(
    Consent,
    purpose=st.sampled_from(["marketing", "health"]),
    state=st.sampled_from(ConsentState),
    at=days,
    channel=st.sampled_from(["form:sign-up", "shopify", "parent"]),
    grade=st.sampled_from(Grade),
)
fields = st.dictionaries(st.sampled_from(["name", "interests", "allergies"]), st.sampled_from(["A", "B"]))


def a_submission(at=START, trust=Trust.ANONYMOUS):
    return Submission(sender="form", topic="sign-up", trust=trust, received_at=at, occurred_at=at, body=b"{}")


def a_reading(said, extra, given_consents, at):
    """Return a reading whose `allergies` rest on the consent to health."""
    entry = Entry(kind="survey", at=at, values={"diet": "vegan", "score": 9}, sensitive={"diet": "health"})
    return Reading(
        kind="sign-up",
        email="asel@example.org",
        fields={**said, **extra},
        sensitive={"allergies": "health"} if "allergies" in extra else {},
        consents=tuple(given_consents),
        entry=entry,
    )


@st.composite
def histories(draw):
    """Draw a history of (key, submission, reading)."""
    drawn = []
    for number in range(draw(st.integers(0, 6))):
        at = draw(days)
        reading = a_reading(draw(ages), draw(fields), draw(st.lists(consents, max_size=2)), at)
        drawn.append((f"k{number}", a_submission(at, draw(st.sampled_from(Trust))), reading))
    return drawn


def say_ages(history):
    """Return every statement of an age as (moment, field, value), those that are none left out."""
    return [
        (submission.occurred_at, name, reading.fields[name])
        for _, submission, reading in history
        for name in ("age_band", "birth_year")
        if reading.fields.get(name) not in (None, "young", 17)
    ]


def was_child(history, moment):
    """Tell from a whole history, the long way round, whether somebody was a child at a moment."""
    for at, name, value in say_ages(history):
        last = at == max((other for other, *_ in say_ages(history) if other <= moment), default=None)
        if name == "birth_year" and moment.year <= int(value) + 16 and (last or moment <= at):
            return True
        if value == "under-16" and (last or moment <= at):
            return True
    return False


@calm
@given(histories(), st.randoms())
def test_history_with_ages_and_sensitive_values_folds_the_same_in_any_order(history, chance):
    shuffled = list(history)
    chance.shuffle(shuffled)

    assert fold_history("c", shuffled) == fold_history("c", history)


@calm
@given(histories())
def test_folding_one_more_event_into_a_stored_profile_equals_folding_all(history):
    record = Record(Profile(customer_id="c"))
    for event in history:
        record = fold_event(record, *event)
        record = replace(record, profile=Profile.model_validate_json(record.profile.model_dump_json()))

    assert record.profile == fold_history("c", history)


@calm
@given(histories(), st.randoms())
def test_no_yes_of_a_child_ever_stands_and_every_other_does_as_if_theirs_had_not_been(history, chance):
    shuffled = list(history)
    chance.shuffle(shuffled)
    profile = fold_history("c", shuffled)

    def may_stand(consent):
        by_parent = consent.channel == "parent" and consent.purpose != "marketing"
        return consent.state is ConsentState.WITHDRAWN or by_parent or not was_child(history, consent.at)

    assert all(map(may_stand, profile.consents.values()))
    without = [
        (key, submission, reading.model_copy(update={"fields": {}, "consents": allowed}))
        for key, submission, reading in history
        for allowed in [tuple(filter(may_stand, reading.consents))]
    ]
    assert profile.consents == fold_history("c", without).consents


@calm
@given(histories())
def test_nothing_but_contacts_stands_of_what_a_child_said_of_themselves(history):
    profile = fold_history("c", history)

    for name, held in profile.fields.items():
        assert name in ("name", "email", "age_band", "birth_year") or not was_child(history, held.at)


@calm
@given(histories(), st.randoms())
def test_a_sensitive_value_is_gone_once_its_consent_is_withdrawn(history, chance):
    shuffled = list(history)
    chance.shuffle(shuffled)
    record = fold_record("c", shuffled)
    profile = record.profile
    withdrawals = [
        consent.at
        for _, _, reading in history
        for consent in reading.consents
        if consent.purpose == "health" and consent.state is ConsentState.WITHDRAWN
    ]

    for held in (*profile.fields.values(), *(one for one in profile.withheld.values() if one.value is not None)):
        assert not held.purpose or not withdrawals or (held.proven and held.at > max(withdrawals))
    for row in record.entries.values():
        assert row.entry.values["score"] == 9
        assert ("diet" in row.entry.values) is not bool(withdrawals)


@calm
@given(histories(), days)
def test_nobody_who_is_a_child_now_is_due_or_reachable(history, now):
    profile = fold_history("c", history)
    campaigns = [a_campaign(), a_campaign(trigger="after-purchase", kind="transactional")]

    assert is_minor(profile.ages, now) is was_child(history, now)
    if was_child(history, now):
        assert not any(is_reachable(profile, campaign, now) for campaign in campaigns)
        assert next_due(profile, campaigns, a_shop(), now) is None


def say(*said):
    """Return statements of (day, age)."""
    return join_ages((), [AgeSaid(at=START + day * DAY, age=age) for day, age in said])


@pytest.mark.parametrize(
    ("said", "of_age"),
    [
        ([], None),
        ([(0, "16-24")], None),
        ([(0, "2010")], datetime(2027, 1, 1, tzinfo=UTC)),
        ([(0, "2011")], datetime(2028, 1, 1, tzinfo=UTC)),
        ([(0, "under-16"), (3, "16-24")], START + 3 * DAY),
        ([(0, "16-24"), (3, "under-16"), (5, "25-34")], START + 5 * DAY),
        ([(0, "2015"), (2, "1985")], START + 2 * DAY),  # a slip, put right
        ([(0, "under-16"), (0, "16-24"), (1, "65+")], START + DAY),  # of two said at once the younger counts
        ([(0, "13-19"), (4, "20-29")], START + 4 * DAY),  # a band with children in it is theirs
    ],
)
def test_all_statements_come_to_one_moment(said, of_age):
    assert come_of_age(say(*said)) == of_age
    assert is_minor(say(*said), START) is (of_age is not None and of_age > START)
    assert of_age is None or not is_minor(say(*said), of_age)


def test_a_band_ends_by_a_new_word_alone_and_a_year_by_the_clock():
    later = datetime(2060, 1, 1, tzinfo=UTC)

    assert is_minor(say((0, "under-16")), later)
    assert not is_minor(say((0, "2012")), later)


def test_a_yes_after_coming_of_age_counts_even_where_a_stronger_one_was_a_childs():
    def said(day, age, *, grade):
        consent = Consent(
            purpose="marketing", state=ConsentState.GIVEN, at=START + day * DAY, channel="form:x", grade=grade
        )
        return f"k{day}", a_submission(START + day * DAY), a_reading(age, {}, [consent], START + day * DAY)

    child = said(0, {"age_band": "under-16"}, grade=Grade.SIGNED)
    assert fold_history("c", [child]).consents == {}
    grown = said(5, {"age_band": "16-24"}, grade=Grade.TYPED)
    assert fold_history("c", [grown, child]).consents["marketing"].at == START + 5 * DAY


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("birth_year", 2011, "2011"),
        ("birth_year", " 2011 ", "2011"),
        ("birth_year", "11", ""),
        ("birth_year", 1899, ""),
        ("birth_year", "under-16", ""),
        ("birth_year", True, ""),
        ("birth_year", "\u06f2\u06f0\u06f1\u06f1", ""),
        ("birth_year", None, ""),
        ("age_band", "under-16", "under-16"),
        ("age_band", "65+", "65+"),
        ("age_band", "Under 16", ""),
        ("age_band", 16, ""),
        ("age_band", ["16-24"], ""),
    ],
)
def test_what_is_no_age_is_nothing(name, value, kept):
    assert clean_age(name, value) == kept


def test_a_year_of_birth_falls_into_the_younger_of_its_two_bands():
    assert place_year(2010, date(2026, 12, 31)) == "under-16"
    assert place_year(2009, date(2026, 1, 1)) == "16-24"
    assert place_year(1930, date(2026, 1, 1)) == "65+"
    assert place_year(2026, date(2026, 1, 1)) == "under-16"


@pytest.mark.parametrize(
    "broken",
    [
        {"limit": 12},
        {"limit": 17},
        {"bands": ["under-16", "18-24", "25+"]},
        {"bands": ["under-16"]},
        {"bands": ["under-16", "16+", "25-30"]},
        {"bands": ["kids", "16+"]},
        {"bands": ["under-18", "18+"]},
    ],
)
def test_rules_without_sense_are_refused(broken):
    with pytest.raises(ValidationError):
        AgeRules.model_validate({**read_rules().model_dump(), **broken})
