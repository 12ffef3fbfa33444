"""Customers over time, in words: months, who came back, classes."""

from collections.abc import Iterator, Sequence

from chalicelib.models.months import name_month
from chalicelib.numbers.cohorts import ClassOfBuyers, Cohort, Month
from chalicelib.numbers.figure import LEAST, Figure
from chalicelib.numbers.numbers import Numbers
from chalicelib.telling.satisfaction import tell_period
from chalicelib.telling.sheet import Cell, Chart, Column, Grid, Line, Section, Sheet, Teller, draw_line, join_told
from chalicelib.telling.sheet import make_cells as cells_of

NAME = "customers"
SHADES = (0.05, 0.15, 0.3, 0.5, 0.7)  # from each on a cell is one shade darker


def tell_customers(numbers: Numbers, teller: Teller) -> Sheet:
    """Return the sheet of customers over time."""
    say, found = teller.write.say, numbers.customers
    last = name_month(numbers.counted_at)
    if not found.months:
        return Sheet(NAME, say.titles[NAME], say.customers.no_purchase, [Section("", (say.customers.no_purchase,))])
    lead = tell_month(
        next((each for each in reversed(found.months) if each.month < last), found.months[-1]), last, teller
    )
    sections = [draw_months(found.months, lead, last, teller), draw_cohorts(found.cohorts, last, teller)]
    sections.append(draw_classes(found.classes, teller))
    lines = [*list_months(found.months, last, teller), *list_cohorts(found.cohorts), *list_classes(found.classes)]
    return Sheet(NAME, say.titles[NAME], lead, sections, lines)


def tell_month(month: Month, last: str, teller: Teller) -> str:
    """Return how many people bought in a month."""
    counts = {name: teller.write.write_count(getattr(month, name)) for name in ("buyers", "new")}
    return teller.write.say.customers.lead.format(month=tell_period(month.month, last, teller), **counts)


def draw_months(months: Sequence[Month], lead: str, last: str, teller: Teller) -> Section:
    """Return the months as a chart and a table."""
    write, say = teller.write, teller.write.say
    most = max(each.buyers for each in months) or 1
    words = [tell_period(each.month, last, teller) for each in months]
    rows = [
        Column(write.write_month(each.month), each.month == last, each.new / most, each.returning / most)
        for each in months
    ]
    spoken = join_told(tell_month(each, last, teller) for each in months)
    ticks = [(0.0, write.write_count(0)), (1.0, write.write_count(most))]
    key = (say.customers.new, say.customers.returning)
    chart = Chart("columns", say.customers.months, spoken, rows, ticks, 1.0, key)
    known = any(each.margins for each in months)
    columns = [say.columns[name] for name in ("new", "returning", "orders", "spent", *(["margin"] if known else []))]
    told = [[*write_month(each, teller), *([write_margins(each, teller)] if known else [])] for each in months]
    table = [(word, cells_of(cells)) for word, cells in zip(words, told, strict=True)]
    grid = Grid(say.customers.months, columns, table, say.customers.margin_hint if known else "")
    hints = [say.customers.months_hint, *([say.figure.not_over] if rows[-1].is_open else [])]
    return Section(say.customers.months, (lead,), chart, hints, (grid,))


def write_month(month: Month, teller: Teller) -> Iterator[str]:
    """Yield the cells of a month."""
    yield from (teller.write.write_count(n) for n in (month.new, month.returning, month.orders))
    yield teller.write.write_sums(month.earned) or teller.write.say.figure.none


def write_margins(month: Month, teller: Teller) -> str:
    """Return the margin of a month by currency, each with the share of the money of which it is known."""
    write, say = teller.write, teller.write.say
    pairs = [
        (write.write_money(each.amount, name), write.write_percent(each.share)) for name, each in month.margins.items()
    ]
    return (
        write.join(say.customers.margin.format(money=money, share=share) for money, share in pairs) or say.figure.none
    )


def draw_cohorts(cohorts: Sequence[Cohort], last: str, teller: Teller) -> Section:
    """Return the triangle: a row for each first month, a column for each month after it."""
    write, say = teller.write, teller.write.say
    over = [each for each in cohorts if each.first < last]
    longest = max((sum(month < last for month in each.back) for each in over), default=0)
    columns = [say.columns["people"], *(write.write_step(n) for n in range(1, longest + 1))]
    rows = []
    for each in over:
        shares = [shade_share(figure, teller) for month, figure in sorted(each.back.items()) if month < last]
        blank = [Cell("")] * (longest - len(shares))
        rows.append((tell_period(each.first, last, teller), [Cell(write.write_count(each.people)), *shares, *blank]))
    hint = say.customers.cohorts_hint.format(least=write.write_count(LEAST))
    return Section(say.customers.cohorts, (), None, (hint,), (Grid(say.customers.cohorts, columns, rows),))


def shade_share(figure: Figure, teller: Teller) -> Cell:
    """Return a share as a cell that is the darker the more it is; too few people show a dash."""
    if figure.interval is None:
        return Cell(teller.write.say.figure.none)
    share = figure.interval.value
    return Cell(teller.write.write_percent(share), sum(share >= edge for edge in SHADES))


def draw_classes(classes: Sequence[ClassOfBuyers], teller: Teller) -> Section:
    """Return the classes of buyers, the largest first."""
    write, say = teller.write, teller.write.say
    rows = []
    for each in sorted(classes, key=lambda each: -each.people):
        money = write.write_sums(each.spent) or say.figure.none
        rows.append((say.classes.get(each.name, each.name), cells_of([write.write_count(each.people), money])))
    grid = Grid(say.customers.classes, [say.columns["people"], say.columns["spent"]], rows)
    return Section(say.customers.classes, (), None, (say.customers.classes_hint,), (grid,))


def list_months(months: Sequence[Month], last: str, teller: Teller) -> Iterator[Line]:
    """Yield the figures of the months."""
    for each in months:
        yield Line(f"month/{each.month}/buyers", each.buyers, sentence=tell_month(each, last, teller))
        yield from (Line(f"month/{each.month}/{name}", getattr(each, name)) for name in ("new", "returning", "orders"))
        for currency, amount in each.earned.items():
            yield Line(f"month/{each.month}/earned/{currency}", each.buyers, amount)
        for currency, margin in each.margins.items():
            yield Line(f"month/{each.month}/margin/{currency}", each.buyers, margin.amount)
            yield Line(f"month/{each.month}/margin-known/{currency}", each.buyers, margin.share)


def list_cohorts(cohorts: Sequence[Cohort]) -> Iterator[Line]:
    """Yield the figures of the triangle."""
    for each in cohorts:
        for month, figure in each.back.items():
            yield draw_line(f"cohort/{each.first}/{month}", figure)


def list_classes(classes: Sequence[ClassOfBuyers]) -> Iterator[Line]:
    """Yield the figures of the classes."""
    for each in classes:
        yield Line(f"class/{each.name}", each.people)
        yield from (Line(f"class/{each.name}/spent/{name}", each.people, sum_) for name, sum_ in each.spent.items())
