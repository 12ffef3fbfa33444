"""A campaign's report: everybody accounted for in any order of facts, and no more claimed than the numbers carry."""

import math
import random
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.report import Report, build_report
from chalicelib.report.comparison import FEW, Sample, compare_groups, round_up
from chalicelib.stats.intervals import bound_rate, bound_spending, student, subtract_interval
from infra.staff.report_page import write_page
from tests.builders.campaigns import OFFER, a_campaign
from tests.builders.reports import CAMPAIGN, DAY, LATER, a_fact, a_group, a_return, report
from tests.builders.shop import NOW

# What the protocol can write of one mail, beside `planned`, and how it ended. What was given up as throttled may be
# proved sent by late word of SES: both facts stand, and the stronger one counts.
LIVES: dict[tuple[str, ...], str] = {
    (): "open",
    ("sent",): "sent",
    ("expired", "sent"): "sent",
    ("suppressed", "sent"): "sent",
    **{(end,): end for end in ("held_out", "refused", "parked", "expired", "capped", "over_budget", "suppressed")},
}
EVENTS = ("handed_over", "delivered", "bounced", "bounced_soft", "rejected", "complained", "opened")
VISITS = {"clicked_person": "clicked_person", "clicked_machine": "clicked_machine", "unsubscribe": "unsubscribed"}
money = st.decimals(0, 5000, places=2).map(str)
orders = st.lists(
    st.tuples(st.integers(0, 40), money, st.sampled_from(["EUR", "KZT"]), st.sampled_from(["yes", "no"])), max_size=3
)
lives = st.tuples(st.sampled_from(sorted(LIVES)), st.sets(st.sampled_from([*EVENTS, *VISITS, "preferences"])), orders)


def live_through(number, life):
    """Return the facts of one mail's life: only the sent have events, only the measured have returns."""
    kinds, events, bought = life
    mail_id, end = f"m{number}", LIVES[kinds]
    yield a_fact("planned", mail_id)
    yield from (a_fact(kind, mail_id) for kind in kinds)
    if end == "sent":
        yield from (a_fact(kind, mail_id) for kind in events)
    if end in ("sent", "held_out"):
        for day, revenue, currency, by_code in bought:
            yield a_return(mail_id, revenue, at=NOW + day * DAY, currency=currency, by_code=by_code)


@settings(deadline=None)
@given(st.lists(lives, max_size=40), st.randoms(use_true_random=False))
def test_it_adds_up_whatever_became_of_anybody_and_in_any_order(people, chance):
    facts = [fact for number, life in enumerate(people) for fact in live_through(number, life)]

    done = report(facts)

    ends = [LIVES[kinds] for kinds, _, _ in people]
    assert done.adds_up
    assert done.sum_words.endswith("it adds up.")
    assert done.counts.planned == len(people)
    assert {name: getattr(done.counts, name) for name in {*LIVES.values()}} == {
        name: ends.count(name) for name in {*LIVES.values()}
    }
    sent = [events for kinds, events, _ in people if LIVES[kinds] == "sent"]
    for kind in EVENTS:
        assert getattr(done.mails, kind) == sum(kind in events for events in sent)
    for kind, name in VISITS.items():
        assert getattr(done.mails, name) == sum(kind in events for events in sent)
    for group, end in ((done.mailed, "sent"), (done.held_out, "held_out")):
        bought = [bought for kinds, _, bought in people if LIVES[kinds] == end]
        assert (group.people, group.returned) == (len(bought), sum(map(bool, bought)))
        assert sum(group.revenue.values()) == sum(Decimal(order[1]) for lot in bought for order in lot)
        assert group.returned_in_time == sum(any(order[0] <= 14 for order in lot) for lot in bought)
    chance.shuffle(facts)
    assert report(facts) == done


@settings(deadline=None)
@given(st.lists(lives, min_size=1, max_size=9), st.data())
def test_one_who_was_never_planned_is_missed(people, data):
    facts = [fact for number, life in enumerate(people) for fact in live_through(number, life)]
    ended = [f"m{number}" for number, (kinds, _, _) in enumerate(people) if kinds]
    if not ended:
        return
    lost = data.draw(st.sampled_from(ended))

    done = report([fact for fact in facts if (fact.kind, fact.mail_id) != ("planned", lost)])

    assert not done.adds_up
    assert "which is 1 more" in done.sum_words


@settings(deadline=None)
@given(st.lists(lives, max_size=20))
def test_a_report_is_the_same_after_json(people):
    done = report([fact for number, life in enumerate(people) for fact in live_through(number, life)])
    assert Report.model_validate_json(done.model_dump_json()) == done


def test_sum_is_told_in_words():
    facts = [*a_group("sent", 3), *a_group("held_out", 2), *a_group("parked", 1), a_fact("planned", "x")]
    assert report(facts).sum_words == "7 planned = 3 sent + 2 held out + 1 parked + 1 still open: it adds up."


