"""How people found the shop, and why they come, in words."""

from collections.abc import Sequence

from chalicelib.numbers.figure import Figure
from chalicelib.numbers.lens import REASONS, SOURCE
from chalicelib.numbers.numbers import Numbers
from chalicelib.numbers.origins import Reason, Reasons, Source
from chalicelib.numbers.referrals import Brought
from chalicelib.report.charts import Whisker, find_end, list_ticks
from chalicelib.telling.sheet import Chart, Grid, Line, Section, Sheet, Teller, draw_line, join_told, make_cells

Shares = Sequence[tuple[str, str, Figure]]  # the option, its words, its share


def tell_sources(numbers: Numbers, teller: Teller) -> Sheet:
    """Return the sheet of sources."""
    say = teller.write.say
    shares = [(each.option, teller.labels.name_option(SOURCE, each.option), each.share) for each in numbers.sources]
    lead = tell_lead(shares, say.origins.source, teller)
    grid = make_sources(numbers.sources, teller)
    chart = draw_shares(shares, say.titles["sources"], say.origins.source_one, teller)
    section = Section(
        teller.labels.name_question(SOURCE),
        (lead,),
        chart,
        (say.figure.hint,) if chart else (),
        (grid,) if chart else (),
    )
    lines = [*list_shares(shares, say.origins.source_one, teller), *list_money(numbers.sources)]
    if numbers.brought is None:
        return Sheet("sources", say.titles["sources"], lead, [section], lines)
    friends = show_friends(numbers.brought, teller)
    return Sheet("sources", say.titles["sources"], lead, [section, friends], [*lines, *list_brought(numbers.brought)])


def show_friends(found: Brought, teller: Teller) -> Section:
    """Return what is said of customers whom a friend brought."""
    write, say = teller.write, teller.write.say
    hint = say.origins.friends_hint.format(days=write.write_count(found.refund_days))
    if not found.people:
        return Section(say.origins.friends, (say.origins.friends_none,), hints=(hint,))
    counts = {name: write.write_count(getattr(found, name)) for name in ("people", "credited", "bringers")}
    names = ("people", "credited", "buyers", "orders")
    cells = [write.write_count(getattr(found, name)) for name in names]
    columns = [say.columns[name] for name in (*names, "spent")]
    row = (say.origins.friends, make_cells([*cells, write.write_sums(found.spent) or say.figure.none]))
    grid = Grid(say.origins.friends, columns, [row], say.origins.spent_hint)
    return Section(say.origins.friends, (say.origins.friends_lead.format(**counts),), None, (hint,), (grid,))


def list_brought(found: Brought) -> list[Line]:
    """Return the figures of customers whom a friend brought."""
    names = ("people", "credited", "bringers", "buyers", "orders")
    lines = [Line(f"by-friend/{name}", getattr(found, name)) for name in names]
    return lines + [Line(f"by-friend/spent/{name}", found.people, amount) for name, amount in found.spent.items()]


def tell_lead(shares: Shares, pattern: str, teller: Teller) -> str:
    """Return the sentence of the most frequent option."""
    found = [each for each in shares if each[2].interval is not None]
    if not found:
        return teller.write.tell_few(shares[0][2] if shares else Figure(people=0))
    _, word, figure = max(found, key=lambda each: each[2].interval.value if each[2].interval else 0)
    return tell_share(word, figure, pattern, teller)


def tell_share(word: str, figure: Figure, pattern: str, teller: Teller) -> str:
    """Return the sentence of one option, or that there are too few people."""
    if figure.interval is None:
        return teller.write.tell_few(figure)
    people = teller.write.write_count(figure.people)
    return pattern.format(option=word, n=people, **teller.write.write_shares(figure.interval))


