"""Who the customers are: the ranges and groups that they chose themselves, and two of these against each other.

range/<question>/<option>                            people
cross/<question>/<option>/<question>/<option>        people; the first question sorts before the second
"""

from collections.abc import Iterator
from itertools import combinations

from chalicelib.models import Profile
from chalicelib.numbers.lens import Lens
from chalicelib.numbers.tally import Share, make_key


def count_ranges(profile: Profile, lens: Lens) -> Iterator[Share]:
    """Yield what a person's ranges add."""
    chosen = sorted(list_chosen(profile, lens))
    for question, option in chosen:
        yield make_key("range", question, option), 1
    for first, second in combinations(chosen, 2):
        yield make_key("cross", *first, *second), 1


def list_chosen(profile: Profile, lens: Lens) -> Iterator[tuple[str, str]]:
    """Yield the questions that a person answered with one of the form's options."""
    for question in lens.ranges:
        held = profile.fields.get(question)
        if held is not None and held.value in lens.options[question]:
            yield question, held.value
