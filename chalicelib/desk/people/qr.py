"""A QR code of a card's code: version 1 (21 by 21), level Q, alphanumeric (ISO/IEC 18004), drawn as one SVG path.

Sixteen signs fit, which is more than a card has; so one block and one version are all that is needed, and no library.
Any mask may be read; the first is used.
"""

from collections.abc import Iterator, Sequence
from functools import cache

SIZE = 21
QUIET = 4  # white modules on each side
DATA, CHECKS = 13, 13  # bytes
SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
LONGEST = 16
FORMAT = 0b11 << 3  # level Q, mask 0
Grid = dict[tuple[int, int], int]


def draw_code(text: str) -> str:
    """Return the path of the dark modules, in a square of `SIZE + 2 * QUIET`; raise ValueError for another text."""
    grid = place_patterns()
    places = [place for place in walk_places() if place not in grid]
    bits = [byte >> shift & 1 for byte in add_checks(pack_text(text)) for shift in range(7, -1, -1)]
    data = {place: bit ^ int(sum(place) % 2 == 0) for place, bit in zip(places, bits, strict=True)}
    dark = sorted(place for place, bit in (grid | data).items() if bit)
    return "".join(f"M{column + QUIET} {row + QUIET}h1v1h-1z" for row, column in dark)


def pack_text(text: str) -> list[int]:
    """Return the bytes of a text: mode, length, pairs of signs, and what fills up the rest."""
    if not 0 < len(text) <= LONGEST or not set(text) <= set(SIGNS):
        raise ValueError("not a text that fits")
    bits = f"{0b0010:04b}{len(text):09b}"
    for start in range(0, len(text), 2):
        pair = [SIGNS.index(sign) for sign in text[start : start + 2]]
        bits += f"{pair[0] * 45 + pair[1]:011b}" if len(pair) == 2 else f"{pair[0]:06b}"
    bits = (bits + "0000")[: DATA * 8]
    bits += "0" * (-len(bits) % 8)
    packed = [int(bits[start : start + 8], 2) for start in range(0, len(bits), 8)]
    return [*packed, *([0xEC, 0x11] * DATA)[: DATA - len(packed)]]


def add_checks(data: Sequence[int]) -> list[int]:
    """Return the bytes with their Reed-Solomon checks over GF(256)."""
    generator = [1]
    for power in range(CHECKS):
        root = power_of_two(power)
        generator = [a ^ multiply(b, root) for a, b in zip([*generator, 0], [0, *generator], strict=True)]
    rest = [*data, *[0] * CHECKS]
    for start in range(len(data)):
        factor = rest[start]
        for offset, term in enumerate(generator):
            rest[start + offset] ^= multiply(term, factor)
    return [*data, *rest[len(data) :]]


def multiply(one: int, other: int) -> int:
    """Return a product in GF(256) under the polynomial 0x11D."""
    product = 0
    while other:
        product ^= one if other & 1 else 0
        one = one << 1 ^ (0x11D if one & 0x80 else 0)
        other >>= 1
    return product


@cache
def power_of_two(power: int) -> int:
    return multiply(power_of_two(power - 1), 2) if power else 1


def place_patterns() -> Grid:
    """Return the modules that are the same in every code of this version: finders, timing, format, the dark one."""
    grid: Grid = {}
    for top, left in ((0, 0), (0, SIZE - 7), (SIZE - 7, 0)):
        for row in range(-1, 8):
            for column in range(-1, 8):
                ring = max(abs(row - 3), abs(column - 3))
                if 0 <= top + row < SIZE and 0 <= left + column < SIZE:
                    grid[top + row, left + column] = int(ring not in (2, 4))
    for step in range(8, SIZE - 8):
        grid[6, step] = grid[step, 6] = int(step % 2 == 0)
    return grid | place_format()


def place_format() -> Grid:
    """Return both copies of level and mask, with their checks (BCH)."""
    rest = FORMAT << 10
    for shift in range(4, -1, -1):
        rest ^= (0x537 << shift) if rest >> (shift + 10) & 1 else 0
    bits = (FORMAT << 10 | rest) ^ 0x5412
    first = [(8, column) for column in (0, 1, 2, 3, 4, 5, 7, 8)] + [(row, 8) for row in (7, 5, 4, 3, 2, 1, 0)]
    second = [(SIZE - 1 - step, 8) for step in range(7)] + [(8, SIZE - 8 + step) for step in range(8)]
    grid = {place: bits >> (14 - step) & 1 for places in (first, second) for step, place in enumerate(places)}
    return {**grid, (SIZE - 8, 8): 1}


def walk_places() -> Iterator[tuple[int, int]]:
    """Yield all places in the order of the data: two columns at a time from the right, up and down in turn."""
    rights = [column for column in range(SIZE - 1, 0, -2) if column > 6] + [5, 3, 1]
    for turn, right in enumerate(rights):
        rows = range(SIZE) if turn % 2 else range(SIZE - 1, -1, -1)
        for row in rows:
            yield from ((row, right), (row, right - 1))
