"""Posts a signed delivery of each sender that has a secret, and waits until each is settled."""

from collections.abc import Iterator
from dataclasses import dataclass

from chalicelib.door.intake import name_submission
from chalicelib.senders import SENDERS, find_sender
from chalicelib.senders.sizes import fit_submission
from chalicelib.store.inbox import State
from infra.smoke.deliveries import Delivery, write_delivery
from infra.smoke.invented import invent_address
from infra.smoke.trial import Trial
from infra.watch.finding import Finding, amber, green, red

Findings = Iterator[tuple[str, Finding]]
OTHER_SECRET = "The door has another secret, or takes the deliveries of another shop (docs/deploy.md#secrets)."
NOT_YET = (
    "The door may not know a new secret yet, since it reads secrets every five minutes: repeat this in five minutes."
)


@dataclass(frozen=True)
class Posted:
    """A delivery that the door took, and the key that it has in the inbox."""

    sender: str
    key: str


def try_senders(trial: Trial) -> Findings:
    """Yield what becomes of a delivery of each sender; all are posted before the first is waited for."""
    known = [str(sender) for sender in SENDERS if trial.parameters.read_values(trial.now()).get(f"senders/{sender}")]
    if not known:
        yield "senders", green("No sender has a signing secret, so there is no delivery to try.")
    tried = [post_delivery(trial, sender) for sender in known]
    for sender, each in zip(known, tried, strict=True):
        yield f"delivery-{sender}", each if isinstance(each, Finding) else await_settled(trial, each)


def post_delivery(trial: Trial, sender: str) -> Posted | Finding:
    """Post a delivery about an invented customer; return what went wrong, or what was posted."""
    now, url, address = trial.now(), f"{trial.url}/hooks/{sender}", invent_address(trial.run, sender)
    secret = trial.parameters.read_secrets(sender, now)[0].decode()
    shop = min(trial.parameters.read_shops(sender, now), default="")
    delivery = write_delivery(sender, address, secret, url=url, shop=shop, now=now)
    trial.posted.append(address)
    try:
        answer = trial.send(url, delivery.body, delivery.headers)
    except OSError as fault:
        return red(f"Nothing answers at {url} ({type(fault).__name__}).", trial.name_logs("api_handler"))
    if answer.status != 202:
        told = f"A signed delivery of {sender} was answered {answer.status}, not 202."
        if answer.status == 503:
            return amber(told, NOT_YET)
        return red(told, OTHER_SECRET if answer.status == 401 else trial.name_logs("api_handler"))
    return Posted(sender, name_delivery(trial, sender, delivery))


def name_delivery(trial: Trial, sender: str, delivery: Delivery) -> str:
    """Return the key of a delivery in the inbox, as the door names it."""
    module, headers = find_sender(sender), {name.lower(): value for name, value in delivery.headers.items()}
    if module is None:
        raise LookupError(sender)
    submission = fit_submission(module.parse(delivery.body, headers, trial.now()))
    return name_submission(submission, trial.parameters.read_door_key(trial.now()))


def await_settled(trial: Trial, posted: Posted) -> Finding:
    """Wait until a delivery is settled; return what became of it."""
    item = trial.wait_for(lambda: look_done(trial, posted.key), trial.limits.settling)
    if item is None:
        told = f"A delivery of {posted.sender} was taken and not settled within {trial.limits.settling:.0f} seconds."
        return red(told, trial.name_logs("settle_stream"))
    state, reason = item
    if state is not State.SETTLED:
        why = f" ({reason})" if reason else ""
        return red(f"A delivery of {posted.sender} ended as {state.value}{why}.", trial.name_command("waiting"))
    return green(f"A signed delivery of {posted.sender} was taken and settled.")


def look_done(trial: Trial, key: str) -> tuple[State, str] | None:
    """Return the state of an inbox item and its reason, or None while it is new."""
    item = trial.services.inbox.read_item(key)
    return None if item is None or item.state is State.NEW else (item.state, item.reason)
