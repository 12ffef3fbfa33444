"""The scripts that pages carry or serve, without what only their readers need."""

import re
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent


@cache
def read_script(name: str) -> str:
    """Return a script without its comments, indentation and needless spaces; no text in it has such spaces."""
    source = (FOLDER / name).read_text("utf-8")
    lines = (line.strip() for line in source.partition("*/")[2].splitlines())
    code = "\n".join(line for line in lines if line and not line.startswith("//"))
    joined = re.sub(r"(?<=[;{},(])\n", "", code)
    operators = re.sub(r" (===|!==|!=|=>|=|&&|\|\||[?:+<>]) ", r"\1", joined)
    return re.sub(r"(?<=[{,]) | (?=})|(?<=\)) (?={)|(?<=\w:) |(?<=\bif) (?=\()|(?<=\bfor) (?=\()", "", operators)
