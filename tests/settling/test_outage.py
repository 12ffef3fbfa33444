"""KMS is down from the start: the door, started cold, goes on accepting; settling catches up when it is back."""

import json
import os
from dataclasses import replace
from datetime import timedelta

import pytest
from botocore.exceptions import EndpointConnectionError

from chalicelib.downstream.outbox import Outbox
from chalicelib.erasure.forget import Forgetting
from chalicelib.people.directory import People
from chalicelib.services import find_due
from chalicelib.settling.commit import Settling
from chalicelib.settling.dispatch import sweep_inbox
from chalicelib.store.customers import Customers
from chalicelib.store.erasures import ForgetRows
from chalicelib.store.inbox import Inbox, name_shards
from chalicelib.store.keys import Keys
from chalicelib.store.ledger import Ledger
from chalicelib.store.links import Links
from chalicelib.vault.blindindex import BlindIndex
from chalicelib.vault.envelope import InboxOpener
from chalicelib.vault.root import RootSeal
from tests.builders.api import open_api
from tests.builders.shop import NOW, Shop
from tests.routes.test_hooks import ORDER, post_order
from tests.vault.test_kms import RSA_ARN, HonestKms

TOTAL = int(os.environ.get("OUTAGE_TOTAL", "100"))
LATER = NOW + timedelta(days=1)


@pytest.fixture
def shop(tables, tmp_path):
    return Shop(tables, tmp_path)


def settle_on_kms(shop, stage, kms, root_arn):
    """Return settling tools whose keys are in KMS, as a container on AWS builds them."""
    keys = Keys(stage.dynamodb, shop.prefix + "keys", RootSeal([root_arn], kms.client))
    people = People(Customers(stage.dynamodb, shop.prefix + "customers"), keys, BlindIndex(keys.read_index()))
    inbox, opener = Inbox(stage.dynamodb, shop.prefix + "inbox"), InboxOpener([RSA_ARN], kms.client)
    outbox = Outbox(people.customers, wanted=False)
    ledger = Ledger(stage.dynamodb, shop.prefix + "ledger")
    forgetting = Forgetting(people, ledger, ForgetRows(people.customers), "US", outbox)
    return Settling(
        inbox=inbox,
        people=people,
        opener=opener,
        region="US",
        find_due=find_due,
        outbox=outbox,
        forgetting=forgetting,
        links=Links(stage.dynamodb, shop.prefix + "links"),
    )


def test_accepting_goes_on_while_kms_is_down_and_settling_catches_up(shop, tables, cloud, monkeypatch):
    kms = HonestKms(cloud.client("kms"))
    root_arn = kms.client.create_key()["KeyMetadata"]["Arn"]
    with monkeypatch.context() as context:
        context.setattr(shop, "public_key", kms.public_parameter())
        with open_api(shop, tables, cloud, context) as api:
            context.setenv("AWS_ENDPOINT_URL_KMS", "http://127.0.0.1:9")  # nobody answers there
            answers = [
                post_order(api, json.dumps({**ORDER, "id": number}).encode(), X_Shopify_Webhook_Id=f"w{number}")
                for number in range(TOTAL)
            ]

    assert {answer.status_code for answer in answers} == {202}

    shop_tools = settle_on_kms(shop, tables, kms, root_arn)
    kms.fault = EndpointConnectionError(endpoint_url="https://kms")
    fresh = replace(shop_tools, opener=InboxOpener([RSA_ARN], kms.client))
    assert sweep_inbox(fresh, LATER) == {"postponed": TOTAL}
    assert len([key for shard in name_shards() for key in fresh.inbox.list_pending(shard)]) == TOTAL

    kms.fault = None
    kms.calls.clear()
    assert sweep_inbox(settle_on_kms(shop, tables, kms, root_arn), LATER) == {"settled": TOTAL}
    print(f"KMS calls for {TOTAL} submissions settled: {kms.calls}")
    assert len(kms.calls) <= 6
