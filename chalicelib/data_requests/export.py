"""Everything held of one person as files, for staff to hand over: for somebody at the counter, or who gets no mail."""

from collections.abc import Callable, Iterable
from datetime import datetime

from chalicelib.data_requests.deliver import MOST_EVENTS
from chalicelib.data_requests.files import write_files
from chalicelib.data_requests.record import gather_own, gather_record, join_sections
from chalicelib.errors import TooLargeError
from chalicelib.people.mailbox import read_mailbox
from chalicelib.people.person import Person
from chalicelib.services import Services
from chalicelib.shop.brand import name_shop

Note = Callable[[Iterable[str]], None]  # notes in the audit that the records of these customers are opened


def export_files(person: Person, services: Services, now: datetime, note: Note) -> dict[str, bytes]:
    """Return the files by name, with what other records hold under the person's mailbox.

    `note` is called before anything is gathered; what it raises goes on.
    """
    address = read_mailbox(person.profile)
    others = [each for each in services.people.find_holders(address) if each != person.id] if address else []
    note([person.id, *others])
    opened = (services.people.open_person(each) for each in others)
    records = [
        gather_record(person, services, now),
        *(gather_own(other, address, services, now) for other in opened if other is not None),
    ]
    sections = join_sections(records) if len(records) > 1 else records[0]
    spoken = person.profile.text("language") or services.settings.shop_language
    return write_files(sections, language=spoken, shop=name_shop(services.settings, spoken), now=now)


def check_size(person: Person) -> None:
    """Raise TooLargeError for a history that takes more memory than a function has; the command exports it."""
    if person.profile.events > MOST_EVENTS:
        raise TooLargeError("the export")
