"""The Telephone page: the script of a call, line by line, with the sign-up and a short survey filled in on the way."""

from chalice import Response
from chalice.app import ChaliceViewError

from chalicelib.desk.answers import show_page
from chalicelib.desk.blueprint import DeskBlueprint
from chalicelib.desk.entries.call import Call, plan_call
from chalicelib.desk.entries.entry import (
    Typed,
    choose_spoken,
    gather_typed,
    is_only_shown,
    list_sent,
    show_entry,
    show_kept,
)
from chalicelib.desk.request import DeskRequest
from chalicelib.desk.rights import Right
from chalicelib.desk.words import find_desk_words
from chalicelib.forms.interface import find_interface
from chalicelib.forms.words import fill_shop
from chalicelib.shop.brand import name_shop

desk = DeskBlueprint(__name__)
HERE = "/telephone"


@desk.route(HERE, right=Right.PEOPLE)
def show_telephone(request: DeskRequest) -> Response:
    """Show the script."""
    return show_call(request, plan_call())


@desk.route(HERE, right=Right.PEOPLE, methods=("POST",), back=HERE, many=True)
def take_call(request: DeskRequest) -> Response:
    """Keep what the caller said, or show the script again in another language or with what is wrong."""
    call, sent = plan_call(), list_sent(request)
    if call is None or is_only_shown(request):
        return show_call(request, call, gather_typed(sent))
    from chalicelib.desk.entries.keeping import keep_entry  # imported here: only what is kept needs the vault
    from chalicelib.senders.form import Taken

    taken = Taken("telephone", request.me.staff_id, call.script.version, call.survey)
    try:
        kept = keep_entry(request, call.form, sent, taken)
    except ChaliceViewError as refusal:
        return show_call(request, call, gather_typed(sent), refusal)
    return show_kept(request, call.form, kept, again=HERE)


def show_call(
    request: DeskRequest, call: Call | None, typed: Typed | None = None, refusal: ChaliceViewError | None = None
) -> Response:
    """Return the page of a call; without one, a page that says why there is none."""
    title = find_desk_words(request.language).telephone.title
    if call is None:
        return show_page(request, "no_call.html", title=title, status=404)
    language = choose_spoken(request, call.form)
    return show_entry(
        request,
        "telephone.html",
        call.form,
        title=title,
        typed=typed,
        refusal=refusal,
        lines=[show_line(request, call, number, language) for number in range(len(call.lines))],
        rest=name_questions(call, call.rest),
        script=call.script.version,
    )


def show_line(request: DeskRequest, call: Call, number: int, language: str) -> dict[str, object]:
    """Return a line: its words with the shop's name in the caller's language, and the names of its questions."""
    line, shop = call.lines[number], name_shop(request.services.settings, language)
    return {
        "say": fill_shop(line.say[language], find_interface(language).isolate(shop)),
        "do": line.do[request.language] if line.do else "",
        "questions": [*line.fields, *name_questions(call, line.consents), *line.answers],
    }


def name_questions(call: Call, names: tuple[str, ...]) -> list[str]:
    """Return the names that questions have in the post: the boxes of consents, by their purposes, and fields."""
    boxes = {ask.purpose: ask.name for ask in call.form.consents}
    return [boxes.get(name, name) for name in names]
