"""The words of campaigns: `[campaigns]`, `[results]` and `[forecast]` of `words/<language>/desk.toml`."""

from collections.abc import Mapping

from chalicelib.models import Model


class CampaignWords(Model):
    """The words of one language. Tables are by state, rule, trigger, and day of the week."""

    link: str
    title: str
    intro: str
    file_fault: str
    to_all: str
    forecast: str
    stopped: str
    somebody: str
    stop: str
    stop_hint: str
    start: str
    start_hint: str
    rules: str
    at_once: str
    day: str
    days: str
    hour: str
    hours: str
    comma: str
    together: str
    everybody: str
    agreed: str
    any_time: str
    window: str
    every_day: str
    cap: str
    cooldown: str
    uncapped: str
    held_share: str
    percent: str
    amount: str
    left: str
    ready: str
    shared: str
    good_for: str
    states: Mapping[str, str]
    rule: Mapping[str, str]
    triggers: Mapping[str, str]
    weekdays: Mapping[str, str]


class ResultWords(Model):
    """The words of a campaign's figures. Tables are by end, and by what became of a mail."""

    title: str
    nothing: str
    too_many: str
    ends_title: str
    steps: str
    bought: str
    planned: str
    came_back: str
    mailed: str
    held_out: str
    of: str
    between: str
    nobody: str
    hint: str
    more: str
    fewer: str
    unclear: str
    no_group: str
    extra: str
    discount: str
    revenue: str
    table: str
    ends: Mapping[str, str]
    mails: Mapping[str, str]


class ForecastWords(Model):
    """The words of the page that counts the next 90 days."""

    title: str
    intro: str
    begin: str
    begin_hint: str
    going: str
    going_open: str
    over: str
    nothing: str
    week: str
    all: str
    again: str
    stopped: str
    unread: str
    look: str
