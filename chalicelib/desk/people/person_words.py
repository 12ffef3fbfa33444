"""The words of a person's page: `[person]` of `words/<language>/desk.toml`."""

from collections.abc import Mapping

from chalicelib.models import Model


class PersonWords(Model):
    """The words of one language. `chapters` are by the names of the readable copy, `done` by what was done."""

    ask_title: str
    back: str
    unnamed: str
    warning: str
    open_orders: str
    needed: str
    warranties: str
    bought: str
    ends: str
    over: str
    more_orders: str
    sensitive: str
    sensitive_hint: str
    sensitive_button: str
    openings: str
    openings_hint: str
    acts: str
    note: str
    note_hint: str
    warn: str
    note_button: str
    withdraw: str
    withdraw_hint: str
    withdraw_button: str
    forget: str
    forget_hint: str
    forget_button: str
    forgotten: str
    forgetting: str
    look: str
    chapters: Mapping[str, str]
    done: Mapping[str, str]
