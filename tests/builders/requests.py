"""Data subject requests of a test's own: asked, mailed, proven. Builders for tests."""

import re
from datetime import UTC, datetime, timedelta

from chalicelib.data_requests.codes import CODE_SIGNS
from chalicelib.data_requests.run import answer_requests
from chalicelib.models import RequestKind
from chalicelib.senders.privacy import ask_request, confirm_request
from chalicelib.settling.dispatch import settle_item
from chalicelib.store.links import Link, LinkKind, name_token

# DynamoDB Local removes what has expired by the machine's own clock: these tests happen far ahead of it.
START = datetime(2090, 3, 1, 12, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ASEL = "asel@example.org"
HOME = "203.0.113.0/24"


def ask(shop, kind="restrict", email=ASEL, at=START, network=HOME, language="en") -> str:
    """Post a request and settle it; return the outcome."""
    asked = ask_request(RequestKind(kind), email, at, network=network, language=language)
    return settle_item(shop.accept(asked), shop.services(), at)


def read_mail(post, number=-1) -> tuple[str, str]:
    """Return the token and the code of a mail that was sent."""
    text = post.sent[number][1].text
    token = text.split("/privacy/confirm/")[1].split()[0]
    [code] = re.findall(rf"(?m)(?<![\w/-])[{CODE_SIGNS}]{{6}}$", text)
    return token, code


def read_link(shop, token, at=START) -> Link | None:
    """Return what is behind a token."""
    return shop.services().links.read_link(token, at)


def a_result(token) -> str:
    """Return a token for the result of a request; settling takes any that the door names."""
    return name_token(f"result of {token}")


def confirm(shop, token, at=START + HOUR, *, settled_at=None, kind="", network="198.51.100.0/24") -> str:
    """Type the right code; return the outcome."""
    link = read_link(shop, token) or Link(kind=LinkKind.REQUEST, request=kind)
    confirmed = confirm_request(link, name_token(token), a_result(token), at, network=network, language="kk")
    return settle_item(shop.accept(confirmed), shop.services(), settled_at or at)


def prove(shop, post, kind, at=START, email=ASEL) -> str:
    """Ask, get the mail, type the code; return the result's token."""
    assert ask(shop, kind, email, at=at) == "settled"
    assert answer_requests(shop.services(post), at) == {"asked": 1}
    token, _ = read_mail(post)
    assert confirm(shop, token, at + MINUTE) == "settled"
    return a_result(token)


def list_requests(shop, customer):
    return shop.services().requests.list_requests(customer)


def list_states(shop, customer) -> list[str]:
    return [row.state.value for row in list_requests(shop, customer)]


def list_audits(shop):
    return shop.read_all("audit")


def run_hours(shop, post, hours, start=START):
    """Let the schedule fire every quarter of an hour."""
    services = shop.services(post)
    for step in range(hours * 4):
        answer_requests(services, start + step * 15 * MINUTE)
