"""The words of the Privacy pages: the table `[privacy]` of `words/<language>/desk.toml`."""

from collections.abc import Mapping

from chalicelib.models import Model


class ListWords(Model):
    """The words of a list of customers. `columns` and `goals` are by what is chosen."""

    hint: str
    what: str
    who: str
    everybody: str
    every: str
    agreed: str
    why: str
    button: str
    making: str
    listed: str
    ready: str
    until: str
    file: str
    delete: str
    columns: Mapping[str, str]
    goals: Mapping[str, str]


class EndedWords(Model):
    """The words of the page of erasures. `whys` are by reason, `stages` by stage."""

    ledger: str
    total: str
    head: str
    whole: str
    broken: str
    unsigned: str
    unchecked: str
    running: str
    asked: str
    until: str
    receipt: str
    again: str
    whys: Mapping[str, str]
    stages: Mapping[str, str]


class AccessWords(Model):
    """The words of the audit's page. `about` names what a line is about where it is no customer.

    `reasons` are by what the desk notes of its own people (`desk/privacy/access_reasons.py`).
    """

    hint: str
    who: str
    why: str
    anybody: str
    any: str
    counts: str
    counted: str
    older: str
    changed: str
    about: Mapping[str, str]
    reasons: Mapping[str, str]


class KeptWords(Model):
    """The words of the page of retention."""

    hint: str
    now: str
    now_hint: str
    button: str
    would: str
    seen: str
    kept: str
    gone: str


class PrivacyWords(Model):
    """The words of one language. `pages` and `hints` are by page, `done` by what was done."""

    link: str
    title: str
    intro: str
    back: str
    month: str
    show: str
    nothing: str
    walking: str
    share: str
    met: str
    unreadable: str
    look: str
    pages: Mapping[str, str]
    hints: Mapping[str, str]
    done: Mapping[str, str]
    list: ListWords
    ended: EndedWords
    access: AccessWords
    kept: KeptWords
