"""Proofs of requests, small; `make prove-requests` runs them large.

scanners   who only looks at links, however often and under whatever name, changes nothing about anybody
answers    a known and an unknown address get the same bytes, in times that cannot be told apart
codes      of thousands of wrong codes at once three are compared; then the right one is refused, a new mail's works
"""

import itertools
import random
import threading
import time
from datetime import timedelta

import pytest

from chalicelib.data_requests.codes import CODE_SIGNS, check_code, clean_code
from chalicelib.models import Identity, RequestKind
from chalicelib.settling.dispatch import sweep_inbox
from chalicelib.store.links import name_token
from tests.builders.api import open_api
from tests.builders.links import NOW, browse, name_page, put_link, put_request, put_result, read_inbox
from tests.builders.privacy import PACKAGE, post, put_package, put_receipt, type_code
from tests.builders.scanners import AHEAD, SCANNERS
from tests.builders.shop import a_submission
from tests.proofs.requests import compare_times, freeze_tables, read_size

VISITS = read_size("VISITS", 200)
PAIRS = read_size("PAIRS", 60)
CODES = read_size("CODES", 200)
THREADS = 8
KINDS = {"go": "go", "unsubscribe": "stop", "preferences": "choose", "confirm": "confirm"}


@pytest.fixture
def api(shop, tables, cloud, monkeypatch):
    """Return a client of the app that no limiter stops."""
    monkeypatch.setenv("POSTS_PER_MINUTE", "1000000")
    with open_api(shop, tables, cloud, monkeypatch) as api:
        yield api


def list_people(shop):
    """Return what is known of everybody, without the visits that were noted."""
    people = map(shop.open_profile, shop.list_customers())
    return {one.customer_id: (one.fields, one.consents, one.totals.purchases) for one in people}


def place_links(shop, tables):
    """Give a customer one link of every kind, requests and results among them; return the paths to them."""
    people = shop.services().people
    paths = ["/privacy", "/privacy/requests", "/privacy/receipt-key.pem", "/forms/sign-up"]
    for page, kind in KINDS.items():
        token = put_link(tables, kind)
        rows = people.name_rows(Identity(kind="link", value=name_token(token)))
        owner = shop.find_id("person0@example.com")
        people.table.commit_parts([people.identities.write_owner(row, owner) for row in rows])
        paths.append(f"/{page}/{token}")
    for kind in RequestKind:
        token = put_request(tables, kind.value)
        paths += [f"/privacy/confirm/{token}", f"/privacy/results/{name_page(tables, token)}"]
    receipt, _ = put_receipt(tables, put_request(tables))
    copy = put_package(tables, put_request(tables), PACKAGE)
    done = put_result(tables, put_request(tables), request="object")
    results = [*(f"{copy}{file}" for file in ("", "/data.html", "/data.zip")), receipt, f"{receipt}/receipt.sig", done]
    return paths + [f"/privacy/results/{result}" for result in results]


def test_scanners_change_nothing_about_anybody(api, shop, tables):
    for number in range(3):
        shop.take(a_submission(email=f"person{number}@example.com", name="Asha Rao"))
    paths = place_links(shop, tables)
    rest = ("customers", "keys", "links")
    before, people = freeze_tables(tables, rest), list_people(shop)
    agents = [{"user-agent": agent} for agent in list(SCANNERS.values())[:10]]
    looks = list(itertools.product(paths, ("GET", "HEAD"), [*agents, *AHEAD.values()]))
    random.Random(7).shuffle(looks)
    statuses = set()
    for path, method, headers in itertools.islice(itertools.cycle(looks), VISITS):
        statuses.add(browse(api, path, method, **headers).status_code)
    topics = [topic for topic, _ in read_inbox(shop)]

    assert statuses <= {200, 204, 302, 403, 404}  # the gateway refuses HEAD where a page has no such route
    assert freeze_tables(tables, rest) == before
    assert set(topics) <= {"click"}  # of /go, once as a machine's
    sweep_inbox(shop.services(), NOW + timedelta(minutes=10))
    assert list_people(shop) == people
    print(
        f"\n{VISITS} visits of {len(agents)} scanners and {len(AHEAD)} ways of looking ahead to {len(paths)} pages:"
        f" 0 changes in {', '.join(rest)}; machines' click notes: {len(topics)}; tries spent: 0"
    )


def test_a_known_address_is_answered_as_an_unknown_one(api, shop):
    for number in range(20):
        shop.take(a_submission(email=f"person{number:02}@example.com", name="Asha Rao"))
    dice, times, answers = random.Random(7), {"person": [], "nobody": []}, set()
    for turn in range(PAIRS + 10):
        for who in dice.sample(["person", "nobody"], 2):
            api.address = f"10.{turn // 65536 % 256}.{turn // 256 % 256}.{turn % 256}"
            email = f"{who}{dice.randrange(20):02}@example.com"
            start = time.perf_counter()
            answer = post(api, "/privacy/requests", email=email, kind="erase")
            took = time.perf_counter() - start
            answers.add((answer.status_code, answer.body, tuple(sorted(answer.headers.items()))))
            if turn >= 10:  # the first ones warm up
                times[who].append(took)
    p = compare_times(times["person"], times["nobody"])

    assert len(answers) == 1
    assert next(iter(answers))[0] == 202
    assert p > 0.001
    middle = {who: 1_000 * sorted(each)[len(each) // 2] for who, each in times.items()}
    print(
        f"\n{PAIRS} pairs: 1 answer; median {middle['person']:.3f} ms known, {middle['nobody']:.3f} ms unknown;"
        f" Mann-Whitney p = {p:.3f}"
    )


def test_times_that_differ_are_told_apart():
    dice = random.Random(7)
    same = [dice.expovariate(1) for _ in range(2_000)], [dice.expovariate(1) for _ in range(2_000)]
    later = [value + 0.1 for value in same[1]]

    assert compare_times(*same) > 0.05
    assert compare_times(same[0], later) < 1e-6
    assert compare_times([1.0] * 50, [1.0] * 50) == 1


def test_of_any_number_of_wrong_codes_at_once_three_are_compared(api, shop, tables, monkeypatch):
    compared, check = [], check_code
    monkeypatch.setattr("chalicelib.routes.privacy.check_code", lambda *given: compared.append(1) or check(*given))
    token = put_request(tables)
    wrong = ("".join(signs) for signs in itertools.product(CODE_SIGNS, repeat=6))
    codes = iter([code for code in itertools.islice(wrong, CODES)])
    lock, statuses = threading.Lock(), []

    def try_codes():
        while True:
            with lock:
                code = next(codes, None)
            if code is None:
                return
            statuses.append(type_code(api, token, code).status_code)

    threads = [threading.Thread(target=try_codes) for _ in range(THREADS)]
    start = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.monotonic() - start

    assert len(statuses) == CODES
    assert (len(compared), statuses.count(422), statuses.count(429)) == (3, 2, CODES - 2)
    assert type_code(api, token, "K7X4MT").status_code == 429
    assert len(compared) == 3
    assert sorted(topic for topic, _ in read_inbox(shop)) == ["try"] * 3
    fresh = put_request(tables)
    assert type_code(api, fresh, clean_code("k7x-4mt")).status_code == 303
    print(
        f"\n{CODES} wrong codes from {THREADS} threads in {took:.0f} s: 3 compared, then the right one refused;"
        " a new mail's code taken"
    )
