"""The words about friends on a customer's page: `[friends]` of `words/<language>/desk.toml`."""

from chalicelib.models import Model


class FriendWords(Model):
    """The words of one language."""

    title: str
    link: str
    code: str
    brought: str
    none: str
    came: str
    hint: str
