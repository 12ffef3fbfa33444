"""`make rotate-secret`: the door takes both secrets for a while, and the old one no longer afterwards."""

from datetime import UTC, datetime, timedelta

import pytest

from infra.account.names import Names
from infra.account.operator import Operator
from infra.account.rotate_secret import rotate_secret
from tests.builders.api import start_container
from tests.builders.hooks import post_order, sign

OLD, NEW = "local-shopify-secret", "an-invented-new-secret-0123456789"
ANSWERS = {202: "taken", 200: "taken", 401: "refused"}  # 200: it was delivered before
LATER = timedelta(minutes=6)


@pytest.fixture
def rotate(api, cloud, tables):
    """Return what runs the command over the door's own parameters; it gives what was said."""
    ssm = cloud.client("ssm")
    # the suite's parameters outlive a test
    ssm.put_parameter(Name=f"{tables.settings.parameter_path}senders/shopify", Value=OLD, Type="String", Overwrite=True)

    def run(given="", *, sender="shopify", done=False, after=LATER):
        said = []
        names = Names(tables.settings.stage, "123456789012", "eu-central-1")
        operator = Operator(names, session=None, say=said.append, clients={"ssm": ssm})
        rotate_secret(operator, sender, done=done, ask=lambda: given, now=datetime.now(UTC) + after)
        start_container()  # a door reads its parameters every five minutes
        return "\n".join(said)

    return run


def try_both(api):
    """Return how the door answers a delivery under the old secret, and under the new."""
    answers = []
    for secret in (OLD, NEW):
        body = b'{"id": 1, "line_items": [], "created_at": "2026-02-28T10:00:00Z", "financial_status": "paid"}'
        answers.append(ANSWERS[post_order(api, body, signature=sign(body, secret.encode())).status_code])
    return answers


def test_either_secret_is_taken_until_the_old_one_is_dropped(api, rotate):
    assert try_both(api) == ["taken", "refused"]
    said = rotate(f"{NEW}\n")
    assert try_both(api) == ["taken", "taken"]
    assert "First at shopify: Dev Dashboard" in said
    assert "SENDER=shopify DONE=yes" in said
    assert "the old secret is dropped" in rotate(done=True)
    assert try_both(api) == ["refused", "taken"]
    assert NEW not in said


def test_a_secret_that_is_none_changes_nothing(api, rotate):
    for given in ("", "short", "two words-of-a-secret", OLD):
        with pytest.raises(SystemExit, match="Nothing was changed"):
            rotate(given)
    assert try_both(api) == ["taken", "refused"]


def test_a_second_rotation_waits_for_the_first(rotate):
    rotate(NEW)
    with pytest.raises(SystemExit, match="end that rotation first"):
        rotate("another-secret-of-many-letters")


def test_the_old_secret_is_not_dropped_while_a_door_may_lack_the_new(api, rotate):
    rotate(NEW)
    with pytest.raises(SystemExit, match=r"repeat this in [2-5] minutes"):
        rotate(done=True, after=timedelta(minutes=1))
    assert try_both(api) == ["taken", "taken"]
    rotate(done=True)
    with pytest.raises(SystemExit, match="no old one to drop"):
        rotate(done=True)


def test_an_unknown_sender_is_named(rotate):
    with pytest.raises(SystemExit, match=r"SENDER=etsy: senders are shopify"):
        rotate(NEW, sender="etsy")


@pytest.mark.parametrize("sender", ["typeform", "woocommerce", "tally", "webhooks", "stripe", "square"])
def test_each_sender_has_its_clicks(rotate, sender):
    said = rotate(NEW, sender=sender)
    assert sender in said
    assert f"SENDER={sender} DONE=yes" in said
