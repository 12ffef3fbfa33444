"""The words of the Devices page and of the till: `[devices]` and `[till]` of `words/<language>/desk.toml`."""

from collections.abc import Mapping

from chalicelib.models import Model


class DeviceWords(Model):
    """The words of the Devices page and of the page behind its link. `states` are by what a till is."""

    link: str
    title: str
    intro: str
    none: str
    made: str
    called: str
    never: str
    states: Mapping[str, str]
    add_title: str
    add_hint: str
    name_hint: str
    add_button: str
    again: str
    end: str
    end_hint: str
    link_title: str
    link_hint: str
    enrol_title: str
    enrol_hint: str
    enrol_button: str
    gone_title: str
    gone: str


class TillWords(Model):
    """The words of the till's page. `said` are those that its script shows; `{n}` and `{time}` are filled in there."""

    title: str
    intro: str
    cannot: str
    to_desk: str
    no_script: str
    by: str
    by_hint: str
    forms: str
    send: str
    again: str
    said: Mapping[str, str]
