"""Conditions in words of one language: those of groups, and those of the audiences of campaigns.

What the shop's files call something stands between backticks; templates mark it as a name.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from chalicelib.data_requests.readable.names import name_purpose, name_sender
from chalicelib.data_requests.readable.writer import Writer
from chalicelib.desk.groups.group_words import GroupWords
from chalicelib.desk.words import find_desk_words
from chalicelib.forms.interface import find_interface
from chalicelib.forms.library import list_named
from chalicelib.groups.clauses import FOUND_US, STANDINGS
from chalicelib.groups.rule import Bought, Member, Rule, Score
from chalicelib.mails.language import MailLanguage, find_mail_language
from chalicelib.telling.labels import Labels, make_labels
from chalicelib.telling.words import find_number_words

STATUSES = {standing: status for status, standing in STANDINGS.items()}


@dataclass(frozen=True)
class ClauseTeller:
    """Tells conditions; `tell` knows numbers and money, `labels` what forms call their options."""

    say: GroupWords
    tell: MailLanguage
    writer: Writer
    labels: Labels

    def list_told(self, rule: Rule) -> list[str]:
        """Return each condition of a rule in words."""
        return [self.tell_clause(name, wanted) for name, wanted in rule.clauses]

    def tell_clause(self, name: str, wanted: Any) -> str:
        """Return one condition in words."""
        if isinstance(wanted, Bought):
            return self.tell_bought(name, wanted)
        if isinstance(wanted, Score):
            score = wanted.at_least if name == "score_at_least" else wanted.at_most
            what, within = self.name_question(wanted.question), self.tell_within(wanted.within_days)
            return self.say.clauses[name].format(what=what, n=self.write(score or 0), within=within)
        if isinstance(wanted, Member):
            days = wanted.at_most_days if name == "member_at_most" else wanted.at_least_days
            return self.say.clauses[name].format(
                what=name_purpose(wanted.purpose, self.writer), n=self.write(days or 0)
            )
        if name == "fields":
            return self.tell_answer(*wanted[:2])
        return self.say.clauses[name].format(n=self.name_wanted(name, wanted))

    def tell_bought(self, name: str, wanted: Bought) -> str:
        """Return a condition on purchases of a product or category."""
        most = wanted.at_most or 0
        named = "bought_none" if name == "bought_at_most" and not most else name
        count = wanted.least if name == "bought_at_least" else most
        category = self.say.category.format(name=mark_name(wanted.category)) if wanted.category else ""
        what = mark_name(wanted.product) if wanted.product else category or self.say.any_product
        within = self.tell_within(wanted.within_days)
        return self.say.clauses[named].format(what=what, n=self.write(count), within=within)

    def tell_answer(self, question: str, values: Iterable[str]) -> str:
        """Return a condition on the answer to a question, with the answers that are wanted; any answer without them."""
        told = self.join(mark_name(self.labels.name_option(question, each)) for each in values)
        name = "fields_of" if told else "fields"
        return self.say.clauses[name].format(what=self.name_question(question), n=told)

    def name_question(self, question: str) -> str:
        return mark_name(self.labels.name_question(question))

    def tell_within(self, days: int | None) -> str:
        return self.say.within.format(days=self.write(days)) if days else ""

    def name_wanted(self, name: str, wanted: Any) -> str:
        """Return what a condition asks for: numbers in the language's digits, options and purposes in words."""
        if name == "spent_at_least":
            return self.tell.write_money(wanted[1], wanted[0])
        if isinstance(wanted, int):
            return self.write(wanted)
        return self.join(self.name_option(name, str(each)) for each in wanted)

    def name_option(self, name: str, value: str) -> str:
        """Return one option of a list in words."""
        if name == "standing":
            return find_number_words(self.tell.language).statuses[STATUSES[value]]  # type: ignore[index]
        if name == "found_us":
            return self.labels.name_option(FOUND_US, value)
        if name == "senders":
            return name_sender(value, self.writer)
        return name_purpose(value, self.writer) if name in ("consents", "not_member") else mark_name(value)

    def join(self, parts: Iterable[str]) -> str:
        return find_interface(self.tell.language).between.join(parts)

    def write(self, number: int) -> str:
        return self.tell.write_number(Decimal(number))


def mark_name(name: str) -> str:
    """Return a name of the shop's between backticks; one inside it would end the mark."""
    return f"`{name.replace('`', '')}`"


def make_clause_teller(language: str, shop: str) -> ClauseTeller:
    """Return what tells conditions in a language; `shop` is the shop's name in it."""
    say, tell = find_desk_words(language).groups, find_mail_language(language)
    return ClauseTeller(say, tell, Writer(language, shop), make_labels(list_named(), language))
