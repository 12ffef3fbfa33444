"""The end of one attempt to send a mail, and the next attempt: the same for offers, confirmations and proofs.

An attempt is written before the one call to SES, and closed after it. Only its own state starts another attempt: a
repeated confirmation does no harm, a repeated offer does.
"""

from collections.abc import Callable
from datetime import timedelta

from chalicelib.errors import RaceLostError

RETRIES = 5  # against other workers, before an attempt is left open for the reconciler
RETRY_AFTER = timedelta(minutes=2)  # where SES certainly did not take the mail
LOST_AFTER = timedelta(minutes=10)  # no attempt takes longer: the function ends before


def close_attempt(commit: Callable[[], None], is_open: Callable[[], bool], key: str) -> bool:
    """Write the outcome of an attempt; return False where another worker closed it. Raise RaceLostError.

    `commit` fails where another worker changed the row, and also where it only changed a counter that both share:
    `is_open` reads the row again to know which.
    """
    for _ in range(RETRIES):
        try:
            commit()
            return True
        except RaceLostError:
            if not is_open():
                return False
    raise RaceLostError(key)
