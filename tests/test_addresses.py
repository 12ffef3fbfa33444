"""One e-mail address on its way, typed -> kept -> indexed -> on the wire, and what stops it at each step."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.addresses import encode_email, keep_email, normalise_email


@pytest.mark.parametrize(
    ("typed", "kept", "indexed", "wire"),
    [
        ("asel@example.org", "asel@example.org", "asel@example.org", "asel@example.org"),
        (" Asel@Example.ORG ", "Asel@example.org", "asel@example.org", "Asel@example.org"),
        ("asel+tea@example.org", "asel+tea@example.org", "asel+tea@example.org", "asel+tea@example.org"),
        ("o'neil@example.org", "o'neil@example.org", "o'neil@example.org", "o'neil@example.org"),
        ("a@bücher.example", "a@bücher.example", "a@xn--bcher-kva.example", "a@xn--bcher-kva.example"),
        ("a@xn--bcher-kva.example", "a@bücher.example", "a@xn--bcher-kva.example", "a@xn--bcher-kva.example"),
        ("a@Пример.example", "a@пример.example", "a@xn--e1afmkfd.example", "a@xn--e1afmkfd.example"),
    ],
)
def test_an_address_goes_its_way(typed, kept, indexed, wire):
    assert keep_email(typed) == kept
    assert normalise_email(kept) == indexed
    assert encode_email(kept) == wire


@pytest.mark.parametrize(
    "text",
    [
        "",
        "@",
        "asel",
        "asel@",
        "@example.org",
        "a b@example.org",
        "a@example.org, b@example.org",
        "Asel <a@example.org>",
        '"a b"@example.org',
        "a@example.org\r\nBcc: b@example.org",
        "a@[192.0.2.1]",
        "a@192.0.2.1",
        "a@localhost",
        "a@shop.local",
        "a@-x.example",
        "a@x_y.example",
        "a..b@example.org",
        "жан@example.org",
        "=?utf-8?q?a?=@example.org",
        "a@\u212aiosk.example",  # the Kelvin sign
        "a@ｅｘａｍｐｌｅ.org",
        "a@ex\u00adample.org",  # a soft hyphen
        "x" * 65 + "@example.org",
        "a@" + "x" * 64 + ".example",
        "a@" + ("x" * 63 + ".") * 4 + "example",
    ],
)
def test_what_is_no_plain_address_is_neither_kept_nor_sent_to(text):
    assert keep_email(text) == encode_email(text) == ""


@settings(deadline=None)  # the first call imports email_validator
@given(st.text(alphabet='aZ9.@-=?\u212a\u00fc \r\n,<"', max_size=30) | st.emails())
def test_what_goes_on_the_wire_is_ascii_and_goes_there_unchanged(text):
    wire = encode_email(text)

    assert wire.isascii()
    assert wire.isprintable()
    assert wire.count("@") == bool(wire)
    assert encode_email(wire) == wire


@settings(deadline=None)  # the first call imports email_validator
@given(st.emails())
def test_two_steps_know_the_same_mailbox(text):
    kept = keep_email(text)

    assert normalise_email(kept) == normalise_email(encode_email(kept))
