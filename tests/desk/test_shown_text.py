"""What customers and staff type is shown as text on every page of the desk: it runs, loads and turns nothing."""

import re
from datetime import timedelta
from urllib.parse import quote

import html5lib
import pytest

from chalicelib.desk import console
from chalicelib.fold.roster import RosterMaker
from chalicelib.models.numbers import write_number
from chalicelib.numbers.counting import Counter
from chalicelib.settling.dispatch import settle_item
from chalicelib.telling.numbers import QUESTIONS
from tests.builders.crowd import all_met
from tests.builders.entries import an_entry
from tests.builders.orders import an_order
from tests.builders.shop import NOW, a_submission

ROUTES = sorted(console.RULES)
EVIL = "<script>alert(1)</script>\"><img src=x onerror=alert(2)>'"
TURNED = "Asha \u202egnp.exe\u202c \u2066x"  # shows `exe.png` where nothing isolates it
AGENT = f"Chrome/{EVIL} {TURNED}"
ASHA = "asha@example.com"
SCRIPTS = ("/desk.js?", "/scan.js?", "/till/till.js")
OWN_LINK = re.compile(r"/(?!/)|#|http://localhost:8003/")  # the last is the address of the desk in tests


def list_dangers(page):
    """Return what in a page would run, load or lead elsewhere, and text that turns the line around it."""
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    found = []
    for node in tree.iter():
        if not isinstance(node.tag, str):
            continue
        found += [f"{node.tag} {name}" for name in node.attrib if name.startswith("on") or name == "style"]
        found += [node.tag] if node.tag in ("img", "iframe", "object", "base", "meta http-equiv") else []
        if node.tag == "script" and not node.attrib.get("src", "").startswith(SCRIPTS):
            found.append("script")
        if node.tag == "a" and not OWN_LINK.match(node.attrib.get("href", "")):
            found.append(f"a {node.attrib.get('href')}")
    return found + list_turned(tree, isolated=False)


def list_turned(node, *, isolated):
    """Return the tags of elements that hold a sign which turns the line, and do not isolate it."""
    isolated = isolated or node.tag in ("bdi", "input", "textarea", "option", "title") or "dir" in node.attrib
    texts = [node.text or "", *(child.tail or "" for child in node)]
    own = [node.tag for text in texts if "\u202e" in text and not isolated and "\u2068" not in text]
    return own + [tag for child in node if isinstance(child.tag, str) for tag in list_turned(child, isolated=isolated)]


def fill_with_evil(shop):
    """Let a customer fill every field that a sender knows with what is to be shown as text; return the id."""
    shop.take(
        a_submission(email=ASHA, phone="2025550123", **dict.fromkeys(("name", "city", "hobby", EVIL), EVIL + TURNED))
    )
    answers = {"item": EVIL, "quantity": "2", "name": TURNED, "note": EVIL}
    for form in ("pre-order", "warranty"):
        given = (
            answers
            if form == "pre-order"
            else {"product": EVIL + TURNED, "serial_number": EVIL, "purchased_on": "2026-02-01"}
        )
        settle_item(shop.accept(an_entry(form, ASHA, NOW, **given)), shop.services(), NOW)
    order = an_order(ASHA, at=NOW)
    body = order.body.decode().replace("Tea", "<script>alert(1)</script>")
    settle_item(shop.accept(order.model_copy(update={"body": body.encode()})), shop.services(), NOW)
    return shop.find_id(ASHA)


