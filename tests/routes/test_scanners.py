"""Which visits to a link are a machine's."""

import pytest

from chalicelib.routes.scanners import MACHINE, PERSON, classify_caller
from tests.builders.links import CHROME
from tests.builders.scanners import AHEAD, SCANNERS

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
ODD = {
    "an image": {"sec-fetch-dest": "image"},
    "a script": {"sec-fetch-mode": "cors"},
    "no page asked for": {"accept": "*/*"},
    "no language": {"accept-language": ""},
}


@pytest.mark.parametrize("agent", PEOPLE.values(), ids=PEOPLE)
def test_a_person_with_a_browser_is_a_person(agent):
    assert classify_caller("GET", {**CHROME, "user-agent": agent}, "198.51.100.7") == PERSON


@pytest.mark.parametrize("agent", SCANNERS.values(), ids=SCANNERS)
def test_a_scanner_is_a_machine_even_with_a_browsers_headers(agent):
    assert classify_caller("GET", {**CHROME, "user-agent": agent}, "198.51.100.7") == MACHINE


@pytest.mark.parametrize("headers", [*AHEAD.values(), *ODD.values()], ids=[*AHEAD, *ODD])
def test_what_no_pressed_link_sends_is_a_machine(headers):
    assert classify_caller("GET", {**CHROME, **headers}, "198.51.100.7") == MACHINE


def test_head_and_the_networks_of_mail_gateways_are_machines():
    assert classify_caller("HEAD", CHROME, "198.51.100.7") == MACHINE
    assert classify_caller("GET", CHROME, "209.222.82.9") == MACHINE
    assert classify_caller("GET", CHROME, "2a01:111:f403::1") == MACHINE
    assert classify_caller("GET", CHROME, "nonsense") == PERSON
