"""One e-mail address on its way, typed -> kept -> indexed -> on the wire, and what stops it at each step."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.addresses import (
    encode_email,
    fold_mailbox,
    is_simulated,
    keep_email,
    normalise_email,
    trim_email,
)


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
        ("a@XN--E1AFMKFD.EXAMPLE.", "a@пример.example", "a@xn--e1afmkfd.example", "a@xn--e1afmkfd.example"),
        ("a@bu\u0308cher\uff0eexample", "a@bücher.example", "a@xn--bcher-kva.example", "a@xn--bcher-kva.example"),
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


AROUND = [
    "asel@example.org.",
    "asel@example.org..",
    "asel@example.org. ",
    "asel@example\u3002org\u3002",
    "asel@example\uff61org",
    "mailto:asel@example.org",
    "MailTo: Asel@Example.org?subject=Hi&cc=ben@example.org",
    "mailto:%61sel%40example.org",
    "<asel@example.org>",
    " <mailto:asel@example.org>.",
    "\u00a0asel@example.org\u3000",
    "\u202aasel@example.org\u202c",
    "\u2066asel@example.org\u2069",
    "\u200basel@example.org",
    "\ufeffasel@example.org\u200d",
    "asel@example.org\u00ad.",
    "asel@example.org\ufe0f",
    "\u202e <\u200basel@example.org\u00a0> \u202c",
]


@pytest.mark.parametrize("text", AROUND)
def test_what_is_copied_along_with_an_address_is_no_part_of_it(text):
    assert keep_email(text).lower() == "asel@example.org"
    assert normalise_email(text) == "asel@example.org"
    assert encode_email(text).lower() == "asel@example.org"


@pytest.mark.parametrize(
    "text",
    [
        "as\u200bel@example.org",
        "asel\u200c@example.org",
        "asel@\u00adexample.org",
        "asel@exam\u2060ple.org",
        "asel@exam\ufe0fple.org",
        "as\u00a0el@example.org",
        "asel @example.org",
        "as\x00el@example.org",
        "as\ufffdel@example.org",
        f"as{chr(0xD83D)}el@example.org",
        "mailto:%ff@example.org",
        "Asel <asel@example.org>",
        "<asel@example.org",
        "asel@example.org>",
        "asel@example.org, ben@example.org",
        "asel@example.org,ben@example.org",
        "asel@example.org;ben@example.org",
        "ben@asel@example.org",
        "asel@example..org",
        "asel@.example.org",
        "mailto:",
        "<>",
        "...",
        "a@\u200c.example",
        "<" * 300_000 + ">" * 300_000,
    ],
)
def test_what_is_no_single_address_names_nobody_and_is_not_kept(text):
    assert normalise_email(text) == keep_email(text) == ""


def test_a_joiner_that_a_persian_domain_needs_stays():
    assert normalise_email("a@\u0646\u0627\u0645\u0647\u200c\u0627\u06cc.example") == ("a@xn--mgba3gch31f060k.example")
    assert normalise_email("a@ex\u200cample.org") == ""


PLAIN = (
    "asel A b + . @ @ @ example .org .example bücher BÜCHER Пример xn--bcher-kva mailto: MAILTO: ?x=y %40 < > ｅ ß é"
)
UNSEEN = "\u00a0\u200b\u200c\u202a\u202c\u2066\ufeff\u00ad\ufe0f\u212a\ufb01\u3002\uff0e\uff61"
pieces = st.sampled_from([*PLAIN.split(), *UNSEEN, "bu\u0308cher"])
around = st.lists(st.sampled_from([" ", "\u00a0", "\u202a", "\u202c", "\ufeff", "\u00ad", ".", "mailto:"]), max_size=3)
domains = st.sampled_from(
    [
        "example.org",
        "EXAMPLE.Org.",
        "bücher.example",
        "BU\u0308CHER\u3002example",
        "xn--bcher-kva\uff0eexample",
        "faß.example",
    ]
)
spelt = st.tuples(around, st.emails().map(lambda text: text.partition("@")[0]), domains, around).map(
    lambda parts: f"{''.join(parts[0])}{parts[1]}@{parts[2]}{''.join(parts[3])}"
)


@settings(deadline=None, max_examples=500)  # the first call imports email_validator
@given(spelt | st.lists(pieces, max_size=10).map("".join) | st.emails())
def test_what_a_form_keeps_has_the_name_of_what_was_typed(text):
    kept = keep_email(text)

    assert not kept or normalise_email(kept) == normalise_email(text) != ""
    assert keep_email(kept) == kept
    assert encode_email(kept) == encode_email(text)


@given(st.lists(pieces, max_size=10).map("".join) | st.text(max_size=20))
def test_trimming_and_normalising_twice_change_nothing(text):
    assert trim_email(trim_email(text)) == trim_email(text)
    assert normalise_email(normalise_email(text)) == normalise_email(text)


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


@pytest.mark.parametrize(
    ("address", "simulated"),
    [
        ("bounce+1@simulator.amazonses.com", True),
        ("bounce@Simulator.AmazonSES.com", True),
        ("bounce@amazonses.com", False),
        ("bounce@simulator.amazonses.com.example.org", False),
        ("simulator.amazonses.com", False),
        ("", False),
    ],
)
def test_an_address_of_the_simulator_is_known_and_each_tag_of_it_is_a_mailbox(address, simulated):
    assert is_simulated(address) is simulated
    if simulated:
        assert fold_mailbox(address) == normalise_email(address)
