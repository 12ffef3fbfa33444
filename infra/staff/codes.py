"""Codes of offers, at the counter and in the back office. No command here opens a record or learns a name.

make redeem CODE=...                     whether a code is live, what it gives and until when; USE=yes uses it, once
make codes                               what became of the codes of each campaign
make import-codes CAMPAIGN=... FILE=...  a pool: one code a line, each handed out once
make check-offer CAMPAIGN=...            makes one code at the shop, looks at it, removes it
"""

import argparse
import csv
import re
import sys
from collections import Counter
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from chalicelib.campaigns.definition import Campaign
from chalicelib.campaigns.offer import HUNDREDTHS, CodeSource, Offer
from chalicelib.errors import RegularsError
from chalicelib.mails.codes import make_code
from chalicelib.models import utc_text
from chalicelib.offers.maker import Discount, open_maker
from chalicelib.services import Services, current_services
from chalicelib.settling.redemption import redeem_code
from chalicelib.store.codes import CodeRow, CodeState
from infra.staff.stage import open_stage, stage_now

CODE = re.compile(r"[A-Z0-9_-]{4,40}")
TILL = "till"  # in place of an order: staff used the code
AT_ONCE = 50


def tell_gift(offer: Offer | None, currency: str) -> str:
    """Return what a code gives, as staff say it."""
    if offer is None:
        return "its campaign is gone"
    gift = f"{offer.percent.normalize():f} %" if offer.percent else f"{offer.amount} {offer.currency}"
    least = f" from {offer.minimum} {currency} on" if offer.minimum else ""
    return f"{gift} off{least}"


def find_offer(row: CodeRow, services: Services) -> Offer | None:
    """Return the offer of a code, if its terms are still those of the campaign's file."""
    campaign = services.find_campaign(row.campaign)
    offer = campaign.offer if campaign else None
    return offer if offer and offer.terms == row.terms else None


def redeem(code: str, services: Services, now: datetime, *, use: bool) -> int:
    """Print what a code is worth; use it where asked; return 0 where it is, or was just, live."""
    row = services.codes.read_code(code)
    shared = [each for each in services.campaigns if each.offer and each.offer.code == code]
    if row is None and shared:
        print(f"{code} is one code for all: {tell_gift(shared[0].offer, services.clock.currency)}. Nothing is noted.")
        return 0
    if row is None or row.state in (CodeState.MAKING, CodeState.FREE):
        print(f"{code} was promised to nobody.")
        return 1
    gift = tell_gift(find_offer(row, services), services.clock.currency)
    if row.state is CodeState.REDEEMED:
        print(f"{code} was used on {row.redeemed_at[:10]}. Do not take it again.")
        return 1
    over = row.state is not CodeState.PROMISED
    print(f"{code}: {gift}; " + ("its time is over." if over else f"live until {row.promised_until[:10]}."))
    if over or not use:
        return int(over)
    try:
        services.codes.table.commit_parts(redeem_code(row, TILL, None, services, now))
    except RegularsError:
        print(f"{code} was used somewhere else at this moment. Do not take it again.")
        return 1
    print(f"{code} is used now.")
    return 0


def list_offers(services: Services) -> None:
    """Print the counts of every campaign with codes."""
    counts: dict[str, Counter[str]] = {}
    for row in services.codes.scan_codes():
        counts.setdefault(row.campaign, Counter())[row.state.value] += 1
    for name, states in sorted(counts.items()):
        money = services.budgets.read_counts(name)
        print(f"{name}: " + ", ".join(f"{count} {state}" for state, count in sorted(states.items())))
        print(
            f"    {money.promised} promised in mails, {money.redeemed} redeemed, {money.expired} expired; "
            f"orders took off {money.given / HUNDREDTHS:.2f} {services.clock.currency} ({money.told} told)"
        )


