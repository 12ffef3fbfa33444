"""The sentences of the numbers, in five languages, for awkward values: none, one, few, below 0, 0 and 100 %."""

import re
from decimal import Decimal

import pytest

from chalicelib.models import Model
from chalicelib.numbers.cohorts import ClassOfBuyers, Cohort, Customers, Month
from chalicelib.numbers.crosses import Cross, Range
from chalicelib.numbers.figure import Figure, Trend, make_figure, make_share
from chalicelib.numbers.lens import make_lens
from chalicelib.numbers.needs import Pair, Product
from chalicelib.numbers.numbers import read_numbers
from chalicelib.numbers.origins import Source
from chalicelib.numbers.referrals import Brought
from chalicelib.numbers.returns import Activity, Returning, Silence
from chalicelib.numbers.scores import Point, Satisfaction
from chalicelib.numbers.tally import Tally
from chalicelib.stats.promoters import bound_score
from chalicelib.telling.numbers import QUESTIONS, find_teller, tell_numbers
from chalicelib.telling.words import NumberWords, find_number_words
from chalicelib.telling.writer import find_writer, strip_marks
from chalicelib.words import list_languages
from tests.builders.shop import NOW

LANGUAGES = list_languages("numbers")
NOBODY = read_numbers(Tally(), make_lens((), NOW))
NONE = Figure(people=0)


def score_point(period, promoters, detractors, people):
    interval = bound_score(promoters, detractors, people) if people else None
    return Point(period=period, score=make_figure(people, interval), promoters=promoters, detractors=detractors)


def satisfaction(window, before=(0, 0, 0), trend=Trend.UNKNOWN, months=()):
    return Satisfaction(
        question="score",
        least=0,
        most=10,
        window=score_point("window", *window),
        before=score_point("before", *before),
        trend=trend,
        months=months,
        weeks=(),
        counts={"9": window[0], "3": window[1]} if window[2] else {},
    )


def tell(question, language="en", **found):
    """Return the sheet of one question, of numbers in which nobody is but for what is given."""
    return QUESTIONS[question](NOBODY.model_copy(update=found), find_teller(language))


def list_texts(sheet):
    """Yield every text of a sheet."""
    yield from (sheet.title, sheet.lead)
    for section in sheet.sections:
        yield section.title
        yield from (*section.sentences, *section.hints)
        if section.chart:
            yield from (section.chart.title, section.chart.told)
        for grid in section.grids:
            yield from (grid.caption, grid.hint, *grid.columns)
            for word, cells in grid.rows:
                yield from (word, *(cell.text for cell in cells))
    yield from (line.sentence for line in sheet.lines)


def walk_patterns(words, above=""):
    """Yield every pattern of a language with its name."""
    values = (
        words.items()
        if isinstance(words, dict)
        else ((name, getattr(words, name)) for name in type(words).model_fields)
    )
    for name, value in values:
        if isinstance(value, str):
            yield above + name, value
        else:
            yield from walk_patterns(value if isinstance(value, Model) else dict(value), f"{above}{name}.")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_fills_in_what_english_fills_in(language):
    """A figure that a translation leaves out would be a figure that its readers never see."""
    english = dict(walk_patterns(find_number_words("en")))
    theirs = dict(walk_patterns(find_number_words(language)))
    for name, pattern in english.items():
        assert sorted(set(re.findall(r"{\w+}", pattern))) == sorted(set(re.findall(r"{\w+}", theirs[name]))), name
    if language != "en":
        same = [
            name
            for name, pattern in english.items()
            if pattern == theirs[name] and re.search(r"[a-z]{3}", re.sub(r"{\w+}", "", pattern))
        ]
        assert same == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_with_nobody_every_question_says_so(language):
    for sheet in tell_numbers(NOBODY, language):
        assert sheet.title
        assert sheet.lead
        assert not any("{" in text for text in list_texts(sheet))
        assert all(section.chart is None for section in sheet.sections)


