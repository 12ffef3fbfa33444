"""The page that waits for a result: it says what is being done, and looks again by itself for a while.

The count of looks rides in the query (`wait`), so that a tab which somebody forgot does not ask for ever.
"""

from collections.abc import Mapping

from chalicelib.pages.context import PageContext
from chalicelib.pages.request_pages import ask_again, find_request_words, render_outcome

WAIT = "wait"
QUICK, SLOW = 10, 60  # seconds from one look to the next
QUICK_LOOKS, LOOKS = 18, 28  # three minutes of quick looks, and ten of slow ones


def read_looks(query: Mapping[str, str] | None) -> int | None:
    """Return how often the page has looked, LOOKS at most; None where nobody waits."""
    text = (query or {}).get(WAIT, "")
    return min(int(text), LOOKS) if text.isascii() and text.isdigit() and len(text) < 4 else None


def plan_look(looks: int) -> int:
    """Return the seconds until the page looks again, or 0 where it no longer does."""
    if looks >= LOOKS:
        return 0
    return QUICK if looks < QUICK_LOOKS else SLOW


def write_query(language: str, looks: int) -> str:
    """Return the query of the page's next look; without the token, since unknown tokens get the same page."""
    return f"?lang={language}&{WAIT}={min(looks, LOOKS)}"


def render_waiting(context: PageContext, looks: int) -> str:
    """Return the page after the given number of looks; the links let the visitor look at once, or end the looking."""
    words = find_request_words(context.language)
    again = (write_query(context.language, looks + 1), words.look)
    if plan_look(looks):
        ways = [again, (write_query(context.language, LOOKS), words.look_no_more)]
        return render_outcome(context, words.waiting_title, words.waiting, ways=ways, switches=())
    ways = [again, ask_again(context)]
    return render_outcome(context, words.waiting_title, words.waiting_still, ways=ways, switches=())
