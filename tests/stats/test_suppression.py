"""No hidden cell can be computed from what is shown: tried by every table that fits."""

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.stats.suppression import hide_cells, hide_row, list_shown

tables = st.integers(2, 3).flatmap(
    lambda width: st.lists(st.lists(st.integers(0, 7), min_size=width, max_size=width), min_size=2, max_size=3)
)


def list_fitting(table, hidden):
    """Return every way to fill the hidden cells, each with at least one person, so that all totals stay."""
    rows = [sum(table[i][j] for j in range(len(table[0])) if (i, j) in hidden) for i in range(len(table))]
    columns = [sum(table[i][j] for i in range(len(table)) if (i, j) in hidden) for j in range(len(table[0]))]
    cells = sorted(hidden)
    found = []

    def fill(values, rows, columns):
        if len(values) == len(cells):
            if not any(rows) and not any(columns):
                found.append(tuple(values))
            return
        i, j = cells[len(values)]
        for n in range(1, min(rows[i], columns[j]) + 1):
            left_rows, left_columns = rows[:], columns[:]
            left_rows[i] -= n
            left_columns[j] -= n
            fill([*values, n], left_rows, left_columns)

    fill([], rows, columns)
    return cells, found


@settings(max_examples=300, deadline=None)
@given(tables)
def test_each_hidden_cell_has_more_than_one_possible_value(table):
    hidden = hide_cells(table)
    everything = {(i, j) for i, j in product(range(len(table)), range(len(table[0])))}
    if hidden == everything:
        return  # nothing is shown but totals
    cells, found = list_fitting(table, hidden)
    for place in range(len(cells)):
        assert len({values[place] for values in found}) > 1


@given(tables)
def test_every_small_cell_is_hidden_and_every_shown_one_is_true(table):
    shown = list_shown(table)
    for i, row in enumerate(table):
        for j, n in enumerate(row):
            assert shown[i][j] is None or shown[i][j] == n
            assert not (0 < n < 5) or shown[i][j] is None
    if any(cell is not None for row in shown for cell in row):
        assert all(shown[i][j] == 0 for i, row in enumerate(table) for j, n in enumerate(row) if n == 0)


@given(st.lists(st.integers(0, 9), min_size=2, max_size=5))
def test_a_hidden_place_of_one_row_has_more_than_one_possible_value(counts):
    hidden = sorted(hide_row(counts))
    assert {place for place, n in enumerate(counts) if 0 < n < 5} <= set(hidden)
    if 0 < len(hidden) < len(counts):
        total = sum(counts[place] for place in hidden)
        ways = [each for each in product(range(1, total + 1), repeat=len(hidden)) if sum(each) == total]
        assert all(len({way[place] for way in ways}) > 1 for place in range(len(hidden)))


def test_a_table_without_small_cells_is_shown_whole():
    assert hide_cells([[5, 9], [12, 0]]) == set()


def test_one_small_cell_takes_three_more_along():
    # The two-by-two rectangle of smallest cells: any smaller choice leaves a row or a column with one unknown.
    assert hide_cells([[3, 20, 30], [8, 40, 50], [60, 70, 80]]) == {(0, 0), (0, 1), (1, 0), (1, 1)}


def test_ones_are_not_safe_beside_each_other():
    # Four cells of one person each, whose totals are 2: since each holds at least one, each holds exactly one.
    hidden = hide_cells([[1, 1, 9], [1, 1, 9], [9, 9, 9]])
    assert len(hidden) > 4
