"""Mails to somebody: the subject, when, and what became of each."""

from collections.abc import Mapping

from chalicelib.campaigns.library import list_on_file
from chalicelib.data_requests.readable.facts import Facts, list_others
from chalicelib.data_requests.readable.parts import Card, Group, Record, fold_cards, make_line
from chalicelib.data_requests.readable.writer import Writer, clean_name
from chalicelib.data_requests.values import Row
from chalicelib.errors import DefinitionError
from chalicelib.mails.templates import find_template


def build_mails(record: Record, writer: Writer) -> list[Group]:
    """Return every mail, newest first."""
    return fold_cards([show_mail(row, writer) for row in record.get("mails", ())], writer)


def show_mail(row: Row, writer: Writer) -> Card:
    """Return one mail that was sent, or was not."""
    facts, words = Facts("mails", row), writer.words
    campaign, state, at = facts.take_text("campaign"), facts.take_text("state"), facts.take_text("at")
    outcomes = [write_outcome(each, writer) for each in facts.take_list("outcomes") if isinstance(each, Mapping)]
    kind = "marketing" if facts.take("marketing") else "service"
    lines = [
        *make_line(writer.name_label("at"), writer.write_time(at)),
        *make_line(writer.name_label("became"), words.mail_states.get(state, state), *outcomes),
        *make_line(writer.name_label("kind"), words.kinds[kind]),
        *make_line(writer.name_label("code"), facts.take_text("code"), typed=True),
        *make_line(writer.name_label("not_after"), writer.write_time(facts.take("not_after"))),
    ]
    return Card(name_campaign(campaign, writer), tuple(lines), list_others(facts, writer), at)


def write_outcome(outcome: Mapping[str, object], writer: Writer) -> str:
    """Return one thing that became of a mail, and when."""
    what = str(outcome.get("what"))
    told = writer.words.outcomes.get(what) or clean_name(what)
    return writer.join_texts([told, writer.write_time(str(outcome.get("at")))])


def name_campaign(name: str, writer: Writer) -> str:
    """Return the subject of a campaign's mail; for a campaign that is gone its name in readable form."""
    template = next((one.template for one in list_on_file() if one.name == name), name)
    try:
        subject = find_template(template).subject[writer.language]
        return subject.format(shop=writer.shop)
    except (DefinitionError, KeyError, IndexError, ValueError):  # gone, or a subject with the name or the offer in it
        return clean_name(name).replace("-", " ")
