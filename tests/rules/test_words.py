"""Old names are gone from code and pages: each was a word of our own where the field has an ordinary one."""

import io
import re
import tokenize
from pathlib import Path

from tests.rules.sweeps import for_each

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve()
# Names that are no ordinary words: gone from every text, whether code, comment or page.
GONE = re.compile(
    r"""(?<![\w-]) (?: RENDERED | LookRows | FADING | OWN_WORDS | DOOR_PATIENCE | hear_consents | hear_fields
    | list_noes | find_parting | leave_row | bar_row | bar_free | inherit_row | pass_noes | brings_back | settle_told
    | blank_item
    | hold_submission | note_try | waits_for_yes | answers_ask | reports_question | concerns_request | spare_\w+
    | find_strangers | part_values | weigh_render | sign_render | find_speech | hand_over | ask_proof
    | tell_moment | is_own_act | find_remains | opens_probe | says_more | fold_anew | walk_shops | walk_stretch
    | dress_answer | lead_on | take_stop | ask_stop | spend_try | thank_asker | bury_message | leaves\.py | find_leaf
    | join_firsts | join_signs | mend_sesv2 | wake_data | say_message | due_week | farewell ) (?![\w-])""",
    re.VERBOSE,
)
# Ordinary words, gone as names alone: of a class, function, variable, attribute, argument or module.
NAMES = set(
    re.findall(
        r"\w+",
        """Told Press Visit Scene Pulse pulse Claimant claimant Speech handover Counted Trace STRETCH Patience resting
        lane OURS Standing Settling Asking Answering Erasing Retiring Sweeping Forgetting""",
    )
)
PHRASES = re.compile(r"\bmake (?:told|say)\b|\bstanding\.py\b|\bimport standing\b|\.standing import\b")
CODED = re.compile(r"`([^`\n]+)`")
FOLDERS = ("chalicelib", "infra", "tests", "docs")
FILES = sorted(
    path
    for path in (
        *(each for folder in FOLDERS for each in (ROOT / folder).rglob("*")),
        *ROOT.glob("*.*"),
        ROOT / "Makefile",
    )
    if path.suffix in {".py", ".md", ".toml", ".yaml", ".html", ".jinja", ".js", ""} and path.is_file() and path != HERE
)


def list_names(path: Path, text: str) -> set[str]:
    """Return the names in a Python file, or the words between backticks of any other file."""
    if path.suffix == ".py":
        tokens = tokenize.generate_tokens(io.StringIO(text).readline)
        return {token.string for token in tokens if token.type == tokenize.NAME}
    return {word for code in CODED.findall(text) for word in re.findall(r"\w+", code)}


def find_old(path: Path, text: str) -> list[str]:
    """Return the old names in a file."""
    phrases = [match[0] for pattern in (GONE, PHRASES) for match in pattern.finditer(text)]
    return sorted({*phrases, *(list_names(path, text) & NAMES)})


@for_each(FILES, lambda path: path.relative_to(ROOT).as_posix())
def test_no_old_name_is_left(path):
    assert find_old(path, path.read_text("utf-8")) == []


def test_an_old_name_is_noticed():
    assert find_old(Path("a.py"), "from people import standing\nclass Told: ...  # as find_leaf did\n") == [
        "Told",
        "find_leaf",
        "import standing",
    ]
    assert find_old(Path("a.md"), "`Pulse.read` counts. Press the button, then `make told`.") == ["Pulse", "make told"]


def test_ordinary_words_are_no_old_names():
    assert find_old(Path("a.py"), '"""Told by the shop: press the lane."""\nundertold = 1\n') == []
