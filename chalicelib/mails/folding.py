"""Lines of a text mail."""

import textwrap

LINE = 72  # characters; RFC 5322 asks for at most 78


def wrap_text(text: str) -> str:
    """Fold long lines between words, never within a link, and leave one empty line where there were more."""
    lines: list[str] = []
    for line in text.splitlines():
        lines += fold_line(line) or ([""] if lines and lines[-1] else [])
    return "\n".join(lines).strip() + "\n"


def fold_line(line: str) -> list[str]:
    """Fold one line between words; what follows an indented line's first is indented more, as in a list."""
    if len(line) <= LINE or "://" in line:
        return [line.rstrip()] if line.strip() else []
    rest = "    " if line.startswith(" ") else ""
    return textwrap.wrap(line, LINE, break_long_words=False, break_on_hyphens=False, subsequent_indent=rest)
