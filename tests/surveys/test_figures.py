"""What an anonymous survey found: in steps of five, with intervals, and never one answer at a time."""

import json
import re
from datetime import timedelta

import pytest

from chalicelib.forms.interface import find_interface
from chalicelib.forms.library import find_form
from chalicelib.pages.policy_words import find_policy_words
from chalicelib.strictjson import parse_object
from chalicelib.surveys.boxes import SurveySeal, open_answers
from chalicelib.surveys.figures import read_survey
from tests.builders.api import open_api
from tests.builders.links import break_table
from tests.builders.own import open_own
from tests.builders.shop import Shop
from tests.builders.surveys import (
    START,
    TEAS,
    answer,
    open_form,
    set_time,
    settle_all,
    take_answer,
    write_field,
    write_poll,
    write_survey,
)
from tests.builders.work import count_requests

LATER = START + timedelta(weeks=1)


@pytest.fixture
def own(tmp_path, monkeypatch):
    with open_own(tmp_path / "own", monkeypatch) as folder:
        write_survey(folder)
        write_survey(
            folder,
            "counted",
            "counts-only",
            [
                write_field("tea", "choice", TEAS),
                write_field("like", "choices", TEAS),
                write_field("order", "ranking", TEAS),
            ],
        )
        write_survey(
            folder,
            "groups",
            "counts-only",
            [write_field("tea", "choice", TEAS, personal=True), write_field("like", "choices", TEAS, personal=True)],
        )
        write_poll(folder)
        yield folder


def take_many(shop, name, answers, now=START):
    for number, values in enumerate(answers):
        assert take_answer(shop, name, now, page=f"{name}{now}{number}", **values) == "settled"


def read(shop, name, now=LATER):
    return read_survey(find_form(name), shop.services(), now)


LIKES = {"like": ["green", "black"], "order": ["white", "green"]}


def list_picks(survey, question):
    (found,) = [each for each in survey.questions if each.name == question]
    return {pick.value: pick.count for pick in found.picks}


def test_nothing_of_fewer_than_five_is_shown_and_then_five_at_a_time(shop, own):
    seen = []
    for number in range(11):
        take_many(shop, "counted", [{"tea": "green"}], START + timedelta(seconds=number))
        seen.append(read(shop, "counted").people)
    assert seen == [0, 0, 0, 0, 5, 5, 5, 5, 5, 10, 10]


def test_a_week_is_shown_once_it_is_over_and_waits_for_five(shop, own):
    take_many(shop, "mood", [{"score": "9"}] * 3)
    assert read(shop, "mood", START + timedelta(hours=1)).people == 0
    assert read(shop, "mood").people == 0
    take_many(shop, "mood", [{"score": "2"}] * 2, LATER)
    assert read(shop, "mood", LATER).people == 0  # five in all, but the second week still runs
    assert read(shop, "mood", LATER + timedelta(weeks=1)).people == 5
    take_many(shop, "mood", [{"score": "2"}] * 4, LATER + timedelta(weeks=1))
    assert read(shop, "mood", LATER + timedelta(weeks=3)).people == 5


def test_choices_count_people_and_a_ranking_its_first_place(shop, own):
    take_many(shop, "counted", [LIKES] * 3 + [{"like": ["green"]}] * 2)
    survey = read(shop, "counted")
    assert list_picks(survey, "like") == {"green": 5, "black": 3, "white": 0}
    assert list_picks(survey, "order") == {"green": 0, "black": 0, "white": 3}
    assert [each.answered for each in survey.questions] == [0, 5, 3]


def test_each_share_has_its_interval_from_ten_answers_on(shop, own):
    take_many(shop, "counted", [{"tea": "green"}] * 9 + [{"tea": "black"}])
    (tea, *_) = read(shop, "counted").questions
    green = tea.picks[0].share
    assert green.interval.value == 0.9
    # Wilson's interval of 9 of 10, as in Newcombe 1998
    assert (round(green.interval.low, 4), round(green.interval.high, 4)) == (0.5958, 0.9821)


def test_a_score_is_promoters_less_detractors(shop, own):
    take_many(shop, "mood", [{"score": "10"}] * 7 + [{"score": "8"}] * 2 + [{"score": "1"}] * 3)
    (score, *_) = read(shop, "mood").questions
    assert round(score.score.interval.value, 4) == round(4 / 12, 4)
    assert score.score.people == 12


def test_small_groups_of_people_are_hidden(shop, own):
    take_many(
        shop, "groups", [{"tea": "green"}] * 12 + [{"tea": "black"}] * 6 + [{"tea": "white", "like": "green"}] * 2
    )
    survey = read(shop, "groups")
    assert list_picks(survey, "tea") == {"green": 10, "black": None, "white": None}  # black hides white from the total
    assert set(list_picks(survey, "like").values()) == {None}  # two answered it


def test_texts_come_sorted_and_with_their_week(shop, own):
    take_many(shop, "mood", [{"why": text} for text in ("pears", "bread", "tea", "apples", "milk")])
    assert read(shop, "mood").texts == {"why": ("apples", "bread", "milk", "pears", "tea")}
    assert read(shop, "mood", START).texts == {"why": ()}


def test_a_week_whose_key_expired_first_stands_in_no_other_weeks_way(shop, own):
    take_many(shop, "mood", [{"score": "3"}] * 5)
    take_many(shop, "mood", [{"score": "9"}] * 6, LATER)
    shop.services().table.delete_item({"pk": "survey#mood", "sk": "key#2080-W10"})
    assert read(shop, "mood", LATER + timedelta(weeks=1)).people == 6


