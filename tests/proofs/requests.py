"""What `make prove-requests` measures with: who looks at links, what a table holds, whether two times differ.

The proofs themselves are tests, small in the suite, and the environment makes them large:
`tests/data_requests/test_proof_requests.py`, `tests/browser/test_scanner_in_browser.py`.
"""

import json
import math
import os
from collections.abc import Sequence

TABLES = ("customers", "keys", "links", "inbox")


def read_size(name, small):
    """Return how many: the environment's number, or the suite's small one."""
    return int(os.environ.get(name, small))


def freeze_table(stage, table):
    """Return everything a table holds, in a form that compares."""
    return sorted(json.dumps(row, sort_keys=True, default=str) for row in stage.read_all(table))


def freeze_tables(stage, tables):
    """Return everything that several tables hold."""
    return {table: freeze_table(stage, table) for table in tables}


def compare_times(one: Sequence[float], other: Sequence[float]) -> float:
    """Return the two-sided p of the Mann-Whitney U test: how often chance alone parts two equal kinds so far.

    By the normal approximation, good from twenty each; ties share their rank.
    """
    u, n, m = sum_ranks(one, other) - len(one) * (len(one) + 1) / 2, len(one), len(other)
    deviation = math.sqrt(n * m * (n + m + 1) / 12)
    return math.erfc(abs(u - n * m / 2) / deviation / math.sqrt(2))


def sum_ranks(one: Sequence[float], other: Sequence[float]) -> float:
    """Return the sum of the ranks of `one` among both."""
    both = sorted([(value, True) for value in one] + [(value, False) for value in other])
    total, place = 0.0, 0
    while place < len(both):
        end = place
        while end < len(both) and both[end][0] == both[place][0]:
            end += 1
        total += sum(ours for _, ours in both[place:end]) * (place + end + 1) / 2
        place = end
    return total
