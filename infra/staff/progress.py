"""A bar on stderr that shows how far the files of an import have been read."""

import sys
import time

BAR = 30  # characters


class Progress:
    """The bar of all files; it is drawn only where `shown`."""

    def __init__(self, size: int, *, shown: bool) -> None:
        """Take the size of all files in bytes."""
        self.size, self.shown, self.began, self.next = max(size, 1), shown, time.monotonic(), 0.0
        self.before = self.current = 0  # bytes of the files before this one, and of this one

    def begin_file(self, size: int) -> None:
        """Note that the next file, of a size in bytes, is being read."""
        self.before, self.current = self.before + self.current, size

    def show(self, place: int, rows: int) -> None:
        """Draw, at most ten times a second; `place` is how many bytes of the file have been read."""
        now = time.monotonic()
        if self.shown and now >= self.next:
            self.next = now + 0.1
            full = min(BAR, BAR * (self.before + place) // self.size)
            rate = rows / max(now - self.began, 0.001)
            bar = "#" * full + "." * (BAR - full)
            print(f"\r[{bar}] {rows} rows, {rate:.0f} a second ", end="", file=sys.stderr, flush=True)

    def end(self) -> None:
        """Leave the line."""
        if self.shown:
            print(file=sys.stderr)
