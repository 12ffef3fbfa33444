"""The weekly mail: an owner enters an address and switches the mail; the page behind the links of its mails.

A link's page asks first, since programs look at links. A post to it that is no answer of its form is a mail program's
one press (RFC 8058), and switches the mail off.
"""

from dataclasses import replace

from chalice import Response

from chalicelib.desk.answers import lead_to, show_in
from chalicelib.desk.blueprint import DeskBlueprint
from chalicelib.desk.guard import refuse_foreign
from chalicelib.desk.request import DeskRequest
from chalicelib.desk.rights import Right
from chalicelib.desk.words import find_desk_words
from chalicelib.errors import InvalidSubmissionError, MalformedError, UnknownPageError, UnsupportedTypeError
from chalicelib.forms.interface import find_interface
from chalicelib.shop.brand import name_shop
from chalicelib.store.parts import Part
from chalicelib.store.weekly import WeeklyRow, WeeklyState

desk = DeskBlueprint(__name__)
ACCOUNT, LINK = "/account", "/weekly/{token}"
YES = "yes"  # the answer of the form that confirms


@desk.route("/account/weekly", right=Right.STAFF, methods=("POST",), fresh=True, back=ACCOUNT)
def enter_address(request: DeskRequest) -> Response:
    """Keep one's own address, and have it asked; raise InvalidSubmissionError, RaceLostError."""
    from chalicelib.addresses import keep_email
    from chalicelib.weekly.mailbox import enter_address

    address = keep_email(request.form.get("email", ""))
    if not address:
        raise InvalidSubmissionError({"email": "address"})
    row = enter_address(request.services, request.me.staff_id, address, request.language, request.now)
    return commit_row(request, [request.require_me(), request.services.weekly_rows.write_row(row)], "entered")


@desk.route("/account/weekly/on", right=Right.SELF, methods=("POST",), back=ACCOUNT)
def turn_on(request: DeskRequest) -> Response:
    """Switch one's own mail on again, in the language of the page; raise UnknownPageError."""
    return switch_own(request, WeeklyState.ON)


@desk.route("/account/weekly/off", right=Right.SELF, methods=("POST",), back=ACCOUNT)
def turn_off(request: DeskRequest) -> Response:
    """Switch one's own mail off; raise UnknownPageError."""
    return switch_own(request, WeeklyState.OFF)


def switch_own(request: DeskRequest, state: WeeklyState) -> Response:
    """Switch a mail whose address is confirmed; raise UnknownPageError where there is none, RaceLostError."""
    rows = request.services.weekly_rows
    row = rows.read_row(request.me.staff_id)
    if row is None or not row.is_confirmed:
        raise UnknownPageError("There is no confirmed address.")
    changed = replace(row, state=state, language=request.language)
    return commit_row(request, [request.require_me(), rows.write_row(changed)], state.value)


@desk.route("/account/weekly/remove", right=Right.SELF, methods=("POST",), back=ACCOUNT)
def remove_address(request: DeskRequest) -> Response:
    """Delete one's own address; raise RaceLostError."""
    removed = request.services.weekly_rows.remove_row(request.me.staff_id)
    return commit_row(request, [request.require_me(), removed], "removed")


def commit_row(request: DeskRequest, parts: list[Part], act: str) -> Response:
    """Write what was done with its line in the audit, and lead to the account page."""
    request.services.desk_table.commit_parts([*parts, request.note(f"weekly mail: {act}")])
    return lead_to(ACCOUNT)


@desk.route(LINK, right=Right.OPEN)
def show_link(request: DeskRequest, token: str) -> Response:
    """Ask whether the mail shall come, or stop; looking changes nothing."""
    row = request.services.weekly_rows.find_token(token, request.now)
    asked = "stop" if row and row.state is WeeklyState.ON else "stopped" if row and row.is_confirmed else "question"
    return show_answer(request, row, asked, LINK.replace("{token}", token))


@desk.route(LINK, right=Right.OPEN, methods=("POST",), foreign=True)
def answer_link(request: DeskRequest, token: str) -> Response:
    """Confirm the address, or switch the mail off, once; raise RaceLostError, ForbiddenOriginError for a foreign yes.

    An address that is confirmed is switched on again at the desk alone: a mail may have been passed on.
    """
    row, yes = request.services.weekly_rows.find_token(token, request.now), read_answer(request) == YES
    if yes:
        refuse_foreign(request)
    if row is None or (not yes and not row.is_confirmed):
        return show_answer(request, None, "gone")
    if (yes and not row.is_confirmed) or (not yes and row.state is WeeklyState.ON):
        row = keep_answer(request, replace(row, state=WeeklyState.ON if yes else WeeklyState.OFF))
    return show_answer(request, row, "confirmed" if row.state is WeeklyState.ON else "stopped")


def read_answer(request: DeskRequest) -> str:
    """Return what the page's form says, "" for a press of a mail program, in whatever form it comes."""
    try:
        return request.form.get("answer", "")
    except (MalformedError, UnsupportedTypeError):
        return ""


def keep_answer(request: DeskRequest, row: WeeklyRow) -> WeeklyRow:
    """Write an answer with its line in the audit, a yes while the member is an owner; raise RaceLostError."""
    services = request.services
    owner = [services.weekly_rows.require_owner(row.staff_id)] if row.state is WeeklyState.ON else []
    line = request.note(f"weekly mail: {row.state.value}", row.staff_id)
    services.desk_table.commit_parts([*owner, services.weekly_rows.write_row(row), line])
    return row


def show_answer(request: DeskRequest, row: WeeklyRow | None, said: str, address: str = "") -> Response:
    """Return the page of a link in the language of its mails; `said` names its sentence, `address` where it posts.

    Without a row the link is over.
    """
    language = row.language if row else request.asked_language
    say, shop = find_desk_words(language).weekly, name_shop(request.services.settings, language)
    shop = find_interface(language).isolate(shop)
    return show_in(
        request,
        language,
        "weekly.html",
        title=say.title if row else say.gone_title,
        status=200 if row else 404,
        signed=None,
        sentence=getattr(say, said).format(shop=shop) if row else say.gone,
        asks={"question": (YES, say.confirm), "stop": ("no", say.turn_off)}.get(said) if row and address else None,
        address=address,
    )
