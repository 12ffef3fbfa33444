"""A page of customers: who is on it, what it costs, and what one broken record does to whatever meets everybody."""

from datetime import timedelta

import pytest

from chalicelib.crowd.page import list_pages, open_page
from chalicelib.erasure.forget import ForgetOrder, Reason, forget_person
from chalicelib.errors import KeyUnavailableError
from chalicelib.joining.join import join_people
from chalicelib.services import Services
from chalicelib.store.people_pages import MOST
from chalicelib.vault.root import RootSeal
from tests.builders.campaigns import CLOCK, a_campaign
from tests.builders.crowd import Met, all_met, make_crowd
from tests.builders.everybody import PAGES, fold_page, forecast_page, list_page, retention_page
from tests.builders.kms import ROOT_ARN, CountingKms
from tests.builders.retention import DAY, join
from tests.builders.shop import NOW
from tests.builders.work import count_requests

BROKEN = {
    "a later version": ("SET shape = :value", 99),
    "another's bytes": ("SET sealed = :value", b"broken"),
    "nothing sealed": ("SET shape = :value REMOVE sealed", 1),
}


def open_counted(services):
    services.clock, services.campaigns = CLOCK, (a_campaign(),)
    return services


def list_everybody(services):
    return services.retention_queue.list_batch("", 100)[0]


@pytest.mark.parametrize("meet", PAGES)
def test_a_joined_customer_is_met_once(shop, meet):
    first, second, third = (join(shop, f"{name}@example.org") for name in ("asha", "ben", "chen"))
    services = open_counted(shop.services())
    joined = join_people(first, second, "staff", services, NOW + DAY)
    ids = list_everybody(services)
    assert {first, second, third, joined} <= set(ids)
    assert meet(services, ids) == {"met": 2, "unread": 0}


@pytest.mark.parametrize("meet", PAGES)
@pytest.mark.parametrize("fault", BROKEN)
def test_a_record_that_cannot_be_read_is_counted_and_holds_up_nobody(shop, meet, fault):
    services = open_counted(shop.services())
    ids = make_crowd(services, 3, alone=False)
    change, value = BROKEN[fault]
    services.table.change_item({"pk": f"cust#{ids[1]}", "sk": "core"}, change, value=value)
    assert meet(services, ids) == {"met": 2, "unread": 1}


@pytest.mark.parametrize("meet", PAGES)
def test_while_kms_does_not_answer_nobody_is_counted(shop, meet, monkeypatch):
    services = open_counted(shop.services())
    ids = make_crowd(services, 2, alone=False)

    def refuse(*_):
        raise KeyUnavailableError("KMSInternalException")

    monkeypatch.setattr(RootSeal, "open_secret", refuse)
    with pytest.raises(KeyUnavailableError):
        meet(services, ids)


def test_a_page_has_those_who_are_there_in_the_order_of_their_ids(shop):
    services = shop.services()
    ids = make_crowd(services, 4, alone=False)
    order = ForgetOrder(reason=Reason.STAFF, request="r-1", requested_at=NOW + DAY)
    assert forget_person(ids[2], order, services, NOW + DAY)
    asked = [ids[3], ids[0], "unknown", ids[2], ids[0], ids[1]]
    assert [person.id for person in open_page(asked, services).people] == [ids[3], ids[0], ids[1]]
    assert open_page([], services).people == ()


def test_a_long_list_of_ids_is_met_page_by_page(shop):
    services = shop.services()
    ids = make_crowd(services, MOST + 3, alone=False)
    pages = list(list_pages(iter(ids), services))
    assert [len(page.people) for page in pages] == [MOST, 3]
    assert [person.id for page in pages for person in page.people] == ids


def test_a_page_of_two_hundred_customers_takes_few_calls(tables):
    kms = CountingKms()
    settings = tables.settings.model_copy(update={"root_key": ROOT_ARN})
    clients = {"dynamodb": tables.dynamodb, "kms": kms.client}

    def open_services():
        return open_counted(Services(settings, lambda name, _: clients.get(name)))

    make_crowd(open_services(), 200)
    all_met(open_services(), NOW + timedelta(days=1), float("inf"), Met())
    costs = {
        fold_page: {"BatchGetItem": 1, "UpdateItem": 40},  # it knows no data key, and so seals each key anew
        list_page: {"BatchGetItem": 1},
        forecast_page: {"BatchGetItem": 2},  # the second one asks which campaigns are stopped
        retention_page: {"BatchGetItem": 1, "Query": 120},  # of requests, history and mails
    }
    for meet, cost in reversed(costs.items()):
        services = open_services()
        services.people  # noqa: B018 - the secret of the index: one call of each container
        ids, _ = services.retention_queue.list_batch("", 40)
        kms.calls.clear()
        calls = count_requests(tables.dynamodb)
        assert meet(services, ids) == {"met": 40, "unread": 0}
        assert (meet.__name__, calls) == (meet.__name__, cost)
        assert kms.calls["Decrypt"] == 1
