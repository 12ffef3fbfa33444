"""The Counter page: a form of the shop, filled in on the shop's device with the customer beside it."""

from chalice import Response
from chalice.app import ChaliceViewError

from chalicelib.desk.blueprint import DeskBlueprint
from chalicelib.desk.entries.entry import Typed, gather_typed, is_only_shown, list_sent, show_entry, show_kept
from chalicelib.desk.request import DeskRequest
from chalicelib.desk.rights import Right
from chalicelib.desk.words import find_desk_words
from chalicelib.errors import UnknownPageError
from chalicelib.forms.definition import Form
from chalicelib.forms.library import find_form, list_named

desk = DeskBlueprint(__name__)
HERE, FORM = "/counter", "/counter/{form}"
FIRST, CARRIED = "sign-up", ("email", "phone", "name")


@desk.route(HERE, right=Right.ENTER)
def show_counter(request: DeskRequest) -> Response:
    """Show the sign-up, and the other forms to choose from."""
    return show_form_page(request, find_first())


@desk.route(HERE, right=Right.ENTER, methods=("POST",), back=HERE)
def carry_over(request: DeskRequest) -> Response:
    """Show the sign-up with the e-mail, phone or name that was looked for in vain; nothing is kept yet."""
    form = find_first()
    carried = {name: [request.form[name]] for name in CARRIED if request.form.get(name) and form.find_field(name)}
    return show_form_page(request, form, carried)


@desk.route(FORM, right=Right.ENTER)
def show_one(request: DeskRequest, form: str) -> Response:
    """Show one form."""
    return show_form_page(request, find_shown(form))


@desk.route(FORM, right=Right.ENTER, methods=("POST",), back=FORM, many=True)
def take_form(request: DeskRequest, form: str) -> Response:
    """Keep what was filled in, or show it again in another language or with what is wrong."""
    found, sent = find_shown(form), list_sent(request)
    if is_only_shown(request):
        return show_form_page(request, found, gather_typed(sent))
    from chalicelib.desk.entries.keeping import keep_entry  # imported here: only what is kept needs the vault
    from chalicelib.senders.form import Taken

    try:
        kept = keep_entry(request, found, sent, Taken("counter", request.me.staff_id))
    except ChaliceViewError as refusal:
        return show_form_page(request, found, gather_typed(sent), refusal)
    return show_kept(request, found, kept, again=f"{HERE}/{found.name}")


def show_form_page(
    request: DeskRequest, form: Form, typed: Typed | None = None, refusal: ChaliceViewError | None = None
) -> Response:
    """Return the page of one form."""
    title = find_desk_words(request.language).counter.title
    return show_entry(
        request, "counter.html", form, title=title, typed=typed, refusal=refusal, forms=list_choices(request)
    )


def list_choices(request: DeskRequest) -> list[tuple[str, str]]:
    """Return the name and title of each form of the shop, in the language of the member of staff."""
    return [(form.name, form.title[form.choose_language(request.language)]) for form in sort_forms()]


def sort_forms() -> list[Form]:
    """Return the forms of the shop, the sign-up first."""
    return sorted(list_named(), key=lambda form: (form.name != FIRST, form.name))


def find_first() -> Form:
    """Return the form that the page opens with; raise UnknownPageError where the shop has none."""
    forms = sort_forms()
    if not forms:
        raise UnknownPageError("The shop has no form.")
    return forms[0]


def find_shown(name: str) -> Form:
    """Return a form of the shop; raise UnknownPageError. Staff fill in no anonymous survey for a customer."""
    form = find_form(name)
    if form is None or form.anonymous:
        raise UnknownPageError("There is no such form.")
    return form
