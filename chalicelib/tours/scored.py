"""What customers wrote beside their latest score, gathered for somebody at the desk who then reads and searches it.

The words stand in each customer's own rows alone. A tour opens the core of every customer and, of those who gave a
score in the last WINDOW days, their entries. Who restricted their data is left out. Each customer whose words are
gathered has a line in the audit, written in the transaction that keeps the words. These are sealed as the lines of a
list are, end with the tour, and are shown of customers alone who are not forgotten meanwhile.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from chalicelib.crowd.page import UNREAD, open_page, try_each
from chalicelib.forms.definition import Form
from chalicelib.models import AnswerMark, Model
from chalicelib.numbers.satisfaction import WINDOW
from chalicelib.people.answers import list_answers
from chalicelib.people.person import Person
from chalicelib.people.restriction import is_restricted
from chalicelib.services import Services
from chalicelib.stats.promoters import Scale
from chalicelib.store.people_pages import find_living
from chalicelib.store.tours import Tour
from chalicelib.strictjson import dump_json, parse_json
from chalicelib.tours.steps import Met
from chalicelib.vault.person import PersonSeal

REASON = "words beside scores"  # in the audit of each customer; `data_requests/readable/reasons.py` knows it
KIND, LINES = "words", "lines"
MOST_PARTS, LONGEST = 200, 1_000  # parts of a tour, of 20 customers at most; characters of a text
GROUPS = ("detractors", "passives", "promoters")


class Words(Model):
    """What one customer wrote beside a score."""

    customer: str
    at: datetime
    score: int
    group: str
    text: str


@dataclass(frozen=True)
class Scored:
    """Gathers words; `key` is derived from the cookie of the session that asked.

    `scales` are by score question; `questions` are free-text ones.
    """

    services: Services
    key: bytes
    now: datetime
    scales: Mapping[str, Scale]
    questions: tuple[str, ...] = field(default_factory=tuple)

    def meet(self, tour: Tour, ids: list[str]) -> Met:
        """Open a page of customers, and keep what those wrote who scored lately."""
        if tour.parts >= MOST_PARTS:
            return Met(Counter(cut=len(ids)))  # nobody is opened whose words would not be kept
        counts: Counter[str] = Counter()
        found = list(self.gather(ids, counts))
        if not found:
            return Met(counts)
        number = tour.parts + 1
        text = dump_json([each.model_dump(mode="json") for each in found])
        sealed = self.seal(tour).seal_record(f"{LINES}{number}", KIND, text)
        notes = [self.services.audit.write_access(e.customer, tour.staff_id, REASON, self.now) for e in found]
        parts = (self.services.tours.write_part(tour, number, sealed), *notes)
        return Met(counts + Counter(kept=len(found)), parts, 1)

    def gather(self, ids: list[str], counts: Counter[str]) -> Iterator[Words]:
        """Yield the words of some customers; count those that cannot be read."""
        page = open_page(ids, self.services)
        counts[UNREAD] += page.unread
        for _, words in try_each(page.people, self.read_words, counts):
            if words is not None:
                yield words

    def read_words(self, person: Person) -> Words | None:
        """Return what a customer wrote beside their latest score; None where they did not."""
        if is_restricted(person.profile):
            return None
        latest = self.find_latest(list_answers(self.services.people.renew_profile(person)))
        if latest is None:
            return None
        mark, score, scale = latest
        entries = (each for _, each in self.services.people.list_entries(person) if each.event == mark.event)
        entry = next((each.entry for each in entries if each.entry.withdrawn is None), None)
        said = [] if entry is None else [entry.values.get(n) for n in self.questions if n not in entry.sensitive]
        text = "\n".join(each.strip() for each in said if isinstance(each, str) and each.strip())[:LONGEST]
        group = name_group(score, scale)
        return Words(customer=person.id, at=mark.at, score=score, group=group, text=text) if text else None

    def find_latest(self, answers: Iterable[AnswerMark]) -> tuple[AnswerMark, int, Scale] | None:
        """Return the latest answer of the window that has a score."""
        found = None
        for mark in answers:
            if not self.now - timedelta(days=WINDOW) < mark.at <= self.now:
                continue
            for question, scale in self.scales.items():
                score = mark.values.get(question)
                if isinstance(score, int) and scale.least <= score <= scale.most:
                    found = (mark, score, scale)
        return found

    def seal(self, tour: Tour) -> PersonSeal:
        return PersonSeal(tour.id, self.key)

    def read_kept(self, tour: Tour) -> list[Words]:
        """Return what was gathered, the newest first, each customer once and nobody who was forgotten meanwhile.

        Raise SealBrokenError for another session's key.
        """
        found: dict[str, Words] = {}
        for number, sealed in self.services.tours.list_parts(tour.id, range(1, tour.parts + 1)):
            for line in parse_json(self.seal(tour).open_record(f"{LINES}{number}", KIND, sealed)):
                words = Words.model_validate(line)
                found[words.customer] = words
        living = find_living(self.services.keys, list(found))
        return sorted((each for each in found.values() if each.customer in living), key=lambda each: each.at)[::-1]


def name_group(score: int, scale: Scale) -> str:
    """Return what a score says: promoters, detractors, or those in between."""
    detractors, passives, promoters = GROUPS
    return promoters if score >= scale.promoter else detractors if score <= scale.detractor else passives


def search_words(found: Iterable[Words], group: str, word: str) -> list[Words]:
    """Return the texts of a group, "" for all, that have a word in them, whatever its capitals."""
    wanted = " ".join(word.split()).casefold()
    return [each for each in found if group in ("", each.group) and wanted in " ".join(each.text.split()).casefold()]


def list_questions(forms: Iterable[Form]) -> tuple[str, ...]:
    """Return the free-text questions of the shop's forms that are not sensitive."""
    fields = (field for form in forms for field in form.fields)
    return tuple(dict.fromkeys(each.name for each in fields if each.type == "long_text" and not each.sensitive))
