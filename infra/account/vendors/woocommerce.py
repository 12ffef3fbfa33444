"""WooCommerce: webhooks of its REST API v3, one for each topic.

https://developer.woocommerce.com/docs/apis/rest-api/v3/webhooks/
"""

from base64 import b64encode
from collections.abc import Iterator
from typing import Any

from chalicelib.offers.http import ShopHttp
from infra.account.vendors import Door, Registered, check_reply, open_http

PATH = "/wp-json/wc/v3/webhooks"
TOPICS = ("order.created", "order.updated", "order.deleted", "customer.created", "customer.updated", "customer.deleted")
MOST = 100


def register_woocommerce(address: str, token: str, door: Door) -> Registered:
    """Make or change a webhook for each topic. `token` is the consumer key and its secret, separated by a space."""
    basic = b64encode(":".join(token.split()).encode()).decode()
    http = open_http(address, Authorization=f"Basic {basic}")
    held = {each["topic"]: each for each in list_webhooks(http) if each["delivery_url"] == door.address}
    done = Registered()
    for topic in TOPICS:
        wanted = {"name": f"Regulars {topic}", "topic": topic, "delivery_url": door.address, "status": "active"}
        asked = {**wanted, "secret": door.secret}  # the API shows no secret: it is set each time
        if topic in held:
            path = f"{PATH}/{held[topic]['id']}"
            check_reply(http.call_shop("PUT", path, body=asked), f"change the webhook {topic}")
            done.changed += 1
        else:
            check_reply(http.call_shop("POST", PATH, body=asked), f"make the webhook {topic}")
            done.made += 1
    return done


def list_webhooks(http: ShopHttp) -> Iterator[dict[str, Any]]:
    """Yield the shop's webhooks."""
    page = 1
    while True:
        path = f"{PATH}?per_page={MOST}&page={page}"
        found = check_reply(http.call_shop("GET", path), "read the webhooks").body
        yield from found
        if len(found) < MOST:
            return
        page += 1
