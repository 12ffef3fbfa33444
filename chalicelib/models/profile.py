"""A profile: what all readings of one person add up to."""

from pydantic import AwareDatetime, Field

from chalicelib.models.base import JsonValue, Model
from chalicelib.models.reading import Identity
from chalicelib.models.statements import Consent, Entry, Grade, MailNote, Order, Refund

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


class AgeSaid(Model):
    """What was said of somebody's age: a year of birth (`2011`) or a band (`under-16`)."""

    at: AwareDatetime
    age: str


class Profile(Model):
    """What is known of one person: the fold of their history, and nothing that the history does not say.

    `orders` is keyed by `sender:shop:id`; `mails` by occasion; `entries` by the inbox key of their submission.
    `joined` says by purpose when the first yes was said, whatever was said since.
    `last_seen` is their last sign of life; mails of ours, what became of them, and scanners are none.
    `fields` and `consents` hold what stands. What does not stand now, for a no or an age, is used by nobody, and is
    remembered only so that history may arrive in any order: `withheld` by field (a sensitive one without its value, one
    that the person emptied with an empty value), `outranked` by `purpose:state:who`.
    """

    customer_id: str
    fields: dict[str, HeldValue] = Field(default_factory=dict)
    withheld: dict[str, HeldValue] = Field(default_factory=dict)
    consents: dict[str, Consent] = Field(default_factory=dict)
    outranked: dict[str, Consent] = Field(default_factory=dict)
    ages: tuple[AgeSaid, ...] = ()
    joined: dict[str, AwareDatetime] = Field(default_factory=dict)
    orders: dict[str, Order] = Field(default_factory=dict)
    refunds: dict[str, Refund] = Field(default_factory=dict)
    entries: dict[str, Entry] = Field(default_factory=dict)
    mails: dict[str, MailNote] = Field(default_factory=dict)
    identities: tuple[Identity, ...] = ()
    first_seen: AwareDatetime | None = None
    last_seen: AwareDatetime | None = None
    last_login: AwareDatetime | None = None
    last_purchase: AwareDatetime | None = None
    events: int = 0

    def text(self, name: str) -> str:
        """Return a field that is text, or ""."""
        held = self.fields.get(name)
        return held.value if held is not None and isinstance(held.value, str) else ""
