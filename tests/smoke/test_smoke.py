"""`make smoke`: green on a stage that is well, red in words for each part that is not, and nobody of it is left."""

import json
from dataclasses import replace

import boto3
import pytest

from chalicelib.senders import SENDERS
from infra.smoke.invented import invent_address, list_invented
from infra.smoke.run import run_trial
from infra.smoke.web import Answer
from infra.watch.finding import Level
from tests.builders.plays import refusal


def look(played, **changes):
    """Return what a run finds, by name."""
    return dict(run_trial(played.try_out(**changes)))


def list_levels(found):
    return {name: each.level for name, each in found.items() if each.level is not Level.GREEN}


def count_rows(shop, table, beginning=""):
    return sum(row.get("pk", {}).get("S", "").startswith(beginning) for row in shop.read_all(table))


def test_a_stage_that_is_well_is_green_in_every_part_and_nobody_is_left(played):
    found = look(played)
    assert list_levels(found) == {}
    assert list(found) == [
        *(f"delivery-{sender}" for sender in SENDERS),
        *("form", "mail-success", "mail-bounce", "mail-complaint", "erasure"),
    ]
    assert count_rows(played.shop, "customers", "cust#") == 0
    assert count_rows(played.shop, "customers", "stop#") == 0
    assert count_rows(played.shop, "keys", "cust") == 0
    assert [row for row in played.shop.read_all("inbox") if "sealed" in row] == []
    assert "simulator" not in json.dumps({name: (each.found, each.do) for name, each in found.items()})


def test_no_figure_of_the_shop_counts_it_and_no_system_of_the_shop_hears_of_it(played):
    played.shop.listened = True
    look(played)
    services, now = played.build(), played.read_now()
    assert services.day_counts.read_day(now.date()) == {"orders": 0, "customers": 0, "answers": 0}
    assert services.ask_reputation.read_rates(now).sent == services.ask_reputation.read_rates(now).bounced == 0
    assert count_rows(played.shop, "customers", "out#") == 0


def test_it_can_be_repeated_within_the_hour(played):
    assert list_levels(look(played)) == {}
    assert list_levels(look(played)) == {}


def test_a_secret_that_is_not_the_doors_is_found(played):
    trial = played.try_out()
    trial.parameters.read_values(played.read_now())  # the door's is replaced after the test read it
    played.put(f"{played.shop.settings.parameter_path}senders/stripe", "another")
    found = dict(run_trial(trial))
    assert list_levels(found) == {"delivery-stripe": Level.RED}
    assert "answered 401" in found["delivery-stripe"].found
    assert "secrets" in found["delivery-stripe"].do


def test_a_shop_that_is_listed_is_the_one_that_delivers(played):
    played.put(f"{played.shop.settings.parameter_path}shops/shopify", "corner.myshopify.com")
    assert list_levels(look(played)) == {}


def test_without_a_secret_no_delivery_is_tried(played):
    path = f"{played.shop.settings.parameter_path}senders/"
    played.ssm.delete_parameters(Names=[f"{path}{sender}" for sender in SENDERS])
    found = look(played)
    assert [name for name in found if name.startswith(("delivery", "sender"))] == ["senders"]
    assert list_levels(found) == {}


def test_what_is_not_settled_is_found_and_forgotten_all_the_same(played):
    played.broken = {"settling"}
    found = look(played)
    assert found["delivery-shopify"].level is found["form"].level is Level.RED
    assert "not settled within" in found["form"].found
    assert "mail-success" not in found  # nothing could come
    assert found["erasure"].level is Level.GREEN
    played.broken = set()
    played.turn(0)  # what was late is settled now, and makes nobody
    assert count_rows(played.shop, "customers", "cust#") == 0


def test_a_delivery_that_is_parked_is_found(played, monkeypatch):
    from infra.smoke import deliveries

    writers = dict(deliveries.WRITERS)
    odd = lambda address, shop, now: ({"id": 1}, writers["woocommerce"](address, shop, now)[1])  # noqa: E731
    monkeypatch.setattr(deliveries, "WRITERS", {**writers, "woocommerce": odd})
    found = look(played)
    assert list_levels(found) == {"delivery-woocommerce": Level.RED}
    assert "ended as parked" in found["delivery-woocommerce"].found
    assert "waiting" in found["delivery-woocommerce"].do


def test_a_form_that_counts_twice_is_found(played):
    def lose_key(url, body, headers):
        """Stand for a network that changes what is sent: the door sees two posts."""
        posted = body is not None and "/forms/" in url
        key = {"Idempotency-Key": f"k{len(played.asked)}"} if posted else {}
        answer = played.send(url, body, {**headers, **key})
        repeated = posted and played.asked.count(url) % 3 == 0
        return Answer(200, answer.text) if repeated else answer

    found = look(played, send=lose_key)
    assert found["form"].level is Level.RED
    assert "counted twice" in found["form"].found


def test_a_form_whose_repetition_is_taken_as_new_is_found(played):
    def lose_key(url, body, headers):
        return played.send(url, body, {**headers, "Idempotency-Key": f"k{len(played.asked)}"})

    found = look(played, send=lose_key)
    assert list_levels(found) == {"form": Level.RED}
    assert "was answered 202 and 202, not 202 and 200" in found["form"].found


def test_a_secret_that_the_door_does_not_know_yet_is_no_fault(played):
    trial = played.try_out()
    trial.parameters.read_values(played.read_now())
    played.ssm.delete_parameter(Name=f"{played.shop.settings.parameter_path}senders/square")
    found = dict(run_trial(trial))
    assert list_levels(found) == {"delivery-square": Level.AMBER}
    assert "in five minutes" in found["delivery-square"].do


