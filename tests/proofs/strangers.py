"""`make prove-strangers`: what anybody may add slows nobody's rights down, and brings few mails to anybody's mailbox.

waiting    an erasure beside no waiting item and beside as many as asked: calls and seconds, in turn
history    retention's review of a history of as many events as asked: the memory that it takes
beside     requests of others while the customer with that history asks for a copy: how many runs they wait
bomb       posts from 200 networks for one mailbox in 20 spellings within a day: how many mails it gets
dead       110 addresses that do not exist: whether marketing goes on
"""

import argparse
import random
import secrets
import sys
import time
import tracemalloc
from collections.abc import Iterator
from datetime import timedelta
from statistics import median
from typing import Any

from chalicelib.data_requests.deliver import MOST_EVENTS
from chalicelib.data_requests.run import answer_requests
from chalicelib.erasure.forget import forget_person
from chalicelib.erasure.run import advance_erasures
from chalicelib.models import utc_text
from chalicelib.optin.ask import ask_waiting
from chalicelib.people.directory import seal_event
from chalicelib.retention.run import judge_person
from chalicelib.settling.dispatch import settle_item
from chalicelib.store.inbox import State
from chalicelib.store.people_rows import name_event
from chalicelib.store.waits import WaitNote, name_wait
from tests.builders.erasures import LATER, an_order_to_forget
from tests.builders.mails import Post
from tests.builders.optin import MINUTE, START, a_sign_up
from tests.builders.requests import START as ASKED
from tests.builders.requests import ask, prove
from tests.builders.shop import NOW, Shop, a_submission
from tests.proofs.sends_stage import open_shop

ROUNDS = 15
NETWORKS, SPELLINGS, DEAD = 200, 20, 110
MOST_MAILS = 3  # a day, to one mailbox
MOST_MEMORY = 100  # megabytes
DAY = timedelta(days=1)
LONG, OTHERS = "long@example.org", 20  # the customer with the long history; requests of others beside it


def say(*words: object) -> None:
    """Print at once: the proof takes minutes."""
    print(*words, flush=True)


def add_waiting(shop: Shop, count: int) -> None:
    """Write quarantined items of strangers, and the notes under whom each names, as settling leaves them."""
    services = shop.services()
    names = [secrets.token_urlsafe(32) for _ in range(count)]
    at = utc_text(NOW)
    services.inbox.table.write_items(
        {"pk": name, "state": State.QUARANTINED.value, "sealed": b"x" * 400, "attempt": "a", "received_at": at}
        | {"pending": State.QUARANTINED.value, "reason": "typed too often"}
        for name in names
    )
    services.table.write_items({**name_wait(WaitNote(f"idn#1#{name}", name, at, at)), "at": at} for name in names)


def erase_one(shop: Shop, number: int) -> tuple[float, int]:
    """Erase a new customer to the receipt; return the seconds and the calls to DynamoDB."""
    email = f"leaver{number}@example.org"
    shop.take(a_submission(email=email, entry={"topic": "tea"}))
    services, calls = shop.services(), []
    customer = shop.find_id(email)
    assert customer is not None
    watch = lambda **_: calls.append(1)  # noqa: E731 - registered and taken back
    shop.dynamodb.meta.events.register("before-call.dynamodb", watch)
    began = time.perf_counter()
    assert forget_person(customer, an_order_to_forget(f"r{number}"), services, LATER)
    assert advance_erasures(services, LATER) == {"verified": 1}
    seconds = time.perf_counter() - began
    shop.dynamodb.meta.events.unregister("before-call.dynamodb", watch)
    return seconds, len(calls)


def prove_waiting(count: int) -> tuple[float, tuple[float, float]]:
    """Return the seconds of an erasure beside so many waiting items by those beside none, and the calls of both."""
    with open_shop() as full, open_shop() as empty:
        add_waiting(full, count)
        for number in range(3):  # warm
            erase_one(full, number), erase_one(empty, number)
        pairs = [(erase_one(full, number), erase_one(empty, number)) for number in range(10, 10 + ROUNDS)]
    seconds = median(one[0] for one, _ in pairs) / median(other[0] for _, other in pairs)
    return seconds, (median(one[1] for one, _ in pairs), median(other[1] for _, other in pairs))


