"""A profile: what all readings of one person add up to, small however long their history is."""

from datetime import date
from decimal import Decimal

from pydantic import AwareDatetime, Field

from chalicelib.models.base import JsonValue, Model
from chalicelib.models.reading import Identity
from chalicelib.models.statements import Consent, ConsentState, Entry, Grade, MailNote, Order, OrderState, Refund

RESTRICTED = "restricted"  # a profile field


class HeldValue(Model):
    """A profile field with where it came from and when; a typed value outranks no other, then the later wins.

    A sensitive one names the `purpose` whose consent it is kept by; `proven` tells that the consent came by our mail.
    `under` is the mailbox that stood beside it, normalised, or "".
    """

    value: JsonValue
    at: AwareDatetime
    source: str
    grade: Grade
    purpose: str = ""
    proven: bool = False
    under: str = ""


class HeldName(Identity):
    """A name of a person, from `at` until `until`; without `until` it is theirs now.

    `source` is the sender's id (`sender:shop:id`) that stated an address, or "" for a form, a link or staff. An id that
    found its customer by an address has that address as `via`; an address confirmed in place of another has the other.
    `grade` is how the name came.
    """

    at: AwareDatetime
    grade: Grade = Grade.TYPED
    source: str = ""
    via: str = ""
    until: AwareDatetime | None = None


class AgeSaid(Model):
    """What was said of somebody's age: a year of birth (`2011`) or a band (`under-16`)."""

    at: AwareDatetime
    age: str


class Sold(Model):
    """Of one product in one order: the pieces, and what was paid for them, refunds taken off."""

    pieces: int
    paid: Decimal


class OrderMark(Model):
    """What campaigns and figures need of one of the latest orders; `items` are the names of its products, each once.

    `sold` has one entry for each item, in their order; it is empty where the shop's file names no cost (`people.sold`).
    """

    placed_at: AwareDatetime
    state: OrderState
    test: bool = False
    items: tuple[str, ...] = ()
    sold: tuple[Sold, ...] = ()
    currency: str = ""

    @property
    def is_purchase(self) -> bool:
        """Return whether an order counts as a purchase: it is paid or open, and no test."""
        return not self.test and self.state in (OrderState.PAID, OrderState.OPEN)


class EntryMark(Model):
    """What campaigns need of an entry.

    `day` is the day of purchase on a warranty card, `number` that of the pre-order which was shipped, where it is told.
    """

    kind: str
    at: AwareDatetime
    day: date | None = None
    number: str = ""


class AnswerMark(Model):
    """What figures need of one answer to a survey: its scores and chosen options (`people.answers`).

    `event` is the record id of the event that told of it.
    """

    at: AwareDatetime
    kind: str
    event: str
    values: dict[str, JsonValue] = Field(default_factory=dict)


class Referral(Model):
    """The code of a friend that a person came with, and when (`models.friend_codes`)."""

    code: str
    at: AwareDatetime


class Totals(Model):
    """Sums over all rows of a person; two people's totals add up. `spent` is by currency, less refunds.

    `months` counts purchases by the month (UTC) in which they were placed, such as `2026-05`; `earned` is what was
    spent by month and currency, such as `2026-05 EUR`.
    """

    purchases: int = 0
    spent: dict[str, Decimal] = Field(default_factory=dict)
    entries: dict[str, int] = Field(default_factory=dict)
    months: dict[str, int] = Field(default_factory=dict)
    earned: dict[str, Decimal] = Field(default_factory=dict)


class TypedCount(Model):
    """How much was typed about a person: when the latest came (seconds since 1970), as many as a day takes, and all."""

    latest: tuple[int, ...]
    in_all: int


class OrderRecord(Model):
    """A row of the order `name` (`sender:shop:id`): its last description, and refunds that came by themselves.

    `events` are the record ids of the events that told of it, the latest ones. `under` is the mailbox that stood
    beside the description, normalised, or "".
    """

    name: str
    order: Order | None = None
    refunds: dict[str, Refund] = Field(default_factory=dict)
    events: tuple[str, ...] = ()
    under: str = ""


class EntryRecord(Model):
    """A row of one entry; `event` is the record id of the event that told of it, `under` as in HeldValue."""

    entry: Entry
    event: str
    under: str = ""


class Profile(Model):
    """What is known of one person: the fold of their history, and nothing that the history does not say.

    Orders and entries are rows of their own. The profile has their `totals`, and of the latest what campaigns need:
    `latest` by order (`sender:shop:id`), `marks` by entry; `withdrawn` says by entry when the person withdrew it.
    `answers` are the latest answers to surveys. `thin` tells that `latest` must be made anew from the rows, `uncounted`
    that an earlier version wrote the profile: what this version counts must be made anew from the rows.
    `mails` by occasion are the latest notes: enough for every cap.
    `joined` says by purpose when the first yes was said, whatever was said since.
    `referrals` are the codes of friends that they came with: of forms, and by order (`people.referrals`). `former` are
    the ids of records that this one stands for.
    `last_seen` is their last sign of life; mails of ours, what became of them, and scanners are none. `clicked` is
    their last visit through a link of a mail that is still kept; a scanner's is none.
    `fields` and `consents` hold what stands. What does not stand now, for a no, an age or another mailbox, is used by
    nobody, and is remembered only so that history may arrive in any order: `withheld` by field (a sensitive one
    without its value, one that the person emptied with an empty value), `outranked` by
    `purpose:state:grade:mailbox`. `sensitive` are the purposes of sensitive values in entries.
    """

    customer_id: str
    fields: dict[str, HeldValue] = Field(default_factory=dict)
    withheld: dict[str, HeldValue] = Field(default_factory=dict)
    consents: dict[str, Consent] = Field(default_factory=dict)
    outranked: dict[str, Consent] = Field(default_factory=dict)
    ages: tuple[AgeSaid, ...] = ()
    joined: dict[str, AwareDatetime] = Field(default_factory=dict)
    totals: Totals = Totals()
    latest: dict[str, OrderMark] = Field(default_factory=dict)
    thin: bool = False
    uncounted: bool = False
    answers: dict[str, AnswerMark] = Field(default_factory=dict)
    marks: dict[str, EntryMark] = Field(default_factory=dict)
    withdrawn: dict[str, AwareDatetime] = Field(default_factory=dict)
    sensitive: tuple[str, ...] = ()
    mails: dict[str, MailNote] = Field(default_factory=dict)
    identities: tuple[HeldName, ...] = ()
    typed: TypedCount | None = None
    referrals: dict[str, Referral] = Field(default_factory=dict)
    former: tuple[str, ...] = ()
    first_seen: AwareDatetime | None = None
    last_seen: AwareDatetime | None = None
    last_login: AwareDatetime | None = None
    clicked: AwareDatetime | None = None
    last_purchase: AwareDatetime | None = None
    events: int = 0

    def text(self, name: str) -> str:
        """Return a field that is text, or ""."""
        held = self.fields.get(name)
        return held.value if held is not None and isinstance(held.value, str) else ""

    def has_consent(self, purpose: str) -> bool:
        """Return whether the consent to a purpose stands."""
        consent = self.consents.get(purpose)
        return consent is not None and consent.state is ConsentState.GIVEN

    def list_current(self, kind: str) -> tuple[HeldName, ...]:
        """Return the names of one kind that are theirs now."""
        return tuple(name for name in self.identities if name.kind == kind and name.until is None)
