"""The words of what staff do on a person's page beyond a note: `[acts]` of `words/<language>/desk.toml`."""

from collections.abc import Mapping

from chalicelib.models import Model


class ActWords(Model):
    """The words of one language. `done` and `faults` are by what was done, and by what stood in its way."""

    back: str
    purchase: str
    details: str
    details_hint: str
    details_button: str
    consent: str
    consent_hint: str
    consent_mail: str
    counter: str
    telephone: str
    link: str
    link_hint: str
    link_button: str
    export: str
    export_hint: str
    export_button: str
    doubles: str
    doubles_hint: str
    doubles_button: str
    no_doubles: str
    this_one: str
    other_one: str
    since: str
    purchases: str
    join: str
    join_hint: str
    parting: str
    part: str
    parted: str
    changed: str
    done: Mapping[str, str]
    faults: Mapping[str, str]
