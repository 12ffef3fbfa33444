"""Properties of the agenda as a whole, over any history, any clock and any moment."""

import re

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from chalicelib.campaigns.agenda import list_occasions, next_due, open_window
from chalicelib.models import Entry, Grade, MailState, OrderState, Reading
from tests.builders.agenda import CAMPAIGNS, SHOP, a_consent, a_note, a_submission, an_order, list_ids, people, times
from tests.builders.folding import fold_history


@settings(deadline=None)
@given(people, times)
def test_every_occasion_lies_in_its_window_within_its_good_days(person, now):
    named = {campaign.name: campaign for campaign in CAMPAIGNS}
    for occasion in list_occasions(person, CAMPAIGNS, SHOP, now):
        campaign = named[occasion.campaign]
        assert now <= occasion.due_at <= occasion.not_after
        assert open_window(person, campaign, SHOP, occasion.due_at) == occasion.due_at
        assert re.fullmatch(r"[A-Za-z0-9_:-]{1,80}", occasion.id)


@settings(deadline=None)
@given(people, times, times)
def test_next_due_never_moves_back_as_time_goes_on(person, first, second):
    earlier, later = sorted((first, second))
    before, afterwards = (next_due(person, CAMPAIGNS, SHOP, now) for now in (earlier, later))
    assert afterwards is None or (before is not None and before <= afterwards)


@settings(deadline=None)
@given(people, times, times)
def test_ids_and_ends_do_not_depend_on_when_one_looks(person, first, second):
    ends = [
        {each.id: each.not_after for each in list_occasions(person, CAMPAIGNS, SHOP, now)} for now in (first, second)
    ]
    assert all(ends[0][name] == ends[1][name] for name in ends[0].keys() & ends[1].keys())


@settings(deadline=None)
@given(people, times, times, st.sampled_from([state for state in MailState if state is not MailState.THROTTLED]))
def test_a_handled_occasion_never_comes_back(person, first, second, state):
    occasions = list_occasions(person, CAMPAIGNS, SHOP, first)
    assume(occasions)
    note = a_note(occasions[0].id, state, first)
    handled = person.model_copy(update={"mails": {note.occasion: note}})
    assert note.occasion not in list_ids(handled, *CAMPAIGNS, now=second, shop=SHOP)
    assert len(list_ids(handled, *CAMPAIGNS, now=first, shop=SHOP)) == len(occasions) - 1


@settings(deadline=None)
@given(st.lists(st.tuples(times, st.booleans()), max_size=5), st.randoms(), times)
def test_history_in_any_order_has_the_same_agenda(bought, chance, now):
    history = [
        (
            f"k{number}",
            a_submission(at),
            Reading(
                kind="order",
                email="a@example.org",
                orders=(an_order(number % 3, at, state=OrderState.PAID if paid else OrderState.CANCELLED),),
                consents=(a_consent(at=at, grade=Grade.SIGNED),),
                entry=Entry(kind="warranty", at=at),
            ),
        )
        for number, (at, paid) in enumerate(bought)
    ]
    shuffled = list(history)
    chance.shuffle(shuffled)

    one, other = (list_occasions(fold_history("c", events), CAMPAIGNS, SHOP, now) for events in (history, shuffled))

    assert one == other
