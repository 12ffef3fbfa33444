"""Fills in a form as a browser without scripts does, twice with one key: it must count once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from chalicelib.errors import InvalidSubmissionError
from chalicelib.forms.definition import Form
from chalicelib.forms.field import Field
from chalicelib.forms.library import list_named
from chalicelib.forms.validation import validate_form
from chalicelib.forms.values import Occasion
from chalicelib.models import JsonValue
from chalicelib.shop.brand import name_shop
from chalicelib.store.people_rows import EVENT
from infra.smoke.invented import FORM, MAILS, invent_address
from infra.smoke.trial import Trial
from infra.smoke.web import Answer, read_hidden
from infra.watch.finding import Finding, amber, green, red

Answers = Mapping[str, JsonValue]
BODY = "application/x-www-form-urlencoded"
TEXT = "Smoke test"


@dataclass(frozen=True)
class Filled:
    """A form, and what a person would answer to it."""

    form: Form
    answers: Answers


def choose_form(trial: Trial) -> Form | None:
    """Return a form that the test can fill in: one that asks for a confirmation by mail where there is one."""
    forms = [form for form in list_named() if can_fill(trial, form)]
    return next((form for form in forms if form.confirm), next(iter(forms), None))


def can_fill(trial: Trial, form: Form) -> bool:
    """Return whether the invented answers to a form are ones that it takes, an e-mail address among them."""
    settings, language = trial.services.settings, form.languages[0]
    occasion = Occasion(settings.shop_country, trial.now().date())
    if form.parent is not None or form.find_field("email") is None:
        return False
    answers = fill_form(form, invent_address(trial.run, FORM))
    try:
        validate_form(form, answers, language=language, shop=name_shop(settings, language), occasion=occasion)
    except InvalidSubmissionError:
        return False
    return True


def fill_form(form: Form, address: str) -> Answers:
    """Return an answer to each question that must be answered, the address, and each consent that is required."""
    answers: dict[str, JsonValue] = {
        field.name: answer_field(field) for field in form.fields if field.required and field.name != "email"
    }
    consents: dict[str, JsonValue] = {ask.name: ask.version for ask in form.consents if ask.required}
    return {**answers, **consents, "email": address}


def answer_field(field: Field) -> JsonValue:
    """Return an invented answer to one question."""
    if field.options:
        values = [option.value for option in field.options]
        return values[: max(1, field.bounds[0])] if field.kind.many else values[-1]
    return str(field.bounds[0]) if field.type in ("integer", "score") else TEXT


def try_form(trial: Trial, form: Form | None) -> Iterator[tuple[str, Finding]]:
    """Yield whether a form is shown, and whether each post of it counts once."""
    if form is None:
        yield "form", amber(*tell_unfit(trial))
        return
    for kind in MAILS if form.confirm else MAILS[:1]:
        address = invent_address(trial.run, FORM, kind)
        trial.posted.append(address)
        found = post_twice(trial, form, address)
        if found is not None:
            yield "form", found
            return
    yield "form", judge_count(trial, form)


def tell_unfit(trial: Trial) -> tuple[str, str]:
    """Return why no form was tried, and what to do."""
    if not list_named():
        return "The shop has no form that names its sender, so none was tried.", "Nothing, where that is meant so."
    return "No form can be filled in with invented answers, so none was tried.", "Try one in a browser."


def post_twice(trial: Trial, form: Form, address: str) -> Finding | None:
    """Open a form's page and send it twice; return what went wrong, or None."""
    url, logs = f"{trial.url}/forms/{form.name}", trial.name_logs("api_handler")
    try:
        page = trial.send(url, None, {"Accept": "text/html"})
        if page.status != 200:
            return red(f"The form {form.name} is answered {page.status}.", logs)
        answers = {**read_hidden(page.text), **fill_form(form, address)}
        told = [send_form(trial, url, answers, f"smoke-{address}") for _ in range(2)]
    except OSError as fault:
        return red(f"Nothing answers at {url} ({type(fault).__name__}).", logs)
    if [each.status for each in told] != [202, 200]:
        statuses = " and ".join(str(each.status) for each in told)
        return red(f"The form {form.name}, sent twice, was answered {statuses}, not 202 and 200.", logs)
    return None


def send_form(trial: Trial, url: str, answers: Answers, key: str) -> Answer:
    """Send a form as its page does, under a key by which a repetition is known."""
    origin = "/".join(trial.url.split("/")[:3])
    headers = {"Content-Type": BODY, "Origin": origin, "Accept": "*/*", "Idempotency-Key": key}
    return trial.send(url, urlencode(answers, doseq=True).encode(), headers)


def judge_count(trial: Trial, form: Form) -> Finding:
    """Wait until the posts are settled; return whether each counted once."""
    addresses = [address for address in trial.posted if f"-{FORM}@" in address]
    counts = trial.wait_for(lambda: look_counted(trial, addresses), trial.limits.settling)
    if counts is None:
        told = f"The form {form.name} was taken and not settled within {trial.limits.settling:.0f} seconds."
        return red(told, trial.name_logs("settle_stream"))
    if max(counts) > 1:
        return red(f"The form {form.name}, sent twice, counted twice.", "Report it: that breaks a promise.")
    return green(f"The form {form.name} was shown, sent twice with one key, and counted once.")


def look_counted(trial: Trial, addresses: list[str]) -> list[int] | None:
    """Return how often each address counts, once all do."""
    counts = [count_posts(trial, address) for address in addresses]
    return counts if all(counts) else None


def count_posts(trial: Trial, address: str) -> int:
    """Return how many posts of an address took effect: those that wait for a confirmation, and those in a history."""
    services, rows = trial.services, trial.name_rows(address)
    waiting = {wait.key for wait in services.waits.list_waits(rows)}
    owners = {owner.id for owner in services.identities.find_owners(rows).values() if owner.id}
    events = [row for owner in owners for row in services.people_rows.list_rows(owner) if row["sk"].startswith(EVENT)]
    return len(waiting) + len(events)
