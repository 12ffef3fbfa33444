"""The words of the privacy page, beside the names and words of forms, purposes and periods."""

from collections.abc import Mapping

from chalicelib.models import Model
from chalicelib.words import find_words


class PolicyWords(Model):
    """The words of one language; see words/en/policy.toml."""

    title: str
    contents: str
    intro: str
    version: str
    who_title: str
    contact: str
    collected_title: str
    collected: str
    questions: str
    personal: str
    sensitive: str
    asks: str
    confirm: str
    noted: str
    unnoted: str
    evidence_title: str
    evidence: Mapping[str, str]
    foreign: str
    purposes_for: str
    record_title: str
    record: Mapping[str, str]
    machines: str
    purposes_title: str
    basis: Mapping[str, str]
    withdraw: str
    kept_title: str
    kept: str
    kept_gist: str
    day: str
    days: str
    months: str
    ends: Mapping[str, str]
    stores: Mapping[str, str]
    recipients_title: str
    region: str
    here: str
    services: Mapping[str, str]
    downstream: str
    sold_not: str
    sold: str
    rights_title: str
    rights_how: str
    request: str
    rights: Mapping[str, str]
    complain: str
    sources: Mapping[str, str]
    facts: Mapping[str, str]


def find_policy_words(language: str) -> PolicyWords:
    """Return the words in a language that pages speak."""
    return find_words(language, "policy", PolicyWords)
