"""The answers to a form behind a mail's link: an action on the link, with the body of a form."""

from datetime import datetime

from chalicelib.forms.validation import CleanForm
from chalicelib.models import ConsentState, Reading, Submission
from chalicelib.senders.actions import Body, name_mail, read_consent, read_mail, write_action
from chalicelib.senders.form import read_body, write_answers
from chalicelib.store.links import Link


def answer_form(
    link: Link, name: str, clean: CleanForm, told_apart_by: str, now: datetime, *, network: str
) -> Submission:
    """Return the answers to the form of a link; `told_apart_by` is from `senders.form.choose_key`."""
    body = {**write_answers(clean), "network": network, **name_mail(link)}
    return write_action("answer", name, told_apart_by, now, body)


def read_answer(submission: Submission, body: Body) -> Reading:
    """Read the answers to a form. A sensitive one counts as proven, like the consent that was ticked beside it."""
    said, channel = read_body(submission, body), f"form:{body['form']}"
    changes = {
        "link": body["link"],
        "consents": tuple(read_consent(submission, body, ask, ConsentState.GIVEN, channel) for ask in body["consents"]),
        "entry": said.entry.model_copy(update={"proven": True}) if said.entry else None,
        "notes": read_mail(body),
    }
    return said.model_copy(update=changes)
