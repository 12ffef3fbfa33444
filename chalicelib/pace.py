"""Not faster than SES lets us: turns, evenly spaced."""

import time

WORKERS = 2  # how many containers send at once (ScalingConfig of the template): they share the account's rate


class Pace:
    """Waits so that this worker and its fellows together keep under the account's rate."""

    def __init__(self) -> None:
        """Start without a limit, until SES has been asked for it."""
        self.gap = 0.0
        self.next_turn = 0.0

    def set_rate(self, per_second: float) -> None:
        """Take the account's rate; nought or less means no limit."""
        self.gap = WORKERS / per_second if per_second > 0 else 0.0

    def wait_turn(self) -> float:
        """Sleep until the next turn; return how long, in seconds."""
        now = time.monotonic()
        pause = max(0.0, self.next_turn - now)
        time.sleep(pause)
        self.next_turn = max(now, self.next_turn) + self.gap
        return pause
