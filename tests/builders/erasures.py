"""Erasures of a test's own: who forgets, who sweeps, who signs. Builders for tests."""

from datetime import timedelta

from chalicelib.erasure.forget import ForgetOrder, Reason, forget_person
from chalicelib.erasure.run import advance_erasures
from chalicelib.store.links import name_token
from tests.builders.shop import NOW

LATER = NOW + timedelta(days=30)


def an_order_to_forget(request="r1", reason=Reason.REQUEST, at=LATER, result=""):
    """Return the wish of somebody to be forgotten; `result` is the token of the page for the receipt."""
    name = name_token(result) if result else ""
    return ForgetOrder(reason=reason, request=request, requested_at=at, result=name)


def forget(shop, email, *, at=LATER, request="r1", result=""):
    """Make whoever has this address unreadable; return their id."""
    customer = shop.find_id(email)
    assert customer is not None
    assert forget_person(customer, an_order_to_forget(request, at=at, result=result), shop.services(), at)
    return customer


def finish(shop, folder, at=LATER, **built):
    """Run the minute's function until nothing is due; return what the last turn that did something counted."""
    return advance_erasures(shop.services(**built), at)
