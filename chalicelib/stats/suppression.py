"""Small groups in a table are hidden, and with them as many others as it takes: no total leads back to a hidden cell.

A cell of 1 to K - 1 people is hidden (K = 5: the threshold of rdrr.io/cran/rmoriedata, `cellsupp`). Then, until nothing
changes, another cell is hidden beside one that is alone in its row or column, or that the shown cells and the totals
determine. That last audit is exact: D. Gusfield, "A graph theoretic approach to statistical data security", SIAM
Journal on Computing 17(3), 1988. A hidden cell may have another value if, and only if, one person can be moved around a
circle of hidden cells, into it or out of it. A hidden cell holds at least one person, since empty ones are shown.
"""

from collections.abc import Mapping, Sequence

K = 5
Cell = tuple[int, int]
Table = Sequence[Sequence[int]]
Node = tuple[str, int]  # a row or a column


def hide_cells(table: Table) -> set[Cell]:
    """Return the cells of a table, whose row and column totals are shown beside it, that must be hidden."""
    cells = {(i, j): n for i, row in enumerate(table) for j, n in enumerate(row)}
    hidden = {cell for cell, n in cells.items() if 0 < n < K}
    while True:
        known = sorted(
            (cell for cell in hidden if is_determined(cell, cells, hidden)),
            key=lambda cell: (not list_lonely(cell, cells, hidden), cell),
        )
        more = next((found for cell in known if (found := choose_beside(cell, cells, hidden)) is not None), None)
        if more is None:
            return hidden | set(cells) if known else hidden
        hidden.add(more)


def choose_beside(cell: Cell, cells: Mapping[Cell, int], hidden: set[Cell]) -> Cell | None:
    """Return the smallest shown cell in the row or column of a cell; None where nobody is in any of them."""
    shown = [each for each in cells if (each[0] == cell[0]) != (each[1] == cell[1]) and each not in hidden]
    lonely = list_lonely(cell, cells, hidden)
    first = [each for each in shown if cells[each] and (not lonely or any(each in line for line in lonely))]
    return min(first or [each for each in shown if cells[each]], key=lambda each: (cells[each], each), default=None)


def list_lonely(cell: Cell, cells: Mapping[Cell, int], hidden: set[Cell]) -> list[list[Cell]]:
    """Return the row, the column, or both, in which a hidden cell is the only one: they are mended first."""
    return [line for line in list_lines(cell, cells) if sum(each in hidden for each in line) == 1]


def list_lines(cell: Cell, cells: Mapping[Cell, int]) -> tuple[list[Cell], list[Cell]]:
    """Return the cells of the row, and of the column, of a cell."""
    return [each for each in cells if each[0] == cell[0]], [each for each in cells if each[1] == cell[1]]


def is_determined(cell: Cell, cells: Mapping[Cell, int], hidden: set[Cell]) -> bool:
    """Return whether a hidden cell has one possible value alone."""
    row, column = ("row", cell[0]), ("column", cell[1])
    grows = has_way(column, row, cell, cells, hidden)
    return not grows and not (cells[cell] > 1 and has_way(row, column, cell, cells, hidden))


def has_way(start: Node, end: Node, without: Cell, cells: Mapping[Cell, int], hidden: set[Cell]) -> bool:
    """Return whether a way leads over hidden cells: a person enters one from its row, and leaves one by its column."""
    reached, ahead = {start}, [start]
    while ahead:
        node = ahead.pop()
        for cell in hidden - {without}:
            row, column = ("row", cell[0]), ("column", cell[1])
            enters, leaves = node == row, node == column and cells[cell] > 1
            following = column if enters else row if leaves else node
            if following not in reached:
                reached.add(following)
                ahead.append(following)
    return end in reached


def hide_row(counts: Sequence[int]) -> set[int]:
    """Return the places of one row, whose total is shown, that must be hidden: one alone, or ones alone, are known."""
    hidden = {place for place, n in enumerate(counts) if 0 < n < K}
    while hidden and (len(hidden) == 1 or all(counts[place] == 1 for place in hidden)):
        shown = [place for place, n in enumerate(counts) if n and place not in hidden]
        if not shown:
            return set(range(len(counts)))
        hidden.add(min(shown, key=lambda place: (counts[place], place)))
    return hidden


def list_shown(table: Table) -> list[list[int | None]]:
    """Return a table with None in place of each hidden cell."""
    hidden = hide_cells(table)
    return [[None if (i, j) in hidden else n for j, n in enumerate(row)] for i, row in enumerate(table)]
