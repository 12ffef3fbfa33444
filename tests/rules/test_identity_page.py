"""docs/identity.md says the grades and the bounds that the code has."""

import re
from pathlib import Path

from chalicelib.models import Grade
from chalicelib.people.bounds import MOST_A_DAY, MOST_IN_ALL

PAGE = (Path(__file__).parents[2] / "docs/identity.md").read_text("utf-8")


def test_the_page_has_each_grade_in_its_order():
    assert re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE) == [grade.value for grade in Grade]


def test_the_page_has_the_bounds():
    rows = dict(re.findall(r"^\| ([a-z][^|]*?) \| (\d+) \|$", PAGE, re.MULTILINE))
    assert rows == {"in 24 hours, by arrival": str(MOST_A_DAY), "in all": str(MOST_IN_ALL)}
