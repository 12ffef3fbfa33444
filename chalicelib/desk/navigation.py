"""The links above each page of the desk: to the pages that the signed-in member of staff may open, and to no other."""

from dataclasses import dataclass

from chalicelib.desk.request import DeskRequest
from chalicelib.desk.rights import Right

# Each page with the right that it needs and the name of its words: a new page gets its line here. The first NEAR links
# of a member of staff fit into one line of a telephone; the others are folded away.
NEAR = 4
NAVIGATION = (
    (Right.PEOPLE, "/today", "today"),
    (Right.PEOPLE, "/find", "find"),
    (Right.ENTER, "/counter", "counter"),
    (Right.PEOPLE, "/telephone", "telephone"),
    (Right.NUMBERS, "/numbers", "numbers"),
    (Right.NUMBERS, "/groups", "groups"),
    (Right.NUMBERS, "/campaigns", "campaigns"),
    (Right.NUMBERS, "/connections", "connections"),
    (Right.STAFF, "/privacy", "privacy"),
    (Right.STAFF, "/staff", "staff"),
    (Right.STAFF, "/devices", "devices"),
    (Right.SELF, "/account", "account"),
    (Right.SELF, "/", "start"),
)


@dataclass(frozen=True)
class Way:
    """A link of the navigation; `name` is that of its words, `here` says that it leads to the page itself."""

    path: str
    name: str
    here: bool


@dataclass(frozen=True)
class Ways:
    """The links that are seen, and those that are folded away."""

    near: tuple[Way, ...]
    far: tuple[Way, ...]


def list_ways(request: DeskRequest) -> Ways:
    """Return the links of the member of staff who is signed in; the link to the open page is never folded away."""
    here = request.raw.context["resourcePath"]
    ways = [Way(path, name, path == here) for right, path, name in NAVIGATION if request.may(right)]
    near, far = ways[:NEAR], ways[NEAR:]
    return Ways((*near, *(way for way in far if way.here)), tuple(way for way in far if not way.here))
