"""Events for the shop's own systems: written with their cause, carried by ids alone."""

import json
from collections import Counter
from datetime import timedelta

import pytest

from chalicelib.downstream.changes import EventKind, list_changes, list_ids, write_forgotten
from chalicelib.erasure.forget import ForgetOrder, Reason, forget_person
from chalicelib.models import Consent, ConsentState, HeldName, Identity, Profile, Submission, Trust
from chalicelib.settling.dispatch import settle_item
from chalicelib.store.outbox import Outbox
from tests.builders.canary import CANARIES, dump_table, find_canaries
from tests.builders.downstream import ASEL, YES, read_outbox
from tests.builders.shop import NOW, a_submission


def a_consent(state, at=NOW, purpose="marketing", **changes):
    return Consent(purpose=purpose, state=state, at=at, channel="form:sign-up", **changes)


def a_profile(*consents, names=()):
    held = tuple(HeldName(kind=name.kind, value=name.value, at=NOW) for name in names)
    return Profile(customer_id="c1", consents={one.purpose: one for one in consents}, identities=held)


def test_consent_given_in_a_form_is_told_with_ids_alone(shop):
    assert shop.take(a_submission(email=ASEL, name="Асель", consents=[YES])) == "settled"

    assert read_outbox(shop) == [
        (
            "consent.changed",
            {
                "customer": shop.find_id(ASEL),
                "ids": [],
                "purpose": "marketing",
                "state": "given",
                "at": "2026-03-01T12:00:00.000000Z",
                "channel": "form:sign-up",
            },
        )
    ]


def test_nobody_listens_and_nothing_is_written(shop):
    shop.listened = False
    shop.take(a_submission(email=ASEL, consents=[YES]))

    assert read_outbox(shop) == []


def test_what_changes_no_consent_writes_nothing(shop):
    shop.take(a_submission(email=ASEL, consents=[YES]))
    shop.take(a_submission(email=ASEL, name="Асель", at=NOW + timedelta(hours=1)))
    shop.take(a_submission(email=ASEL, consents=[YES], at=NOW + timedelta(hours=2)))

    assert len(read_outbox(shop)) == 1


def test_event_of_a_transaction_that_fails_is_not_there_and_of_one_settled_twice_is_there_once(shop, monkeypatch):
    key = shop.accept(a_submission(email=ASEL, consents=[YES]))
    services = shop.services()
    commit = services.people.table.client.transact_write_items
    with monkeypatch.context() as patch:
        patch.setattr(
            services.people.table.client,
            "transact_write_items",
            lambda **given: commit(TransactItems=[*given["TransactItems"], {"ConditionCheck": never(shop)}]),
        )
        patch.setattr("chalicelib.settling.dispatch.RETRIES", 1)
        with pytest.raises(Exception, match="race|" + key):
            settle_item(key, services, NOW)
    assert read_outbox(shop) == []

    assert [settle_item(key, shop.services(), NOW) for _ in range(2)] == ["settled", "settled"]
    assert len(read_outbox(shop)) == 1


def never(shop):
    """Return a condition that does not hold."""
    return {
        "TableName": shop.prefix + "customers",
        "Key": {"pk": {"S": "nobody"}, "sk": {"S": "nothing"}},
        "ConditionExpression": "attribute_exists(pk)",
    }


GIVEN, WITHDRAWN, PENDING = ConsentState.GIVEN, ConsentState.WITHDRAWN, ConsentState.PENDING


@pytest.mark.parametrize(
    ("before", "after", "states"),
    [
        (None, GIVEN, ["given"]),
        (None, WITHDRAWN, ["withdrawn"]),
        (None, PENDING, []),
        (PENDING, GIVEN, ["given"]),
        (GIVEN, GIVEN, []),
        (GIVEN, WITHDRAWN, ["withdrawn"]),
        (WITHDRAWN, GIVEN, ["given"]),
        (WITHDRAWN, WITHDRAWN, []),
        (None, None, []),
        (GIVEN, None, ["none"]),  # a yes that turns out to be a child's
        (GIVEN, PENDING, ["none"]),
        (PENDING, None, []),
    ],
)
def test_what_stands_is_told_when_it_is_another_answer_than_before(before, after, states):
    profiles = [a_profile(*([a_consent(state)] if state else [])) for state in (before, after)]

    assert [data["state"] for data in list_changes(*profiles, NOW)] == states


def test_each_purpose_is_told_for_itself():
    before = a_profile(a_consent(GIVEN, purpose="sms"))
    after = a_profile(a_consent(WITHDRAWN, purpose="sms"), a_consent(GIVEN), a_consent(PENDING, purpose="post"))

    assert [(data["purpose"], data["state"]) for data in list_changes(before, after, NOW)] == [
        ("marketing", "given"),
        ("sms", "withdrawn"),
    ]


