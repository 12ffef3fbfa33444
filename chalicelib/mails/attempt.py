"""The end of one attempt to send a mail, and when there is another: the same for offers, confirmations and proofs.

An attempt is written down before the one call to SES, and closed after it. Nothing but its own state starts another
one: a repeated confirmation does no harm, a repeated offer does.
"""

from collections.abc import Callable
from datetime import timedelta

from chalicelib.errors import RaceLostError

RETRIES = 5  # against rivals, before an attempt is left open for the reconciler
RETRY_AFTER = timedelta(minutes=2)  # where SES certainly did not take the mail
LOST_AFTER = timedelta(minutes=10)  # nobody comes back from an attempt later: the function ends after one


def close_attempt(commit: Callable[[], None], is_open: Callable[[], bool], key: str) -> bool:
    """Write down what came of an attempt; return False where it was closed by somebody else. Raise RaceLostError.

    `commit` is refused alike where the row moved on, and where a rival only touched the counter that both share:
    `is_open` reads the row again and tells the two apart.
    """
    for _ in range(RETRIES):
        try:
            commit()
            return True
        except RaceLostError:
            if not is_open():
                return False
    raise RaceLostError(key)
