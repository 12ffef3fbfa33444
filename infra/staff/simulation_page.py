"""A simulation as a page: a chart of its days, and the tables that the chart shows."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from html import escape

from chalicelib.campaigns.simulation import Simulation
from chalicelib.models import MailState

WIDTH, HEIGHT = 960, 300
LEFT, RIGHT, TOP, BOTTOM = 48, 8, 12, 36
DATE = 72  # how wide a date is; one that would be cut off is left out
MOST_BARS = 120  # more days than that are drawn by the week
COLOURS = ("#1b7f5c", "#5b6fb5", "#d08a1d", "#b3472f", "#8a8f98")  # apart in lightness too
STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { margin: 2rem auto; max-width: 62rem; padding: 0 1rem }
figure { margin: 1.5rem 0 } .wide { overflow-x: auto }
svg { width: 100%; min-width: 40rem; height: auto } svg text { font-size: 12px; fill: currentColor }
.line { stroke: currentColor; stroke-opacity: .25 }
ul { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem }
li span { display: inline-block; width: .9em; height: .9em; margin-right: .4em; vertical-align: -.1em }
table { border-collapse: collapse; font-variant-numeric: tabular-nums }
h2 { margin-top: 2.5rem }
th, td { text-align: left; padding: .2rem .9rem .2rem 0; white-space: nowrap; border-bottom: 1px solid #8884 }
.number { text-align: right } :focus-visible { outline: 2px solid #5b6fb5; outline-offset: 2px }
"""
Bar = tuple[str, Counter[MailState]]


def write_page(done: Simulation, states: Mapping[MailState, str]) -> str:
    """Return the page; `states` are those shown, each with its word."""
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>The next {done.days} days</title><style>{STYLE}</style></head><body><main>
<h1>The next {done.days} days</h1>
<p>From {done.start:%Y-%m-%d %H:%M} UTC, for {done.people} people. Nothing was sent.
People are named by customer id.</p>
{draw_chart(done, states)}
<h2>By campaign</h2>{table_campaigns(done, states)}
<h2>Who, what, when</h2>{table_lines(done, states)}
</main></body></html>
"""


def list_bars(done: Simulation) -> list[Bar]:
    """Return what each bar stands for: a day, or a week where days would be too thin to see."""
    days = [(f"{done.start + timedelta(days=day):%Y-%m-%d}", done.count_day(day)) for day in range(done.days)]
    if done.days <= MOST_BARS:
        return days
    weeks = [days[first : first + 7] for first in range(0, len(days), 7)]
    return [(f"week of {week[0][0]}", sum((counts for _, counts in week), Counter())) for week in weeks]


def draw_chart(done: Simulation, states: Mapping[MailState, str]) -> str:
    """Return the chart with its legend."""
    bars = list_bars(done)
    most = max((counts.total() for _, counts in bars), default=0) or 1
    total = Counter(line.state for line in done.lines)
    sums = ", ".join(f"{total[state]} {word}" for state, word in states.items())
    key = "".join(
        f'<li><span style="background:{colour}"></span>{word}: {total[state]}</li>'
        for (state, word), colour in zip(states.items(), COLOURS, strict=True)
    )
    return f"""<figure><div class="wide" tabindex="0" role="region" aria-label="Chart">
<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="title desc">
<title id="title">Mails per {"day" if done.days <= MOST_BARS else "week"}</title>
<desc id="desc">{sums}. The tables below say the same.</desc>
{"".join(draw_scale(most))}{"".join(draw_bars(bars, most, states))}</svg></div>
<figcaption><ul>{key}</ul></figcaption></figure>"""


def draw_scale(most: int) -> Iterator[str]:
    """Yield the scale lines of the chart."""
    for share in sorted({0, most // 2, most}):
        height = HEIGHT - BOTTOM - share / most * (HEIGHT - TOP - BOTTOM)
        yield f'<line class="line" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{height:.1f}" y2="{height:.1f}"/>'
        yield f'<text x="{LEFT - 6}" y="{height + 4:.1f}" text-anchor="end">{share}</text>'


def draw_bars(bars: list[Bar], most: int, states: Mapping[MailState, str]) -> Iterator[str]:
    """Yield each bar, its parts stacked from below, with its words as a tooltip."""
    step = (WIDTH - LEFT - RIGHT) / len(bars)
    every = max(1, -(-len(bars) // 8))  # eight dates fit below
    for place, (name, counts) in enumerate(bars):
        left, foot = LEFT + place * step, float(HEIGHT - BOTTOM)
        parts = ", ".join(f"{counts[state]} {word}" for state, word in states.items() if counts[state])
        yield f"<g><title>{escape(name)}: {parts or 'nothing'}</title>"
        for state, colour in zip(states, COLOURS, strict=True):
            height = counts[state] / most * (HEIGHT - TOP - BOTTOM)
            foot -= height
            if height:
                size = f'width="{max(step - 1, 1):.1f}" height="{height:.1f}"'
                yield f'<rect x="{left:.1f}" y="{foot:.1f}" {size} fill="{colour}"/>'
        yield "</g>"
        if place % every == 0 and left < WIDTH - RIGHT - DATE:
            yield f'<text x="{left:.1f}" y="{HEIGHT - 12}">{escape(name.removeprefix("week of "))}</text>'


def table_campaigns(done: Simulation, states: Mapping[MailState, str]) -> str:
    """Return each campaign's mails by final state."""
    rows = []
    for name in done.campaigns:
        counts = done.count_states(name)
        money = f"{done.promised[name]} {done.currency}" if name in done.promised else "-"
        rows.append((name, counts.total(), *(counts[state] for state in states), money))
    return write_table("By campaign", ("campaign", "due", *states.values(), "promised"), rows)


def table_lines(done: Simulation, states: Mapping[MailState, str]) -> str:
    """Return every mail, in order."""
    if not done.lines:
        return "<p>Nobody would hear from the shop in this time.</p>"
    rows = [
        (f"{line.at:%Y-%m-%d %H:%M}", line.customer_id, line.campaign, states[line.state], line.reason)
        for line in done.lines
    ]
    return write_table("Who, what, when", ("when (UTC)", "customer", "campaign", "what", "why"), rows)


def write_table(name: str, heads: tuple[str, ...], rows: Sequence[tuple[object, ...]]) -> str:
    """Return a table in a region that a keyboard can scroll; numbers stand to the right, below their words."""
    numbers = [isinstance(cell, int) for cell in rows[0]] if rows else [False] * len(heads)
    top = "".join(
        f'<th scope="col"{" class=number" if number else ""}>{escape(head)}</th>'
        for head, number in zip(heads, numbers, strict=True)
    )
    body = "".join(f"<tr>{''.join(write_cell(cell) for cell in row)}</tr>" for row in rows)
    table = f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"
    return f'<div class="wide" tabindex="0" role="region" aria-label="{name}">{table}</div>'


def write_cell(cell: object) -> str:
    """Return one cell."""
    return f"<td{' class=number' if isinstance(cell, int) else ''}>{escape(str(cell))}</td>"
