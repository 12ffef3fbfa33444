"""The part of a code that differs: easy to type, hard to guess."""

import re

from chalicelib.mails.codes import LENGTH, make_code
from chalicelib.text import CLEAR_SIGNS


def test_a_code_has_no_sign_that_is_mistaken_for_another():
    assert not set(CLEAR_SIGNS) & set("AEIOU01258BDLSZ") - {"D"}
    assert all(re.fullmatch(f"[{CLEAR_SIGNS}]{{{LENGTH}}}", make_code()) for _ in range(1_000))


def test_codes_differ():
    assert len({make_code() for _ in range(10_000)}) == 10_000
