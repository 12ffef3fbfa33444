"""Waits for the mails that the form's posts cause, and for what SES's simulator makes of them.

The mails are the confirmations that the product itself sends after a form is posted: no mail is sent in another way.
"""

from collections.abc import Iterator

from chalicelib.forms.definition import Form
from chalicelib.shop.stops import StopReason
from chalicelib.store.inbox import InboxItem
from chalicelib.store.unconfirmed import Wait
from infra.smoke.invented import FORM, MAILS, invent_address
from infra.smoke.trial import Trial
from infra.watch.finding import Finding, amber, green, red

STOPS = {"bounce": StopReason.BOUNCED, "complaint": StopReason.COMPLAINED}
NOT_NOW = ("paused", "throttled")  # SES refused, for a reason that is not the mail's


def try_mails(trial: Trial, form: Form | None) -> Iterator[tuple[str, Finding]]:
    """Yield whether SES took each mail, and whether a bounce and a complaint stop their address."""
    if form is None or not form.confirm:
        do = "Sign up with an address of your own on a page of the shop, and look whether a mail comes."
        yield "mail", amber("No form asks for a confirmation by mail, so no mail was tried.", do)
        return
    for kind in MAILS:
        found = await_taken(trial, kind)
        yield f"mail-{kind}", found or await_stop(trial, kind)


def await_taken(trial: Trial, kind: str) -> Finding | None:
    """Wait until SES took the mail to an address; return what went wrong, or None."""
    address = invent_address(trial.run, FORM, kind)
    item = trial.wait_for(lambda: look_tried(trial, address), trial.limits.asking)
    if item is None:
        told = f"No mail to {kind}@ was sent within {trial.limits.asking:.0f} seconds."
        return red(told, trial.name_logs("ask_confirmations"))
    if item.pending == Wait.ASKED.value:
        return None
    if item.reason in NOT_NOW:
        told = f"SES takes no mail of the shop now ({item.reason})."
        return amber(told, f"{trial.name_command('doctor')} says whether the domain is verified; then repeat this.")
    told = f"The mail to {kind}@ was not sent: {item.reason or item.pending}."
    return red(told, trial.name_logs("ask_confirmations"))


def look_tried(trial: Trial, address: str) -> InboxItem | None:
    """Return the item of an address once its mail was tried, or never will be."""
    for wait in trial.services.waits.list_waits(trial.name_rows(address)):
        item = trial.services.inbox.read_item(wait.key)
        if item is not None and (item.pending in (Wait.ASKED, Wait.UNASKED) or item.reason):
            return item
    return None


def await_stop(trial: Trial, kind: str) -> Finding:
    """Wait until the address of a bounce or complaint gets no mail any more."""
    if kind not in STOPS:
        return green(f"SES took a mail to {kind}@.")
    rows, reason = trial.name_rows(invent_address(trial.run, FORM, kind)), STOPS[kind]
    stops = trial.services.suppressions
    held = trial.wait_for(
        lambda: stops.list_stops(rows, consistent=True).get(reason.value) or None, trial.limits.events
    )
    if held is None:
        told = f"SES took a mail to {kind}@, and its {kind} did not come back within {trial.limits.events:.0f} seconds."
        return red(told, trial.name_logs("record_feedback"))
    return green(f"A {kind} came back from SES, and its address gets no mail any more.")
