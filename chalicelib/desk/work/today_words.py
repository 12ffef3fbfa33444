"""The words of the page Today: the table `[today]` of `words/<language>/desk.toml`."""

from collections.abc import Mapping

from chalicelib.models import Model


class TodayWords(Model):
    """The words of one language. Tables are by what was done, kind of alarm, request, state, item, name and removal."""

    link: str
    title: str
    intro: str
    nothing: str
    more: str
    at_least: str
    done: Mapping[str, str]
    news: str
    news_hint: str
    new: Mapping[str, str]
    alarms: str
    alarm: Mapping[str, str]
    requests: str
    requests_hint: str
    kinds: Mapping[str, str]
    states: Mapping[str, str]
    deadline: str
    days_left: str
    days_late: str
    close: str
    till_quiet: str
    mails: str
    mails_due: str
    mails_hint: str
    handovers: str
    handovers_hint: str
    given: str
    waiting: Mapping[str, str]
    since: str
    size: str
    look: str
    release: str
    delete: str
    why: str
    whys: Mapping[str, str]
    pairs: str
    pairs_hint: str
    same: Mapping[str, str]
    lift: str
    lift_hint: str
    email: str
    lift_button: str
    retention: str
    retention_hint: str
    due: str
    this_month: str
    last_month: str
    removed: Mapping[str, str]
    look_title: str
    look_hint: str
    masked: str
    empty: str
    sealed: str
    back: str
