"""How long waiting items are kept, and how often an address may be asked. The shop does not choose these."""

from datetime import datetime, timedelta

KEEP_UNCONFIRMED = timedelta(days=7)  # a submission that waits for the yes of a double opt-in
KEEP_QUIET = timedelta(days=7)  # an address that said no to a confirmation mail is not asked again for so long
LONGEST_WAIT = timedelta(days=1)  # a confirmation mail that would wait longer is not sent
KEEP_QUARANTINE = timedelta(days=30)
KEEP_ONCE = timedelta(days=31)  # that a page was answered anonymously: a page's token lives 30 days at most
KEEP_NAMELESS = timedelta(days=30)  # what names nobody
OPEN_ORDER_HOLDS = timedelta(days=365)  # an order that stays open keeps its customer so much longer, and no more
KEEP_LINKS = timedelta(days=180)  # a later click leads to the shop's front page; an unsubscribe link never expires
KEEP_PACKAGE = timedelta(days=7)
KEEP_NAMES = timedelta(days=7)  # a list of names for the desk's search; the walk makes a new one each night
KEEP_DAY_COUNTS = timedelta(days=40)  # what came in on one day of the shop, as counts
KEEP_CLAIMS = timedelta(days=8)  # that a form of the desk was sent: a page lives as long as its session, seven days
MOST_ON_TILL = timedelta(days=92)  # between the typing of a till's entry and its arrival: a quarter
KEEP_FOR_STAFF = timedelta(days=90)  # a request that staff must answer by hand


def is_kept(accepted_at: datetime, now: datetime) -> bool:
    """Return whether an unconfirmed submission may still be confirmed; TTL removes it up to two days later."""
    return now < accepted_at + KEEP_UNCONFIRMED
