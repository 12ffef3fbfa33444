"""Work counted in calls: the same on every machine, however busy. Builders for tests."""

import sys


def count_calls(function, *given) -> int:
    """Return how many functions, of Python and of C, ran while `function` did."""
    count = 0

    def note(_frame, event, _argument):
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        function(*given)
    finally:
        sys.setprofile(before)
    return count
