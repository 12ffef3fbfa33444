"""A budget for what strangers post, in this container: the dearest posts are refused first.

What a post costs grows with its size: DynamoDB bills each started kilobyte when it is taken and several times when it
settles. A post is taken while it needs at most a share of what is left, so that a flood of long posts closes the door
for long posts, and an ordinary one, of a kilobyte, still passes. Signed deliveries have no budget.
"""

import logging
import math
from datetime import datetime, timedelta

log = logging.getLogger(__name__)

REFILL = 1_500  # kilobytes a minute: 25 ordinary posts a second, which is what one container can do
SHARE = 5  # a post takes at most a fifth of what is left; the longest that a form takes, 256 KB, still fits


class PostBudget:
    """A bucket of kilobytes: `REFILL` at once, refilled evenly."""

    def __init__(self, refill: int = REFILL) -> None:
        self.refill = refill
        self.left = float(refill)
        self.since: datetime | None = None
        self.told: datetime | None = None

    def take_post(self, size: int, now: datetime) -> bool:
        """Take what a post of so many bytes needs; return False where too little is left for one of its size."""
        elapsed = max(0.0, (now - self.since).total_seconds()) if self.since else 0.0
        self.left = min(float(self.refill), self.left + elapsed * self.refill / 60)
        self.since = now
        need = math.ceil(size / 1024)
        if need * SHARE > self.left:
            self.tell_shop(now)
            return False
        self.left -= need
        return True

    def tell_shop(self, now: datetime) -> None:
        """Log that posts are refused, once a minute: an alarm tells the shop (infra/template.yaml)."""
        if self.told is None or now - self.told >= timedelta(minutes=1):
            self.told = now
            log.warning("posts_capped")
