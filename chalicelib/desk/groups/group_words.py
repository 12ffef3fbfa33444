"""The words of the pages of groups: the table `[groups]` of `words/<language>/desk.toml`."""

from collections.abc import Mapping

from chalicelib.models import Model


class GroupWords(Model):
    """The words of one language. `clauses` are by condition, also those of the audiences of campaigns."""

    link: str
    title: str
    intro: str
    counted: str
    people: str
    few: str
    mailable: str
    mailable_few: str
    step: str
    uncounted: str
    fault: str
    used: str
    everybody: str
    nothing: str
    list: str
    ads: str
    person: str
    person_hint: str
    person_button: str
    person_title: str
    person_intro: str
    inside: str
    outside: str
    holds: str
    fails: str
    restricted: str
    any_product: str
    category: str
    within: str
    ads_title: str
    ads_hint: str
    ads_few: str
    ads_platform: str
    ads_button: str
    ads_replace: str
    ads_last: str
    ads_stale: str
    clauses: Mapping[str, str]
