"""The start page: who is signed in, what they may do, and a second passkey where there is only one."""

from chalice import Response

from chalicelib.desk.answers import read_file, show_page
from chalicelib.desk.blueprint import DeskBlueprint
from chalicelib.desk.rights import MAY, Right
from chalicelib.desk.visit import Visit
from chalicelib.desk.words import find_desk_words

desk = DeskBlueprint(__name__)
KEPT = "public, max-age=31536000, immutable"  # its address has a hash of its content


@desk.route("/", right=Right.SELF)
def show_start(visit: Visit) -> Response:
    """Show the start page."""
    say = find_desk_words(visit.language)
    rights = [right for right in Right if right in MAY[visit.me.role] and right is not Right.SELF]
    few = len(visit.services.passkeys.list_passkeys(visit.me.staff_id)) < 2
    return show_page(visit, "start.html", title=say.hello.format(name=visit.me.name), rights=rights, few=few)


@desk.route("/desk.js", right=Right.OPEN)
def give_script(_: Visit) -> Response:
    """Return the script of the pages."""
    headers = {"Content-Type": "text/javascript; charset=utf-8", "Cache-Control": KEPT}
    return Response(read_file("desk.js"), status_code=200, headers={**headers, "X-Content-Type-Options": "nosniff"})
