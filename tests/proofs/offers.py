"""`make prove-offers`: faults at every call over thousands of offers: no dead code, none twice, and the ledger adds up.

Codes are made at stand-ins of the three shop systems while calls fail before, after and in between; mails are sent
while codes are made; some codes are used at the checkout, some orders arrive, others do not; promises expire; codes are
removed. Each mail's code is looked up at the stand-in at the moment at which the mail leaves.
"""

import argparse
import json
import random
import sys
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.models import utc_text
from chalicelib.offers.run import make_offers
from chalicelib.outreach.decide import handle_customer
from chalicelib.settling.dispatch import settle_item
from chalicelib.store.codes import CodeState
from tests.builders.mails import DUE, Post, sign_up
from tests.builders.offers import ACCESS, Access, Wire, an_offer_campaign, list_live, reach
from tests.builders.orders import an_order
from tests.builders.shop import Shop
from tests.proofs.sends_stage import open_shop

MINUTES, DAY = timedelta(minutes=5), timedelta(days=1)
FAULTS = ("before", "after", "500", "429")


def say(*words: object) -> None:
    """Print at once: the proof takes minutes."""
    print(*words, flush=True)


class CheckedPost(Post):
    """Takes mails, and looks at once whether the code in each is live at the shop."""

    def __init__(self, wire: Wire, source: str) -> None:
        super().__init__()
        self.wire, self.source = wire, source
        self.dead: list[str] = []
        self.codes: list[str] = []

    def send_mail(self, to: str, mail: Any, *, attempt_id: str, campaign: str) -> Any:
        """Note the mail's code, and whether the stand-in holds it."""
        [code] = [word.strip(".,:") for word in mail.text.split() if word.startswith("BACK")][:1]
        self.codes.append(code)
        if code not in list_live(self.wire, self.source):
            self.dead.append(code)
        return super().send_mail(to, mail, attempt_id=attempt_id, campaign=campaign)


def send_all(shop: Shop, people: list[str], post: CheckedPost, campaign: Any, chance: random.Random) -> None:
    """Send to everybody while codes are made, a handful of customers at a time."""
    services = shop.services(post, campaign)
    services.shop_access = Access()
    waiting, turn = list(people), 0
    while waiting and turn < 2_000:
        now = DUE + turn * MINUTES / 5
        if turn % 3 == 0:
            make_offers(services, now)
        later = []
        for customer in waiting[:40]:
            if handle_customer(customer, services, now) == "stopped":
                later.append(customer)
        waiting, turn = [*waiting[40:], *later], turn + 1
        chance.shuffle(waiting)
    assert not waiting, f"{len(waiting)} were never mailed"


def use_codes(shop: Shop, post: CheckedPost, wire: Wire, chance: random.Random) -> tuple[int, int]:
    """Let a third of the codes be used; return how many were, and how many of the orders arrived."""
    settling = shop.services()
    settling.clock = shop.services(post).clock
    used = chance.sample(post.codes, len(post.codes) // 3)
    told = 0
    for number, code in enumerate(used):
        assert wire.stand_in.check_out(code)[0] == 200, code
        assert wire.stand_in.check_out(code)[0] == 422, code
        if chance.random() < 0.8:
            order = an_order(f"p{post.codes.index(code)}@example.org", code=code, number=number + 100)
            settle_item(shop.accept(order), settling, order.received_at)
            told += 1
    return len(used), told


def prove_system(source: str, offers: int, chance: random.Random) -> dict[str, Any]:
    """Return what was found for one shop system."""
    with pytest.MonkeyPatch.context() as patch, open_shop() as shop:
        rate = 0.12
        wire = Wire(2, lambda: chance.choice(FAULTS) if chance.random() < rate else "")
        reach(patch, wire)
        campaign = an_offer_campaign(source, ahead=250, most_spent=str(offers * 10), expected_cost="2")
        shop.stocked.add((campaign.name, campaign.offer.terms))  # nothing is made beforehand
        people = [sign_up(shop, f"p{number}@example.org") for number in range(offers)]
        post = CheckedPost(wire, source)
        send_all(shop, people, post, campaign, chance)
        used, told = use_codes(shop, post, wire, chance)
        services = shop.services(post, campaign)
        services.shop_access = Access()
        for turn in range(600):
            make_offers(services, DUE + 40 * DAY + turn * MINUTES)
            if turn % 30:
                continue
            rows = [row for row in services.codes.scan_codes() if row.campaign == campaign.name]
            states = Counter(row.state.value for row in rows)
            if not states["expired"] + states["making"] + states["promised"]:
                break
        batch = services.batches.list_batches(campaign.name)[0]
        counts = services.budgets.read_counts(campaign.name)
        free = {row.code for row in rows if row.state is CodeState.FREE}
        left = list_live(wire, source) - free - set(post.codes)
    return {
        "mails": len(post.sent),
        "calls": len(wire.sent),
        "codes made": batch.made,
        "states": dict(states),
        "orders told": told,
        "violations": {
            "dead in a mail": len(post.dead),
            "given twice": len(post.codes) - len(set(post.codes)),
            "made and not accounted for": batch.made - states.total(),
            "at the shop and unknown": len(left),
            "redeemed but not counted": abs(states["redeemed"] - counts.redeemed),
            "promised and lost": counts.promised - counts.redeemed - counts.expired - states["promised"],
            "budget": counts.spent - 300 * told - 200 * (counts.redeemed - told) - 200 * states["promised"],
            "personal on the wire": sum(b"@" in raw for _, _, raw in wire.sent),
            "used but not redeemed": used - counts.redeemed if source != "shopify" else told - counts.redeemed,
        },
    }


def main() -> int:
    """Print what was found; 1 where anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--offers", type=int, default=3_400, help="for each of the three shop systems")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    asked = parser.parse_args()
    say(f"seed {asked.seed}, until {utc_text(DUE + 42 * DAY)[:10]}")
    wrong = 0
    for source in ACCESS:
        found = prove_system(source, asked.offers, random.Random(f"{asked.seed} {source}"))
        wrong += sum(map(abs, found["violations"].values()))
        say(source, json.dumps(found, indent=2))
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
