"""The addresses of every page that a customer sees, with something behind each. Builders for tests."""

from collections.abc import Iterator

from chalicelib.forms.library import list_forms
from chalicelib.models import RequestKind
from chalicelib.store.links import LinkKind
from tests.builders.links import put_link, put_request, put_result
from tests.builders.privacy import RECEIPT, put_receipt

KNOWN = {**RECEIPT, "counts": {"history": 3, "mails": 2}, "copies": RECEIPT["copies"][:1]}


def list_pages(tables, language: str) -> Iterator[str]:
    """Yield the addresses of every page of a customer, with something behind each."""
    asked = f"?lang={language}"
    for name in list_forms():
        yield from (f"/forms/{name}{asked}", f"/forms/{name}/thanks{asked}")
    yield from (f"{path}{asked}" for path in ("/", "/privacy", "/privacy/requests", "/forms/none", "/unsubscribe/none"))
    for page, kind in {"unsubscribe": "stop", "preferences": "choose", "confirm": "confirm", "go": "go"}.items():
        known = {"title": "", "asks": ()} if kind == "confirm" else {}
        yield f"/{page}/{put_link(tables, kind, destination='', code='7', **known)}{asked}"
    yield f"/confirm/{put_link(tables, 'confirm', title='', asks=(), parent=True)}{asked}"
    yield f"/preferences/{put_link(tables, 'choose', request='correct')}{asked}"
    for kind in RequestKind:
        token = put_request(tables, kind.value, language=language)
        yield f"/privacy/confirm/{token}{asked}"
        yield f"/privacy/results/none{asked}"
        yield f"/privacy/results/none{asked}&wait=0"
        yield f"/privacy/results/none{asked}&wait=99"
        if kind is not RequestKind.CORRECT:
            yield f"/privacy/results/{put_result(tables, token, kind=LinkKind.RESULT, request=kind.value)}{asked}"
    yield f"/privacy/confirm/none{asked}"
    yield f"/privacy/results/{put_result(tables, put_request(tables), request='access', parts=1)}{asked}"
    receipt, _ = put_receipt(tables, put_request(tables), KNOWN, language=language)
    yield f"/privacy/results/{receipt}{asked}"
