"""`make connect`: each sender gets its webhooks once, whatever was there, and its secret is seen by nobody."""

import re
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from infra.account.connect import Connection, connect_sender
from infra.account.names import Names
from infra.account.operator import Operator
from infra.account.vendors import shopify, stripe
from tests.builders.vendors import TOKEN, open_vendors

DOOR = "https://forms.corner.example"
SECRET = "an-invented-client-secret"
SHOP = "corner.myshopify.com"
OTHER = "https://elsewhere.example/hook"
DOCS = (Path(__file__).parents[2] / "docs" / "senders.md").read_text()


class StackHere:
    """A stage's stack as far as a connection looks at it."""

    name = "regulars-shop"

    def __init__(self, url):
        self.url = url

    def read_parameters(self):
        return {"PublicUrl": self.url}


class Site:
    """An operator who connects senders."""

    def __init__(self, played, address):
        self.played, self.address = played, address
        self.said, self.typed = [], []
        self.ssm = boto3.client("ssm", region_name="eu-central-1")

    def connect(self, sender, *typed, shop="", forms=(), url=DOOR):
        self.said.clear()
        self.typed = list(typed) or [TOKEN]
        operator = Operator(
            Names("shop", "123456789012", "eu-central-1"),
            session=None,
            say=self.said.append,
            ask_unseen=lambda _: self.typed.pop(0),
            clients={"ssm": self.ssm},
        )
        addresses = dict.fromkeys(("shopify", "typeform", "stripe", "woocommerce"), self.address)
        connect_sender(operator, StackHere(url), Connection(operator, sender, shop, tuple(forms), addresses))
        return "\n".join(self.said)

    def read(self, name):
        """Return the lines of a parameter of the door."""
        try:
            return self.ssm.get_parameter(Name=f"/regulars/shop/door/{name}")["Parameter"]["Value"].split("\n")
        except self.ssm.exceptions.ParameterNotFound:
            return []

    def list_changes(self):
        return [call for call in self.played.calls if call[0] != "GET"]


