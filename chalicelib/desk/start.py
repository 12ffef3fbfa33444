"""The start page: who is signed in, what they may do, and a second passkey where there is only one."""

from chalice import Response

from chalicelib.desk.answers import give_script_file, show_page
from chalicelib.desk.blueprint import DeskBlueprint
from chalicelib.desk.request import DeskRequest
from chalicelib.desk.rights import MAY, Right
from chalicelib.desk.words import find_desk_words
from chalicelib.forms.interface import find_interface

desk = DeskBlueprint(__name__)


@desk.route("/", right=Right.SELF)
def show_start(request: DeskRequest) -> Response:
    """Show the start page."""
    say = find_desk_words(request.language)
    rights = [right for right in Right if right in MAY[request.me.role] and right is not Right.SELF]
    few = len(request.services.passkeys.list_passkeys(request.me.staff_id)) < 2
    return show_page(
        request,
        "start.html",
        title=say.hello.format(name=find_interface(request.language).isolate(request.me.name)),
        rights=rights,
        few=few,
    )


@desk.route("/desk.js", right=Right.OPEN)
def give_script(_: DeskRequest) -> Response:
    """Return the script of the pages."""
    return give_script_file("desk.js")