def list_sealed(shop: Shop, customer: str, count: int) -> Iterator[dict[str, Any]]:
    """Yield the rows of so many events of one customer."""
    person = shop.services().people.load_person(customer)
    for number in range(count):
        submission = a_submission(email=LONG, at=NOW + timedelta(seconds=number), entry={"why": "x" * 500})
        record_id = name_event(submission.occurred_at, f"k{number}")
        sealed = seal_event(person, record_id, f"k{number}", submission)
        yield {"pk": f"cust#{customer}", "sk": record_id, "sealed": sealed, "shape": 1}


def prove_beside(shop: Shop, events: int) -> int:
    """Return how many requests of others the run left behind in which the customer of a long history is first."""
    services = shop.services()
    person = services.people.load_person(shop.find_id(LONG) or "")
    changed = person.profile.model_copy(update={"events": events})
    services.table.commit_parts([services.people.write_core(person, changed, None)])
    asked_at = ASKED
    post = Post()
    prove(shop, post, "access", asked_at, LONG)
    for number in range(OTHERS):
        email = f"other{number}@example.org"
        shop.take(a_submission(email=email))
        ask(shop, "access", email, asked_at + MINUTE, network=f"198.51.{number}.0/24")
    counts = answer_requests(shop.services(post), asked_at + 2 * MINUTE)
    assert counts.get("oversize" if events > MOST_EVENTS else "done") == 1, counts
    return OTHERS - counts.get("asked", 0)


def prove_history(events: int) -> tuple[float, int]:
    """Return the megabytes that a review of so many events takes at most, and whom a request of them keeps waiting."""
    with open_shop() as shop:
        shop.take(a_submission(email=LONG))
        customer = shop.find_id(LONG)
        assert customer is not None
        services = shop.services()
        services.table.write_items(list_sealed(shop, customer, events))
        person = services.people.load_person(customer)
        tracemalloc.start()
        judge_person(person, services, NOW + DAY)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most / 1_000_000, prove_beside(shop, events)


def prove_bomb(posts: int, chance: random.Random) -> int:
    """Return how many mails one mailbox gets within a day of such posts, asked about each quarter of an hour."""
    with open_shop() as shop:
        for number in range(posts):
            local = list("victim")
            for place in sorted(chance.sample(range(1, 6), chance.randrange(3)), reverse=True):
                local.insert(place, ".")
            email = "".join(local) + (f"+{number % SPELLINGS}" if number % 2 else "") + "@gmail.com"
            network = f"198.{51 + number % NETWORKS // 100}.{number % 100}.0/24"
            at = START + timedelta(seconds=number * 86_400 / posts)
            posted = a_sign_up(email, at).model_copy(update={"network": network, "idempotency_key": f"n{number}"})
            assert settle_item(shop.accept(posted), shop.services(), at) == "unconfirmed"
        post = Post()
        services = shop.services(post)
        for quarter in range(96):
            ask_waiting(services, START + 15 * quarter * MINUTE)
    return len(post.sent)


def prove_dead() -> bool:
    """Return whether marketing goes on after confirmations to addresses that do not exist."""
    with open_shop() as shop:
        services = shop.services()
        for number in range(DEAD):
            for kind in ("sent", "bounced"):
                services.table.commit_parts([services.ask_reputation.count_mail([kind], f"{kind}{number}", NOW)])
        return not shop.services().reputation.stops_marketing(NOW)


def main() -> int:
    """Print what was found; 1 where a bound was passed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--waiting", type=int, default=100_000)
    parser.add_argument("--events", type=int, default=50_000)
    parser.add_argument("--posts", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    asked = parser.parse_args()
    say(f"seed {asked.seed}")
    seconds, calls = prove_waiting(asked.waiting)
    said = f"{seconds:.2f} times the seconds; {calls[0]:.0f} calls beside {calls[1]:.0f}"
    say(f"  waiting: an erasure beside {asked.waiting} items takes {said}")
    mails = prove_bomb(asked.posts, random.Random(asked.seed))
    say(f"  bomb: {mails} mails within a day of {asked.posts} posts for one mailbox")
    goes_on = prove_dead()
    say(f"  dead: after {DEAD} bounces of confirmations marketing {'goes on' if goes_on else 'stops'}")
    memory, kept_waiting = prove_history(asked.events)
    say(f"  history: a review of {asked.events} events takes {memory:.1f} MB at most")
    say(f"  beside: {OTHERS - kept_waiting} of {OTHERS} requests of others are mailed in the same run as its request")
    bounds = (
        seconds <= 1.2,
        calls[0] == calls[1],
        mails <= MOST_MAILS,
        goes_on,
        memory <= MOST_MEMORY,
        kept_waiting == 0,
    )
    return int(not all(bounds))


if __name__ == "__main__":
    sys.exit(main())