def draw_shares(shares: Shares, title: str, pattern: str, teller: Teller) -> Chart | None:
    """Return the shares with their whiskers; None where there are too few people."""
    if not any(each[2].interval for each in shares):
        return None
    rows = []
    for _, word, figure in shares:
        rate = figure.interval
        whisker = Whisker(word, figure.people, 0, rate)
        rows.append((whisker, f"{word}: {teller.write.write_percent(rate.value)}" if rate else word, ""))
    end = find_end([row[0] for row in rows])
    ticks = [(tick, teller.write.write_percent(tick)) for tick in list_ticks(end)]
    spoken = join_told(tell_share(word, figure, pattern, teller) for _, word, figure in shares)
    return Chart("whiskers", title, spoken, rows, ticks, end)


def make_sources(found: Sequence[Source], teller: Teller) -> Grid:
    """Return the sources with what those people bought."""
    write, say = teller.write, teller.write.say
    columns = [say.columns[name] for name in ("share", "people", "buyers", "orders", "spent")]
    rows = []
    for each in found:
        counts = [write.write_count(n) for n in (each.people, each.buyers, each.orders)]
        money = write.write_sums(each.spent) or say.figure.none
        word = teller.labels.name_option(SOURCE, each.option)
        rows.append((word, make_cells([write.write_range(each.share), *counts, money])))
    return Grid(say.titles["sources"], columns, rows, say.origins.spent_hint)


def list_shares(shares: Shares, pattern: str, teller: Teller) -> list[Line]:
    """Return the figures of the options."""
    return [draw_line(option, each, tell_share(word, each, pattern, teller)) for option, word, each in shares]


def list_money(found: Sequence[Source]) -> list[Line]:
    """Return what the people of each source bought."""
    lines = []
    for each in found:
        lines += [Line(f"{each.option}/buyers", each.buyers), Line(f"{each.option}/orders", each.orders)]
        lines += [Line(f"{each.option}/spent/{name}", each.people, amount) for name, amount in each.spent.items()]
    return lines


def tell_reasons(numbers: Numbers, teller: Teller) -> Sheet:
    """Return the sheet of reasons."""
    say, found = teller.write.say, numbers.reasons
    shares = [(each.item, teller.labels.name_option(REASONS, each.item), each.first) for each in found.items]
    lead = tell_lead(shares, say.origins.reason, teller)
    chart = draw_shares(shares, say.titles["reasons"], say.origins.reason_one, teller)
    grids = (make_places(found.items, teller), make_wins(found, teller)) if chart else ()
    hints = (say.figure.hint,) if chart else ()
    section = Section(teller.labels.name_question(REASONS), (lead,), chart, hints, grids)
    lines = list_shares(shares, say.origins.reason_one, teller)
    lines += [Line(f"{each.item}/mean-rank", found.people, each.mean_rank) for each in found.items]
    return Sheet("reasons", say.titles["reasons"], lead, [section], lines)


def make_places(items: Sequence[Reason], teller: Teller) -> Grid:
    """Return the reasons with their mean places."""
    write, say = teller.write, teller.write.say
    rows = []
    for each in items:
        place = say.figure.none if each.mean_rank is None else write.write(each.mean_rank)
        cells = [write.write_range(each.first), write.write_count(each.chosen), place]
        rows.append((teller.labels.name_option(REASONS, each.item), make_cells(cells)))
    columns = [say.columns[name] for name in ("first", "people", "place")]
    return Grid(say.titles["reasons"], columns, rows, say.origins.rank_hint)


def make_wins(found: Reasons, teller: Teller) -> Grid:
    """Return how many people put which reason before which."""
    write, say = teller.write, teller.write.say
    items = [each.item for each in found.items]
    words = [teller.labels.name_option(REASONS, item) for item in items]
    rows = []
    for item, word in zip(items, words, strict=True):
        won = found.wins.get(item, {})
        cells = [say.figure.none if other == item else write.write_count(won.get(other, 0)) for other in items]
        rows.append((word, make_cells(cells)))
    return Grid(say.origins.wins, words, rows, say.origins.wins_hint)
