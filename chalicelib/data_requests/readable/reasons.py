"""Reasons that our code and our commands write down in English, told in the reader's language.

The rows have a reason as one English text (`campaigns.reasons`, `campaigns.agenda`, `people.activity`, the access
audit). Each pattern below knows one of them by its words. A test lets every trigger and every verdict speak, and fails
for a reason without a pattern.
"""

import re
from collections.abc import Callable, Mapping

from chalicelib.data_requests.readable.names import name_purpose
from chalicelib.data_requests.readable.writer import Writer

SPAN = r"(?P<span>(?:[\d.]+ days?)?(?: ?\d+ hours?)?)"
NUMBER = re.compile(r"[\d.]+")
# By the names of the sentences in `[because]` of the words.
BECAUSE: Mapping[str, re.Pattern[str]] = {
    name: re.compile(pattern)
    for name, pattern in {
        "no_purchase": r"not enough data: no purchase yet",
        "by_rule": r"(?P<span>[\d.]+ days?) without purchase, by the shop's rule of (?P<rule>\d+)",
        "by_gap": r"usual gap (?P<gap>[\d.]+ days?)(?: \(counted as \d+\))?, now (?P<ago>\d+)",
        "restricted": r"data is restricted: kept, not used",
        "stopped": r"stopped by the shop",
        "unreachable": r"no consent, no address, or too young",
        "no_reason": r"no reason to write, or not meant by it",
        "passed": r"its time passed",
        "no_consent": r"no consent to (?P<purpose>\S+), or no address",
        "held_out": r"held out, as (?P<n>[\d.]+)% are",
        "cooling": r"had this campaign's mail within (?P<n>\d+) days",
        "capped": r"had (?P<mails>\d+) marketing mails within (?P<n>\d+) days",
        "budget": r"the budget of [\d.]+ \S* is promised",
        "quiet": rf"{SPAN} without purchase",
        "risk": r"usual gap (?P<gap>[\d.]+ days?), now (?P<n>[\d.]+) times that",
        "needed": rf"needed again after about {SPAN}",
        "bought": rf"{SPAN} after a purchase",
        "signed_up": rf"{SPAN} after sign-up",
        "registered": rf"{SPAN} after a warranty was registered",
        "pre_ordered": rf"{SPAN} after a pre-order",
        "warranty_ends": r"warranty ends on (?P<day>\S+)",
        "shipped": r"a pre-order was shipped",
        "taken": rf"{SPAN} after staff wrote it down",
    }.items()
}
# By the names in `[reasons]` of the words: what commands note in the audit by themselves.
NOTED: Mapping[str, re.Pattern[str]] = {
    name: re.compile(pattern)
    for name, pattern in {
        "package": r"package made",
        "asked": r"asked for: (?P<kind>\S+)",
        "joined": r"joined two customers",
        "parted": r"parted again",
        "export": r"export",
        "counter": r"asked at the counter",
        "telephone": r"asked on the telephone",
        "data": r"a request about their data",
        "else": r"another reason",
        "search": r"found by a search, shown masked",
        "noted": r"added a note",
        "carded": r"made a card",
        "handed_over": r"handed over a pre-order",
        "withdrew": r"withdrew a consent, as the person asked",
        "forgot": r"forgot: asked in person",
        "recorded": r"recorded a purchase",
        "corrected": r"corrected details, as the person asked",
        "agreed": r"wrote down a consent",
        "offered": r"sent the page of preferences",
        "compared": r"compared as a possible double, shown masked",
        "grouped": r"looked at their groups",
        "sensitive": r"looked at sensitive answers",
        "proof": r"proof of consent",
        "simulation": r"(?:simulation|forecast): what campaigns would do",
        "counted": r"numbers: what everybody adds up to",
        "retention": r"retention: what would go",
        "lifted": r"restriction lifted, as the person asked",
        "closed": r"closed a request: (?P<kind>\S+)",
        "looked": r"looked at a waiting item: to judge it",
        "list_begun": r"list of customers: \w+, looked for",
        "list_tool": r"list of customers: tool",
        "list_books": r"list of customers: books",
        "list_move": r"list of customers: move",
        "list_other": r"list of customers: other",
        "list_google": r"list of customers: google",
        "list_meta": r"list of customers: meta",
        "list_whole": r"list of customers: \w+: (?P<n>\d+) customers(?:, group \S+)?",
        "words_begun": r"words beside scores, looked for",
        "words_read": r"words beside scores",
        "shop_system": r"customers/\S+: .*",
    }.items()
}


def explain_because(text: str, writer: Writer) -> str:
    """Return the reason for a mail, for none, or for a status, in words of the language."""
    found = find_sentence(text, BECAUSE, writer.words.because, writer)
    return found or writer.words.because_unknown


def explain_reading(text: str, writer: Writer) -> tuple[str, bool]:
    """Return why somebody opened the record, and whether it is in the words that staff typed."""
    found = find_sentence(text, NOTED, writer.words.reasons, writer)
    return found or text, not found


def find_sentence(text: str, patterns: Mapping[str, re.Pattern[str]], words: Mapping[str, str], writer: Writer) -> str:
    """Return the sentence of the pattern that a text fits, its places filled; "" where it fits none."""
    for name, pattern in patterns.items():
        match = pattern.fullmatch(text)
        if match:
            return words[name].format(**{key: fill_place(key, part, writer) for key, part in match.groupdict().items()})
    return ""


def fill_place(key: str, part: str | None, writer: Writer) -> str:
    """Return one part of a reason in the language's words and digits."""
    fill = FILLERS.get(key, Writer.write_number)
    return fill(writer, part) if part else ""


def write_delay(writer: Writer, text: str) -> str:
    """Return `2 days 3 hours` in words of the language."""
    pairs = zip(NUMBER.findall(text), re.findall("day|hour", text), strict=False)
    first, *others = [writer.write_span(kind, count) for count, kind in pairs]
    return writer.words.spans["both"].format(first=first, second=others[0]) if others else first


def write_kind(writer: Writer, kind: str) -> str:
    """Return the title of a kind of request."""
    found = writer.requests.kinds.get(kind)
    return found.title if found else kind


FILLERS: Mapping[str, Callable[[Writer, str], str]] = {
    "span": write_delay,
    "gap": write_delay,
    "ago": lambda writer, text: writer.write_span("day", text),
    "purpose": lambda writer, text: name_purpose(text, writer),
    "day": Writer.write_day,
    "kind": write_kind,
}
