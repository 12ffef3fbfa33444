"""KMS is down from the start: the door, started cold, goes on accepting; settling catches up when it is back."""

import json
import os
from datetime import timedelta

from botocore.exceptions import EndpointConnectionError

from chalicelib.services import Services
from chalicelib.settling.dispatch import sweep_inbox
from chalicelib.store.inbox import name_shards
from tests.builders.api import open_api
from tests.builders.hooks import ORDER, post_order
from tests.builders.kms import RSA_ARN, HonestKms
from tests.builders.shop import NOW

TOTAL = int(os.environ.get("OUTAGE_TOTAL", "100"))
LATER = NOW + timedelta(days=1)


def settle_on_kms(shop, kms, root_arn):
    """Return services whose keys are in KMS, as a container on AWS builds them."""
    settings = shop.settings.model_copy(update={"inbox_key": RSA_ARN, "root_key": root_arn})
    clients = {"dynamodb": shop.dynamodb, "kms": kms.client}
    return Services(settings, lambda service, _: clients[service])


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

    fresh = settle_on_kms(shop, kms, root_arn)
    assert fresh.people  # a container that is at work already when KMS goes down
    kms.fault = EndpointConnectionError(endpoint_url="https://kms")
    assert sweep_inbox(fresh, LATER) == {"postponed": TOTAL}
    assert len([key for shard in name_shards() for key in fresh.inbox.list_pending(shard)]) == TOTAL

    kms.fault = None
    kms.calls.clear()
    assert sweep_inbox(settle_on_kms(shop, kms, root_arn), LATER) == {"settled": TOTAL}
    print(f"KMS calls for {TOTAL} submissions settled: {kms.calls}")
    assert len(kms.calls) <= 6