def test_a_mail_that_was_parked_and_proved_sent_is_sent():
    facts = [*a_group("sent", 1), a_fact("parked", "sent-0"), a_fact("delivered", "sent-0")]
    counts = report(facts).counts
    assert (counts.sent, counts.parked, counts.total) == (1, 0, 1)


# Newcombe 1998, Table II, method 10, contrasts (a) to (h) as far as they differ in kind.
NEWCOMBE = [
    ((56, 70), (48, 80), (0.0524, 0.3339)),
    ((9, 10), (3, 10), (0.1705, 0.8090)),
    ((6, 7), (2, 7), (0.0582, 0.8062)),
    ((5, 56), (0, 29), (-0.0381, 0.1926)),
    ((0, 10), (0, 20), (-0.1611, 0.2775)),
    ((10, 10), (0, 20), (0.6791, 1.0000)),
    ((10, 10), (0, 10), (0.6075, 1.0000)),
]


@pytest.mark.parametrize(("one", "other", "interval"), NEWCOMBE)
def test_the_difference_of_rates_is_newcombes(one, other, interval):
    gap = subtract_interval(bound_rate(*one), bound_rate(*other))
    assert (round(gap.low, 4), round(gap.high, 4)) == interval
    swapped = subtract_interval(bound_rate(*other), bound_rate(*one))
    assert (swapped.low, swapped.high) == pytest.approx((-gap.high, -gap.low))


# Any table of Student's t, p = 0.975.
@pytest.mark.parametrize(("freedom", "point"), [(9, 2.2622), (19, 2.0930), (60, 2.0003), (1000, 1.9623)])
def test_students_t_is_that_of_the_tables(freedom, point):
    assert student(freedom) == pytest.approx(point, abs=0.0005)


def draw_amounts(chance, people, share, spread):
    """Let people buy: a share of them, for 30 on a log scale."""
    return [30 * math.exp(chance.gauss(0, spread)) for _ in range(people) if chance.random() < share]


SHOPS = [
    ((90, 10), (0.3, 0.3)),
    ((450, 50), (0.1, 0.1)),
    ((450, 50), (0.3, 0.2)),
    ((900, 100), (0.1, 0.05)),
    ((1800, 200), (0.02, 0.02)),
    ((300, 300), (0.12, 0.1)),
]


@pytest.mark.parametrize(("people", "shares"), SHOPS)
def test_rate_intervals_hold_the_truth_about_95_times_of_100(people, shares):
    chance, held, rounds = random.Random(7), 0, 1500
    for _ in range(rounds):
        hits = [sum(chance.random() < share for _ in range(size)) for size, share in zip(people, shares, strict=True)]
        gap = subtract_interval(bound_rate(hits[0], people[0]), bound_rate(hits[1], people[1]))
        held += gap.low <= shares[0] - shares[1] <= gap.high
    assert 0.93 <= held / rounds <= 0.985


@pytest.mark.parametrize("spread", [0.3, 1.0])
@pytest.mark.parametrize(("people", "shares"), SHOPS)
def test_revenue_intervals_hold_the_truth_about_95_times_of_100(people, shares, spread):
    chance, held, rounds = random.Random(7), 0, 800
    worth = 30 * math.exp(spread**2 / 2)
    for _ in range(rounds):
        lots = [draw_amounts(chance, size, share, spread) for size, share in zip(people, shares, strict=True)]
        if sum(map(len, lots)) < FEW:
            held += 1  # then none is told
            continue
        gap = subtract_interval(*bound_spending((lots[0], lots[1]), people))
        held += gap.low <= (shares[0] - shares[1]) * worth <= gap.high
    assert 0.92 <= held / rounds <= 0.985


def test_nobody_planned_is_a_report_too():
    done = report([])
    assert done.adds_up
    assert done.sum_words == "0 planned = 0: it adds up."
    assert done.headline == "Cannot tell: nobody was mailed yet, so there is nothing to measure against."
    assert done.comparison.verdict == "nobody"


def test_a_campaign_that_holds_nobody_out_says_so():
    done = report(a_group("sent", 20, 5))
    assert done.headline == "Cannot tell: nobody is held out, so there is nothing to measure against."
    assert done.comparison.mailed_rate.value == 0.25
    assert done.comparison.returns is None


def test_only_people_held_out():
    done = report(a_group("held_out", 20, 5))
    assert done.headline.startswith("Cannot tell: nobody was mailed yet")
    assert (done.held_out.returned, done.held_out.revenue) == (5, {"EUR": Decimal("150.00")})
    assert done.mailed.people == done.discount.orders == 0


