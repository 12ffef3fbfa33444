"""The pages of the numbers: one line for each question, and a page for each. They open no customer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from chalice import Response

from chalicelib.desk.answers import show_page
from chalicelib.desk.blueprint import DeskBlueprint
from chalicelib.desk.request import DeskRequest
from chalicelib.desk.rights import Right
from chalicelib.desk.times import tell_times
from chalicelib.errors import UnknownPageError

if TYPE_CHECKING:
    from chalicelib.numbers.counting import Sums
    from chalicelib.numbers.numbers import Numbers

desk = DeskBlueprint(__name__)
HERE, COUNT = "/numbers", "/count"


@dataclass(frozen=True)
class Head:
    """Of whom the figures are: when everybody was counted, and sentences on who is in none, or was forgotten since."""

    counted_at: datetime
    people: int
    sentences: tuple[str, ...]


@desk.route(HERE, right=Right.NUMBERS)
def show_numbers(request: DeskRequest) -> Response:
    """Show each question with its sentence."""
    from chalicelib.numbers.counting import read_counted  # imported here: signing in reads no number
    from chalicelib.telling.numbers import tell_numbers
    from chalicelib.telling.words import find_number_words

    sums, say = read_counted(request.services), find_number_words(request.language)
    numbers = sums.read_numbers() if sums else None
    return show_page(
        request,
        "numbers.html",
        title=say.frame.title,
        sheets=tell_numbers(numbers, request.language) if numbers else [],
        **describe_count(request, sums, numbers),
    )


@desk.route("/numbers/{question}", right=Right.NUMBERS)
def show_question(request: DeskRequest, question: str) -> Response:
    """Show one question with its charts and tables; raise UnknownPageError."""
    from chalicelib.numbers.counting import read_counted
    from chalicelib.numbers.satisfaction import WINDOW
    from chalicelib.telling.numbers import QUESTIONS, find_teller

    if question not in QUESTIONS:
        raise UnknownPageError("There is no such question.")
    sums, teller = read_counted(request.services), find_teller(request.language)
    numbers = sums.read_numbers() if sums else None
    return show_page(
        request,
        "question.html",
        title=teller.write.say.titles[question],
        sheet=QUESTIONS[question](numbers, teller) if numbers else None,
        rtl=teller.write.tell.direction == "rtl",
        gathers=question == "satisfaction" and request.may(Right.PEOPLE),
        gather_hint=teller.write.say.why.begin_hint.format(days=teller.write.write_count(WINDOW)),
        **describe_count(request, sums, numbers),
    )


def describe_count(request: DeskRequest, sums: Sums | None, numbers: Numbers | None) -> dict[str, Any]:
    """Return what the head of each page shows."""
    from chalicelib.telling.words import find_number_words

    return {
        "figures": find_number_words(request.language),
        "head": make_head(request, sums, numbers) if sums and numbers else None,
        "under_way": request.services.walks.read_row().is_open,
        "counts": request.may(Right.PEOPLE),
        "count_path": COUNT,
        "numbers_path": HERE,
        **tell_times(request),
    }


def make_head(request: DeskRequest, sums: Sums, numbers: Numbers) -> Head:
    """Return the head of a count. The ledger's last number less the one before the count is who was forgotten since."""
    from chalicelib.forms.interface import find_interface
    from chalicelib.telling.words import find_number_words

    say, write = find_number_words(request.language).frame, find_interface(request.language).write_number
    forgotten = request.services.ledger.read_head().number - sums.erasures
    pairs = ((numbers.restricted, say.restricted_one, say.restricted), (forgotten, say.forgotten_one, say.forgotten))
    told = tuple((one if n == 1 else many).format(n=write(n)) for n, one, many in pairs if n > 0)
    return Head(numbers.counted_at, numbers.people, told)
