"""A customer's card: staff make its code, or one in place of a lost card's, and print it.

The code is shown once, on the page that makes it, and is kept nowhere: what finds the customer is its keyed hash. So a
card that was found in the street opens nothing, and a page that was closed is replaced by a new code.
"""

from collections.abc import Iterator

from chalice import Response

from chalicelib.desk.answers import lead_to, show_page
from chalicelib.desk.blueprint import DeskBlueprint
from chalicelib.desk.people.known import commit_known
from chalicelib.desk.people.reasons import CARDED
from chalicelib.desk.request import DeskRequest
from chalicelib.desk.rights import Right
from chalicelib.desk.words import find_desk_words
from chalicelib.errors import UnknownPageError
from chalicelib.models import Identity, IdentityKind
from chalicelib.store.parts import Part

desk = DeskBlueprint(__name__)


@desk.route("/people/{customer}/card", right=Right.PEOPLE, methods=("POST",), back="/people/{customer}")
def give_card(request: DeskRequest, customer: str) -> Response:
    """Make a code in place of any former one, and show it to be printed; raise UnknownPageError, RaceLostError."""
    # Imported here: signing in loads nothing that reads customers.
    from chalicelib.desk.people.qr import QUIET, SIZE, draw_code
    from chalicelib.people.cards import make_card, read_card

    core = request.services.people_rows.read_core(customer)
    if core is None:
        raise UnknownPageError("There is no such customer.")
    if core.joined:
        return lead_to(f"/people/{core.joined}")
    code = make_card()
    commit_card(request, customer, Identity(kind=IdentityKind.CARD, value=read_card(code)))
    title = find_desk_words(request.language).card.title
    drawn, side = draw_code(code), SIZE + 2 * QUIET
    return show_page(request, "card.html", title=title, customer_id=customer, code=code, drawn=drawn, side=side)


def commit_card(request: DeskRequest, customer_id: str, code: Identity) -> None:
    """Write the card and its line in the audit, and end the codes of former cards, in one transaction."""
    services = request.services
    rows = services.people.name_rows(code)
    parts = [
        request.note_opening(customer_id, CARDED),
        *end_cards(request, customer_id),
        services.cards.write_card(customer_id, rows, request.now),
        *(services.identities.write_owner(row, customer_id) for row in rows),
    ]
    commit_known(request, customer_id, parts)


def end_cards(request: DeskRequest, customer_id: str) -> Iterator[Part]:
    """Yield the parts by which the codes of a customer's former cards find nobody."""
    services = request.services
    cards = services.cards.list_cards(customer_id)
    owners = services.identities.find_owners([row for rows in cards.values() for row in rows])
    for row, owner in owners.items():
        if owner.id:
            yield services.identities.release_name(row, owner.id, owner.gone_at)
    for sort_key in cards:
        yield services.cards.delete_card(customer_id, sort_key)
