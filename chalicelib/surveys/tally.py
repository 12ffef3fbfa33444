"""Histograms of a survey: how often each option was picked, and how many answered each question. Nothing else.

One step of K answers is shown at a time: a result that changed with each answer would tell that answer.
"""

from collections.abc import Iterable, Mapping

from pydantic import Field

from chalicelib.models import Model
from chalicelib.stats.suppression import K

ANSWERED = "*"  # among the options of a question: how many answered it


class Tally(Model):
    """What some answers add up to."""

    people: int = 0
    counts: dict[str, dict[str, int]] = Field(default_factory=dict)

    def add_picks(self, picked: Mapping[str, Iterable[str]]) -> "Tally":
        """Return the tally with one more answer: its picks by question."""
        counts = {name: dict(each) for name, each in self.counts.items()}
        for name, picks in picked.items():
            question = counts.setdefault(name, {})
            for option in (ANSWERED, *picks):
                question[option] = question.get(option, 0) + 1
        return Tally(people=self.people + 1, counts=counts)

    def count(self, question: str, option: str = ANSWERED) -> int:
        """Return how often an option was picked; without one, how many answered the question."""
        return self.counts.get(question, {}).get(option, 0)


class Votes(Model):
    """The counts of a survey that keeps no answer, and those of them that are shown: up to K - 1 answers behind."""

    all: Tally = Tally()
    shown: Tally = Tally()

    def add_picks(self, picked: Mapping[str, Iterable[str]]) -> "Votes":
        """Return the counts with one more answer."""
        added = self.all.add_picks(picked)
        return Votes(all=added, shown=added if added.people - self.shown.people >= K else self.shown)
