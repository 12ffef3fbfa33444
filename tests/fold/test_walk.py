"""The walk over everybody: whom it meets, how it goes on after it was cut, and what it costs at KMS."""

from datetime import timedelta
from itertools import count
from types import SimpleNamespace

import pytest

from chalicelib.erasure.forget import ForgetOrder, Reason, forget_person
from chalicelib.errors import KeyUnavailableError, RaceLostError
from chalicelib.fold import meeting, walk
from chalicelib.fold.meeting import Meeting
from chalicelib.fold.run import fold_people, is_due
from chalicelib.fold.walk import walk_people
from chalicelib.joining.join import join_people
from chalicelib.retention.run import retire_people
from chalicelib.services import Services
from chalicelib.vault import keyring
from tests.builders.crowd import Met, all_met, make_crowd
from tests.builders.kms import ROOT_ARN, CountingKms
from tests.builders.retention import DAY, join
from tests.builders.shop import NOW

TOMORROW = NOW + DAY


def forget(services, customer_id, now=TOMORROW):
    order = ForgetOrder(reason=Reason.STAFF, request=f"r-{customer_id}", requested_at=now)
    assert forget_person(customer_id, order, services, now)


@pytest.fixture
def small(monkeypatch):
    """Let a walk read ten customers at a time, and save after each ten."""
    monkeypatch.setattr(walk, "BATCH", 10)
    monkeypatch.setattr(walk, "SAVE_EVERY", 1)


@pytest.fixture
def kms(tables, tmp_path, monkeypatch):
    """Let a shop's root key be in KMS; return the services' maker and the KMS, whose bounds are a tenth."""
    monkeypatch.setattr(meeting, "FEW", 100)
    monkeypatch.setattr(keyring, "MESSAGES_IN_WALK", 200)
    kms = CountingKms()
    settings = tables.settings.model_copy(update={"root_key": ROOT_ARN})
    clients = {"dynamodb": tables.dynamodb, "kms": kms.client}
    return lambda: Services(settings, lambda name, _: clients.get(name)), kms


def cut_after(monkeypatch, batches):
    """Let the clock run so that a walk until 0 is cut after so many batches."""
    ticks = count(-batches)
    monkeypatch.setattr(walk, "time", SimpleNamespace(monotonic=lambda: next(ticks)))


def test_each_customer_is_met_once(shop, small):
    ids, met = make_crowd(shop.services(), 45, alone=False), Met()

    assert all_met(shop.services(), TOMORROW, float("inf"), met) == {"met": 45, "unread": 0, "over": 1}
    assert sorted(met.result) == ids

    again = Met()
    all_met(shop.services(), TOMORROW + DAY, float("inf"), again)
    assert sorted(again.result) == ids


def test_a_walk_that_was_cut_goes_on_where_it_was(shop, small, monkeypatch):
    ids, rounds, met = make_crowd(shop.services(), 45, alone=False), 0, Met()
    while met.result is None:
        cut_after(monkeypatch, 2)
        met = Met()  # a new container knows nothing
        walk_people(shop.services(), [met], TOMORROW, 0)
        rounds += 1
    assert sorted(met.result) == ids
    assert (rounds, met.began) == (3, 0)


def test_a_run_that_crashes_loses_what_was_not_saved_and_counts_nobody_twice(shop, small, monkeypatch):
    ids, met = make_crowd(shop.services(), 45, alone=False), Met()
    monkeypatch.setattr(walk, "SAVE_EVERY", 3)
    real, batches = walk.Walk.take_batch, count()

    def crash(self):
        if next(batches) == 4:
            raise SystemExit
        real(self)

    with monkeypatch.context() as patch:
        patch.setattr(walk.Walk, "take_batch", crash)
        with pytest.raises(SystemExit):
            walk_people(shop.services(), [Met()], TOMORROW, float("inf"))
    walk_people(shop.services(), [met], TOMORROW, float("inf"))
    assert sorted(met.result) == ids


def test_of_two_runs_at_once_one_gives_way(shop, small):
    make_crowd(shop.services(), 25, alone=False)
    slow = walk.Walk(shop.services(), [Met()], TOMORROW)
    slow.take_batch()
    all_met(shop.services(), TOMORROW, float("inf"), Met())
    with pytest.raises(RaceLostError):
        slow.save()


def test_reviews_that_move_customers_while_the_walk_goes_on_hide_nobody_and_show_nobody_twice(shop, small, monkeypatch):
    ids, now, services = make_crowd(shop.services(), 60, alone=False), NOW + 10 * DAY, shop.services()
    real, taken = walk.Walk.take_batch, count()

    def review_between(self):
        real(self)
        if next(taken) == 0:  # in the middle of the first shard, whose first ten were met
            assert retire_people(services, now)["reviewed"] > 20

    monkeypatch.setattr(walk.Walk, "take_batch", review_between)
    met = Met()
    all_met(shop.services(), now, float("inf"), met)
    assert sorted(met.result) == ids


def test_who_is_forgotten_while_the_walk_goes_on_does_not_break_it(shop, small):
    ids, services = make_crowd(shop.services(), 45, alone=False), shop.services()
    going = walk.Walk(services, [met := Met()], TOMORROW)
    going.take_batch()
    gone = [met.ids[3], next(each for each in ids if each not in met.ids)]
    for customer_id in gone:
        forget(services, customer_id)
    going.save()
    all_met(shop.services(), TOMORROW, float("inf"), last := Met())
    assert set(ids) - set(last.result) == {gone[1]}

    all_met(shop.services(), TOMORROW + DAY, float("inf"), anew := Met())
    assert set(ids) - set(anew.result) == set(gone)


