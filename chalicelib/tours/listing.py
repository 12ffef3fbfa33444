"""A list of customers to download: who is on it, what it says of each, and its lines until they are downloaded.

The list leaves out customers who restricted their data. With a purpose it has only customers whose consent stands, and
whose address is not stopped; with a group only those who belong to it. Each customer on the list has a line in the
audit, written in the transaction that keeps the lines. Lines are sealed under a key that only the session's cookie
gives, and a customer who is forgotten before the download is left out of it.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from chalicelib.crowd.page import UNREAD, open_page, try_each
from chalicelib.data_requests.csv_cells import write_table
from chalicelib.groups.clauses import Gauge
from chalicelib.groups.judge import meets_rule
from chalicelib.groups.library import find_group
from chalicelib.models import Identity, IdentityKind, JsonValue, Profile
from chalicelib.people.mailbox import read_address, read_mailbox
from chalicelib.people.reader import find_holder
from chalicelib.people.restriction import is_restricted
from chalicelib.services import Services
from chalicelib.shop.ages import is_minor
from chalicelib.shop.purposes import Basis, load_purposes
from chalicelib.shop.stops import MailUse
from chalicelib.store.audiences import LastFile
from chalicelib.store.audit import DESK
from chalicelib.store.parts import Part
from chalicelib.store.people_pages import find_living
from chalicelib.store.tours import Tour
from chalicelib.strictjson import dump_json, parse_json
from chalicelib.tours.hashes import hash_profile, is_hashed, is_too_few, write_hashes
from chalicelib.tours.steps import Met
from chalicelib.vault.person import PersonSeal

COLUMNS = ("name", "email", "phone", "language", "consents", "since", "last_purchase", "purchases", "spent")
FILE_PARTS = 200  # of one download: at most 8,000 customers, far below the 6 MB that a function may answer
LINES, KIND = "lines", "list"
Cells = dict[str, JsonValue]
Lines = list[tuple[str, Cells]]


@dataclass(frozen=True)
class Listing:
    """Makes one list; `key` is derived from the cookie of the session that asked for it."""

    services: Services
    key: bytes
    now: datetime

    def meet(self, tour: Tour, ids: list[str]) -> Met:
        """Open a page of customers, and return the lines of those who belong on the list."""
        page = open_page(ids, self.services)
        counts = Counter({UNREAD: page.unread})
        lines: Lines = []
        for person, profile in try_each(page.people, self.services.people.renew_profile, counts):
            listed = self.is_in(profile, tour.group) and not (is_hashed(tour) and is_minor(profile.ages, self.now))
            if listed and belongs(person.id, profile, tour.purpose, self.services, self.now):
                cells = hash_profile(profile, tour) if is_hashed(tour) else describe_profile(profile, tour.columns)
                lines.append((person.id, cells))
        if not lines:
            return Met(counts)
        number = tour.parts + 1
        sealed = self.seal(tour).seal_record(f"{LINES}{number}", KIND, dump_json([list(line) for line in lines]))
        noted = [self.note(tour, customer_id, name_goal(tour.goal)) for customer_id, _ in lines]
        part = self.services.tours.write_part(tour, number, sealed)
        return Met(counts + Counter(listed=len(lines)), (part, *noted), 1)

    def is_in(self, profile: Profile, name: str) -> bool:
        """Return whether a customer belongs to a group, "" for none; nobody belongs to one that is not on file."""
        group = find_group(name) if name else None
        gauge = Gauge(self.now, self.services.clock.quiet_days)
        return not name or (group is not None and meets_rule(profile, group.rule, gauge))

    def finish(self, tour: Tour) -> list[Part]:
        """Return the audit's line about the whole list."""
        of_group = f", group {tour.group}" if tour.group else ""
        whole = f"{name_goal(tour.goal)}: {tour.counts.get('listed', 0)} customers{of_group}"
        return [self.note(tour, DESK, whole), *self.note_file(tour)]

    def note_file(self, tour: Tour) -> list[Part]:
        """Return the part that notes a file for an ad platform, if there is one."""
        if not is_hashed(tour) or is_too_few(tour):
            return []
        last = LastFile(tour.made, self.services.ledger.read_head().number)
        return [self.services.audiences.write_file(tour.group, tour.goal, last)]

    def note(self, tour: Tour, about: str, reason: str) -> Part:
        return self.services.audit.write_access(about, tour.staff_id, reason, self.now)

    def seal(self, tour: Tour) -> PersonSeal:
        return PersonSeal(tour.id, self.key)

    def write_file(self, tour: Tour, number: int) -> bytes:
        """Return one file of a list as CSV; nobody is in it who was forgotten meanwhile, and nobody twice.

        Raise SealBrokenError for another session's key, UnknownPageError where too few are left for an ad platform.
        """
        first = (number - 1) * FILE_PARTS
        numbers = range(first + 1, min(tour.parts, first + FILE_PARTS) + 1)
        lines = dict(
            line
            for each, sealed in self.services.tours.list_parts(tour.id, numbers)
            for line in self.open_lines(tour, each, sealed)
        )
        living = find_living(self.services.keys, list(lines))
        kept = [cells for each, cells in lines.items() if each in living]
        if is_hashed(tour):
            return write_hashes(tour, kept, alone=count_files(tour) == 1)
        return write_table(name_columns(tour.columns), kept)

    def open_lines(self, tour: Tour, number: int, sealed: bytes) -> Lines:
        text = self.seal(tour).open_record(f"{LINES}{number}", KIND, sealed)
        return [(customer_id, cells) for customer_id, cells in parse_json(text)]


