"""Not faster than SES lets us: turns, evenly spaced."""

import time

# What one container of each function takes of the account's rate: the whole, when all of them are at work.
# Two containers of send_mails are (ScalingConfig of the template), one of each other.
SHARES = {"send_mails": 0.4, "ask_confirmations": 0.1, "answer_requests": 0.05, "reconcile_mails": 0.05}
LONGEST_RUN = 40  # seconds of a function's sixty: what is left over is the next run's, and nobody is cut off mid-mail


class Pace:
    """Waits so that this container and its fellows together keep under the account's rate."""

    def __init__(self) -> None:
        """Start without a limit, until SES has been asked for it."""
        self.gap = 0.0
        self.next_turn = 0.0

    def set_rate(self, per_second: float, function: str) -> None:
        """Take the account's rate and whose share of it is ours; nought or less means no limit."""
        self.gap = 1 / (per_second * SHARES[function]) if per_second > 0 else 0.0

    def wait_turn(self) -> float:
        """Sleep until the next turn; return how long, in seconds."""
        now = time.monotonic()
        pause = max(0.0, self.next_turn - now)
        time.sleep(pause)
        self.next_turn = max(now, self.next_turn) + self.gap
        return pause
