"""The strict parser: what JSON is (y_), what it is not (n_), where the RFC leaves it to us (i_)."""

import contextlib
import inspect
import json
import re
import sys
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chalicelib import strictjson
from chalicelib.errors import MalformedError, TooLargeError
from chalicelib.strictjson import dump_json, parse_json, parse_object
from tests.builders.work import count_calls

ACCEPTED = {
    "y_array_empty": (b"[]", []),
    "y_array_spaces": (b" [ 1 , 2 ]\r\n\t", [1, 2]),
    "y_array_of_everything": (
        b'[null,true,false,0,"a",{},[]]',
        [None, True, False, 0, "a", {}, []],
    ),
    "y_object_empty": (b"{}", {}),
    "y_object_empty_name": (b'{"":0}', {"": 0}),
    "y_object_nul_in_name": (b'{"a\\u0000b":1}', {"a\x00b": 1}),
    "y_object_special_names": (
        b'{"__proto__":1,"$where":2,"#n":3,":v":4}',
        {"__proto__": 1, "$where": 2, "#n": 3, ":v": 4},
    ),
    "y_number_zero": (b"0", 0),
    "y_number_minus_zero": (b"-0", 0),
    "y_number_38_digits": (b"9" * 38, int("9" * 38)),
    "y_number_minus_38_digits": (b"-" + b"9" * 38, -int("9" * 38)),
    "y_number_beyond_2_to_53": (b"706405506930370084", 706405506930370084),
    "y_number_fraction_keeps_zero": (b"1.10", Decimal("1.10")),
    "y_number_exponents": (b"[1e2,1E+2,1e-2]", [Decimal("1e2"), Decimal("1E+2"), Decimal("1e-2")]),
    "y_number_largest": (b"9.9e125", Decimal("9.9e125")),
    "y_number_smallest": (b"-0." + b"0" * 129 + b"1", Decimal("-1e-130")),
    "y_string_escapes": (b'"\\"\\\\\\/\\b\\f\\n\\r\\t"', '"\\/\b\f\n\r\t'),
    "y_string_escaped_control": (b'"\\u0000\\u001f"', "\x00\x1f"),
    "y_string_pair": (b'"\\ud83d\\uDE00"', "\U0001f600"),
    "y_string_backslash_before_ud800": (b'"\\\\ud800"', "\\ud800"),
    "y_string_utf8": ('"Léon नमस्ते Әлия سلام"'.encode(), "Léon नमस्ते Әлия سلام"),
    "y_string_noncharacter": ('"\uffff"'.encode(), "\uffff"),
    "y_string_del": (b'"\x7f"', "\x7f"),
    "y_string_line_separators": ('"\u2028\u2029"'.encode(), "\u2028\u2029"),
    "y_string_full_of_brackets": (
        b'["' + b"[" * 99 + b'","' + b"]" * 98 + b'"]',
        ["[" * 99, "]" * 98],
    ),
    "y_string_escaped_quote_then_brackets": (b'["\\"' + b"[" * 99 + b'"]', ['"' + "[" * 99]),
    "y_string_colons_only": (b'"' + b":" * 20_000 + b'"', ":" * 20_000),
    "y_string_of_digits": (b'"' + b"7" * 50 + b'"', "7" * 50),
    "y_string_long_value": (b'{"a":"' + b"x" * 70_000 + b'"}', {"a": "x" * 70_000}),
    "y_name_256_bytes": (b'{"' + b"x" * 256 + b'":1}', {"x" * 256: 1}),
    "y_long_space_then_name": (b'{"a":1,' + b" " * 400 + b'":b":2}', {"a": 1, ":b": 2}),
    "y_depth_32": (b"[" * 32 + b"]" * 32, None),
    "y_depth_32_twice": (
        b"[" + (b"[" * 31 + b"]" * 31) + b"," + (b"[" * 31 + b"]" * 31) + b"]",
        None,
    ),
    "y_wide": (b"[" + b"[]," * 5_000 + b"[]]", [[]] * 5_001),
    "y_names_differ_in_case": (b'{"a":1,"A":2}', {"a": 1, "A": 2}),
    "y_names_repeat_in_other_objects": (b'[{"a":1},{"a":1}]', [{"a": 1}, {"a": 1}]),
    "y_name_in_hindi": ('{"नाम":1,"é":2}'.encode(), {"नाम": 1, "é": 2}),
    "y_many_names": (
        b"{" + b",".join(b'"%d":0' % n for n in range(9_999)) + b"}",
        {str(n): 0 for n in range(9_999)},
    ),
}

