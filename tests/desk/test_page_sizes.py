"""Every page of the desk on a busy day is at most 30 KB with its script, compressed, in each language."""

import gzip
import re
from datetime import timedelta

import pytest

from chalicelib.desk import console
from chalicelib.models import RequestKind
from chalicelib.store.requests import start_handover
from chalicelib.words import list_languages
from tests.builders.entries import an_entry
from tests.builders.orders import an_order
from tests.builders.shop import NOW, a_submission

ASHA = "asha@example.com"
MANY = 60  # more than a list of the desk shows
SCRIPT = re.compile(rb'<script src="([^"]+)"')
NAMED = {"form": "survey", "question": "satisfaction", "campaign": "win-back", "sender": "square", "group": "regulars"}


@pytest.fixture
def busy(taking, shop):
    """Return the desk of a shop with as much as its lists show, and the customer whose page is the longest."""
    for number in range(20):
        taking.hire("staff", f"Member of staff {number}")
    for number in range(MANY):
        shop.quarantine(a_submission(email=f"w{number}@example.com", name="W" * 200))
    orders = [an_order(ASHA, at=NOW - timedelta(days=number), number=number) for number in range(12)]
    entries = [
        an_entry(email=ASHA, at=NOW + timedelta(minutes=number), item=f"Teapot {number}") for number in range(40)
    ]
    notes = [a_submission(email=ASHA, name="Asha Rao", at=NOW - timedelta(hours=number)) for number in range(10)]
    for said in (*orders, *entries, *notes):
        shop.take(said)
    customer, services = shop.find_id(ASHA), shop.services()
    for number in range(MANY):
        row = start_handover(customer, RequestKind.ACCESS, NOW - timedelta(minutes=number), language="en")
        pair = services.identities.write_suggestion(f"{number:022}", f"{number:021}x", "phone")
        line = services.audit.write_access(customer, "x" * 22, "asked at the counter", taking.now)
        services.table.commit_parts([services.requests.write_row(row, NOW), pair, line])
    return taking, customer


def weigh(browser, answer):
    """Return the bytes of a page and its scripts, each compressed alone, as it is sent."""
    scripts = [browser.get(path.decode()).body for path in SCRIPT.findall(answer.body)]
    return sum(len(gzip.compress(each)) for each in (answer.body, *scripts))


def list_pages(browser, customer, member):
    """Yield every page by its name: those of GET routes, and those that answer a post about a customer."""
    ids = {**NAMED, "member": member, "customer": customer}
    for method, path in sorted(console.RULES):
        if method == "GET" and not path.endswith((".js", ".json", ".svg", "/key")):
            filled = re.sub(r"{(\w+)}", lambda found: ids.get(found[1], "x" * 22), path)
            answer = browser.get(filled)
            yield path, browser.get(answer.headers["Location"]) if answer.status_code == 303 else answer
    yield "find", browser.post("/find", typed="wilhelmina@example.com")
    for act in ("", "/groups", "/doubles", "/card", "/sensitive"):
        yield f"person{act}", browser.post(f"/people/{customer}{act}", why="counter", submission="x" * 22)


def test_every_page_is_small_in_each_language(busy):
    desk, customer = busy
    owner = desk.hire("owner", "Mara Lind")
    sizes = {}
    for language in list_languages():
        owner.post("/account/language", language=language)
        for name, answer in list_pages(owner, customer, owner.staff_id):
            assert answer.headers["Content-Type"].startswith("text/html"), (name, answer.status_code)
            assert answer.status_code in (200, 404), (name, answer.status_code)
            sizes[name, language] = weigh(owner, answer)
    print(f"\n{sorted(sizes.items(), key=lambda each: -each[1])[:9]}, {len(sizes)} pages")
    assert {name for name, size in sizes.items() if size > 30_000} == set()
