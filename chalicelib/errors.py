"""Every error raised on purpose.

    ChaliceViewError                 answered as {"Code": class name, "Message": text}; never logged as a crash
    +-- 400 MalformedError           the bytes are not of the format that they should have
    +-- 401 InvalidSignatureError    its text gives no reason
    +-- 403 ForbiddenOriginError     a browser on a site that this form does not allow
    +-- 403 NoRightError             the desk: nobody is signed in, or the role may not do this
    +-- 404 UnknownPageError         pages and forms only; a webhook route never answers 404 or 410
    +-- 405 WrongMethodError
    +-- 413 TooLargeError
    +-- 415 UnsupportedTypeError
    +-- 422 InvalidSubmissionError   names each field and what is wrong with it, never its value
    +-- 429 SlowDownError
    +-- 503 TryAgainLaterError       nothing was kept: send it again

    RegularsError                    ours alone; never meant for a client; text holds ids only
    +-- SealBrokenError              a sealed message is not the one we wrote for this place
    +-- KeyUnavailableError          KMS does not answer or refuses the key: nothing is wrong with the message
    +-- UnreadableError              a submission whose body cannot be interpreted: parked
    +-- OversizeError                what would be written is larger than what can be read again: parked
    +-- NewerShapeError              a row that a later version wrote: it is left alone until that version runs
    +-- DefinitionError              a definition file has a mistake; names the file, the line and the place
    +-- UnfitMailError               a mail lacks what it must carry before it may leave; says what by name
    +-- HandlerFailedError           stands for any crash of an event handler, by its type alone
    +-- LedgerBrokenError            the record of erasures has a hole: one table was restored without the other
    +-- TargetRefusedError           events must not, or cannot, go to this address of the shop; says why, not where
    +-- RaceLostError                another worker changed the same customer first: read again
    +-- NotJoinableError             two customers cannot be joined or parted now; says why, for staff
    +-- NoCodeError                  no code of an offer is live at the shop: the mail waits
    +-- ShopUnavailableError         a shop system does not answer, or refuses; says why by its own word
    +-- CodeTakenError               a code that we chose is another discount's at the shop: another one is chosen
    +-- RowTwiceError                a transaction would write one row in two ways: parked

This is the only module below the routes that imports Chalice: its view errors give status and body for free.
"""

from collections.abc import Mapping

from chalice.app import ChaliceViewError


class MalformedError(ChaliceViewError):
    """400: a body that cannot be parsed, or that is not of the shape its topic promises."""

    STATUS_CODE = 400


class InvalidSignatureError(ChaliceViewError):
    """401: the signature is missing, wrong or out of date."""

    STATUS_CODE = 401

    def __init__(self, reason: str = "signature") -> None:
        """Use one text for every reason: the reason would help only a forger. Staff see `reason` at the desk."""
        super().__init__("The signature is not valid.")
        self.reason = reason


class ForbiddenOriginError(ChaliceViewError):
    """403: the Origin header names a site that this form does not allow."""

    STATUS_CODE = 403


class NoRightError(ChaliceViewError):
    """403: at the desk, a role without the right that the route asks for, or nobody who is signed in."""

    STATUS_CODE = 403


class UnknownPageError(ChaliceViewError):
    """404: no such form or page."""

    STATUS_CODE = 404


class WrongMethodError(ChaliceViewError):
    """405: this address takes another method."""

    STATUS_CODE = 405


class TooLargeError(ChaliceViewError):
    """413: more bytes, keys or depth than we take."""

    STATUS_CODE = 413


class UnsupportedTypeError(ChaliceViewError):
    """415: a content type or encoding that we do not read."""

    STATUS_CODE = 415


class InvalidSubmissionError(ChaliceViewError):
    """422: understood, but some fields cannot be kept. `fields` maps a field's name to a reason code."""

    STATUS_CODE = 422

    def __init__(self, fields: Mapping[str, str]) -> None:
        """`fields` holds reason codes such as `missing`, `invalid`, `too_long`, and never a value."""
        self.fields = dict(fields)
        super().__init__("; ".join(f"{name}: {reason}" for name, reason in self.fields.items()))


class SlowDownError(ChaliceViewError):
    """429: too many submissions from one place."""

    STATUS_CODE = 429


class TryAgainLaterError(ChaliceViewError):
    """503: nothing was kept; the sender should send it again."""

    STATUS_CODE = 503


class RegularsError(Exception):
    """Base of the errors that never leave the service."""


class SealBrokenError(RegularsError):
    """A sealed message was altered, moved, truncated, lengthened, or sealed by another suite or key."""


class KeyUnavailableError(RegularsError):
    """A key cannot be used now (throttled, disabled, denied, unreachable); what it sealed is left as it is."""


class UnreadableError(RegularsError):
    """A submission cannot be interpreted; it is parked with this reason and waits for staff."""


class OversizeError(RegularsError):
    """Nothing is written that could not be read again; the text says of what kind it is."""


class NewerShapeError(RegularsError):
    """A row has the shape of a later version; the text names the kind and the number of the shape."""


class DefinitionError(RegularsError):
    """A definition file cannot be used; the text names the file, the line and the place, and no value."""


class UnfitMailError(RegularsError):
    """A mail must not go out: the text names what is empty or missing (`unsubscribe_url`), or that it is too large."""


class LedgerBrokenError(RegularsError):
    """The record of erasures lacks an entry; the text says which. `make replay-ledger` fills it from its export."""


class TargetRefusedError(RegularsError):
    """Events must not go to this address, or cannot be signed for it; the text is a reason and never the address."""


class RaceLostError(RegularsError):
    """A condition of a transaction failed because another worker was faster; read again and retry."""


class NotJoinableError(RegularsError):
    """Two customers cannot be joined, or a joined record cannot be parted; the text is the reason and names nobody."""


class NoCodeError(RegularsError):
    """No code of a campaign's offer is live and free; names the campaign."""


class ShopUnavailableError(RegularsError):
    """The API of a shop system gave no answer, or one that is no success; names the shop's own word for it."""


class CodeTakenError(RegularsError):
    """The shop has a code already, for a discount that is not ours."""


class RowTwiceError(RegularsError):
    """A transaction has two different parts for one row; the text is the kind of the row."""


class HandlerFailedError(RegularsError):
    """An event handler crashed; the text is the type of what it crashed on, since Lambda logs it."""