@pytest.fixture
def site(monkeypatch):
    for name in ("AWS_ENDPOINT_URL_SSM", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    with mock_aws(), open_vendors() as (played, address):
        yield Site(played, address)


# ---- Shopify


def test_shopify_gets_each_topic_that_the_docs_list(site):
    said = site.connect("shopify", TOKEN, SECRET, shop=SHOP)
    table = DOCS.partition("| topics | body has | read as |")[2].partition("\n\n")[0]
    listed = set(re.findall(r"`([a-z_]+/[a-z_]+)`", table))
    assert listed == {*shopify.TOPICS, *shopify.COMPLIANCE}
    topics = [each["topic"] for each in site.played.subscriptions.values()]
    assert sorted(topics) == sorted(topic.replace("/", "_").upper() for topic in shopify.TOPICS)
    assert {each["uri"] for each in site.played.subscriptions.values()} == {f"{DOOR}/hooks/shopify"}
    assert f"{len(shopify.TOPICS)} webhooks made, 0 changed, 0 were right" in said
    assert "By hand, in the app's configuration: customers/data_request" in said
    assert site.read("senders/shopify") == [SECRET]
    assert site.read("shops/shopify") == [SHOP]
    assert SECRET not in said
    assert TOKEN not in said


def test_shopify_is_repeated_without_a_second_subscription_and_what_leaves_fields_out_is_mended(site):
    site.connect("shopify", TOKEN, SECRET, shop=SHOP)
    first = next(iter(site.played.subscriptions.values()))
    first["includeFields"] = ["id"]
    site.played.subscriptions["x"] = {**first, "id": "x", "uri": OTHER}
    said = site.connect("shopify", TOKEN, shop=SHOP)
    assert f"0 webhooks made, 1 changed, {len(shopify.TOPICS) - 1} were right" in said
    assert first["includeFields"] == []
    assert site.played.subscriptions["x"]["includeFields"] == ["id"]  # another program's
    assert len(site.played.subscriptions) == len(shopify.TOPICS) + 1


def test_a_refusal_of_shopify_is_said_in_its_words(site):
    site.played.scopes = False
    with pytest.raises(SystemExit, match=r"Shopify refused \(ORDERS_CREATE\): Access denied"):
        site.connect("shopify", TOKEN, SECRET, shop=SHOP)


@pytest.mark.parametrize("shop", ["", "corner.example", "https://corner.myshopify.com/admin"])
def test_shopify_needs_the_shops_own_name(site, shop):
    with pytest.raises(SystemExit, match="SHOP="):
        site.connect("shopify", shop=shop)
    assert site.played.calls == []


# ---- Typeform


def test_typeform_signs_with_the_doors_secret_which_is_written_first(site):
    said = site.connect("typeform", forms=("u6nXL7", "Rg7TeaQz"))
    [secret] = site.read("senders/typeform")
    hooks = site.played.hooks
    assert {key: hook["url"] for key, hook in hooks.items()} == {
        ("u6nXL7", "regulars"): f"{DOOR}/hooks/typeform",
        ("Rg7TeaQz", "regulars"): f"{DOOR}/hooks/typeform",
    }
    assert {hook["secret"] for hook in hooks.values()} == {secret}
    assert all(hook["enabled"] and hook["verify_ssl"] for hook in hooks.values())
    assert len(secret) > 32
    assert secret not in said


def test_typeform_is_repeated_and_a_webhook_of_another_tag_is_taken_over(site):
    url = f"{DOOR}/hooks/typeform"
    site.played.hooks["u6nXL7", "mine"] = {"form_id": "u6nXL7", "tag": "mine", "url": url, "enabled": False}
    site.ssm.put_parameter(
        Name="/regulars/shop/door/senders/typeform", Value="newer-secret\nolder-secret", Type="String"
    )
    assert "0 webhooks made, 1 changed" in site.connect("typeform", forms=("u6nXL7",))
    site.connect("typeform", forms=("u6nXL7",))
    assert list(site.played.hooks) == [("u6nXL7", "mine")]
    assert site.played.hooks["u6nXL7", "mine"]["secret"] == "newer-secret"
    assert site.read("senders/typeform") == ["newer-secret", "older-secret"]


def test_a_form_that_is_not_there_is_named(site):
    with pytest.raises(SystemExit, match=r"read the webhooks of the form gone \(404\)"):
        site.connect("typeform", forms=("gone",))
    with pytest.raises(SystemExit, match="FORM="):
        site.connect("typeform")


# ---- Stripe


def test_stripes_secret_is_written_and_never_printed(site):
    said = site.connect("stripe")
    [endpoint] = site.played.endpoints.values()
    assert endpoint["url"] == f"{DOOR}/hooks/stripe"
    assert set(endpoint["enabled_events"]) == set(stripe.EVENTS)
    assert site.read("senders/stripe") == [endpoint["secret"]]
    assert endpoint["secret"] not in said
    table = DOCS.partition("| type | `data.object` | read as |")[2].partition("\n\n")[0]
    assert set(re.findall(r"`([a-z_]+\.[a-z_.]+)`", table)) == set(stripe.EVENTS)


def test_stripe_is_repeated_and_keeps_the_endpoint_and_its_secret(site):
    for number in range(4):  # more than a page of others
        name = f"we_other{number}"
        told = {"id": name, "url": OTHER, "enabled_events": ["*"], "status": "enabled", "livemode": True}
        site.played.endpoints[name] = told
    site.connect("stripe")
    secret = site.read("senders/stripe")
    assert "0 webhooks made, 0 changed, 1 were right" in site.connect("stripe")
    ours = [each for each in site.played.endpoints.values() if each["url"] != OTHER]
    ours[0] |= {"status": "disabled", "enabled_events": ["invoice.paid"]}
    assert "0 webhooks made, 1 changed" in site.connect("stripe")
    assert (ours[0]["status"], len(ours[0]["enabled_events"])) == ("enabled", len(stripe.EVENTS))
    assert len(site.played.endpoints) == 5
    assert site.read("senders/stripe") == secret


def test_an_endpoint_whose_secret_was_lost_on_the_way_is_made_anew(site):
    site.connect("stripe")
    [lost] = site.played.endpoints
    site.ssm.delete_parameter(Name="/regulars/shop/door/senders/stripe")
    site.connect("stripe")
    [endpoint] = site.played.endpoints.values()
    assert endpoint["id"] != lost
    assert site.read("senders/stripe") == [endpoint["secret"]]


def test_a_wrong_token_changes_nothing_and_is_not_repeated(site):
    with pytest.raises(SystemExit) as stopped:
        site.connect("stripe", "wrong-token")
    assert str(stopped.value) == "The token may not read the endpoints (401)."
    assert site.list_changes() == []
    with pytest.raises(SystemExit, match="Without a token"):
        site.connect("stripe", " ")


# ---- WooCommerce, and who has no API here


def test_woocommerce_gets_a_webhook_for_each_topic_once(site):
    shop = "https://shop.example"
    site.connect("woocommerce", "ck_1 cs_2", shop=shop)
    site.connect("woocommerce", "ck_1 cs_2", shop=shop)
    hooks = list(site.played.webhooks.values())
    assert len({each["topic"] for each in hooks}) == len(hooks) == 6
    assert {each["secret"] for each in hooks} == set(site.read("senders/woocommerce"))
    assert {each["delivery_url"] for each in hooks} == {f"{DOOR}/hooks/woocommerce"}
    assert site.read("shops/woocommerce") == ["shop.example"]


@pytest.mark.parametrize("sender", ["square", "tally", "webhooks"])
def test_who_has_no_api_here_gets_the_clicks(site, sender):
    said = site.connect(sender)
    assert f"{DOOR}/hooks/{sender}" in said
    assert f"make rotate-secret STAGE=shop SENDER={sender}" in said
    assert site.played.calls == []


def test_a_door_without_an_address_is_not_connected(site):
    with pytest.raises(SystemExit, match="has no address yet"):
        site.connect("stripe", url="")
    with pytest.raises(SystemExit, match="SENDER=etsy"):
        site.connect("etsy")