def test_the_figures_of_many_weeks_cost_two_queries(shop, own):
    for week in range(6):
        take_many(shop, "mood", [{"score": "9"}] * 5, START + timedelta(weeks=week))
    calls = count_requests(shop.dynamodb)
    assert read(shop, "mood", START + timedelta(weeks=6)).people == 30
    assert dict(calls) == {"Query": 2}


def test_one_more_answer_reads_two_boxes_at_most_however_many_there_are(shop, own):
    long = [{"why": f"{number:02}" + "x" * 3_900} for number in range(30)]
    take_many(shop, "mood", long)
    assert len(list(shop.services().survey_rows.list_boxes("mood"))) > 3
    rows = []
    shop.dynamodb.meta.events.register("after-call.dynamodb.Query", lambda parsed, **_: rows.append(parsed["Count"]))
    shop.dynamodb.meta.events.register("after-call.dynamodb.GetItem", lambda parsed, **_: rows.append("Item" in parsed))
    take_many(shop, "mood", [{"why": "one more"}], START + timedelta(minutes=1))
    # the inbox item, the key of the week, the last box, and the one that was chosen
    assert sum(rows) <= 4
    services = shop.services()
    seal = SurveySeal("mood", "2080-W10", services)
    kept = [each["why"] for box in services.survey_rows.list_boxes("mood") for each in open_answers(box, seal)]
    assert sorted(kept) == sorted(["one more", *(each["why"] for each in long)])


def test_a_plain_survey_has_no_such_figures(shop, own):
    with pytest.raises(ValueError, match="Anonymity"):
        read(shop, "survey")


# ---- polls


def vote(api, shop, tea):
    page = answer(api, "tea-poll", tea=tea)
    settle_all(shop, api.now)
    return page.body.decode()


def test_a_poll_shows_its_result_after_the_vote_five_votes_at_a_time(api, shop, own):
    set_time(api, START)
    pages = [vote(api, shop, tea) for tea in ("green", "green", "black", "green", "white", "black")]
    assert all("The result appears here once there are 5 votes." in page for page in pages[:5])
    assert "Votes: 5" in pages[5]
    assert '3 <span class="hint">(60 %)</span>' in pages[5]
    thanks = api.call("GET", "/forms/tea-poll/thanks?lang=fa", accept="text/html").body.decode()
    assert "۵ رأی" in thanks
    assert '۳ <span class="hint">(۶۰ %)</span>' in thanks
    assert parse_object(shop.services().polls.read_shown("tea-poll").encode())["people"] == 5


def test_a_survey_that_is_no_poll_shows_nobody_its_counts(api, shop, tables, own):
    set_time(api, START)
    for _ in range(6):
        assert "The result" not in answer(api, "counted", tea="green").body.decode()
        settle_all(shop, api.now)
    assert tables.read_all("links") == []


def test_a_vote_counts_where_the_result_cannot_be_read(own_tables, tmp_path, cloud, monkeypatch, own):
    shop = Shop(own_tables, tmp_path)
    with open_api(shop, own_tables, cloud, monkeypatch) as api:
        set_time(api, START)
        page = open_form(api, "tea-poll")
        with break_table(own_tables, "links"):
            assert "The result appears here" in answer(api, "tea-poll", page, tea="green").body.decode()
        assert settle_all(shop, START) == ["settled"]


# ---- the desk


def test_the_desk_shows_the_figures_to_who_may_see_numbers(desk, own):
    take_many(desk.shop, "mood", [{"score": "9", "tea": "green", "why": "Fresh bread"}] * 11)
    desk.wait(days=(LATER + timedelta(days=7) - desk.now).days)
    page = desk.hire("viewer", "Leyla Rahimi").read("/surveys/mood")
    assert "11 answers" in page
    assert "Promoters less detractors: 100 (" in page
    assert "100% (74% to 100%)" in page
    assert "Fresh bread" not in page  # words may name somebody: for who may open customers
    assert page.count("<table>") == 2
    assert desk.hire("staff", "Ben Okafor").read("/surveys/mood").count("Fresh bread") == 11


def test_the_desk_says_that_nothing_is_shown_yet(desk, own):
    take_many(desk.shop, "mood", [{"score": "9"}] * 4)
    desk.wait(days=(LATER + timedelta(days=7) - desk.now).days)
    page = desk.hire("viewer", "Leyla Rahimi").read("/surveys/mood")
    assert "Nothing is shown yet." in page
    assert "<table>" not in page


def test_a_form_with_names_has_no_such_page(desk, own):
    assert desk.hire("viewer", "Leyla Rahimi").get("/surveys/sign-up").status_code == 404


def test_the_list_of_forms_leads_to_it(desk, own):
    page = desk.hire("viewer", "Leyla Rahimi").read("/connections")
    assert re.findall(r'href="/surveys/([a-z-]+)"', page) == ["counted", "groups", "mood", "tea-poll"]


@pytest.mark.parametrize("language", ["hi", "bn", "kk", "fa"])
def test_the_pages_speak_every_language(api, own, language):
    words = find_interface(language)
    for form, grade in (("mood", "no-link"), ("tea-poll", "counts-only")):
        page = api.call("GET", f"/forms/{form}?lang={language}", accept="text/html").body.decode()
        assert f'<p class="known">{words.anonymous[grade]}</p>' in page
    told = json.loads(api.call("GET", f"/forms/mood/schema?lang={language}").body)["x-form"]["promise"]
    assert told == words.anonymous["no-link"]
    policy = api.call("GET", f"/privacy?lang={language}", accept="text/html").body.decode()
    assert policy.count(words.anonymous["counts-only"]) == 3
    assert find_policy_words(language).unnoted in policy
