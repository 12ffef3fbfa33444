"""Shop systems over a real socket: what is sent, and what becomes of answers that are no success."""

import threading

import pytest

from chalicelib.errors import ShopUnavailableError
from chalicelib.models import utc_text
from chalicelib.offers.http import ShopHttp
from chalicelib.offers.maker import Discount, open_maker
from infra.local.processes import free_port
from infra.local.stand_in import TOKEN, ShopStandIn, open_server, write_access
from tests.builders.offers import an_offer_campaign
from tests.builders.shop import NOW


@pytest.fixture
def served():
    """Serve the stand-in; yield it and the access to its systems."""
    shop, port = ShopStandIn(TOKEN), free_port()
    server = open_server(shop, port)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield shop, write_access(port)
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("source", ["shopify", "woocommerce", "stripe"])
def test_codes_are_made_found_used_and_removed_over_http(served, source):
    shop, access = served
    offer = an_offer_campaign(source).offer
    maker = open_maker(source, access[source])
    codes = [offer.write_code(part) for part in ("KKKKKKKK", "MMMMMMMM", "NNNNNNNN")]
    discount = Discount("back", offer.terms, offer, "EUR")
    remote = maker.find_discount(discount, codes[0]) or maker.make_discount(discount, codes[0], NOW)
    discount = Discount("back", offer.terms, offer, "EUR", remote)
    maker.make_codes(discount, codes, utc_text(NOW))

    assert maker.find_discount(discount, codes[0]) == remote
    assert set(maker.find_codes(discount, codes)) == set(codes)
    status, given = shop.check_out(codes[0].lower())
    assert (status, given["code"]) == (200, codes[0])
    assert shop.check_out(codes[0])[0] == 422  # once
    found = maker.find_codes(discount, codes[1:2])
    row = type("Row", (), {"code": codes[1], "remote": found[codes[1]].remote})()
    maker.remove_codes(discount, [row])
    assert shop.check_out(codes[1])[0] == 422
    assert shop.check_out(codes[2])[0] == 200


def test_no_answer_is_unknown(monkeypatch):
    http = ShopHttp(f"http://127.0.0.1:{free_port()}")
    with pytest.raises(ShopUnavailableError, match="Error"):
        http.call_shop("GET", "/")


def test_an_error_names_neither_token_nor_what_was_sent(served):
    _, access = served
    address = access["shopify"].split("\n")[0]
    maker = open_maker("shopify", f"{address}\nwrong-token")
    offer = an_offer_campaign().offer
    with pytest.raises(ShopUnavailableError) as told:
        maker.make_codes(Discount("back", offer.terms, offer, "EUR", "gid"), ["BACK-KKKKKKKK"], utc_text(NOW))
    assert "token" not in str(told.value)
    assert "BACK" not in str(told.value)


@pytest.mark.parametrize("access", ["", "http://shop.example\ntoken", "https://shop.example", "ftp://x\ny"])
def test_access_that_is_missing_or_in_the_clear_is_not_used(access):
    with pytest.raises(ShopUnavailableError, match="not set up"):
        open_maker("shopify", access)


@pytest.mark.parametrize(
    ("changes", "value", "least"),
    [
        ({"percent": 12.5}, {"percentage": 0.125}, None),
        (
            {"percent": None, "amount": "5", "currency": "EUR", "minimum": "30"},
            {"discountAmount": {"amount": "5", "appliesOnEachItem": False}},
            {"subtotal": {"greaterThanOrEqualToSubtotal": "30"}},
        ),
    ],
)
def test_the_discount_says_what_the_file_says(served, changes, value, least):
    shop, access = served
    offer = an_offer_campaign(**changes).offer
    maker = open_maker("shopify", access["shopify"])
    maker.make_discount(Discount("back", offer.terms, offer, "EUR"), "BACK-KKKKKKKK", NOW)
    [made] = shop.shopify.discounts.values()
    assert made["customerGets"]["value"] == value
    assert made.get("minimumRequirement") == least
    assert (made["usageLimit"], made["combinesWith"]["orderDiscounts"]) == (1, False)
