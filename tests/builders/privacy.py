"""Privacy pages: posts as a browser makes them, packages and receipts to be had. Builders for tests."""

import base64
import json
import urllib.parse

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from chalicelib.data_requests.package import name_parts, pack_files, seal_package
from tests.builders.links import CHROME, CODE, END, NOW, name_page, put_result, read_inbox

FORM = {"content_type": "application/x-www-form-urlencoded"}
PAGE = {**FORM, "accept": CHROME["accept"], "accept_language": "en"}

RECEIPT = {
    "receipt": "m3Zk8Jt0",
    "shop": "Corner Shop",
    "requested_at": "2026-03-01T11:50:00Z",
    "confirmed_at": "2026-03-01T11:58:00Z",
    "unreadable_at": "2026-03-01T11:58:07.120Z",
    "verified_at": "2026-03-01T11:59:02Z",
    "counts": {"history": 3, "mails": 2, "names": 2, "links": 6, "waiting": 0, "<b>new</b>": 1},
    "copies": [{"of": "keys", "until": "2026-03-08T11:58:07Z"}, {"of": "tapes", "until": "some day"}, 7],
    "ledger": {"number": 17, "hash": "c0ffee" * 10},
}


def post(api, path, **values):
    """Post a page's form as a browser does."""
    return api.post(path, urllib.parse.urlencode(values).encode(), **PAGE)


def type_code(api, token, code=CODE, **query):
    """Type a code into the page of a link."""
    asked = f"?{urllib.parse.urlencode(query)}" if query else ""
    return post(api, f"/privacy/confirm/{token}{asked}", code=code)


def list_tries(shop):
    """Return the tries that were spent."""
    return [body["slot"] for topic, body in read_inbox(shop) if topic == "try"]


def put_package(tables, token, files, **known):
    """Keep a package where the link that proved its request leads; return the result's token."""
    result = name_page(tables, token)
    parts = seal_package(result, pack_files(files, NOW))
    for name, sealed in zip(name_parts(result, len(parts)), parts, strict=True):
        item = {"pk": {"S": name}, "part": {"B": sealed}, "expires_at": {"N": str(int(END.timestamp()))}}
        tables.dynamodb.put_item(TableName=tables.settings.prefix + "links", Item=item)
    return put_result(tables, token, request="access", parts=len(parts), **known)


def put_receipt(tables, token, receipt=RECEIPT, **known):
    """Keep a signed receipt; return the result's token and the public key in PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    text = json.dumps(receipt)
    signature = base64.b64encode(key.sign(text.encode(), ec.ECDSA(hashes.SHA256()))).decode()
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return put_result(tables, token, request="erase", receipt=text, signature=signature, **known), public


PACKAGE = {"data.html": "<h1>Әсел</h1><script>alert(1)</script>".encode(), "data.json": b'{"a": 1}\n'}
LANGUAGES = ("en", "hi", "bn", "kk", "fa")
