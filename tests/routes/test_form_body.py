"""Bodies as browsers and scripts send them: what is read, and what is refused before anything is believed."""

import pytest
from python_multipart.multipart import parse_options_header

from chalicelib.errors import InvalidSubmissionError, MalformedError, TooLargeError, UnsupportedTypeError
from chalicelib.routes.form_body import MAX_PAIRS, parse_body
from tests.builders.work import count_calls

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=XX"


def part(name, text, extra=""):
    return f'--XX\r\nContent-Disposition: form-data; name="{name}"{extra}\r\n\r\n{text}\r\n'


def multipart(*parts, end="--XX--\r\n"):
    return ("".join(parts) + end).encode()


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=UTF-8", "text/plain;charset=UTF-8"])
def test_json_is_read_also_from_a_beacon(kind):
    assert parse_body('{"name":"Айгүл"}'.encode(), kind) == {"name": "Айгүл"}


def test_urlencoded_pairs_keep_their_order_and_their_repetitions():
    raw = b"why_us=near&name=%D8%B3%D8%A7%D8%B1%D8%A7&why_us=price&note=a+b&empty="

    assert parse_body(raw, FORM + "; charset=utf-8") == [
        ("why_us", "near"),
        ("name", "سارا"),
        ("why_us", "price"),
        ("note", "a b"),
        ("empty", ""),
    ]


def test_multipart_pairs_keep_their_order_and_their_line_ends():
    raw = multipart(part("why_us", "near"), part("address", "1 High St\r\nTown"), part("name", "नेहा"))

    assert parse_body(raw, MULTIPART) == [("why_us", "near"), ("address", "1 High St\r\nTown"), ("name", "नेहा")]


@pytest.mark.parametrize("kind", ["", "text/xml", "application/octet-stream", "multipart/mixed; boundary=XX", "json"])
def test_other_types_are_refused(kind):
    with pytest.raises(UnsupportedTypeError):
        parse_body(b"{}", kind)


LABELS = ("utf8", "UTF8", "utf-8", "Utf-8", "unicode-1-1-utf-8", "unicode11utf8", "UNICODE20UTF8", "x-unicode20utf8")


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "Application/JSON"])
@pytest.mark.parametrize("label", [*LABELS, '"utf-8"', "'utf8'", ' "UTF8" ', "utf8\t", "", '""'])
def test_every_label_of_utf8_means_utf8(kind, label):
    assert parse_body('{"name":"Айгүл"}'.encode(), f"{kind};  Charset={label}; q=1") == {"name": "Айгүл"}


@pytest.mark.parametrize("label", [*LABELS, '"utf8"'])
def test_a_form_may_label_its_utf8_too(label):
    labelled = part("name", "নেহা", f"\r\nContent-Type: text/plain; charset={label}")

    assert parse_body(b"name=%E0%A6%A8", f"{FORM};charset={label}") == [("name", "ন")]
    assert parse_body(multipart(labelled), MULTIPART) == [("name", "নেহা")]


OTHERS = (
    "latin-1",
    "iso-8859-1",
    "windows-1252",
    "us-ascii",
    "utf-16",
    "utf-7",
    '"shift_jis"',
    "koi8-r",
    "utf-8-x",
    "8",
)


@pytest.mark.parametrize("kind", ["application/json", FORM, "text/plain"])
@pytest.mark.parametrize("charset", [*OTHERS, "utf-8; charset=latin1"])
def test_other_charsets_are_refused(kind, charset):
    with pytest.raises(UnsupportedTypeError, match=r"Send UTF-8\."):
        parse_body(b"{}", f"{kind}; charset={charset}")


@pytest.mark.parametrize("charset", OTHERS)
def test_a_part_of_another_charset_is_refused(charset):
    with pytest.raises(UnsupportedTypeError, match=r"Send UTF-8\."):
        parse_body(multipart(part("name", "Zoë", f"\r\nContent-Type: text/plain; charset={charset}")), MULTIPART)