def count_files(tour: Tour) -> int:
    """Return how many files a list has; for an ad platform none with too few customers."""
    return 0 if is_too_few(tour) else -(-tour.parts // FILE_PARTS)


def name_goal(goal: str) -> str:
    """Return the reason as the audit keeps it; `data_requests/readable/reasons.py` knows it."""
    return f"list of customers: {goal}"


def belongs(customer_id: str, profile: Profile, purpose: str, services: Services, now: datetime) -> bool:
    """Return whether a customer belongs on a list for a purpose, "" for none."""
    if is_restricted(profile):
        return False
    if not purpose:
        return True
    mailbox = read_mailbox(profile)
    if not mailbox or not profile.has_consent(purpose):
        return False
    rows = services.people.name_rows(Identity(kind=IdentityKind.EMAIL, value=mailbox))
    stopped = services.suppressions.is_stopped(rows, MailUse.MARKETING, now)
    return not stopped and find_holder(rows, services.identities.find_owners(rows)) == customer_id


def list_asked() -> list[str]:
    """Return the purposes that need a consent, as the file has them."""
    return [name for name, each in load_purposes().purposes.items() if each.basis is Basis.CONSENT]


def name_columns(columns: tuple[str, ...]) -> list[str]:
    """Return the headings of the file: one for each purpose in place of `consents`."""
    consents = [f"consent {name}" for name in list_asked()]
    return [heading for name in columns for heading in (consents if name == "consents" else [name])]


def describe_profile(profile: Profile, columns: tuple[str, ...]) -> Cells:
    """Return what a list says of a customer: days as RFC 3339, consents as `given 2026-03-01`."""
    known: Cells = {
        "name": profile.text("name"),
        "email": read_address(profile),
        "phone": profile.text("phone"),
        "language": profile.text("language"),
        "since": write_day(profile.first_seen),
        "last_purchase": write_day(profile.last_purchase),
        "purchases": profile.totals.purchases,
        "spent": ", ".join(f"{sum_} {currency}" for currency, sum_ in sorted(profile.totals.spent.items())),
    }
    cells = {name: known[name] for name in columns if name in known}
    if "consents" in columns:
        said = {name: profile.consents.get(name) for name in list_asked()}
        cells |= {f"consent {name}": f"{each.state.value} {write_day(each.at)}" for name, each in said.items() if each}
    return cells


def write_day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment else ""