def test_a_form_that_is_not_shown_is_found(played):
    def refuse(url, body, headers):
        return Answer(500, "") if "/forms/" in url else played.send(url, body, headers)

    found = look(played, send=refuse)
    assert list_levels(found) == {"form": Level.RED}
    assert "answered 500" in found["form"].found


def test_a_door_that_does_not_answer_is_found(played):
    def hang_up(url, body, headers):
        raise ConnectionRefusedError

    found = look(played, send=hang_up)
    assert {each.level for name, each in found.items() if name != "erasure"} == {Level.RED}
    assert "Nothing answers" in found["form"].found


@pytest.mark.parametrize(
    ("kinds", "level", "told"),
    [(["paused"] * 9, Level.AMBER, "no mail of the shop now"), (["refused"] * 9, Level.RED, "not sent")],
)
def test_a_mail_that_ses_does_not_take_is_found(played, kinds, level, told):
    played.post.kinds = kinds
    found = look(played)
    assert {found[f"mail-{kind}"].level for kind in ("success", "bounce", "complaint")} == {level}
    assert told in found["mail-bounce"].found


def test_mails_that_nobody_sends_are_found(played):
    played.broken = {"asking"}
    found = look(played)
    assert "No mail to success@ was sent within" in found["mail-success"].found
    assert found["erasure"].level is Level.GREEN


def test_a_bounce_that_does_not_come_back_is_found(played):
    played.broken = {"events"}
    found = look(played)
    assert list_levels(found) == {"mail-bounce": Level.RED, "mail-complaint": Level.RED}
    assert "did not come back" in found["mail-bounce"].found


def test_an_erasure_without_a_receipt_is_found_and_ended_by_the_next_run(played):
    played.broken = {"erasing"}
    found = look(played)
    assert list_levels(found) == {"erasure": Level.RED}
    assert "receipt" in found["erasure"].found
    assert count_rows(played.shop, "keys", "cust") == 0  # unreadable at once, whatever the receipts do
    played.broken = set()
    assert look(played)["erasure"].level is Level.GREEN


def test_a_receipt_that_the_published_key_did_not_sign_is_found(played, tmp_path):
    from infra.deploy.secrets import write_pem
    from infra.local.keys import make_signing, read_public, write_secret

    write_secret(tmp_path / "other.pem", make_signing())
    played.put(f"{played.shop.settings.parameter_path}receipt-key", write_pem(read_public(tmp_path / "other.pem")))
    found = look(played)
    assert list_levels(found) == {"erasure": Level.RED}
    assert "not signed by the published key" in found["erasure"].found


def kill(played):
    """Run the smoke test until it waits for the third time, and tidy nothing up; return the run."""

    class Killed(BaseException):
        """The process ends at once."""

    killed = played.try_out(limits=replace(played.try_out().limits, settling=5))
    turns = []

    def die(seconds):
        played.turn(seconds)
        turns.append(1)
        if len(turns) == 3:
            killed.posted.clear()  # nothing that happens in this process counts any more
            raise Killed

    killed.rest = die
    with pytest.raises(Killed):
        run_trial(killed)
    assert killed.note.read() == killed.run
    return killed


def test_a_run_that_was_killed_is_forgotten_by_the_next(played):
    killed = kill(played)
    assert count_rows(played.shop, "keys", "") > 1
    found = look(played)
    assert list_levels(found) == {"earlier": Level.AMBER}
    assert "invented people are forgotten now" in found["earlier"].found
    assert killed.note.read() == ""
    assert count_rows(played.shop, "customers", "cust#") == 0


def test_what_a_killed_run_left_unsettled_makes_nobody_either(played):
    played.broken = {"settling"}
    killed = kill(played)
    assert list_levels(look(played))["earlier"] is Level.AMBER
    played.broken = set()
    played.turn(0)
    assert count_rows(played.shop, "customers", "cust#") == 0
    assert all(not played.build().people.find_holders(address) for address in list_invented(killed.run))


def test_who_may_not_find_people_invents_nobody(played):
    def refuse(params, **_):
        raise refusal("BatchGetItem", "AccessDeniedException")

    trial, own = played.try_out(), boto3.client("dynamodb")
    own.meta.events.register("before-parameter-build.dynamodb.BatchGetItem", refuse)
    trial.services = played.build({"dynamodb": own, "ssm": played.ssm})
    found = dict(run_trial(trial))
    assert {name: each.level for name, each in found.items()} == {"earlier": Level.UNKNOWN}
    assert "may not call BatchGetItem" in found["earlier"].found
    assert (trial.note.read(), played.asked) == ("", [])


def test_ctrl_c_forgets_everybody_who_was_invented(played):
    turns = []

    def press(seconds):
        played.turn(seconds)
        turns.append(1)
        if len(turns) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_trial(played.try_out(rest=press))
    for _ in range(3):
        played.turn(0)
    assert count_rows(played.shop, "customers", "cust#") == 0


def test_a_record_that_holds_another_address_too_is_never_forgotten(played):
    from tests.builders.shop import a_submission

    trial = played.try_out()
    address = invent_address(trial.run, "shopify")
    played.shop.take(a_submission(email="asha@example.org"))
    services = played.build()
    customer = played.shop.find_id("asha@example.org")
    row = trial.name_rows(address)[0]
    services.table.commit_parts([services.identities.note_holder(row, customer)])
    with pytest.raises(SystemExit, match="is not invented"):
        run_trial(trial)
    assert services.keys.has_key(customer)


def test_each_invented_address_is_known_by_the_run_alone():
    assert len(set(list_invented("a" * 12))) == len(SENDERS) + 3
    assert not set(list_invented("a" * 12)) & set(list_invented("b" * 12))