@pytest.mark.parametrize(
    "raw",
    [
        b"name=%FF%FE",
        b"name=\xc3",
        b"name=%ED%A0%80",
        b"name=%C0%AF",
        "a=b".encode("utf-16"),
        "a=b".encode("utf-32-le"),
    ],
)
def test_urlencoded_that_is_not_utf8_is_refused(raw):
    with pytest.raises(MalformedError):
        parse_body(raw, FORM)


@pytest.mark.parametrize("raw", [b"", b"null", b"[]", b'"x"', b"{", b'{"a":1}{"b":2}', b'{"a":1,"a":2}'])
def test_json_that_is_no_object_is_refused(raw):
    with pytest.raises(MalformedError):
        parse_body(raw, "application/json")


BROKEN = {
    "no boundary": ("multipart/form-data", multipart(part("a", "b"))),
    "empty boundary": ("multipart/form-data; boundary=", multipart(part("a", "b"))),
    "long boundary": ("multipart/form-data; boundary=" + "x" * 71, multipart(part("a", "b"))),
    "wrong boundary": ("multipart/form-data; boundary=YY", multipart(part("a", "b"))),
    "no end": (MULTIPART, multipart(part("a", "b"), end="")),
    "cut short": (MULTIPART, multipart(part("a", "b"))[:-9]),
    "empty": (MULTIPART, b""),
    "two names": (MULTIPART, multipart(part("a", "b", '; name="c"'))),
    "two dispositions": (MULTIPART, multipart(part("a", "b", '\r\nContent-Disposition: form-data; name="c"'))),
    "no name": (MULTIPART, b"--XX\r\nContent-Disposition: form-data\r\n\r\nb\r\n--XX--\r\n"),
    "no disposition": (MULTIPART, b"--XX\r\nContent-Type: text/plain\r\n\r\nb\r\n--XX--\r\n"),
    "nested": (MULTIPART, multipart(part("a", "--YY--", "\r\nContent-Type: multipart/mixed; boundary=YY"))),
    "not UTF-8": (MULTIPART, b'--XX\r\nContent-Disposition: form-data; name="a"\r\n\r\n\xff\xfe\r\n--XX--\r\n'),
    "an attachment": (MULTIPART, b'--XX\r\nContent-Disposition: attachment; name="a"\r\n\r\nb\r\n--XX--\r\n'),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_multipart_is_refused(name):
    kind, raw = BROKEN[name]
    with pytest.raises(MalformedError):
        parse_body(raw, kind)


@pytest.mark.parametrize("extra", ['; filename="../../x"', '; filename=""', "; filename*=utf-8''x", '; FILENAME="x"'])
def test_files_are_refused_by_the_name_of_their_field(extra):
    with pytest.raises(InvalidSubmissionError) as caught:
        parse_body(multipart(part("photo", "x", extra)), MULTIPART)
    assert caught.value.fields == {"photo": "file"}


def test_the_parser_still_overlooks_what_we_look_for_ourselves():
    # Should this change, DISPOSITION_KEY in form_body can go.
    assert b"filename" not in parse_options_header(b"form-data; name=\"a\"; filename*=utf-8''x")[1]
    assert parse_options_header(b'form-data; name="a"; name="b"')[1][b"name"] == b"b"


@pytest.mark.parametrize("kind", [FORM, MULTIPART])
def test_thousands_of_values_are_refused_before_they_are_read(kind):
    def refuse(count):
        body = b"&".join([b"a=b"] * count) if kind == FORM else multipart(*[part("a", "b")] * count)
        with pytest.raises(TooLargeError):
            parse_body(body, kind)

    refuse(MAX_PAIRS + 1)  # what is made on first use is no part of the comparison
    assert count_calls(refuse, 10_000) == count_calls(refuse, MAX_PAIRS + 1)
