"""What stands behind a link, where it may lead, and who followed it."""

import base64
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.errors import DefinitionError, TryAgainLaterError
from chalicelib.outreach.destinations import build_destination, check_destination
from chalicelib.routes.scanners import MACHINE, PERSON, tell_caller
from chalicelib.store.links import Links, make_token, name_token
from tests.builders.links import CHROME, END, NOW, SHOP, a_link, put_link

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


def test_a_link_comes_back_as_it_was_kept_and_its_token_is_nowhere(tables):
    for kind in ("go", "stop", "choose", "confirm"):
        token = put_link(tables, kind)
        links = Links(tables.dynamodb, tables.settings.prefix + "links")

        assert links.read_link(token, NOW) == a_link(kind)
        assert token not in str(tables.read_all("links"))
    assert [row for row in tables.read_all("links") if "stop" in row["link"]["S"] and "expires_at" in row] == []


def test_an_expired_link_is_none_though_its_row_is_still_there(tables):
    token = put_link(tables, "go", expires_at=END)
    links = Links(tables.dynamodb, tables.settings.prefix + "links")

    assert links.read_link(token, END - timedelta(seconds=1)) is not None
    assert links.read_link(token, END) is None
    assert len(tables.read_all("links")) == 1


def test_an_unsubscribe_link_works_after_ten_years(tables):
    token = put_link(tables, "stop")

    assert Links(tables.dynamodb, tables.settings.prefix + "links").read_link(token, NOW + timedelta(days=3653))


def test_every_changed_token_is_another_token(tables):
    token = put_link(tables, "stop")
    links = Links(tables.dynamodb, tables.settings.prefix + "links")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    same_bytes = [token[:-1] + sign for sign in alphabet if sign != token[-1]]
    tampered = [token[:-1], token + "A", token.swapcase(), token[::-1], "", "A" * 10_000, token + "=", f" {token}"]

    decoded = {base64.urlsafe_b64decode(other + "=") for other in same_bytes}
    assert base64.urlsafe_b64decode(token + "=") in decoded  # why the text is hashed and not the bytes
    assert [other for other in (*same_bytes, *tampered) if links.read_link(other, NOW)] == []


def test_tokens_have_256_bits_and_names_do_not_tell_them():
    tokens = {make_token() for _ in range(1_000)}

    assert len(tokens) == len({name_token(token) for token in tokens}) == 1_000
    assert {len(base64.urlsafe_b64decode(token + "=")) for token in tokens} == {32}


def test_a_link_that_cannot_be_read_is_not_an_unknown_link(tables):
    with pytest.raises(TryAgainLaterError):
        Links(tables.dynamodb, "no-such-table").read_link(make_token(), NOW)


PEOPLE = {
    "chrome": CHROME["user-agent"],
    "firefox": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "safari on a telephone": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
    "edge": CHROME["user-agent"] + " Edg/138.0.0.0",
    "a telephone called Cubot": "Mozilla/5.0 (Linux; Android 13; CUBOT P80) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/137.0.0.0 Mobile Safari/537.36",
    "samsung": "Mozilla/5.0 (Linux; Android 15; SAMSUNG SM-S931B) AppleWebKit/537.36 (KHTML, like Gecko) "
    "SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
}
SCANNERS = {
    "barracuda": "Mozilla/5.0 (compatible; Barracuda Sentinel)",
    "proofpoint": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Proofpoint URL Defense",
    "mimecast": "Mozilla/5.0 (compatible; Mimecast-URL-Protect)",
    "office": "Mozilla/4.0 (compatible; ms-office; MSOffice 16)",
    "outlook": "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0; Pro)",
    "bing preview": "Mozilla/5.0 (Windows NT 6.1; WOW64) AppleWebKit/534+ (KHTML, like Gecko) BingPreview/1.0b",
    "google": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "image proxy": "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
    "slack": "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "facebook": "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "headless": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/138.0.0.0",
    "python": "python-requests/2.32.3",
    "curl": "curl/8.5.0",
    "go": "Go-http-client/2.0",
    "ironport": "Mozilla/5.0 (compatible; Cisco IronPort)",
    "nameless": "",
}
AHEAD = {
    "speculation rules": {"sec-purpose": "prefetch;prerender"},
    "link prefetch": {"sec-purpose": "prefetch"},
    "old chrome": {"purpose": "prefetch"},
    "old firefox": {"x-moz": "prefetch"},
    "safari's top sites": {"x-purpose": "preview"},
}
ODD = {
    "an image": {"sec-fetch-dest": "image"},
    "a script": {"sec-fetch-mode": "cors"},
    "no page asked for": {"accept": "*/*"},
    "no language": {"accept-language": ""},
}


@pytest.mark.parametrize("agent", PEOPLE.values(), ids=PEOPLE)
def test_a_person_with_a_browser_is_a_person(agent):
    assert tell_caller("GET", {**CHROME, "user-agent": agent}, "198.51.100.7") == PERSON


@pytest.mark.parametrize("agent", SCANNERS.values(), ids=SCANNERS)
def test_a_scanner_is_a_machine_even_with_a_browsers_headers(agent):
    assert tell_caller("GET", {**CHROME, "user-agent": agent}, "198.51.100.7") == MACHINE


@pytest.mark.parametrize("headers", [*AHEAD.values(), *ODD.values()], ids=[*AHEAD, *ODD])
def test_what_no_pressed_link_sends_is_a_machine(headers):
    assert tell_caller("GET", {**CHROME, **headers}, "198.51.100.7") == MACHINE


def test_head_and_the_networks_of_mail_gateways_are_machines():
    assert tell_caller("HEAD", CHROME, "198.51.100.7") == MACHINE
    assert tell_caller("GET", CHROME, "209.222.82.9") == MACHINE
    assert tell_caller("GET", CHROME, "2a01:111:f403::1") == MACHINE
    assert tell_caller("GET", CHROME, "nonsense") == PERSON
