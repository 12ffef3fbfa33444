"""What goes together: two products bought by the same people more often than by chance.

The strength is Jaccard's share, drawn towards nothing by ten people who bought either (Microsoft's SAR takes Jaccard as
the middle between lift, which rare products win, and counts, which bestsellers win). Whether it may be chance is the
log-likelihood ratio (T. Dunning, Computational Linguistics 19(1), 1993): above 10.83 it is, once in a thousand.
"""

from math import log

SHRINK = 10
LEAST_TOGETHER = 5  # different people
LEAST_RATIO = 10.83  # chi-square of one degree, p = 0.001


def rate_pair(both: int, first: int, second: int) -> float:
    """Return the shrunken Jaccard share of two products, by how many people bought both and each."""
    return both / (first + second - both + SHRINK)


def measure_ratio(both: int, first: int, second: int, people: int) -> float:
    """Return the log-likelihood ratio of a pair; 0 where the pair is rarer than by chance."""
    if both * people <= first * second:
        return 0.0
    cells = (both, first - both, second - both, people - first - second + both)
    rows, columns = (first, people - first), (second, people - second)
    expected = (
        rows[0] * columns[0] / people,
        rows[0] * columns[1] / people,
        rows[1] * columns[0] / people,
        rows[1] * columns[1] / people,
    )
    return 2 * sum(seen * log(seen / due) for seen, due in zip(cells, expected, strict=True) if seen)


def is_together(both: int, first: int, second: int, people: int) -> bool:
    """Return whether a pair is shown: enough different people, and hardly by chance."""
    return both >= LEAST_TOGETHER and measure_ratio(both, first, second, people) >= LEAST_RATIO