FEW = {
    "en": ("Not enough yet: 7 of the 10 that a figure needs.", "; about 1 more week.", "; about 6 more weeks."),
    "fa": ("هنوز کافی نیست: ۷ از ۱۰", "؛ حدود ۱ هفتهٔ دیگر.", "؛ حدود ۶ هفتهٔ دیگر."),
    "hi": ("अभी काफ़ी नहीं: एक आँकड़े के लिए 10 चाहिए, अब तक 7 हैं", "; लगभग 1 हफ़्ता और।", "; लगभग 6 हफ़्ते और।"),
    "bn": ("এখনো যথেষ্ট নয়: একটি সংখ্যার জন্য ১০টি লাগে, আছে ৭টি", "; আরও প্রায় ১ সপ্তাহ।", "; আরও প্রায় ৬ সপ্তাহ।"),
    "kk": ("Әзірге жеткіліксіз: бір көрсеткішке 10 керек, қазір 7", "; тағы шамамен 1 апта.", "; тағы шамамен 6 апта."),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_too_few_is_a_value_with_the_weeks_that_are_left(language):
    begins, one, six = FEW[language]
    write = find_writer(language)
    assert write.tell_few(Figure(people=7)).startswith(begins)
    assert write.tell_few(Figure(people=7, weeks=1)).endswith(one)
    assert write.tell_few(Figure(people=7, weeks=6)).endswith(six)
    assert write.tell_few(NONE) == write.say.figure.nobody
    assert tell("satisfaction", language, satisfaction=(satisfaction((5, 1, 7)),)).lead.startswith(begins)


SCORES = {
    "en": ("a score of −74", "It went up", "It went down", "no larger than chance"),
    "fa": ("امتیاز ‎−۷۴", "بالا رفته است", "پایین آمده است", "تصادف"),
    "hi": ("−74 का अंक", "यह बढ़ा है", "यह घटा है", "संयोग"),
    "bn": ("স্কোর −৭৪", "এটি বেড়েছে", "এটি কমেছে", "কাকতালে"),
    "kk": ("Ұпай – −74", "Ол өсті", "Ол төмендеді", "кездейсоқ ауытқудан аспайды"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_trend_is_said_by_its_verdict_alone(language):
    score, up, down, same = SCORES[language]
    told = {
        trend: tell("satisfaction", language, satisfaction=(satisfaction((2, 37, 47), (30, 5, 60), trend),)).lead
        for trend in Trend
    }
    assert all(score in each for each in told.values()), told
    for trend, words in {Trend.UP: up, Trend.DOWN: down, Trend.SAME: same}.items():
        assert [each for each, lead in told.items() if words in lead] == [trend]


@pytest.mark.parametrize(
    ("window", "told"),
    [((12, 0, 12), "a score of 100"), ((0, 12, 12), "a score of −100"), ((6, 6, 12), "a score of 0 (")],
)
def test_scores_at_the_ends_and_in_the_middle(window, told):
    assert told in tell("satisfaction", satisfaction=(satisfaction(window),)).lead


def test_a_month_of_few_people_has_no_dot_and_the_running_one_is_marked():
    months = (score_point("2025-12", 3, 2, 9), score_point("2026-01", 3, 2, 11), score_point("2026-03", 5, 2, 12))
    [section] = tell("satisfaction", satisfaction=(satisfaction((5, 2, 12), months=months),)).sections
    assert [(each.value is None, each.is_open) for each in section.chart.rows] == [
        (True, False),
        (False, False),
        (False, True),
    ]
    assert [word for word, _ in section.grids[0].rows] == ["December 2025", "January 2026", "March 2026 (not over yet)"]
    assert section.grids[0].rows[0][1][0].text == "too few"
    for point in section.chart.rows[1:]:
        assert 0 <= point.low < point.value < point.high <= 1


def test_weeks_are_named_by_their_first_day():
    found = satisfaction((5, 2, 12)).model_copy(update={"weeks": (score_point("2026-W09", 5, 2, 12),)})
    [section] = tell("satisfaction", satisfaction=(found,)).sections
    assert [word for word, _ in section.grids[0].rows] == ["Week from 23\u00a0February 2026 (not over yet)"]


def source(option, people, everybody, **spent):
    return Source(
        option=option, people=people, share=make_share(people, everybody), buyers=people, orders=people, spent=spent
    )


def test_sources_name_the_most_frequent_one_with_its_doubt():
    found = (source("friend", 12, 20, EUR=Decimal("1234.5")), source("passing", 8, 20), source("search", 0, 20))
    sheet = tell("sources", sources=found)
    assert sheet.lead == (
        "Of 20 people who said how they found the shop, 60% said: From someone I know (true value probably 39% to 78%)."
    )
    [section] = sheet.sections
    assert [cell.text for cell in section.grids[0].rows[0][1]] == ["60% (39% to 78%)", "12", "12", "12", "€1234.50"]
    assert section.grids[0].rows[2][1][0].text == "0% (0% to 16%)"
    assert section.grids[0].rows[2][1][4].text == "–"
    assert len(section.chart.rows) == 3


def test_money_is_written_as_the_language_writes_it():
    found = (source("friend", 20, 20, EUR=Decimal("1234.5")),)
    money = {each: tell("sources", each, sources=found).sections[0].grids[0].rows[0][1][4].text for each in LANGUAGES}
    assert money == {
        "en": "€1234.50",
        "hi": "€1234.50",
        "bn": "€১২৩৪.৫০",
        "kk": "1234,50\u00a0€",
        "fa": "۱۲۳۴٫۵۰\u00a0€",
    }


def returning(which, median, *silences):
    pairs = [Silence(days=days, back=make_share(*shares)) for days, shares in silences]
    return Returning(which=which, median=median, silences=tuple(pairs))


@pytest.mark.parametrize("language", LANGUAGES)
def test_silences_say_how_many_came_back(language):
    found = Activity(
        statuses={"active": 1, "at_risk": 0, "inactive": 2, "unknown": 0},
        returning=(returning("first", None, (30, (21, 81)), (60, (1, 9))), returning("again", 44, (30, (0, 10)))),
    )
    sheet = tell("activity", language, activity=found)
    first, again = sheet.sections[1:]
    percent = find_writer(language).write_percent
    assert percent(21 / 81) in first.sentences[1]
    assert len(first.sentences) == 2  # that of 60 days is of 9 people
    assert find_writer(language).write_count(44) in again.sentences[0]
    assert percent(0) in again.sentences[1]
    assert not any("{" in text for text in list_texts(sheet))


def test_the_silence_of_the_issue_reads_as_a_sentence():
    found = Activity(statuses={"active": 3}, returning=(returning("first", 35, (60, (21, 81))),))
    assert tell("activity", activity=found).sections[1].sentences == [
        "Half of those who bought once buy again by day 35.",
        "Of 81 people who bought once and were then silent for more than 60 days, 26% came back within the next 90 "
        "days (true value probably 18% to 36%).",
    ]


def test_a_product_says_when_it_is_needed_next():
    names = ("=HYPERLINK(1)", "قهوه")
    found = tuple(
        Product(name=name, people=20, again=make_share(11, 20), days=9.2, low=3.6, high=17.4) for name in names
    )
    sheet = tell("products", products=found, pairs=(Pair(first=names[0], second=names[1], people=7, strength=0.4),))
    assert strip_marks(sheet.lead) == (
        "Those who buy =HYPERLINK(1) again need it about 9 days after the last purchase (eight of ten times 4 to 17)."
    )
    assert "\u2068=HYPERLINK(1)\u2069" in sheet.lead
    assert (
        strip_marks(sheet.sections[1].sentences[0]) == "=HYPERLINK(1) and قهوه go together most: 7 people bought both."
    )
    assert sheet.sections[0].grids[0].rows[0][1][2].text == "9 days (4 to 17)"


@pytest.mark.parametrize("language", LANGUAGES)
def test_customers_over_time_are_told_of_the_last_month_that_is_over(language):
    months = (
        Month(month="2026-01", orders=40, buyers=30, new=12, earned={"EUR": Decimal(10)}),
        Month(month="2026-02", orders=1, buyers=1, new=1),
        Month(month="2026-03", orders=0, buyers=0, new=0),
    )
    cohorts = (
        Cohort(first="2025-12", people=12, back={"2026-01": make_share(12, 12), "2026-02": make_share(0, 12)}),
        Cohort(first="2026-01", people=1, back={"2026-02": make_share(0, 1), "2026-03": make_share(1, 1)}),
        Cohort(first="2026-03", people=1),
    )
    found = Customers(months=months, cohorts=cohorts, classes=(ClassOfBuyers(name="one-here", people=1),))
    sheet = tell("customers", language, customers=found)
    write = find_writer(language)
    assert sheet.lead.startswith(write.write_month("2026-02"))
    triangle = sheet.sections[1].grids[0].rows
    assert [(cell.text, cell.shade) for cell in triangle[0][1][1:]] == [
        (write.write_percent(1), 5),
        (write.write_percent(0), 0),
    ]
    assert [cell.text for cell in triangle[1][1][1:]] == ["–", ""]  # March is not over, so it is no column
    assert len(triangle) == 2
    assert not any("{" in text for text in list_texts(sheet))


def test_shades_grow_with_the_share():
    back = {f"2025-{month:02}": make_share(hits, 100) for month, hits in enumerate((4, 5, 20, 40, 60, 80), 1)}
    months = (Month(month="2024-12", orders=1, buyers=100, new=100),)
    found = Customers(months=months, cohorts=(Cohort(first="2024-12", people=100, back=back),), classes=())
    cells = tell("customers", customers=found).sections[1].grids[0].rows[0][1][1:]
    assert [cell.shade for cell in cells] == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize("language", LANGUAGES)
def test_small_groups_are_hidden_and_said_to_be(language):
    found = {
        "ranges": (Range(question="age_band", counts={"16-24": 10, "25-34": None, "35-44": 0}),),
        "crosses": (Cross(first="age_band", second="handover", rows={"16-24": {"pickup": None, "delivery": 5}}),),
    }
    sheet = tell("ranges", language, **found)
    say = find_number_words(language)
    texts = list(list_texts(sheet))
    assert texts.count(say.figure.hidden) == 2
    assert find_writer(language).write_count(10) in sheet.lead
    assert {line.figure for line in sheet.lines} == {
        "age_band/16-24",
        "age_band/35-44",
        "age_band/16-24/handover/delivery",
    }
    hidden = (Range(question="age_band", counts={"16-24": None, "25-34": None}),)
    assert say.ranges.all_hidden.partition("}")[2].strip() in tell("ranges", language, ranges=hidden).lead


@pytest.mark.parametrize("language", ["bn", "fa", "hi", "kk"])
def test_words_have_no_latin_letters(language):
    for name, pattern in walk_patterns(find_number_words(language)):
        assert not re.search(r"[A-Za-z]{2}", re.sub(r"{\w+}", "", pattern)), name
    assert isinstance(find_number_words(language), NumberWords)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("counts", "name"),
    [
        ({"16-24": 10, "25-34": 5, "35-44": 0}, "lead"),
        ({"16-24": 10, "25-34": 5, "35-44": None}, "lead_shown"),
        ({"16-24": 10, "25-34": 10, "35-44": 0}, "lead_ties"),
        ({"16-24": 10, "25-34": 10, "35-44": None}, "lead_ties"),
    ],
)
def test_the_most_frequent_group_is_named_only_where_nothing_hidden_may_be_larger(language, counts, name):
    teller = find_teller(language)
    words = [teller.labels.name_option("age_band", option) for option, n in counts.items() if n == 10]
    pattern = getattr(find_number_words(language).ranges, name)
    wanted = pattern.format(question="", option=teller.write.join(words), n=teller.write.write_count(10)).strip()
    lead = tell("ranges", language, ranges=(Range(question="age_band", counts=counts),)).lead
    assert lead.endswith(wanted)
    assert len(words) == 1 or all(word in lead for word in words)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_said_of_friends_reads_with_nobody_and_with_somebody(language):
    say = find_number_words(language)
    assert len(tell("sources", language).sections) == 1  # a shop without the file
    nobody = {"refund_days": 14, "people": 0, "credited": 0, "bringers": 0, "buyers": 0, "orders": 0}
    (_, none) = tell("sources", language, brought=Brought(**nobody)).sections
    assert (none.sentences, none.grids) == ((say.origins.friends_none,), ())

    found = {
        **nobody,
        "people": 12,
        "credited": 7,
        "bringers": 3,
        "buyers": 9,
        "orders": 20,
        "spent": {"EUR": Decimal(90)},
    }
    sheet = tell("sources", language, brought=Brought(**found))
    (_, some) = sheet.sections
    lines = {line.figure: line.people for line in sheet.lines if line.figure.startswith("by-friend/")}
    assert lines == {f"by-friend/{name}": found[name] for name in found if name not in ("refund_days", "spent")} | {
        "by-friend/spent/EUR": 12
    }
    write = find_writer(language)
    assert all(write.write_count(n) in some.sentences[0] for n in (12, 7, 3))
    assert write.write_count(14) in some.hints[0]
    assert [cell.text for cell in some.grids[0].rows[0][1]][:4] == [write.write_count(n) for n in (12, 7, 9, 20)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_margin_stands_beside_the_money_only_where_a_cost_is_known(language):
    margins = {"EUR": {"amount": Decimal("-3.50"), "share": 0.25}}
    plain = Month(month="2026-02", orders=3, buyers=2, new=1, earned={"EUR": Decimal(36)})
    months = (plain, Month.model_validate({**plain.model_dump(), "month": "2026-03", "margins": margins}))
    say, write = find_number_words(language), find_writer(language)

    def show(*shown):
        (section, *_) = tell("customers", language, customers=Customers(months=shown, cohorts=(), classes=())).sections
        return section.grids[0]

    assert say.columns["margin"] not in show(plain).columns
    grid = show(*months)
    assert grid.columns[-1] == say.columns["margin"]
    assert grid.hint == say.customers.margin_hint
    assert next(cells[-1].text for _, cells in grid.rows) == say.figure.none
    assert write.write_percent(0.25) in grid.rows[1][1][-1].text
