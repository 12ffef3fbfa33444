"""The sealed rows of one survey: a key for each week, boxes of answers in no order, and counts."""

import random
from collections.abc import Iterable
from datetime import datetime

from chalicelib.models import JsonValue
from chalicelib.services import Services
from chalicelib.store.parts import Part
from chalicelib.store.surveys import COUNTS, SealedBox, name_box, read_number
from chalicelib.strictjson import dump_json, parse_json
from chalicelib.surveys.padding import pad_text, strip_padding
from chalicelib.surveys.tally import Votes
from chalicelib.vault.person import PersonSeal
from chalicelib.vault.root import make_key

KIND = "survey"
MOST_BOX = 32_768  # bytes of answers in one box: each answer writes its box anew
chance = random.SystemRandom()
Values = dict[str, JsonValue]


class SurveySeal:
    """Seals and opens what one survey has of one period. `parts` keep the key where it is new.

    `known` is the period's sealed key where it was read already.
    """

    def __init__(
        self, form: str, period: str, services: Services, until: datetime | None = None, *, known: bytes | None = None
    ) -> None:
        rows, root, name = services.survey_rows, services.keys.root, f"survey:{form}:{period}"
        sealed, self.parts = known or rows.read_key(form, period), list[Part]()
        key = make_key() if sealed is None else root.open_secret(name, sealed)
        if sealed is None:
            self.parts.append(rows.write_key(form, period, root.seal_secret(name, key), until))
        self.seal = PersonSeal(f"survey:{form}", key)

    def open_text(self, box: SealedBox) -> bytes:
        """Return what a row holds; raise SealBrokenError."""
        return strip_padding(self.seal.open_record(box.name, KIND, box.sealed))

    def close_text(self, box: SealedBox | None, name: str, text: bytes) -> SealedBox:
        """Return the row that holds another text."""
        sealed = self.seal.seal_record(name, KIND, pad_text(text))
        return SealedBox(name, sealed, box.version if box else 0)


def open_answers(box: SealedBox, seal: SurveySeal) -> list[Values]:
    """Return the answers in a box; their order says nothing."""
    found: list[Values] = parse_json(seal.open_text(box))
    return found


def choose_box(form: str, week: str, services: Services) -> tuple[SealedBox | None, int]:
    """Return any box of a week, and how many there are; two reads however many there are."""
    rows = services.survey_rows
    last = rows.read_last(form, week)
    if last is None:
        return None, 0
    count = read_number(last.name) + 1
    number = chance.randrange(count)
    return (last if number == count - 1 else rows.read_box(form, name_box(week, number)) or last), count


def add_answer(values: Values, box: SealedBox | None, count: int, week: str, seal: SurveySeal) -> list[SealedBox]:
    """Return the boxes of a week that change where one more answer comes: one, or two where a full one is parted.

    `box` is any of the week's `count` boxes, and it is parted at random, so that neither a box nor a place in it tells
    when an answer came.
    """
    if box is None:
        return [seal.close_text(None, name_box(week, 0), write_answers([values]))]
    answers = [*open_answers(box, seal), values]
    if len(write_answers(answers)) <= MOST_BOX:
        return [seal.close_text(box, box.name, write_answers(answers))]
    chance.shuffle(answers)
    half = len(answers) // 2
    fresh = name_box(week, count)
    return [
        seal.close_text(box, box.name, write_answers(answers[:half])),
        seal.close_text(None, fresh, write_answers(answers[half:])),
    ]


def write_answers(answers: Iterable[Values]) -> bytes:
    """Return answers as text, shuffled."""
    shuffled = list(answers)
    chance.shuffle(shuffled)
    return dump_json(list[JsonValue](shuffled))


def open_counts(form: str, services: Services) -> Votes:
    """Return the counts of a survey, none where nobody answered."""
    row = services.survey_rows.read_counts(form)
    if row is None:
        return Votes()
    return Votes.model_validate_json(SurveySeal(form, COUNTS, services).open_text(row))