@pytest.mark.parametrize("language", ["en", "fa"])
def test_what_a_customer_types_is_shown_as_text_on_every_page(taking, shop, language):
    customer = fill_with_evil(shop)
    waiting = shop.quarantine(a_submission(email="b@example.com", **{EVIL: EVIL, TURNED: TURNED}))
    parked = shop.accept(a_submission(email="c@example.com", name=EVIL))
    shop.inbox.park_item(parked, f"UnreadableError: {EVIL}")
    owner = taking.hire("owner", EVIL[:40])
    owner.headers["User-Agent"] = AGENT
    owner.sign_in()
    owner.post("/account/language", language=language)
    taking.services.table.commit_parts([taking.services.audit.write_access(customer, EVIL, EVIL, taking.now)])
    list_path = owner.post("/privacy/lists", columns="name", purpose="", goal="tool").headers["Location"]
    pages = {
        "find": owner.post("/find", typed=ASHA),
        "find nobody": owner.post("/find", typed=EVIL + TURNED),
        "person": owner.post(f"/people/{customer}", why=EVIL),
        "note": owner.post(f"/people/{customer}/note", note=EVIL + TURNED, warn="yes"),
        "look": owner.post(f"/today/items/{waiting}/look"),
        "counter": owner.post("/counter", name=EVIL + TURNED, email=EVIL),
        "telephone": owner.post("/telephone", name=EVIL + TURNED, email=EVIL),
        "invite": owner.post("/staff/invitations", name=EVIL + "x" * 60, role=EVIL),
        "list": owner.get(list_path),
        "member": owner.get(f"/staff/{owner.staff_id}"),
        "asked": owner.get(f"/privacy/audit?who={quote(EVIL)}&why={quote(EVIL)}"),
        "next": owner.get(f"/touch?next={quote(EVIL)}"),
        **{
            path: owner.get(path)
            for method, path in ROUTES
            if method == "GET" and "{" not in path and path not in ("/desk.js", "/sign-in", "/till/key")
        },
    }
    for name, answer in pages.items():
        assert answer.status_code in (200, 303, 404, 422), (name, answer.status_code)
        assert list_dangers(answer.body.decode()) == [], name
    assert "&lt;script&gt;" in pages["person"].body.decode()
    assert write_number(waiting) in pages["/today"].body.decode()


def fill_shop(shop, customer):
    """Let six customers buy, and say beside a score, what is to be shown as text; suggest one as a double."""
    for number in range(6):
        email = f"p{number}@example.com"
        shop.take(a_submission(email=email, name=EVIL, entry={"score": number, "why": EVIL + TURNED, "found_us": EVIL}))
        order = an_order(email, at=NOW - timedelta(days=30), number=number)
        settle_item(
            shop.accept(order.model_copy(update={"body": order.body.replace(b"Tea", b"<img src=x>")})),
            shop.services(),
            NOW,
        )
    services, other = shop.services(), shop.find_id("p0@example.com")
    services.table.commit_parts([services.identities.write_suggestion(customer, other, "phone")])
    all_met(services, NOW + timedelta(days=1), float("inf"), Counter(services), RosterMaker(services))


@pytest.mark.parametrize("language", ["en", "fa"])
def test_it_is_text_in_acts_and_their_faults_and_in_numbers(taking, shop, language):
    customer = fill_with_evil(shop)
    fill_shop(shop, customer)
    taking.millis = int((NOW + timedelta(days=1)).timestamp() * 1000)
    owner = taking.hire("owner", "Mara Lind")
    owner.post("/account/language", language=language)

    def press(act, **typed):
        return owner.post(f"/people/{customer}/{act}", submission=f"form-{act}-{'x' * 16}", **typed)

    both = EVIL + TURNED
    pages = {
        "named": owner.post("/find", typed="Asha"),
        **{act: press(act) for act in ("doubles", "groups", "card", "sensitive")},
        "purchase": press("purchase", item=both, quantity=EVIL, total=EVIL, bought_on=EVIL),
        "details": press("details", name=both, email=EVIL, phone=EVIL),
        "corrected": press("details", name=both[:60]),
        "consent": press("consent", purpose=EVIL, version=EVIL, language=EVIL, channel=EVIL),
        "withdraw": press("withdraw", purpose=EVIL),
        "join": press("join", other=EVIL),
        "lift": owner.post("/today/lift", email=EVIL),
        "till": owner.post("/devices", name=both[:40]),
        "words": owner.get(owner.post("/words").headers["Location"]),
        **{form: owner.post(f"/counter/{form}", name=both, item=both, why=both) for form in ("pre-order", "survey")},
        **{question: owner.get(f"/numbers/{question}") for question in QUESTIONS},
        "audience": owner.get("/groups/regulars/audience"),
    }
    for name, answer in pages.items():
        assert answer.status_code in (200, 409, 422), (name, answer.status_code)
        assert list_dangers(answer.body.decode()) == [], name
    for name in ("purchase", "details", "words"):
        assert re.search("&lt;(script|img)", pages[name].body.decode()), name


def test_dangers_are_found_where_there_are_any():
    page = "<script>x</script><img src=x onerror=y><a href='//evil.example'>z</a><p>\u202eq</p><bdi>\u202eq</bdi>"
    assert list_dangers(page) == ["script", "img onerror", "img", "a //evil.example", "p"]
    assert list_dangers("<a href='https://evil.example'>z</a>") == ["a https://evil.example"]
    assert list_dangers("<a href=//evil.example>z</a>") == ["a //evil.example"]