def test_a_difference_beyond_chance_is_told_with_its_interval():
    done = report(a_group("sent", 900, 180) + a_group("held_out", 100, 5))
    assert done.comparison.verdict == "more"
    assert done.headline == (
        "Of 100 people mailed, 15.0 more bought within 14 days than without the mail (95 % interval: 8.3 to 18.9)."
    )
    assert done.comparison.extra_returns.value == pytest.approx(135)
    assert any(note.startswith("Extra revenue of all mailed: 4,050.00 EUR (95 % interval: ") for note in done.notes)


def test_mails_that_keep_people_away_are_told_too():
    done = report(a_group("sent", 900, 45) + a_group("held_out", 100, 20))
    assert done.comparison.verdict == "fewer"
    assert done.headline.startswith("Of 100 people mailed, 15.0 fewer bought within 14 days than without the mail (95")


def test_an_interval_around_nothing_cannot_tell_yet_and_says_how_many_more():
    done = report(a_group("sent", 180, 36) + a_group("held_out", 20, 2))
    needed, planned = done.comparison.needed, done.comparison.needed_planned
    assert done.comparison.verdict == "unclear"
    assert done.headline == (
        f"Cannot tell yet (20 held out; needs about {needed} more held out, that is {planned:,} more people in all)."
    )
    assert not any("p-value" in note or "significan" in note for note in done.notes)


def test_so_many_more_people_do_tell():
    """Were the rates so far the true ones, about four of five campaigns of that size would tell."""
    chance, before = random.Random(3), compare_groups(Sample(1800, 216, {}), Sample(200, 18, {}))
    assert before.verdict == "unclear"
    shares, size = (217 / 1802, 19 / 202), 200 + before.needed
    told = 0
    for _ in range(400):
        mailed, held_out = (
            Sample(people, sum(chance.random() < share for _ in range(people)), {})
            for share, people in zip(shares, (9 * size, size), strict=True)
        )
        told += compare_groups(mailed, held_out).verdict == "more"
    assert 0.72 <= told / 400 <= 0.88


def test_the_example_in_the_docs_is_what_is_said():
    facts = a_group("sent", 180, 27) + a_group("held_out", 20, 2) + a_group("capped", 9) + a_group("suppressed", 3)
    done = report(facts)
    page = (Path(__file__).parents[2] / "docs" / "report.md").read_text()
    assert f"    {done.headline}\n    {done.sum_words}\n" in page


def test_a_lucky_start_does_not_promise_an_early_end():
    done = compare_groups(Sample(28, 4, {}), Sample(2, 1, {}))
    assert done.needed > 500


@pytest.mark.parametrize(("sent", "held_out"), [(9, 900), (900, 9), (1, 1)])
def test_fewer_than_ten_in_a_group_say_nothing(sent, held_out):
    done = report(a_group("sent", sent, sent) + a_group("held_out", held_out))
    assert done.comparison.verdict == "unclear"
    assert done.comparison.gains == {}
    assert min(sent, held_out) < 10
    assert any(note.startswith(f"Only {min(sent, held_out)} ") for note in done.notes)


def test_ten_in_a_group_may_say_something():
    done = report(a_group("sent", 900, 900) + a_group("held_out", 10))
    assert done.comparison.verdict == "more"
    assert not any(note.startswith("Only ") for note in done.notes)


def test_hardly_any_difference_asks_for_no_more_than_one_in_a_hundred():
    done = report(a_group("sent", 1000, 100) + a_group("held_out", 100, 10))
    assert 1_000 < done.comparison.needed < 20_000
    assert any(note.startswith("Hardly any difference so far") for note in done.notes)


@pytest.mark.parametrize(("count", "rounded"), [(1, 1), (9.2, 10), (10, 10), (123, 130), (120, 120), (98765, 99000)])
def test_numbers_needed_have_two_digits(count, rounded):
    assert round_up(count) == rounded


def test_currencies_are_kept_apart():
    facts = [
        *a_group("sent", 40, 20),
        *a_group("held_out", 20, 10, currency="KZT", revenue="5000.50"),
        a_return("sent-0", "100.00", currency="KZT"),
        a_return("sent-0", "1.00"),
    ]
    done = report(facts)
    assert done.mailed.returned == 20
    assert done.mailed.revenue == {"EUR": Decimal("601.00"), "KZT": Decimal("100.00")}
    assert done.held_out.revenue == {"KZT": Decimal("50005.00")}
    assert set(done.comparison.gains) == {"EUR", "KZT"}
    assert done.comparison.gains["EUR"].per_person.value == pytest.approx(601 / 40)
    assert done.comparison.gains["KZT"].over_all.value == pytest.approx(40 * (100 / 40 - 50005 / 20))
    assert "There are orders in EUR, KZT; nothing is converted." in done.notes


def test_orders_for_nothing_are_returns_without_revenue():
    done = report(a_group("sent", 40, 20, revenue="0.00") + a_group("held_out", 20, 0))
    assert done.mailed.returned == 20
    assert done.comparison.gains == {}


