"""What is needed next, and what goes together, in words."""

from collections.abc import Iterator, Sequence

from chalicelib.numbers.needs import LEAST_GAPS, Pair, Product
from chalicelib.numbers.numbers import Numbers
from chalicelib.telling.sheet import Grid, Line, Section, Sheet, Teller, draw_line, make_cells

NAME = "products"
MOST_SHOWN = 20  # rows of a table on a page; the command writes them all


def tell_products(numbers: Numbers, teller: Teller) -> Sheet:
    """Return the sheet of products."""
    say = teller.write.say
    needed = next((each for each in numbers.products if each.days is not None), None)
    least = teller.write.write_count(LEAST_GAPS)
    lead = tell_need(needed, teller) if needed else say.products.no_need.format(least=least)
    sentences = [lead, *(tell_share(each, teller) for each in numbers.products[:1])]
    pairs = Section(say.products.together, (tell_pairs(numbers.pairs, teller),), None, (), list_pairs(numbers, teller))
    tables = [make_products(numbers.products, teller)] if numbers.products else []
    lines = [*list_lines(numbers.products, teller), *list_both(numbers.pairs)]
    sections = [Section(say.products.again_title, sentences, None, (), tables), pairs]
    return Sheet(NAME, say.titles[NAME], lead, sections, lines)


def tell_need(product: Product, teller: Teller) -> str:
    """Return in how many days a product is needed next."""
    write = teller.write
    days = {name: write.write_count(round(getattr(product, name))) for name in ("days", "low", "high")}
    return write.say.products.need.format(name=write.write_name(product.name), **days)


def tell_share(product: Product, teller: Teller) -> str:
    """Return the share of people that bought a product again, or that they are too few."""
    write, figure = teller.write, product.again
    if figure.interval is None:
        return write.tell_few(figure)
    words = {"name": write.write_name(product.name), "n": write.write_count(figure.people)}
    return write.say.products.again.format(**words, **write.write_shares(figure.interval))


def make_products(products: Sequence[Product], teller: Teller) -> Grid:
    """Return the products that most people bought."""
    write, say = teller.write, teller.write.say
    columns = [say.columns[name] for name in ("people", "again", "next")]
    rows = []
    for each in products[:MOST_SHOWN]:
        cells = [write.write_count(each.people), write.write_range(each.again), write_days(each, teller)]
        rows.append((each.name, make_cells(cells)))
    return Grid(say.columns["product"], columns, rows, typed=True)


def write_days(product: Product, teller: Teller) -> str:
    """Return the days until the next purchase with their range, or a dash."""
    if product.days is None:
        return teller.write.say.figure.none
    days = {name: teller.write.write_count(round(getattr(product, name))) for name in ("days", "low", "high")}
    return teller.write.say.products.days.format(**days)


def tell_pairs(pairs: Sequence[Pair], teller: Teller) -> str:
    """Return which two products go together most."""
    write, say = teller.write, teller.write.say.products
    if not pairs:
        return say.no_pair
    return say.pair.format(name=name_pair(pairs[0], teller), n=write.write_count(pairs[0].people))


def name_pair(pair: Pair, teller: Teller) -> str:
    """Return two products as one name."""
    first, second = teller.write.write_name(pair.first), teller.write.write_name(pair.second)
    return teller.write.say.figure.pair.format(first=first, second=second)


def list_pairs(numbers: Numbers, teller: Teller) -> list[Grid]:
    """Return the table of pairs, where there are any."""
    write, say = teller.write, teller.write.say
    shown = numbers.pairs[:MOST_SHOWN]
    rows = [(name_pair(each, teller), make_cells([write.write_count(each.people)])) for each in shown]
    return [Grid(say.products.together, [say.columns["both"]], rows, typed=True)] if rows else []


def list_lines(products: Sequence[Product], teller: Teller) -> Iterator[Line]:
    """Yield the figures of the products."""
    for each in products:
        yield draw_line(f"{each.name}/again", each.again, tell_share(each, teller))
        if each.days is not None:
            sentence = tell_need(each, teller)
            yield Line(f"{each.name}/next-in-days", each.people, each.days, each.low, each.high, 0, sentence)


def list_both(pairs: Sequence[Pair]) -> list[Line]:
    """Return the figures of the pairs."""
    return [Line(f"{each.first} + {each.second}/strength", each.people, each.strength) for each in pairs]
