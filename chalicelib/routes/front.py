"""The front page: GET /. It is the same for every visitor, and reads no table."""

from chalice import Blueprint, Response

from chalicelib.door import open_door
from chalicelib.pages.front_page import render_front
from chalicelib.pages.rendering import page_headers
from chalicelib.routes.http import ANY, SHARED, SHOWN, read_headers
from chalicelib.routes.languages import choose_language
from chalicelib.routes.origins import read_origin
from chalicelib.words import list_languages

front = Blueprint(__name__)


@front.route("/", methods=SHOWN, content_types=ANY)
def show_front() -> Response:
    """Show who the shop is, its forms, and where people ask about their data."""
    request, settings = front.current_request, open_door().settings
    language = choose_language(request, read_headers(request), list_languages(), settings.shop_language)
    headers = {**page_headers(read_origin(settings.public_url), language), **SHARED}
    return Response(render_front(language, settings), status_code=200, headers=headers)