def test_a_code_used_late_counts_as_a_return_and_not_in_the_comparison():
    late = a_group("sent", 30, 12, at=NOW + 15 * DAY, by_code="yes") + a_group("held_out", 30, 3)
    done = report(late)
    assert (done.mailed.returned, done.mailed.returned_in_time) == (12, 0)
    assert done.comparison.mailed_rate.value == 0
    assert any(note.startswith("12 of the mailed came back with their code after more than 14") for note in done.notes)


@pytest.mark.parametrize(("second", "mailed", "held_out"), [(5, 0, 1), (9, 1, 0)])
def test_an_order_counts_once_and_for_the_latest_mail_before_it(second, mailed, held_out):
    facts = [a_fact(kind, "one") for kind in ("planned", "sent")]
    facts += [a_fact(kind, "two", NOW + second * DAY) for kind in ("planned", "held_out")]
    facts += [a_return(name, order="7", at=NOW + 7 * DAY) for name in ("two", "one")]
    done = report(facts)
    assert (done.mailed.returned, done.held_out.returned) == (mailed, held_out)
    assert [group.revenue for group in (done.mailed, done.held_out) if group.returned] == [{"EUR": Decimal("30.00")}]
    assert report(reversed(facts)) == done


def test_a_parked_mail_takes_no_order_from_one_that_was_sent():
    parked = [a_fact("planned", "p-1", NOW + 6 * DAY), a_fact("parked", "p-1", NOW + 6 * DAY)]
    told = [a_return(mail_id, at=NOW + 7 * DAY, order="one") for mail_id in ("sent-0", "p-1")]
    done = report([*a_group("sent", 1), *parked, *told])
    assert (done.mailed.people, done.mailed.returned) == (1, 1)


def test_who_still_has_time_is_told():
    facts = [*a_group("sent", 3), a_fact("planned", "x"), a_fact("sent", "x", NOW + 10 * DAY)]
    done = report(facts, now=NOW + 20 * DAY)
    assert done.mailed.still_waiting == 1
    assert done.notes[1] == "The 14 days to come back are not over yet for 1 of the mailed and 0 of those held out."


def test_who_was_to_be_mailed_and_was_not_is_told():
    facts = a_group("sent", 20) + a_group("held_out", 20) + a_group("capped", 3) + a_group("parked", 1)
    assert any(note.startswith("4 were to be mailed and were not") for note in report(facts).notes)


@pytest.mark.parametrize(
    ("offer", "given"),
    [
        ({"percent": 10}, {"EUR": Decimal("20.00"), "KZT": Decimal("100.00")}),
        ({"percent": 100}, {}),
        ({"amount": "5", "currency": "EUR"}, {"EUR": Decimal("15")}),
        (None, {}),
    ],
)
def test_discount_is_estimated_from_orders_with_the_code(offer, given):
    rest = {name: value for name, value in OFFER.items() if name != "percent"}
    campaign = a_campaign(offer=offer and {**rest, **offer})
    facts = [
        *a_group("sent", 2, 2, revenue="90.00", by_code="yes"),
        *a_group("sent", 1, 1, first=2, revenue="900.00", currency="KZT", by_code="yes"),
        *a_group("sent", 1, 1, first=3, revenue="1.00"),
        *a_group("held_out", 1, 1),
    ]
    done = report(facts, campaign)
    assert (done.discount.orders, done.discount.given) == (3, given)
    assert any("iscount" in note for note in done.notes)


@pytest.mark.parametrize(
    ("returned", "held_out", "margin", "words"),
    [(100, 20, 660, "The mails paid."), (9, 9, -27, "Cannot tell yet whether"), (0, 99, -1188, "cost more than")],
)
def test_margin_of_the_shop_is_told_after_goods_and_discount(returned, held_out, margin, words):
    facts = [
        *a_group("sent", 400, returned, revenue="27.00", by_code="yes"),  # 30 at full price, of which goods cost 18
        *a_group("sent", 100, first=400),
        *a_group("held_out", 500, held_out),  # 12 stay of each
        a_return("sent-499", "27.00", at=NOW + 30 * DAY, by_code="yes"),  # late: in no comparison
    ]
    done = build_report(CAMPAIGN, facts, LATER, Decimal(40))

    told = done.comparison.gains["EUR"].margin
    assert told.value == pytest.approx(9 * returned - 12 * held_out) == pytest.approx(margin)
    assert told.low < told.value < told.high
    [note] = [note for note in done.notes if note.startswith("Extra margin of all mailed: ")]
    assert words in note
    assert "margin of all mailed, EUR" in write_page(done)
    assert build_report(CAMPAIGN, facts, LATER).comparison.gains["EUR"].margin is None
