"""The words of the weekly mail, on the account page and behind the links of its mails."""

from chalicelib.models import Model


class WeeklyWords(Model):
    """`{address}` is one's own address, `{until}` the last moment to confirm it, `{shop}` the shop's name."""

    title: str
    intro: str
    email: str
    ask: str
    hint: str
    asked: str
    refused: str
    on: str
    off: str
    turn_on: str
    turn_off: str
    other: str
    remove: str
    question: str
    confirm: str
    confirmed: str
    stop: str
    stopped: str
    gone_title: str
    gone: str
