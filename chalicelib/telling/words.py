"""The words of the numbers: `words/<language>/numbers.toml`."""

from collections.abc import Mapping

from chalicelib.models import Model
from chalicelib.words import find_words


class FrameWords(Model):
    """What stands on each page around its question: who was counted, and the button that counts anew."""

    title: str
    intro: str
    to_all: str
    counted: str
    restricted_one: str
    restricted: str
    forgotten_one: str
    forgotten: str
    never: str
    begin: str
    begin_hint: str
    going_title: str
    going: str
    going_open: str
    under_way: str
    busy: str
    look: str


class FigureWords(Model):
    """How a figure is said, whatever it counts."""

    range: str
    few: str
    few_week: str
    few_weeks: str
    nobody: str
    hint: str
    open_time: str
    not_over: str
    hidden: str
    no_share: str
    month: str
    week: str
    table: str
    none: str
    pair: str


class ScoreWords(Model):
    window: str
    up: str
    down: str
    same: str
    months: str
    months_hint: str
    weeks: str
    counts: str


class OriginWords(Model):
    """How people found the shop, and why they come."""

    source: str
    source_one: str
    spent_hint: str
    reason: str
    reason_one: str
    rank_hint: str
    wins: str
    wins_hint: str
    friends: str
    friends_none: str
    friends_lead: str
    friends_hint: str


class ActivityWords(Model):
    lead: str
    statuses_title: str
    first: str
    again: str
    back_first: str
    back_again: str
    median_first: str
    median_again: str
    no_median_first: str
    no_median_again: str


class ProductWords(Model):
    need: str
    no_need: str
    again: str
    again_title: str
    days: str
    together: str
    pair: str
    no_pair: str


class CustomerWords(Model):
    lead: str
    no_purchase: str
    months: str
    months_hint: str
    new: str
    returning: str
    cohorts: str
    cohorts_hint: str
    classes: str
    classes_hint: str
    margin: str
    margin_hint: str


class RangeWords(Model):
    lead: str
    lead_shown: str
    lead_ties: str
    all_hidden: str
    nobody: str
    cross: str
    hint: str


class ChangeWords(Model):
    """What changed lately: a sentence for each figure, and one for each verdict."""

    score: str
    buyers: str
    first: str
    returning: str
    joined: str
    back: str
    source: str
    reason: str
    up: str
    down: str
    same: str
    few: str


class WhyWords(Model):
    """What customers wrote beside their score; `groups` is by what their score says."""

    begin: str
    begin_hint: str
    going: str
    title: str
    found: str
    shown: str
    word: str
    group: str
    all: str
    look: str
    nothing: str
    score: str
    open: str
    until: str
    cut: str
    delete: str
    groups: Mapping[str, str]


class NumberWords(Model):
    """The words of one language. Tables are by question, column, status and class of buyers."""

    frame: FrameWords
    figure: FigureWords
    scores: ScoreWords
    origins: OriginWords
    activity: ActivityWords
    products: ProductWords
    customers: CustomerWords
    ranges: RangeWords
    changes: ChangeWords
    why: WhyWords
    titles: Mapping[str, str]
    columns: Mapping[str, str]
    statuses: Mapping[str, str]
    classes: Mapping[str, str]


def find_number_words(language: str) -> NumberWords:
    """Return the words in that language; KeyError where there is none."""
    return find_words(language, "numbers", NumberWords)
