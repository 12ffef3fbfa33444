"""What a submission about a data subject request says; `privacy.actions` writes them.

An address in one names nobody by itself: `requesting` looks it up, and the history keeps neither it nor a token.
"""

from collections.abc import Callable, Mapping

from chalicelib.campaigns.library import list_campaigns
from chalicelib.errors import MalformedError, TooLargeError, UnreadableError
from chalicelib.models import Consent, ConsentState, JsonValue, Reading, Submission
from chalicelib.privacy.actions import RequestKind
from chalicelib.restriction import RESTRICTED
from chalicelib.strictjson import parse_object

CHANNEL = "privacy"  # of a consent that ends by an objection
ADVERTISING = ("marketing", "sms")  # what forms and shop systems call it, whether a campaign uses it or not
Said = Mapping[str, JsonValue]


def interpret(submission: Submission) -> Reading:
    """Say in our words what was asked; raise UnreadableError."""
    try:
        return READERS[submission.topic](submission, parse_object(submission.body))
    except (MalformedError, TooLargeError, KeyError, TypeError, ValueError, AttributeError):
        raise UnreadableError("request body is not of the shape we write") from None


def read_request(submission: Submission, said: Said) -> Reading:
    """Read that somebody asks; who they are is not proven."""
    return Reading(kind="request", notes={"kind": RequestKind(said["kind"]).value, "email": str(said["email"])})


def read_try(submission: Submission, said: Said) -> Reading:
    """Read a turn at typing the code: it was counted by being kept."""
    return Reading(kind="try", link=said["link"])


def read_confirm(submission: Submission, said: Said) -> Reading:
    """Read that the person asks: who has the link and the code has their mailbox."""
    kind = RequestKind(said["kind"])
    return Reading(
        kind="request",
        link=said["link"],
        fields={RESTRICTED: True} if kind is RequestKind.RESTRICT else {},
        consents=object_to(submission, said) if kind is RequestKind.OBJECT else (),
        notes={"kind": kind.value, "result": said.get("result", "")},
    )


def object_to(submission: Submission, said: Said) -> tuple[Consent, ...]:
    """Return the end of every consent to advertising (GDPR, Article 21(2)), whether it was ever given or not."""
    purposes = dict.fromkeys([*ADVERTISING, *(one.purpose for one in list_campaigns() if one.is_marketing)])
    return tuple(
        Consent(
            purpose=purpose,
            state=ConsentState.WITHDRAWN,
            at=submission.occurred_at,
            channel=CHANNEL,
            language=said["language"],
            network=said["network"],
            signed=True,
        )
        for purpose in purposes
    )


def read_lift(submission: Submission, said: Said) -> Reading:
    """Read that staff ended a restriction, as the person asked."""
    return Reading(kind="request", fields={RESTRICTED: False}, notes={"email": said.get("email", "")})


READERS: Mapping[str, Callable[[Submission, Said], Reading]] = {
    "request": read_request,
    "try": read_try,
    "confirm": read_confirm,
    "lift": read_lift,
}
