"""What a till calls: the public key to seal to, and the address that takes what it sealed.

Both ask for the till's own credential and look at no session: a till hands in its entries also after a member of staff
signed out.
"""

import re
from base64 import b64decode
from binascii import Error as BrokenError

from chalice import Response

from chalicelib.desk.answers import give_json
from chalicelib.desk.blueprint import DeskBlueprint
from chalicelib.desk.request import DeskRequest
from chalicelib.desk.rights import Right
from chalicelib.errors import InvalidSubmissionError
from chalicelib.routes.http import read_body
from chalicelib.strictjson import parse_object

desk = DeskBlueprint(__name__)
LARGEST = 262_144  # bytes of a request; a sealed sign-up has about 600
ENTRY = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")  # a UUID, made on the device


@desk.route("/till/key", right=Right.PUT)
def give_key(request: DeskRequest) -> Response:
    """Give the public key that the till seals to, its own id and name, and the time here."""
    key_id, _, pem = request.services.door_parameters.read_public_key(request.now).partition("\n")
    spki = "".join(line for line in pem.splitlines() if not line.startswith("-----"))
    body = {"id": key_id.strip(), "spki": spki, "device": request.till.device_id, "name": request.till.name}
    return give_json({**body, "now": round(request.now.timestamp() * 1000)})


@desk.route("/till/entries", right=Right.PUT, methods=("POST",))
def take_entry(request: DeskRequest) -> Response:
    """Keep a sealed entry; `new` is false for one that was kept before. Raise InvalidSubmissionError, RaceLostError.

    Nothing of it is opened here: settling opens it, and parks what it cannot.
    """
    # Imported here: only what is kept needs the door and the vault.
    from chalicelib.door import build_seal
    from chalicelib.door.intake import accept_submission
    from chalicelib.senders.till import wrap_entry

    entry, sealed = read_entry(request)
    services, parameters = request.services, request.services.door_parameters
    new = accept_submission(
        wrap_entry(request.till.device_id, entry, sealed, request.now),
        inbox=services.inbox,
        seal=build_seal(parameters.read_public_key(request.now)),
        door_key=parameters.read_door_key(request.now),
        conditions=[services.tills.require_device(request.till)],
    )
    return give_json({"entry": entry, "new": new})


def read_entry(request: DeskRequest) -> tuple[str, bytes]:
    """Return the id of an entry and its sealed bytes; raise InvalidSubmissionError, MalformedError, TooLargeError."""
    body = parse_object(read_body(request.raw, LARGEST))
    entry, device, sealed = (body.get(name) for name in ("entry", "device", "sealed"))
    if not isinstance(entry, str) or not ENTRY.fullmatch(entry):
        raise InvalidSubmissionError({"entry": "invalid"})
    if device != request.till.device_id:  # it was sealed as another till's, and could never be opened as this one's
        raise InvalidSubmissionError({"device": "invalid"})
    try:
        text = b64decode(sealed if isinstance(sealed, str) else "", validate=True)
    except BrokenError:
        text = b""
    if not text:
        raise InvalidSubmissionError({"sealed": "invalid"})
    return entry, text