MALFORMED = {
    "n_empty": b"",
    "n_space": b" ",
    "n_bom": b"\xef\xbb\xbf{}",
    "n_trailing_garbage": b"{}x",
    "n_two_values": b"{}{}",
    "n_trailing_nul": b"{}\x00",
    "n_truncated_object": b'{"a":1',
    "n_truncated_string": b'{"a":"b',
    "n_truncated_escape": b'"\\',
    "n_truncated_unicode": b'"\\u00',
    "n_bad_escape": b'"\\x41"',
    "n_escape_outside": b'[\\"[]',
    "n_raw_newline": b'"a\nb"',
    "n_raw_nul": b'"a\x00b"',
    "n_raw_tab_in_name": b'{"a\t":1}',
    "n_trailing_comma": b"[1,]",
    "n_trailing_comma_object": b'{"a":1,}',
    "n_leading_comma": b"[,1]",
    "n_no_colon": b'{"a" 1}',
    "n_two_colons": b'{"a"::1}',
    "n_single_quotes": b"{'a':1}",
    "n_bare_name": b"{a:1}",
    "n_number_name": b"{1:1}",
    "n_comment": b"[1/*x*/]",
    "n_nan": b"[NaN]",
    "n_infinity": b"Infinity",
    "n_minus_infinity": b'{"a":-Infinity}',
    "n_minus_nan": b"-NaN",
    "n_plus": b"+1",
    "n_leading_zero": b"01",
    "n_minus_leading_zero": b"-01",
    "n_bare_point": b"1.",
    "n_point_first": b".5",
    "n_bare_exponent": b"1e",
    "n_hex": b"0x10",
    "n_underscore": b"1_000",
    "n_full_width_digit": "１".encode(),
    "n_capital_true": b"True",
    "n_crossed_brackets": b"[{]}",
    "n_close_first": b"][",
    "n_unclosed": b"[[[",
    "n_vertical_tab": b"[1,\x0b2]",
    "n_no_break_space": "[\u00a01]".encode(),
    "n_latin1": b'"\xe9"',
    "n_overlong": b'"\xc0\xaf"',
    "n_surrogate_bytes": b'"\xed\xa0\x80"',
    "n_fe_ff": b'"\xff\xfe"',
    "n_beyond_unicode": b'"\xf4\x90\x80\x80"',
    "n_utf16": '{"a":1}'.encode("utf-16"),
    "n_utf16le": '{"a":1}'.encode("utf-16-le"),
    "n_utf32": '{"a":1}'.encode("utf-32"),
    "n_utf32be": "1".encode("utf-32-be"),
    "i_name_twice": b'{"email":"a","email":"b"}',
    "i_name_twice_same_value": b'{"a":1,"a":1}',
    "i_name_twice_by_escape": b'{"a":1,"\\u0061":1}',
    "i_name_twice_deep": b'[{"b":{"a":1,"a":1}}]',
    "i_name_twice_after_nfc": '{"e\u0301":1,"\u00e9":2}'.encode(),
    "i_name_twice_after_nfc_escaped": b'{"e\\u0301":1,"\\u00e9":2}',
    "i_lone_high": b'"\\ud800"',
    "i_lone_low": b'"\\uDEAD"',
    "i_swapped_pair": b'"\\ude00\\ud83d"',
    "i_two_highs_one_low": b'"\\ud83d\\ud83d\\ude00"',
    "i_lone_in_name": b'{"\\udfaa":0}',
    "i_high_then_text": b'"\\uDBFFx"',
    "i_lone_after_backslashes": b'"\\\\\\ud800"',
    "i_39_digits": b"1" + b"0" * 38,
    "i_39_digits_in_list": b'["a",' + b"-" + b"1" * 39 + b"]",
    "i_5000_digits": b"1" * 5_000,
    "i_39_significant": b"0." + b"1" * 39,
    "i_huge_exponent": b"1e126",
    "i_tiny_exponent": b"1e-131",
    "i_absurd_exponent": b"1e999999999",
    "i_unreal_exponent": b"1e99999999999999999999999",
    "i_zero_with_unreal_exponent": b"0e-99999999999999999999999",
    "i_depth_33": b"[" * 33 + b"]" * 33,
    "i_depth_33_mixed": b'{"a":[' * 17 + b"]}" * 17,
    "i_depth_33_among_others": b"[[]," * 32 + b"[]" + b"]" * 32,
    "i_depth_33_behind_bracket_strings": b'["]]]]",' * 33 + b"1" + b"]" * 33,
    "i_depth_1000": b"[" * 1_000 + b"]" * 1_000,
}

