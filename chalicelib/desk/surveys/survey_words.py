"""The words of the page of an anonymous survey: `[surveys]` of `words/<language>/desk.toml`."""

from collections.abc import Mapping

from chalicelib.models import Model


class SurveyWords(Model):
    """The words of one language. `when` says by grade when an answer comes into the figures."""

    link: str
    people: str
    nothing: str
    option: str
    count: str
    share: str
    answered: str
    few: str
    score: str
    texts: str
    texts_hint: str
    when: Mapping[str, str]