def test_senders_ids_are_told_and_no_other_name():
    names = (
        Identity(kind="id", value="shopify:corner.myshopify.example:706405506930370084"),
        Identity(kind="id", value="woocommerce::17"),
        Identity(kind="id", value="import:list:asel@example.org"),
        Identity(kind="id", value="import:list:Асель Бекова"),
        Identity(kind="email", value=ASEL),
        Identity(kind="phone", value="+12025550123"),
    )

    assert list_ids(names) == [
        {"sender": "shopify", "shop": "corner.myshopify.example", "id": "706405506930370084"},
        {"sender": "woocommerce", "shop": "", "id": "17"},
    ]
    [data] = list_changes(a_profile(), a_profile(a_consent(GIVEN), names=names), NOW)
    assert data["ids"] == list_ids(names)


def test_channel_that_is_no_plain_word_stays_here():
    odd = a_consent(GIVEN).model_copy(update={"channel": f"import:{ASEL}"})
    [data] = list_changes(a_profile(), a_profile(odd), NOW)

    assert data["channel"] == "other"


def test_canaries_in_every_field_reach_no_row_of_the_outbox(shop):
    for number, canary in enumerate(CANARIES):
        shop.take(
            a_submission(
                email=f"{canary.split('.')[0]}@example.org",
                name=canary,
                entry={"note": canary},
                consents=[{**YES, "words": canary}],
                trust=Trust.OWN,
                at=NOW + timedelta(seconds=number),
            )
        )
    rows = [row for row in shop.read_all("customers") if row["pk"]["S"].startswith("out#")]

    assert Counter(row["kind"]["S"] for row in rows) == {"consent.changed": 50}
    assert find_canaries(dump_table(rows)) == []
    assert b"example.org" not in dump_table(rows)


@pytest.mark.parametrize("listened", [True, False])
def test_who_is_forgotten_is_told_of_in_the_same_transaction(shop, listened):
    shop.listened = listened
    shop.take(a_submission(email=ASEL, name="Асель"))
    customer, services = shop.find_id(ASEL), shop.services()
    order = ForgetOrder(reason=Reason.REQUEST, request="r1", requested_at=NOW)
    assert forget_person(customer, order, services, NOW)
    assert not forget_person(customer, order, services, NOW)  # only once

    data = {"customer": customer, "ids": [], "at": "2026-03-01T12:00:00.000000Z", "reason": "request"}
    assert read_outbox(shop) == ([("customer.forgotten", data)] if listened else [])


def a_customer(state, at=NOW):
    """Return what Shopify sends of a customer whose marketing consent stands so."""
    body = {
        "id": 706405506930370084,
        "email": ASEL,
        "first_name": "Асель",
        "updated_at": at.isoformat(),
        "email_marketing_consent": {"state": state, "consent_updated_at": at.isoformat()},
    }
    return Submission(
        sender="shopify",
        shop="corner.example",
        topic="customers/update",
        trust=Trust.SIGNED,
        received_at=at,
        occurred_at=at,
        body=json.dumps(body).encode(),
    )


def test_shop_is_told_the_id_that_it_knows_itself(shop):
    later = NOW + timedelta(hours=1)
    shop.take(a_customer("subscribed"))
    assert settle_item(shop.accept(a_customer("unsubscribed", later)), shop.services(), later) == "settled"
    customer, services = shop.find_id(ASEL), shop.services()
    forget_person(customer, ForgetOrder(reason=Reason.SHOP, request="r1", requested_at=later), services, later)

    ids = [{"sender": "shopify", "shop": "corner.example", "id": "706405506930370084"}]
    events = {data.get("state", kind): data for kind, data in read_outbox(shop)}
    assert set(events) == {"given", "withdrawn", "customer.forgotten"}
    assert all(data["ids"] == ids and data["customer"] == customer for data in events.values())


def test_someone_forgotten_is_told_by_ids_and_a_reason(shop):
    outbox = Outbox(shop.services().table, wanted=True)
    names = (Identity(kind="id", value="shopify:corner.example:7"), Identity(kind="email", value=ASEL))
    outbox.table.commit_parts(write_forgotten(outbox, "c1", names, "request", NOW))

    [event_id] = outbox.list_due(NOW)
    row = outbox.read_row(event_id)
    assert (row.kind, row.at) == (EventKind.CUSTOMER_FORGOTTEN, "2026-03-01T12:00:00.000000Z")
    assert json.loads(row.data) == {
        "customer": "c1",
        "ids": [{"sender": "shopify", "shop": "corner.example", "id": "7"}],
        "at": "2026-03-01T12:00:00.000000Z",
        "reason": "request",
    }
