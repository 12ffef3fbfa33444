"""The words of the head of a person's page: `[head]` of `words/<language>/desk.toml`."""

from chalicelib.models import Model


class HeadWords(Model):
    """The words of one language. `restricted` takes the place of a status; `purchases` names the list."""

    since: str
    restricted: str
    set_aside: str
    child: str
    news: str
    no_news: str
    purchases: str
    next: str
    need: str
    need_now: str
    beside: str
    next_hint: str
