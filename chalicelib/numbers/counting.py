"""Counts everybody in the nightly walk, and keeps the sums sealed; reads them back as figures."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import AwareDatetime

from chalicelib.errors import SealBrokenError
from chalicelib.forms.library import list_named
from chalicelib.groups.library import list_groups
from chalicelib.models import Model
from chalicelib.numbers.lens import Lens, make_lens
from chalicelib.numbers.memberships import choose_counted, name_counted
from chalicelib.numbers.needs import list_popular
from chalicelib.numbers.numbers import Numbers, read_numbers
from chalicelib.numbers.referrals import list_unused
from chalicelib.numbers.share import list_shares
from chalicelib.numbers.tally import Tally, load_tally
from chalicelib.people.person import Person
from chalicelib.runs import note_fault
from chalicelib.services import Services
from chalicelib.shop.products import find_costs
from chalicelib.shop.referrals import find_referrals
from chalicelib.store.numbers import StoredNumbers
from chalicelib.store.parts import Part

REASON = "numbers: what everybody adds up to"  # in the audit, of a count that somebody asked for
KIND = "numbers"  # what the sums are sealed as


class Count(Model):
    """A count that was put down. `popular` are the products whose pairs are counted, None where all are.

    `groups` are the groups that are counted, by name and rule, `refund_days` as in `Lens`.
    """

    now: AwareDatetime
    erasures: int
    popular: tuple[str, ...] | None = None
    groups: tuple[str, ...] = ()
    refund_days: int | None = None


@dataclass(frozen=True)
class Sums:
    """A result: the sums, how they were counted, and the number of the last erasure before."""

    tally: Tally
    lens: Lens
    erasures: int

    def read_numbers(self) -> Numbers:
        """Return every figure."""
        return read_numbers(self.tally, self.lens)


class Counter:
    """Adds up everybody (`fold.consumer.Consumer`)."""

    name = KIND
    count: Count  # these three are there once the counter began, or goes on
    tally: Tally
    lens: Lens

    def __init__(self, services: Services) -> None:
        self.services = services

    def begin(self, now: datetime) -> None:
        """Begin with nothing; who is forgotten from now on may be in the sums, and the pages say so."""
        before = read_counted(self.services)
        popular = tuple(list_popular(before.tally)) if before else None
        head, groups = self.services.ledger.read_head().number, name_counted(list_groups())
        friends = find_referrals()
        days = friends.refund_days if friends else None
        self.take(Count(now=now, erasures=head, popular=popular, groups=groups, refund_days=days), Tally())

    def take(self, count: Count, tally: Tally) -> None:
        self.count, self.tally = count, tally
        self.lens = find_lens(self.services, count)

    def resume(self, state: bytes) -> None:
        """Go on with what `pause` returned; raise ValueError."""
        head, _, tally = state.partition(b"\n")
        self.take(Count.model_validate_json(head), load_tally(tally))

    def add(self, person: Person) -> None:
        """Take in one customer."""
        self.tally.add_shares(list_shares(self.services.people.renew_profile(person), self.lens))

    def pause(self) -> tuple[bytes, list[Part]]:
        """Return the count so far."""
        return self.count.model_dump_json().encode() + b"\n" + self.tally.dump(), []

    def finish(self, now: datetime) -> None:
        """Keep the result in place of the one before."""
        self.tally.add_shares(list_unused(self.tally), -1)  # of 50,000 customers they are 370 KB, of a result of 10 KB
        state, _ = self.pause()
        sealed = self.services.walk_seal.seal_record(KIND, KIND, state)
        result = StoredNumbers(sealed, self.count.now, self.count.erasures)
        self.services.table.commit_parts(list(self.services.number_rows.write_result(result)))


def read_counted(services: Services) -> Sums | None:
    """Return the latest result; None before the first, and where it does not open: the next walk counts anew."""
    stored = services.number_rows.read_result()
    if stored is None:
        return None
    try:
        head, _, text = services.walk_seal.open_record(KIND, KIND, stored.sealed).partition(b"\n")
        count, tally = Count.model_validate_json(head), load_tally(text)
    except (SealBrokenError, ValueError) as fault:
        note_fault("numbers", "result", fault)
        return None
    return Sums(tally, find_lens(services, count), count.erasures)


def find_lens(services: Services, count: Count) -> Lens:
    """Return how a count counts, by the shop's forms and those of its groups that are still as they were."""
    chosen = None if count.popular is None else frozenset(count.popular)
    groups = choose_counted(list_groups(), count.groups)
    quiet = services.clock.quiet_days
    return make_lens(list_named(), count.now, quiet, chosen, groups, count.refund_days, find_costs())