def import_codes(path: Path, campaign: Campaign, services: Services, now: datetime) -> int:
    """Add the codes of a file to a campaign's pool; a code that is there already stays as it is."""
    offer = campaign.offer
    if offer is None or offer.codes is not CodeSource.POOL:
        print(f'{campaign.name} has no offer with codes = "pool".', file=sys.stderr)
        return 2
    with path.open(newline="", encoding="utf-8-sig") as file:
        codes = list(dict.fromkeys(row[0].strip().upper() for row in csv.reader(file) if row and row[0].strip()))
    if bad := [number for number, code in enumerate(codes, 1) if not CODE.fullmatch(code)]:
        print(f"Not a code (capitals, digits, - and _): entries {', '.join(map(str, bad[:10]))}", file=sys.stderr)
        return 1
    known = {row.code for start in range(0, len(codes), 100) for row in services.codes.read_codes(codes[start:][:100])}
    new = [code for code in codes if code not in known]
    batch = services.batches.read_batch(campaign.name, offer.terms)
    plain = CodeRow("", campaign.name, offer.terms, CodeState.FREE, utc_text(now))
    for start in range(0, len(new), AT_ONCE):
        rows = [replace(plain, code=code) for code in new[start : start + AT_ONCE]]
        parts = [*map(services.codes.write_new, rows), services.batches.add_made(batch, len(rows))]
        services.codes.table.commit_parts(parts)
        batch = replace(batch, made=batch.made + len(rows))
    print(f"{len(new)} codes added, {len(known)} were there already.")
    return 0


def check_offer(campaign: Campaign, services: Services, now: datetime) -> int:
    """Make one code at the shop, look at it, remove it; print each step."""
    offer = campaign.offer
    if offer is None or not offer.is_online or offer.codes is None:
        print(f"{campaign.name} makes no codes at a shop system.", file=sys.stderr)
        return 2
    code = offer.write_code(make_code())
    terms = f"test-{code[-4:].lower()}"
    try:
        maker = open_maker(offer.codes, services.shop_access.read_values(now).get(offer.codes.value, ""))
        discount = Discount(campaign.name, terms, offer, offer.currency or services.clock.currency)
        discount = replace(discount, remote=maker.make_discount(discount, code, now))
        made = maker.make_codes(discount, [offer.write_code(make_code()), code], utc_text(now))
        print(f"made: {len(made)} codes")
        found = maker.find_codes(discount, list(made))
        print(f"found: {len(found)} of {len(made)}")
        plain = CodeRow("", campaign.name, terms, CodeState.EXPIRED, utc_text(now))
        maker.remove_codes(discount, [replace(plain, code=each, remote=live.remote) for each, live in found.items()])
        left = maker.find_codes(discount, list(made))
        print(f"removed: {len(found) - len(left)}")
        maker.remove_discount(discount)
    except RegularsError as fault:
        print(f"The shop says: {fault} (docs/offers.md)", file=sys.stderr)
        return 1
    return int(not made or len(found) != len(made))


def name_offers(services: Services) -> str:
    """Return which campaigns with an offer run, in a sentence."""
    names = ", ".join(each.name for each in services.campaigns if each.offer)
    return f"CAMPAIGN=... is one of {names}." if names else "No campaign with an offer runs (docs/campaigns.md)."


def main() -> int:
    parser = argparse.ArgumentParser(description="Codes of offers.")
    parser.add_argument("what", choices=("redeem", "list", "import", "check"))
    parser.add_argument("--code", default="")
    parser.add_argument("--use", default="", choices=("", "yes"))
    parser.add_argument("--campaign", default="")
    parser.add_argument("--file", default="")
    asked = parser.parse_args()
    code = asked.code.strip().upper()
    if asked.what == "redeem" and not CODE.fullmatch(code):
        print("CODE=... is the code as it stands in the mail.", file=sys.stderr)
        return 2
    with open_stage():
        services = current_services()
        if asked.what == "redeem":
            return redeem(code, services, stage_now(), use=bool(asked.use))
        if asked.what == "list":
            list_offers(services)
            return 0
        campaign = services.find_campaign(asked.campaign)
        if campaign is None:
            print(name_offers(services), file=sys.stderr)
            return 2
        if asked.what == "check":
            return check_offer(campaign, services, stage_now())
        return import_codes(Path(asked.file), campaign, services, stage_now())


if __name__ == "__main__":
    sys.exit(main())
