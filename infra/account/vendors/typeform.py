"""Typeform: PUT /forms/{form_id}/webhooks/{tag}, which makes or changes a webhook.

https://www.typeform.com/developers/webhooks/reference/create-or-update-webhook/
"""

from urllib.parse import quote

from infra.account.vendors import Door, Registered, check_reply, open_http

ADDRESS = "https://api.typeform.com"
TAG = "regulars"


def register_typeform(address: str, token: str, door: Door, forms: list[str]) -> Registered:
    """Give each form its webhook."""
    http = open_http(address, Authorization=f"Bearer {token}")
    wanted = {"enabled": True, "url": door.address, "verify_ssl": True, "event_types": {"form_response": True}}
    done = Registered()
    for form in forms:
        path = f"/forms/{quote(form, safe='')}/webhooks"
        held = check_reply(http.call_shop("GET", path), f"read the webhooks of the form {form}").body["items"]
        ours = [each["tag"] for each in held if each["url"] == door.address]
        tag = ours[0] if ours else TAG
        put = f"{path}/{quote(tag, safe='')}"
        check_reply(http.call_shop("PUT", put, body={**wanted, "secret": door.secret}), f"change the form {form}")
        known = tag in [each["tag"] for each in held]
        done.changed += known
        done.made += not known
    return done
