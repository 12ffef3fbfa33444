"""A campaign's report as a page: its sentences, three charts, and the tables that the charts show."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from chalicelib.pages.rendering import FOLDER
from chalicelib.report import Report
from chalicelib.report.charts import Bar, Whisker, find_end, list_ticks, make_bars, write_percent
from chalicelib.report.figures import Group
from chalicelib.report.words import END_WORDS
from chalicelib.stats.intervals import Interval
from chalicelib.store.facts import RETURN_WINDOW

TEMPLATE = "report_page.html.jinja"
MAIL_WORDS = {
    "handed_over": "handed over to the mail service",
    "delivered": "delivered",
    "bounced": "bounced for good",
    "bounced_soft": "bounced for now",
    "rejected": "rejected by the mail service",
    "complained": "complained of as spam",
    "opened": "opened, by a person or a machine",
    "clicked_person": "clicked by a person",
    "clicked_machine": "clicked by a machine",
    "unsubscribed": "unsubscribed from",
}
STEPS = {"delivered": "delivered", "opened": "opened", "clicked_person": "clicked by a person"}


def write_page(report: Report) -> str:
    """Return the page, which loads no other file."""
    whiskers = list_whiskers(report)
    end = find_end(whiskers)
    return (
        make_environment()
        .get_template(TEMPLATE)
        .render(
            report=report,
            ends=list_ends(report),
            funnel=list_steps(report),
            mails=[(MAIL_WORDS[name], count) for name, count in report.mails.model_dump().items()],
            whiskers=whiskers,
            ticks=[(tick, write_percent(tick)) for tick in list_ticks(end)],
            end=end,
            gaps=list_gaps(report),
            days=RETURN_WINDOW.days,
        )
    )


def make_environment() -> Environment:
    """Return the template's environment; an unknown name is an error."""
    environment = Environment(
        loader=FileSystemLoader([Path(__file__).parent, FOLDER / "templates"]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"percent": write_percent, "money": write_money}
    return environment


def list_ends(report: Report) -> list[Bar]:
    """Return how the planned mails ended; ends without a mail are in the table alone."""
    return draw_bars([(word, getattr(report.counts, name)) for name, word in END_WORDS.items()], report.counts.planned)


def list_steps(report: Report) -> list[Bar]:
    """Return the way from a plan to a purchase."""
    steps = [("planned", report.counts.planned), ("sent", report.counts.sent)]
    steps += [(word, getattr(report.mails, name)) for name, word in STEPS.items()]
    return draw_bars([*steps, ("came back", report.mailed.returned)], report.counts.planned)


def draw_bars(counts: list[tuple[str, int]], whole: int) -> list[Bar]:
    """Return bars of counts out of a whole; the colour is that of the word."""
    named = [(word.replace(" ", "-"), word, count) for word, count in counts]
    return make_bars(named, whole, "{:,}".format, write_percent)


def list_whiskers(report: Report) -> list[Whisker]:
    """Return the two groups that the draw made."""
    pairs: tuple[tuple[str, Group, Interval | None], ...] = (
        ("mailed", report.mailed, report.comparison.mailed_rate),
        ("held out", report.held_out, report.comparison.held_out_rate),
    )
    return [Whisker(word, group.people, group.returned_in_time, rate) for word, group, rate in pairs]


def list_gaps(report: Report) -> list[tuple[str, Interval, str]]:
    """Return each difference between the groups: its words, the figure, and how it is written."""
    found = report.comparison
    if found.returns is None or found.extra_returns is None:
        return []
    gaps = [
        ("more who bought, of 100", found.returns.scale(100), "{:+.1f}"),
        ("more who bought, of all mailed", found.extra_returns, "{:+,.0f}"),
    ]
    for currency, gain in found.gains.items():
        gaps.append((f"revenue a mailed person, {currency}", gain.per_person, "{:+,.2f}"))
        gaps.append((f"revenue of all mailed, {currency}", gain.over_all, "{:+,.2f}"))
        if gain.margin is not None:
            gaps.append((f"margin of all mailed, {currency}", gain.margin, "{:+,.2f}"))
    return gaps


def write_money(sums: dict[str, object]) -> str:
    """Return sums of money by currency, or a dash."""
    return ", ".join(f"{amount:,.2f} {currency}" for currency, amount in sums.items()) or "–"