def test_a_joined_record_is_met_in_place_of_the_two(shop):
    first, second = join(shop, "a@example.org"), join(shop, "b@example.org")
    joined = join_people(first, second, "staff", shop.services(), TOMORROW)
    all_met(shop.services(), TOMORROW, float("inf"), met := Met())
    assert met.result == [joined]


def test_a_record_that_cannot_be_read_is_stepped_over_and_counted(shop, caplog):
    ids = make_crowd(shop.services(), 3, alone=False)
    shop.services().table.change_item({"pk": f"cust#{ids[0]}", "sk": "core"}, "SET sealed = :broken", broken=b"?")
    met = Met()
    met.broken = {ids[1]}
    assert all_met(shop.services(), TOMORROW, float("inf"), met) == {"met": 2, "unread": 2, "over": 1}
    assert met.result == [ids[2]]
    assert sorted(each.key for each in caplog.records if each.msg == "walk_postponed") == ids[:2]


def test_a_new_consumer_begins_the_walk_anew(shop, small, monkeypatch):
    ids = make_crowd(shop.services(), 25, alone=False)
    cut_after(monkeypatch, 1)
    walk_people(shop.services(), [Met()], TOMORROW, 0)
    old, new = Met(), Met()
    new.name = "new"
    all_met(shop.services(), TOMORROW, float("inf"), old, new)
    assert sorted(old.result) == sorted(new.result) == ids


def test_nothing_that_was_added_up_stays_once_the_walk_is_over(shop, monkeypatch):
    make_crowd(shop.services(), 5, alone=False)
    cut_after(monkeypatch, 1)
    walk_people(shop.services(), [Met()], TOMORROW, -0.5)
    assert {name for name, _ in shop.services().walks.list_states()} >= {"walk"}
    all_met(shop.services(), TOMORROW, float("inf"), Met())
    assert [name for name, _ in shop.services().walks.list_states()] == ["walk"]
    sealed = next(
        row["sealed"]["B"] for row in shop.read_all("customers") if row["pk"]["S"] == "walk" and "sealed" in row
    )
    assert b"p0000" not in sealed


def test_keys_that_were_sealed_alone_cost_a_call_for_each_customer_once(kms):
    open_services, kms = kms
    make_crowd(open_services(), 220)
    kms.calls.clear()

    all_met(open_services())
    assert kms.calls["Decrypt"] >= 220
    first = kms.calls["GenerateDataKey"]
    assert first <= 3  # two for the customers' keys, one for the key of the walk
    for day in (2, 3):
        kms.calls.clear()
        services = open_services()
        services.walk_seal  # noqa: B018 - the key of what the walk keeps: one call of every container
        kms.calls.clear()
        all_met(services, NOW + day * DAY)
        assert kms.calls == {"Decrypt": 2}  # 220 customers under keys of up to 200


def test_new_customers_join_those_of_few_and_the_calls_stay_few(kms):
    open_services, kms = kms
    calls = []
    for day, new in enumerate((110, 5, 5, 5, 0, 0)):
        make_crowd(open_services(), new, start=100 * day)
        kms.calls.clear()
        all_met(open_services(), NOW + day * DAY)
        calls.append(kms.calls.total())
    assert calls[-1] <= 3  # of the walk's own key, and of two data keys for 125 customers
    assert max(calls[1:]) <= 10, calls  # each new customer costs one call, once


def test_a_key_that_is_destroyed_while_the_walk_reads_it_stays_destroyed(shop):
    services = shop.services()
    gone, stays = make_crowd(services, 2)
    meeting = Meeting(services)
    real = services.keys.replace_sealed

    def forget_first(customer_id, old, new):
        if customer_id == gone:
            forget(shop.services(), gone)
        return real(customer_id, old, new)

    services.keys.replace_sealed = forget_first
    meeting.meet_people([gone, stays])
    assert not services.keys.has_key(gone)
    assert services.keys.has_key(stays)
    assert services.people.open_person(stays) is not None


def test_while_kms_does_not_answer_nobody_is_stepped_over(shop, monkeypatch):
    make_crowd(shop.services(), 3, alone=False)
    services = shop.services()

    def refuse(*_):
        raise KeyUnavailableError("ThrottlingException")

    with monkeypatch.context() as patch:
        patch.setattr(services.walk_root, "open_secret", refuse)
        with pytest.raises(KeyUnavailableError):
            all_met(services, TOMORROW, float("inf"), Met())
    assert all_met(shop.services(), TOMORROW, float("inf"), Met())["met"] == 3


def test_a_walk_is_due_each_night_by_the_shops_clock_and_when_asked_for(shop):
    services = shop.services()
    zone = services.clock.time_zone
    assert zone
    night = walk_night(services, NOW + DAY)
    assert is_due(services, night)
    assert fold_people(services, night)["over"] == 1
    assert not is_due(shop.services(), night + timedelta(hours=23, minutes=59))
    assert fold_people(shop.services(), night + timedelta(hours=5)) == {}
    assert is_due(shop.services(), night + timedelta(hours=24))

    services.table.commit_parts([services.walks.ask_walk(night + timedelta(hours=1))])
    assert is_due(shop.services(), night + timedelta(hours=1))
    fold_people(shop.services(), night + timedelta(hours=2))
    assert not is_due(shop.services(), night + timedelta(hours=3))


def walk_night(services, now):
    from chalicelib.fold.run import find_night

    return find_night(now, services.clock.time_zone).astimezone(NOW.tzinfo)