TOO_LARGE = {
    "i_10000_names": b"{" + b",".join(b'"%d":0' % n for n in range(10_000)) + b"}",
    "i_10000_names_in_all": b"[" + b",".join([b'{"a":0,"b":0}'] * 5_000) + b"]",
    "i_name_257_bytes": b'{"' + b"x" * 257 + b'":1}',
    "i_name_257_bytes_of_utf8": b'{"' + "é".encode() * 129 + b'":1}',
    "i_name_long_by_escapes": b'{"' + b'\\"' * 129 + b'"\n\t :1}',
    "i_name_64_kb": b'{"a":{"b":"' + b"y" * 300 + b'","' + b"x" * 65_536 + b'":1}}',
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_json_is_read_as_it_is_written(name):
    raw, value = ACCEPTED[name]
    read = parse_json(raw)
    assert value is None or read == value
    assert repr(read) == repr(value) or value is None or isinstance(value, dict)


@pytest.mark.parametrize("name", MALFORMED)
def test_what_is_not_our_json_is_malformed(name):
    with pytest.raises(MalformedError) as caught:
        parse_json(MALFORMED[name])
    assert caught.value.STATUS_CODE == 400


@pytest.mark.parametrize("name", TOO_LARGE)
def test_too_many_or_too_long_names_are_too_large(name):
    with pytest.raises(TooLargeError) as caught:
        parse_json(TOO_LARGE[name])
    assert caught.value.STATUS_CODE == 413


@pytest.mark.parametrize("raw", [b"null", b"1", b'"x"', b"[]", b"true", b"1.5"])
def test_only_an_object_is_an_object(raw):
    parse_json(raw)
    with pytest.raises(MalformedError):
        parse_object(raw)


def test_an_error_never_quotes_the_body():
    with pytest.raises(MalformedError) as caught:
        parse_json(b'{"email": "asha@example.com" oops}')
    assert "asha" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_fractions_are_exact_and_never_floats():
    assert repr(parse_json(b'{"rate": 0.06, "big": 1e2}')) == "{'rate': Decimal('0.06'), 'big': Decimal('1E+2')}"


HOSTILE = {
    "100,000 arrays": b"[" * 100_000,
    "100,000 arrays, closed": b"[" * 100_000 + b"]" * 100_000,
    "100,000 objects": b'{"a":' * 100_000,
    "100,000 objects, closed": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "100,000 arrays with neighbours": b"[[]," * 100_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_deep_nesting_is_refused_in_a_few_steps(name):
    def refuse():
        with pytest.raises(MalformedError):
            parse_json(HOSTILE[name])

    assert count_calls(refuse) < 50  # each a pass over the bytes at C speed


def test_deep_nesting_is_refused_even_with_little_stack_left():
    limit = sys.getrecursionlimit()
    frames = len(inspect.stack(0))
    sys.setrecursionlimit(frames + 60)
    try:
        with pytest.raises(MalformedError):
            parse_json(b"[" * 900 + b"]" * 900)
    finally:
        sys.setrecursionlimit(limit)


def invent_order(lines):
    """Build an order like Shopify's, about 25 bytes for each name."""
    money = {"amount": "19.90", "currency_code": "EUR"}
    line = {
        "id": 866550311766439020,
        "title": "Jasmine tea",
        "sku": "TEA-1",
        "quantity": 2,
        "price": "19.90",
        "price_set": {"shop_money": money, "presentment_money": money},
        "tax_lines": [{"rate": 0.06, "title": "VAT", "price_set": {"shop_money": money}}],
        "properties": [],
        "taxable": True,
        "gift_card": False,
        "variant_title": None,
    }
    address = {"first_name": "Asha", "city": "Almaty", "zip": "050000", "latitude": None}
    return {
        "id": 820982911946154508,
        "email": "asha@example.com",
        "note": None,
        "order_status_url": "https://shop.example/orders/a?key=b",
        "line_items": [line] * lines,
        "billing_address": address,
        "shipping_address": address,
        "total_price_set": {"shop_money": money},
    }


def test_an_order_costs_a_few_steps_for_each_object():
    raw = json.dumps(invent_order(20), separators=(",", ":")).encode()
    assert 7_000 < len(raw) < 9_000
    objects, fractions = raw.count(b"{"), raw.count(b"0.06")

    assert count_calls(parse_json, raw) < 5 * (objects + fractions) + 50  # nothing for each name, text or byte


NUMBERS = st.one_of(
    st.integers(-(10**38) + 1, 10**38 - 1),
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30, places=6),
    st.builds(lambda m, e: Decimal(m).scaleb(e), st.integers(-(10**9), 10**9), st.integers(-90, 90)),
)
NAMES = st.text(st.characters(codec="utf-8"), max_size=20)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=30,
)


