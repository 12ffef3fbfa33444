"""A bar on stderr that shows how far a file has been read."""

import sys
import time

BAR = 30  # characters


class Progress:
    """The bar of one file; it is drawn only where `shown`."""

    def __init__(self, size: int, *, shown: bool) -> None:
        """Take the file's size in bytes."""
        self.size, self.shown, self.began, self.next = max(size, 1), shown, time.monotonic(), 0.0

    def show(self, place: int, rows: int) -> None:
        """Draw, at most ten times a second; `place` is how many bytes have been read."""
        now = time.monotonic()
        if self.shown and now >= self.next:
            self.next = now + 0.1
            full = min(BAR, BAR * place // self.size)
            rate = rows / max(now - self.began, 0.001)
            bar = "#" * full + "." * (BAR - full)
            print(f"\r[{bar}] {rows} rows, {rate:.0f} a second ", end="", file=sys.stderr, flush=True)

    def end(self) -> None:
        """Leave the line."""
        if self.shown:
            print(file=sys.stderr)
