"""Begins sessions: after an invitation, and after a passkey was shown."""

from chalice import Response

from chalicelib.desk.answers import lead_to
from chalicelib.desk.cookies import TRY, clear_cookie, set_session
from chalicelib.desk.request import DeskRequest
from chalicelib.store.parts import Part
from chalicelib.store.sessions import make_session_token


def begin_session(request: DeskRequest, staff_id: str, number: int, parts: list[Part], path: str) -> Response:
    """Write a session under a new token, together with `parts`, and lead to a page with its cookie.

    A token that a browser had before is never used on: nobody can plant one. Raise RaceLostError.
    """
    token = make_session_token()
    session = request.services.sessions.write_session(
        staff_id, number, token, request.device, request.asked_language, request.now
    )
    request.services.table.commit_parts([*parts, session])
    return lead_to(path, [set_session(staff_id, token), clear_cookie(TRY)])
