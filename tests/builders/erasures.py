"""Erasures of a test's own: who forgets, who sweeps, who signs. Builders for tests."""

from datetime import timedelta
from functools import cache

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from chalicelib.erasure.forget import ForgetOrder, Reason, forget_person
from chalicelib.erasure.run import Erasing, advance_erasures
from chalicelib.erasure.sweep import Sweeping
from chalicelib.store.links import Links, name_token
from chalicelib.vault.signing import Signer
from tests.builders.shop import NOW

LATER = NOW + timedelta(days=30)


@cache
def make_signing():
    """Return one signing key for the whole run."""
    return ec.generate_private_key(ec.SECP256R1())


def make_erasing(shop, folder, *, client=None, signer=None):
    """Return what finishes erasures, as a new container would build it; `client` is DynamoDB's."""
    path = folder / "receipt.pem"
    if not path.exists():
        path.write_bytes(
            make_signing().private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        path.chmod(0o600)
    tools = shop.tools(client=client)
    links = Links(client or shop.dynamodb, shop.prefix + "links")
    sweeping = Sweeping(tools.people, tools.forgetting.rows, tools.inbox, links, tools.opener, tools.region)
    return Erasing(sweeping, tools.forgetting.ledger, signer or Signer(f"file:{path}", None), "Corner Shop")


def an_order_to_forget(request="r1", reason=Reason.REQUEST, at=LATER, result=""):
    """Return the wish of somebody to be forgotten; `result` is the token of the page for the receipt."""
    name = name_token(result) if result else ""
    return ForgetOrder(reason=reason, request=request, requested_at=at, result=name)


def forget(shop, email, *, at=LATER, request="r1", result=""):
    """Make whoever has this address unreadable; return their id."""
    customer = shop.find_id(email)
    assert customer is not None
    assert forget_person(customer, an_order_to_forget(request, at=at, result=result), shop.tools().forgetting, at)
    return customer


def finish(shop, folder, at=LATER, **built):
    """Run the minute's function until nothing is due; return what the last turn that did something counted."""
    return advance_erasures(make_erasing(shop, folder, **built), at)