def has_twins(value):
    """Tell whether some object has two names that are one after NFC: we rightly do not read it back."""
    from unicodedata import normalize

    if isinstance(value, dict):
        twins = len({normalize("NFC", name) for name in value}) < len(value)
        return twins or any(map(has_twins, value.values()))
    return isinstance(value, list) and any(map(has_twins, value))


@settings(deadline=None)
@given(VALUES.filter(lambda value: not has_twins(value)))
@example([Decimal("1.10"), Decimal("1E+5"), Decimal("-0.0"), 10**37, "\x00\u2028"])
def test_what_we_write_we_read_back_and_write_the_same(value):
    raw = dump_json(value)
    read = parse_json(raw)
    assert read == value
    assert dump_json(read) == raw


@settings(deadline=None)
@given(VALUES)
def test_canonical_text_is_what_other_parsers_read_too(value):
    read = json.loads(dump_json(value), parse_float=Decimal)
    assert dump_json(read) == dump_json(value)


def test_canonical_text_sorts_names_and_keeps_digits():
    assert dump_json({"b": Decimal("1.10"), "a": ["é", None, True, -3]}) == (
        '{"a":["é",null,true,-3],"b":1.10}'.encode()
    )


@pytest.mark.parametrize("value", [1.5, Decimal("NaN"), Decimal("Infinity"), b"x", {1}, {"a": object()}])
def test_what_json_has_not_cannot_be_written(value):
    with pytest.raises(TypeError):
        dump_json(value)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(raw):
    with contextlib.suppress(MalformedError, TooLargeError):
        parse_json(raw)


PIECES = st.sampled_from(
    [
        b"[",
        b"]",
        b"{",
        b"}",
        b'"',
        b"\\",
        b":",
        b",",
        b"1",
        b"e5",
        b"-",
        b".0",
        b"a",
        b"\\u",
        b"d800",
        b"\\ud83d",
        b"\\ude00",
        b"null",
        b"true",
        b" ",
        b"\n",
        "é".encode(),
        b"\xed\xa0\x80",
        b"NaN",
        b'"a":',
        b"[" * 32,
        b"]" * 32,
        b"x" * 257,
        b"9" * 39,
    ]
)


@settings(deadline=None)
@given(st.lists(PIECES, max_size=40).map(b"".join))
def test_json_in_pieces_is_read_as_the_plain_parser_reads_it_or_refused(raw):
    try:
        strict = parse_json(raw)
    except (MalformedError, TooLargeError):
        return
    assert strict == json.loads(raw, parse_float=Decimal)


@settings(deadline=None)
@given(st.lists(PIECES, max_size=40).map(b"".join))
def test_whatever_is_read_is_within_the_limits(raw):
    try:
        value = parse_json(raw)
    except (MalformedError, TooLargeError):
        return
    assert measure_depth(value) <= strictjson.MAX_DEPTH
    json.dumps(value, ensure_ascii=False, default=str).encode("utf-8")  # no lone surrogate
    assert not re.search(r"\d{39}", json.dumps(value, default=str))


def measure_depth(value):
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return 1 + max(map(measure_depth, inner), default=0)
    return 0
