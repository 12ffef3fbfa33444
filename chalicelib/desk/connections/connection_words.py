"""The words of the pages about forms and senders: `[connections]` of `words/<language>/desk.toml`."""

from collections.abc import Mapping

from chalicelib.models import Model


class ConnectionWords(Model):
    """The words of one language. `why` is by reason of a refusal; `tests` and `guides` are by sender.

    In these two, what stands between backticks is a word of the sender's own pages, which are in English.
    """

    link: str
    title: str
    intro: str
    forms: str
    senders: str
    fields: str
    confirms: str
    off: str
    on: str
    address: str
    code: str
    code_hint: str
    copy_hint: str
    languages: str
    accepted: str
    never: str
    refused: str
    connect: str
    to_all: str
    hook: str
    secret: str
    secret_set: str
    secret_missing: str
    secret_unknown: str
    secret_hint: str
    guide: str
    last: str
    minute: str
    test: str
    begin: str
    waiting: str
    arrived: str
    failed: str
    ended: str
    began: str
    look: str
    again: str
    why: Mapping[str, str]
    tests: Mapping[str, str]
    guides: Mapping[str, tuple[str, ...]]
