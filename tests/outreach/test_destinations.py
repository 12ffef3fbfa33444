"""Where a link of a mail may lead."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.errors import DefinitionError
from chalicelib.outreach.destinations import build_destination, check_destination
from tests.builders.links import SHOP

HOSTS = ("shop.example", "www.shop.example")

TRICKS = [
    # another host that looks like ours, or hides behind it
    "https://evil.example",
    "https://shop.example.evil.com/",
    "https://evilshop.example/",
    "https://shop.example.",
    "https://shop.example%2eevil.com/",
    "https://shop.example\u3002evil.com/",
    "https://shop\u3002example/",
    "https://shop.example\uff0eevil.com",
    "https://sh\u043ep.example/",
    "https://xn--shp-tna.example/",
    "https://SHOP.example/",
    "https://Shop.Example/",
    "https://shop.examp\u2113e/",
    "https://shop.example\u200b/",
    "https://evil.com/shop.example",
    "https://evil.com?shop.example",
    "https://evil.com#shop.example",
    "https://127.0.0.1/",
    "https://[::1]/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://localhost/",
    # who is the host?
    "https://shop.example\\@evil.com",
    "https://shop.example\\.evil.com",
    "https://evil.com\\@shop.example/",
    "https://shop.example@evil.com",
    "https://evil.com@shop.example/",
    "https://user:pw@shop.example/",
    "https://shop.example:443@evil.com/",
    "https://shop.example%40evil.com/",
    "https://shop.example%5c@evil.com",
    "https://shop.example&@evil.com/",
    "https://shop.example;@evil.com/",
    "https://@shop.example/",
    "https://shop.example:@evil.com",
    "https://shop.example/@evil.com",
    "https://shop.example[@evil.com]/",
    # ports
    "https://shop.example:8080/",
    "https://shop.example:443/",
    "https://shop.example:/",
    "https://shop.example:99999/",
    # slashes
    "//evil.com",
    "///evil.com",
    "////evil.com",
    "https:evil.com",
    "https:/evil.com",
    "https:///evil.com",
    "https:///shop.example/",
    "https:\\\\evil.com",
    "\\\\evil.com",
    "/\\evil.com",
    "/evil",
    "evil.com",
    "https://shop.example//evil.com",
    "https://shop.example/%2f%2fevil.com",
    "https://shop.example/%2F/evil.com",
    "https://shop.example/\\evil.com",
    "https://shop.example/%5cevil.com",
    "https://shop.example\\evil.com",
    # schemes
    "http://shop.example/",
    "HTTPS://shop.example/",
    "ftp://shop.example/",
    "javascript:alert(1)",
    "javascript://shop.example/%0aalert(1)",
    "data:text/html,x",
    "vbscript:x",
    "file:///etc/passwd",
    "blob:https://shop.example/x",
    "view-source:https://shop.example/",
    "https\u2236//shop.example/",
    # white space and controls
    " https://shop.example/",
    "https://shop.example/ ",
    "https://shop.example/a b",
    "https://shop.example/\t",
    "https://shop.example/\n",
    "https://shop.example/\r\nSet-Cookie: a=b",
    "ht\ttps://shop.example/",
    "https://shop.example\n.evil.com/",
    "https://shop\t.example/",
    "https://shop.example/\x00",
    "\x01https://shop.example",
    "https://shop.example/%0d%0aLocation:%20https://evil.com",
    "https://shop.example/%00",
    "https://shop.example/%09x",
    "https://shop.example/?a=%0d%0ab",
    "https://shop.example/?a=%5c",
    "https://shop.example/\x7f",
    # paths and escapes
    "https://shop.example/../x",
    "https://shop.example/a/%2e%2e/b",
    "https://shop.example/.",
    "https://shop.example/%2e/",
    "https://shop.example/%",
    "https://shop.example/%4",
    "https://shop.example/%zz",
    "https://shop.example/%ff%fe",
    "https://shop.example/caf\u00e9",
    "https://shop.example/#top",
    "https://shop.example/#@evil.com",
    'https://shop.example/"><script>',
    "https://shop.example/<x>",
    "https://shop.example/{x}",
    "https://shop.example/|",
    "https://shop.example/?q=[x]",
    "https://shop.example/?q=@",
    "https://shop.example/" + "a" * 2_000,
    "",
    "https://",
]

GOOD = [
    "https://shop.example",
    "https://shop.example/",
    "https://www.shop.example/tea/green-tea",
    "https://shop.example/discount/TEA10?redirect=/collections/tea",
    "https://shop.example/?a=1&b=%20x",
    "https://shop.example/caf%C3%A9",
    "https://shop.example/a.b/c,d;e=f",
]


@pytest.mark.parametrize("address", TRICKS, ids=range(len(TRICKS)))
def test_a_destination_that_tricks_somebody_is_refused_when_it_is_made(address):
    with pytest.raises(DefinitionError) as refusal:
        check_destination(address, HOSTS)

    assert "evil" not in str(refusal.value)


@pytest.mark.parametrize("address", GOOD)
def test_a_plain_destination_is_kept_letter_for_letter(address):
    assert check_destination(address, HOSTS) == address


def test_there_are_more_than_eighty_tricks():
    assert len(set(TRICKS)) == len(TRICKS) > 80


@given(st.text(alphabet="htps:/\\@.%?#evilshop.example 2f5c\t", max_size=60))
def test_whatever_passes_leads_to_a_listed_host_for_the_strictest_reader(text):
    try:
        kept = check_destination(text, HOSTS)
    except DefinitionError:
        return
    rest = kept.removeprefix("https://")
    assert rest != kept
    assert rest.replace("?", "/").partition("/")[0] in HOSTS


def test_a_destination_carries_the_code_and_where_the_visit_came_from():
    utm = {"source": "regulars", "campaign": "a b"}
    built = build_destination(f"{SHOP}/tea?sort=new", HOSTS, code="TEA-10", utm=utm)
    placed = build_destination(f"{SHOP}/discount/{{code}}", HOSTS, code="TEA-10", utm={})

    assert built == f"{SHOP}/tea?sort=new&code=TEA-10&utm_campaign=a+b&utm_source=regulars"
    assert placed == f"{SHOP}/discount/TEA-10"


@pytest.mark.parametrize("code", ["a/b", "a&b=c", "../x", "a b", "a" * 41, "é"])
def test_a_code_that_would_change_the_address_is_refused(code):
    with pytest.raises(DefinitionError):
        build_destination(SHOP, HOSTS, code=code, utm={})
