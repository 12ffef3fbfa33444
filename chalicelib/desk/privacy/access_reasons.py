"""Why a line of the audit was written, told in the language of the desk.

The audit keeps reasons as one English text. `data_requests/readable/reasons.py` knows those that customers read in the
copy of their data; the patterns here know what the desk notes about its own people and about what waits.
"""

import re
from collections.abc import Callable, Mapping

from chalicelib.data_requests.readable.reasons import explain_reading, find_sentence
from chalicelib.data_requests.readable.writer import Writer
from chalicelib.desk.people.reasons import REASONS
from chalicelib.desk.request import DeskRequest
from chalicelib.desk.words import find_desk_words
from chalicelib.shop.brand import name_shop

# By the names in `[privacy.access.reasons]` of the words.
OWN: Mapping[str, re.Pattern[str]] = {
    name: re.compile(pattern)
    for name, pattern in {
        "invited": r"invited \S+ as \w+",
        "joined": r"joined as \w+",
        "signed_in": r"signed in",
        "refused": r"passkey refused",
        "added": r"added a passkey",
        "removed": r"removed (a|the) passkey.*",
        "everywhere": r"signed .*out everywhere",
        "withdrawn": r"withdrew an invitation",
        "role": r"gave \S+ the role \w+",
        "dismissed": r"dismissed \S+",
        "released": r"released a waiting item",
        "deleted": r"deleted a waiting item: .*",
        "listed": r"list of customers: \w+",
        "linked": r"made a link for the till \S+",
        "enrolled": r"the till \S+ was set up",
        "ended": r"ended the till \S+",
        "stopped": r"stopped the campaign \S+",
        "started": r"let the campaign \S+ go on",
        "weekly": r"weekly mail: \w+",
    }.items()
}
Tell = Callable[[str], tuple[str, bool]]


def tell_reasons(request: DeskRequest) -> Tell:
    """Return what tells a reason in the language, and whether it is in the words that were written down."""
    writer = Writer(request.language, name_shop(request.services.settings, request.language))
    say = find_desk_words(request.language)
    words, chosen = say.privacy.access.reasons, {REASONS[name]: text for name, text in say.find.reasons.items()}

    def tell(reason: str) -> tuple[str, bool]:
        own = find_sentence(reason, OWN, words, writer) or chosen.get(reason, "")
        return (own, False) if own else explain_reading(reason, writer)

    return tell
