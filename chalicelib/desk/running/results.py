"""What came of a campaign, as its page shows it: the report's counts and intervals in the words of one language."""

from dataclasses import dataclass
from decimal import Decimal
from itertools import islice

from chalicelib.campaigns.definition import Campaign
from chalicelib.desk.request import DeskRequest
from chalicelib.desk.running.campaign_words import ResultWords
from chalicelib.mails.language import MailLanguage
from chalicelib.report import Report, build_report
from chalicelib.report.charts import Bar, Whisker, find_end, list_ticks, make_bars
from chalicelib.stats.intervals import Interval
from chalicelib.store.facts import RETURN_WINDOW
from chalicelib.telling.writer import FigureWriter

MOST_FACTS = 30_000  # about six thousand mails; reading more takes longer than somebody waits for a page


@dataclass(frozen=True)
class Result:
    """The charts and sentences of a page."""

    ends: list[Bar]
    steps: list[Bar]
    groups: list[tuple[Whisker, str, str]]
    ranges: str
    ticks: list[tuple[float, str]]
    end: float
    verdict: str
    money: list[tuple[str, str]]
    days: str


@dataclass(frozen=True)
class Writer(FigureWriter):
    """Writes figures in one language, with the words of a campaign's page."""

    say: ResultWords

    def write_range(self, found: Interval, currency: str) -> str:
        """Return an amount with its interval."""
        amounts = (Decimal(str(round(each, 2))) for each in (found.low, found.value, found.high))
        low, value, high = (self.write_money(each, currency) for each in amounts)
        return f"{value} ({self.say.between.format(low=low, high=high)})"


def read_result(campaign: Campaign, request: DeskRequest, say: ResultWords, tell: MailLanguage) -> Result | str:
    """Return what came of a campaign, or a sentence where there is nothing to show, or too much for a page."""
    facts = list(islice(request.services.facts.list_facts(campaign.name), MOST_FACTS + 1))
    if not facts or len(facts) > MOST_FACTS:
        return say.too_many if facts else say.nothing
    report = build_report(campaign, facts, request.now, request.services.clock.margin)
    return tell_report(report, Writer(tell, say))


def tell_report(report: Report, writer: Writer) -> Result:
    """Return a report in the words of a page."""
    say, counts = writer.say, report.counts
    ends = [(name.replace("_", "-"), word, getattr(counts, name)) for name, word in say.ends.items()]
    steps = [("planned", say.planned, counts.planned), ("sent", say.ends["sent"], counts.sent)]
    steps += [(name, word, getattr(report.mails, name)) for name, word in say.mails.items()]
    steps.append(("back", say.came_back, report.mailed.returned))
    groups = list_groups(report, writer)
    end = find_end([each[0] for each in groups])
    return Result(
        ends=[bar for bar in draw(ends, counts.planned, writer) if bar.count],
        steps=draw(steps, counts.planned, writer),
        groups=groups,
        ranges="; ".join(tell_range(each[0], writer) for each in groups),
        ticks=[(tick, writer.write_share(tick)) for tick in list_ticks(end)],
        end=end,
        verdict=tell_verdict(report, writer),
        money=list(list_money(report, writer)),
        days=writer.write_count(RETURN_WINDOW.days),
    )


def draw(counts: list[tuple[str, str, int]], whole: int, writer: Writer) -> list[Bar]:
    return make_bars(counts, whole, writer.write_count, writer.write_share)


def list_groups(report: Report, writer: Writer) -> list[tuple[Whisker, str, str]]:
    """Return the two groups that the draw made, each with its words."""
    say, found = writer.say, report.comparison
    pairs = ((say.mailed, report.mailed, found.mailed_rate), (say.held_out, report.held_out, found.held_out_rate))
    groups = []
    for word, group, rate in pairs:
        whisker = Whisker(word, group.people, group.returned_in_time, rate)
        n, people = writer.write_count(whisker.returned), writer.write_count(whisker.people)
        told = say.of.format(share=writer.write_share(rate.value), n=n, people=people) if rate else say.nobody
        groups.append((whisker, f"{word}: {told}", ""))
    return groups


def tell_range(group: Whisker, writer: Writer) -> str:
    """Return a group's rate with its interval, as it is read aloud."""
    if group.rate is None:
        return f"{group.word}: {writer.say.nobody}"
    value, low, high = (writer.write_share(each) for each in (group.rate.value, group.rate.low, group.rate.high))
    return f"{group.word}: {value}, {writer.say.between.format(low=low, high=high)}"


def tell_verdict(report: Report, writer: Writer) -> str:
    """Return one sentence on whether the mails made more customers buy again."""
    say, found = writer.say, report.comparison
    if found.verdict == "nobody" or found.returns is None:
        return say.no_group
    if found.verdict == "unclear":
        return say.unclear.format(n=writer.write_count(found.needed_planned))
    low, high = sorted((abs(found.returns.low), abs(found.returns.high)))
    figures = {"n": abs(found.returns.value), "low": low, "high": high}
    sentence = say.more if found.verdict == "more" else say.fewer
    return sentence.format(**{name: writer.write(share * 100) for name, share in figures.items()})


def list_money(report: Report, writer: Writer) -> list[tuple[str, str]]:
    """Return the sums of money that there are, each with its word."""
    say = writer.say
    found = [(say.revenue, writer.write_sums(report.mailed.revenue))]
    found += [(say.extra, writer.write_range(gain.over_all, each)) for each, gain in report.comparison.gains.items()]
    if report.discount.orders:
        found.append((say.discount, writer.write_sums(report.discount.given)))
    return [(word, text) for word, text in found if text]
