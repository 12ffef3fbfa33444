"""What a customer typed does not steer the terminal of the member of staff who reads it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from infra.staff.terminal import clean_output, clean_text

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    "typed",
    [
        "\x1b]0;owned\x07",  # the title of the window
        "\x1b[2J\x1b[H",  # an empty screen
        "\x9b31m",  # the one-byte form of an escape sequence
        "\r\x08\x7f",
        "\u202e\u2066evil\u2069",  # text from right to left
        "a\u2028b",
    ],
)
def test_signs_that_steer_are_printed_as_their_code(typed):
    shown = clean_text(typed)
    assert all(sign.isprintable() for sign in shown)
    assert "\\u" in shown


@pytest.mark.parametrize("plain", ["Әсел Бекова\n", "आशा\tराव", "نیلوفر", "e\u0301 👩‍👩‍👧 ১২"])
def test_names_of_all_scripts_stay_as_they_are(plain):
    assert clean_text(plain) == plain


def test_what_is_printed_inside_is_clean_and_the_stream_comes_back(capsys):
    before = sys.stdout
    with clean_output():
        print("a\x1b[31m", flush=True)
    assert sys.stdout is before
    assert capsys.readouterr().out == "a\\u001b[31m\n"


def test_every_command_that_opens_a_stage_prints_clean_texts():
    commands = [path for path in (ROOT / "infra" / "staff").glob("*.py") if "current_services()" in path.read_text()]
    assert len(commands) > 10
    assert [path.name for path in commands if "open_stage" not in path.read_text()] == []


def test_a_command_started_as_such_prints_clean_texts(tmp_path):
    code = "from infra.staff.terminal import clean_output\nwith clean_output():\n    print('x\\x1b[2J')"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "x\\u001b[2J\n")


def test_a_reader_that_wants_no_more_ends_the_command_without_a_traceback():
    code = "from infra.staff.terminal import clean_output\nwith clean_output():\n    print('x\\n' * 100_000)"
    shell = f'{sys.executable} -c "$CODE" | head -n 1'
    environ = {**os.environ, "CODE": code}
    done = subprocess.run(["bash", "-c", shell], cwd=ROOT, env=environ, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("x\n", "")
