"""Who is still coming, in words."""

from collections.abc import Iterator

from chalicelib.numbers.activity import FIRST
from chalicelib.numbers.numbers import Numbers
from chalicelib.numbers.returns import AHEAD, Returning, Silence
from chalicelib.report.charts import make_bars
from chalicelib.telling.sheet import Chart, Grid, Line, Section, Sheet, Teller, draw_line, join_told, make_cells

NAME = "activity"


def tell_activity(numbers: Numbers, teller: Teller) -> Sheet:
    """Return the sheet of activity."""
    write, say, found = teller.write, teller.write.say, numbers.activity
    known = {name: write.write_count(found.statuses.get(name, 0)) for name in ("active", "at_risk", "inactive")}
    lead = say.activity.lead.format(**known) if any(found.statuses.values()) else say.figure.nobody
    sections = [make_statuses(found.statuses, teller), *(make_returning(each, teller) for each in found.returning)]
    lines = [Line(f"status/{name}", count) for name, count in found.statuses.items()]
    lines += [line for each in found.returning for line in list_lines(each, teller)]
    return Sheet(NAME, say.titles[NAME], lead, sections, lines)


def make_statuses(statuses: dict[str, int], teller: Teller) -> Section:
    """Return how many customers are active, at risk, inactive."""
    write, say = teller.write, teller.write.say
    title = say.activity.statuses_title
    counts = [(f"status-{name.replace('_', '-')}", say.statuses[name], n) for name, n in statuses.items()]
    bars = make_bars(counts, sum(statuses.values()), write.write_count, write.write_percent)
    if not any(bar.count for bar in bars):
        return Section(title, (say.figure.nobody,))
    chart = Chart("bars", title, join_told(f"{bar.word}: {bar.number}" for bar in bars), bars)
    rows = [(bar.word, make_cells([bar.number, bar.percent])) for bar in bars]
    return Section(title, (), chart, (), (Grid(title, [say.columns["people"], say.columns["share"]], rows),))


def make_returning(found: Returning, teller: Teller) -> Section:
    """Return what follows a first, or a later, purchase."""
    say = teller.write.say.activity
    title = say.first if found.which == FIRST else say.again
    known = [each for each in found.silences if each.back.interval is not None]
    shown = known or found.silences[:1]
    return Section(title, [*tell_median(found, teller), *(tell_silence(each, found.which, teller) for each in shown)])


def tell_median(found: Returning, teller: Teller) -> Iterator[str]:
    """Yield by which day half came back, where anybody is known."""
    if not any(each.back.people for each in found.silences):
        return
    say, first = teller.write.say.activity, found.which == FIRST
    if found.median is None:
        yield say.no_median_first if first else say.no_median_again
    else:
        pattern = say.median_first if first else say.median_again
        yield pattern.format(days=teller.write.write_count(found.median))


def tell_silence(found: Silence, which: str, teller: Teller) -> str:
    """Return what became of those who were silent for so long."""
    write, say = teller.write, teller.write.say.activity
    if found.back.interval is None:
        return write.tell_few(found.back)
    counts = {"n": found.back.people, "days": found.days, "ahead": AHEAD}
    pattern = say.back_first if which == FIRST else say.back_again
    return pattern.format(
        **{name: write.write_count(count) for name, count in counts.items()}, **write.write_shares(found.back.interval)
    )


def list_lines(found: Returning, teller: Teller) -> Iterator[Line]:
    """Yield the figures of what follows."""
    median = found.median
    yield Line(f"{found.which}/median-days", max(each.back.people for each in found.silences), median)
    for each in found.silences:
        sentence = tell_silence(each, found.which, teller)
        yield draw_line(f"{found.which}/silent-{each.days}/back-in-{AHEAD}", each.back, sentence)
