"""A till at the desk: a device with its credential, and entries sealed as its browser seals them."""

import json
import re
import uuid
from base64 import b64encode
from urllib.parse import urlsplit

from chalicelib.vault.envelope import InboxSeal, name_entry
from chalicelib.vault.suite import seal_message

LINK = re.compile(r'value="(http[^"]*/till/enrol/[^"]+)"')
SIGN_UP = {"email": ["ana@example.org"], "consent_marketing": ["2026-11-30"], "language": ["en"]}


def read_link(answer):
    """Return the path of the link on a page."""
    return urlsplit(LINK.search(answer.body.decode())[1]).path


def enrol(desk, owner, name="Front counter"):
    """Return the browser of a new till; `device_id` is its id."""
    owner.touch()
    return use_link(desk, read_link(owner.post("/devices", name=name)))


def use_link(desk, path, browser=None):
    """Open a link on a device and press its button."""
    browser = browser or desk.open_browser()
    answer = browser.post(path, token="")
    assert answer.status_code == 303, answer.body
    browser.device_id = browser.cookies["__Host-till"].partition(".")[0]
    return browser


def an_entry(desk, form="sign-up", by="ML", at=None, **sent):
    """Return what the page writes before it seals."""
    moment = (at or desk.now).isoformat()
    return {"form": form, "at": moment, "by": by, "sent": sent or SIGN_UP}


def seal(shop, device, entry, said):
    """Seal as the page's script does; tests in a browser run the script itself."""
    text = said if isinstance(said, bytes) else json.dumps(said, ensure_ascii=False).encode()
    return seal_message(InboxSeal(shop.public_key).materials, text, name_entry(device, entry))


def make_id():
    return str(uuid.uuid4())


def hand_in(till, sealed, entry, device=None):
    """Send a sealed entry as the page does."""
    body = {"entry": entry, "device": device or till.device_id, "sealed": b64encode(sealed).decode()}
    return till.call("POST", "/till/entries", json.dumps(body).encode(), Content_Type="application/json")


def take(desk, shop, till, form="sign-up", **sent):
    """Seal an entry and send it; return the answer."""
    entry = make_id()
    return hand_in(till, seal(shop, till.device_id, entry, an_entry(desk, form, **sent)), entry)
