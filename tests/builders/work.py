"""Work counted in calls: the same on every machine, however busy. Builders for tests."""

import gc
import sys
from collections import Counter


def count_calls(function, *given) -> int:
    """Return how many functions, of Python and of C, ran while `function` did."""
    count = 0

    def note(_frame, event, _argument):
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    gc.disable()  # a collection calls what listens to it, Hypothesis for one, at a time that nobody chose
    sys.setprofile(note)
    try:
        function(*given)
    finally:
        sys.setprofile(before)
        gc.enable()
    return count


def count_requests(client):
    """Count the calls of a client from now on, by operation."""
    calls = Counter()
    client.meta.events.register("before-call", lambda model, **_: calls.update([model.name]))
    return calls
