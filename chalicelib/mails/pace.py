"""The pace of sending: evenly spaced turns, within the rate that SES allows."""

import time

# The share of the account's rate for one container of each function: all shares together are the whole rate.
# Two containers of send_mails are (ScalingConfig of the template), one of each other.
SHARES = {"send_mails": 0.4, "ask_confirmations": 0.1, "answer_requests": 0.05, "reconcile_mails": 0.05}
LONGEST_RUN = 40  # seconds of a function's sixty: the next run does the rest, and no run ends in the middle of a mail


class Pace:
    """Waits so that all containers together stay under the account's rate."""

    def __init__(self) -> None:
        self.gap = 0.0
        self.next_turn = 0.0

    def set_rate(self, per_second: float, function: str) -> None:
        """Set the rate from the account's rate and the function's share; nought or less means no limit."""
        self.gap = 1 / (per_second * SHARES[function]) if per_second > 0 else 0.0

    def wait_turn(self) -> float:
        """Sleep until the next turn; return how long, in seconds."""
        now = time.monotonic()
        pause = max(0.0, self.next_turn - now)
        time.sleep(pause)
        self.next_turn = max(now, self.next_turn) + self.gap
        return pause
