"""The five things that meet everybody, each with one page of customers. Builders for tests and measurements."""

from collections import Counter

from chalicelib.crowd.page import open_page
from chalicelib.fold.meeting import Meeting
from chalicelib.forms.library import list_named
from chalicelib.numbers.lens import make_lens
from chalicelib.outreach import forecast
from chalicelib.retention.forecast import count_people
from chalicelib.store.tours import Tour, TourKind
from chalicelib.tours.listing import Listing
from chalicelib.tours.scored import Scored
from tests.builders.shop import NOW


def fold_page(services, ids):
    meeting = Meeting(services)
    return Counter(met=len(meeting.meet_people(ids)), unread=meeting.unread)


def list_page(services, ids):
    tour = Tour("t" * 22, TourKind.LIST, "tool", "s-1", "session", NOW, ("name",))
    counts = Listing(services, b"k" * 32, NOW).meet(tour, ids).counts
    return Counter(met=counts["listed"], unread=counts["unreadable"])


def forecast_page(services, ids):
    page = open_page(ids, services)
    forecast.count_page(page, forecast.read_outlook(services), services, NOW, 90)
    return Counter(met=len(page.people), unread=page.unread)


def retention_page(services, ids):
    counts = count_people(ids, services, NOW)
    return Counter(met=counts["seen"], unread=counts["unreadable"])


class Reading(Scored):
    """Gathers words, and counts whom it read: few have written any."""

    read = 0

    def read_words(self, person):
        found = super().read_words(person)
        Reading.read += 1
        return found


def words_page(services, ids):
    Reading.read = 0
    tour = Tour("t" * 22, TourKind.WORDS, "", "s-1", "session", NOW)
    counts = Reading(services, b"k" * 32, NOW, make_lens(list_named(), NOW)).meet(tour, ids).counts
    return Counter(met=Reading.read, unread=counts["unreadable"])


PAGES = (fold_page, list_page, forecast_page, retention_page, words_page)
