"""`make simulate DAYS=90`: which of the stage's customers would get which mail, when, or why not. Sends nothing.

Prints a table, and writes a page with a chart to out/simulation.html. It starts at the stage's own clock.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from chalicelib.campaigns.simulation import Simulation
from chalicelib.crowd.page import UNREAD, list_pages
from chalicelib.models import MailState, Profile
from chalicelib.outreach.forecast import read_spent, simulate_shop
from chalicelib.services import Services, current_services
from chalicelib.store.audit import EVERYBODY
from infra.places import ROOT, show_path
from infra.staff.audit import note_reading
from infra.staff.simulation_page import write_page
from infra.staff.stage import open_stage, stage_now

PAGE = ROOT / "out" / "simulation.html"
STATES = {
    MailState.SENT: "sent",
    MailState.HELD_OUT: "held out",
    MailState.CAPPED: "capped",
    MailState.OVER_BUDGET: "over budget",
    MailState.SUPPRESSED: "suppressed",
}
MOST_LINES = 40  # printed; the page has all lines


def read_people(services: Services, counts: Counter[str]) -> Iterator[Profile]:
    """Open every customer's profile, page by page, and count the records that cannot be read."""
    for page in list_pages(services.people_rows.scan_ids(), services):
        counts[UNREAD] += page.unread
        yield from (person.profile for person in page.people)


def write_text(done: Simulation) -> str:
    """Return the tables: by campaign, by day, and who."""
    heard = len({line.customer_id for line in done.lines if line.state is MailState.SENT})
    head = (
        f"{done.days} days from {done.start:%Y-%m-%d %H:%M} UTC: {done.people} people, {heard} of whom would get "
        f"{sum(line.state is MailState.SENT for line in done.lines)} mails. Nothing was sent."
    )
    return "\n\n".join((head, write_campaigns(done), write_days(done), write_lines(done)))


def write_campaigns(done: Simulation) -> str:
    """Return one row per campaign: its due mails by final state."""
    rows = [f"{'campaign':20} {'due':>6} " + " ".join(f"{word:>11}" for word in STATES.values()) + "     promised"]
    for name in done.campaigns:
        counts = done.count_states(name)
        money = f"{done.promised.get(name, Decimal(0))} {done.currency}" if name in done.promised else "-"
        cells = " ".join(f"{counts[state]:>11}" for state in STATES)
        rows.append(f"{name:20} {counts.total():>6} {cells} {money:>12}")
    return "\n".join(rows)


def write_days(done: Simulation) -> str:
    """Return one row per day with a mail."""
    rows = [f"{'from':20} {'due':>6} " + " ".join(f"{word:>11}" for word in STATES.values())]
    for day in range(done.days):
        counts = done.count_day(day)
        if counts:
            cells = " ".join(f"{counts[state]:>11}" for state in STATES)
            rows.append(f"{done.start + timedelta(days=day):%a %Y-%m-%d %H:%M}  {counts.total():>7} {cells}")
    return "\n".join(rows)


def write_lines(done: Simulation) -> str:
    """Return each mail with its customer id."""
    rows = [
        f"{line.at:%Y-%m-%d %H:%M}  {line.customer_id:22}  {line.campaign:20} {STATES[line.state]:11} {line.reason}"
        for line in done.lines[:MOST_LINES]
    ]
    more = len(done.lines) - len(rows)
    return "\n".join([*rows, f"and {more} more, on the page"] if more else rows or ["Nobody would hear from the shop."])


def run_days(services: Services, start: datetime, days: int, counts: Counter[str]) -> Simulation:
    """Simulate the shop's own campaigns that nobody stopped, from their budgets as they are."""
    campaigns = services.list_going()
    return simulate_shop(
        read_people(services, counts), campaigns, services, start, days, read_spent(services, campaigns)
    )


def tell_stopped(services: Services) -> str:
    """Return which campaigns staff stopped, in a sentence; "" where none is."""
    going = {each.name for each in services.list_going()}
    stopped = [each.name for each in services.campaigns if each.name not in going]
    return f"\n\nStopped at the desk, so they send nothing: {', '.join(stopped)}." if stopped else ""


def main() -> int:
    parser = argparse.ArgumentParser(description="Run the next days without sending anything.")
    parser.add_argument("days", nargs="?", type=int, default=90)
    asked = parser.parse_args()
    if not 1 <= asked.days <= 3660:
        parser.error("days: 1 to 3660")
    with open_stage():
        services, now = current_services(), stage_now()
        note_reading(services, "simulation: what campaigns would do", EVERYBODY, now)
        counts: Counter[str] = Counter()
        done, stopped = run_days(services, now, asked.days, counts), tell_stopped(services)
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(write_page(done, STATES), "utf-8")
    unread = f"\n\n{counts[UNREAD]} records could not be read." if counts[UNREAD] else ""
    print(f"{write_text(done)}{unread}{stopped}\n\nThe chart: {show_path(PAGE)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
