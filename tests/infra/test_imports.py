"""`make import`: each row takes its effect once, however the run ends; what it may do to whom."""

import os
import random
import re
import subprocess
import sys
import time
from datetime import UTC, date, datetime, timedelta
from functools import cache, partial

import boto3
import pytest

from chalicelib.door import open_door
from chalicelib.door.intake import accept_submission
from chalicelib.errors import TryAgainLaterError
from chalicelib.models import ConsentState, Trust
from chalicelib.outreach.decide import handle_customer
from chalicelib.senders import read_submission
from chalicelib.settling.dispatch import sweep_inbox
from infra.staff import imports
from infra.staff.imports import AT_ONCE
from tests.builders.api import open_api, put_parameters, start_container
from tests.builders.deployed import deploy_stack
from tests.builders.erasures import finish, forget
from tests.builders.folding import fold_history
from tests.builders.imports import HEADER, WORDS, bring_in, make_map
from tests.builders.mails import DUE, Post
from tests.builders.shop import DOOR_KEY, NOW, a_submission

MAP = """
name = "till-2026"
as_of = 2026-02-01
currency = "EUR"
ids_of = "till"
[columns]
id = "id"
email = "email"
name = "name"
phone = "phone"
order_date = "day"
order_total = "total"
[[consents]]
purpose = "marketing"
column = "news"
yes = ["yes"]
no = ["no"]
words = "Send me news."
version = "2024-01-01"
collected = 2024-01-01
"""


def test_a_row_is_a_person_with_evidence_and_a_purchase(shop, tmp_path):
    outcome = bring_in(shop, tmp_path, "7;a@example.org;Asha;+12025550123;2026-01-05;12.50;yes")
    assert (outcome.read, outcome.accepted, outcome.repeated) == (1, 1, 0)
    assert outcome.content["marketing: given"] == 1
    profile = shop.read_profile("a@example.org")
    consent = profile.consents["marketing"]
    assert (consent.channel, consent.words, consent.words_version, consent.grade) == (
        "import:till",
        WORDS,
        "2024-01-01",
        "typed",
    )
    assert consent.at == datetime(2024, 1, 1, tzinfo=UTC)
    assert profile.last_purchase == datetime(2026, 1, 5, tzinfo=UTC)
    assert {(name.kind, name.value) for name in profile.identities} == {
        ("id", "import:till:7"),
        ("email", "a@example.org"),
    }  # the phone is a detail: an import claims none beside a stronger name


def test_a_second_run_changes_nothing(shop, tmp_path):
    rows = [f"{n};p{n}@example.org;P;;2026-01-05;5;yes" for n in range(30)]
    first = bring_in(shop, tmp_path, *rows, rows[3])
    before = shop.read_all("customers"), shop.read_all("keys")
    second = bring_in(shop, tmp_path, *rows, at=NOW + timedelta(days=3))
    assert (first.accepted, first.repeated) == (30, 1)
    assert (second.accepted, second.repeated) == (0, 30)
    assert (shop.read_all("customers"), shop.read_all("keys")) == before


def test_people_are_found_by_number_then_address_and_never_merged(shop, tmp_path):
    shop.take(a_submission(email="a@example.org", name="Asha"))
    shop.take(a_submission(phone="+12025550123", name="Ben"))
    known = shop.find_id("a@example.org")
    bring_in(
        shop,
        tmp_path,
        "7;a@example.org;Asha Rao;+12025550123;;;",  # hers; the phone is another person's
        "8;a@example.org;Her Brother;;;;",  # the till knows two people under one address
        "7;;;;2026-01-05;5;",  # by the number alone
    )
    assert len(shop.list_customers()) == 3
    assert shop.find_id("a@example.org") == known
    profile = shop.open_profile(known)
    assert profile.fields["name"].value in ("Asha", "Asha Rao")
    assert len(profile.latest) == profile.totals.purchases == 1
    assert len(list(shop.services().identities.list_suggestions())) == 2


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_an_import_never_outranks_a_signed_source(shop, tmp_path, order):
    signed = a_submission(email="a@example.org", name="Signed", at=NOW - timedelta(days=300), trust=Trust.SIGNED)
    steps = (lambda: shop.take(signed), lambda: bring_in(shop, tmp_path, ";a@example.org;Imported;;;;"))
    for step in order:
        steps[step]()
    assert shop.read_profile("a@example.org").fields["name"].value == "Signed"


def test_a_yes_lowers_no_opt_out_and_a_no_withdraws(shop, tmp_path):
    yes = {"purpose": "marketing", "words": WORDS, "words_version": "2023-01-01", "language": "en"}
    shop.take(a_submission(email="a@example.org", consents=(yes,), at=NOW - timedelta(days=3000)))
    bring_in(shop, tmp_path, ";a@example.org;;;;;no")
    assert shop.read_profile("a@example.org").consents["marketing"].state is ConsentState.WITHDRAWN
    later = make_map(name="later", as_of=date(2026, 3, 1))
    bring_in(shop, tmp_path, ";a@example.org;;;;;yes", rules=later)
    assert shop.read_profile("a@example.org").consents["marketing"].state is ConsentState.WITHDRAWN


def test_a_no_counts_though_somebody_who_shared_the_phone_was_forgotten(shop, tmp_path):
    shop.take(a_submission(email="a@example.org", phone="+12025550123", at=NOW - timedelta(days=90)))
    shop.take(a_submission(email="b@example.org", at=NOW - timedelta(days=90)))
    forget(shop, "a@example.org", at=NOW)
    finish(shop, tmp_path, NOW)

    bring_in(shop, tmp_path, "7;b@example.org;;+12025550123;;;no", ";;;+12025550123;;;no", at=NOW + timedelta(days=1))
    assert shop.read_profile("b@example.org").consents["marketing"].state is ConsentState.WITHDRAWN
    assert len(shop.list_customers()) == 1  # by the phone alone it may still be whoever was forgotten


@pytest.mark.parametrize(("answer", "outcome"), [("yes", "sent"), ("no", "not due")])
def test_a_second_customer_of_one_address_does_not_undo_its_no_nor_double_its_letter(shop, tmp_path, answer, outcome):
    rules = make_map(consents=[{**make_map().consents[0].model_dump(), "collected": NOW.date()}], as_of=NOW.date())
    bring_in(shop, tmp_path, f"7;a@example.org;Asha;;;;{answer}", rules=rules)
    bring_in(shop, tmp_path, "8;a@example.org;A. Rao;;;;yes", rules=rules)
    post = Post()
    done = {one: handle_customer(one, shop.services(post), DUE) for one in shop.list_customers()}
    assert done.pop(shop.find_id("a@example.org")) == outcome
    assert list(done.values()) == ["suppressed"]
    assert len(post.sent) == (answer == "yes")


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_no_reaches_the_one_who_reads_at_the_address_whichever_row_came_first(shop, tmp_path, order):
    rules = make_map(consents=[{**make_map().consents[0].model_dump(), "collected": NOW.date()}], as_of=NOW.date())
    rows = "7;a@example.org;Asha;;;;yes", "8;a@example.org;A. Rao;+12025550123;;;no"
    for row in order:
        bring_in(shop, tmp_path, rows[row], rules=rules)
    post = Post()
    for one in shop.list_customers():
        handle_customer(one, shop.services(post), DUE)
    reader = shop.find_id("a@example.org")
    profile = shop.open_profile(reader)

    assert post.sent == []
    assert profile.consents["marketing"].state is ConsentState.WITHDRAWN
    told = [event.submission.body for event in shop.read_history(reader)]
    assert any(b"+12025550123" in body for body in told) is (order == (1, 0))  # no more of the other was passed on
    assert fold_history(reader, read_own(shop, reader)).consents == profile.consents


def read_own(shop, customer):
    """Return one person's history as the fold takes it."""
    return [(each.key, each.submission, read_submission(each.submission)) for each in shop.read_history(customer)]


def test_a_table_that_is_busy_ends_the_run_and_loses_nothing(shop, tmp_path, monkeypatch):
    monkeypatch.setattr(imports, "PAUSE", 0)
    calls = []

    def accept(submission):
        calls.append(submission)
        if len(calls) > 40:
            raise TryAgainLaterError("Not kept: please send it again.")
        return accept_submission(submission, inbox=shop.inbox, seal=shop.seal, door_key=DOOR_KEY)

    rows = [f"{n};p{n}@example.org;P;;;;" for n in range(100)]
    with pytest.raises(TryAgainLaterError):
        bring_in(shop, tmp_path, *rows, accept=accept)
    assert 40 <= len(shop.read_all("inbox")) < 100
    done = bring_in(shop, tmp_path, *rows)
    assert (done.accepted + done.repeated, done.repeated) == (100, 40)
    assert len(shop.list_customers()) == 100


def test_no_more_rows_are_on_their_way_than_said(shop, tmp_path):
    waiting, most = set(), 0

    def accept(submission):
        nonlocal most
        waiting.add(id(submission))
        most = max(most, len(waiting))
        time.sleep(0.001)
        waiting.discard(id(submission))
        return True

    bring_in(shop, tmp_path, *(f"{n};p{n}@example.org;P;;;;" for n in range(200)), accept=accept)
    assert 1 < most <= AT_ONCE


def test_the_list_of_refused_rows_holds_lines_and_reasons_and_no_value(shop, tmp_path):
    outcome = bring_in(shop, tmp_path, "1;bad address;A;;;; No ", "2;b@example.org;=B;;;;", "3;c@example.org;C;;;;")
    text = (tmp_path / "refused.csv").read_text()
    assert text.split() == [
        "first_line,last_line,reason,holds_a_no,file",
        "2,2,email:",
        "invalid,yes,",
        "3,3,name:",
        "formula,,",
    ]
    assert (outcome.read, outcome.accepted, outcome.reasons.total(), outcome.lost_no) == (3, 1, 2, 1)


def test_without_apply_nothing_is_written_and_nobody_is_looked_up(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(imports, "FOLDER", tmp_path)
    (tmp_path / "map.toml").write_text(MAP)
    (tmp_path / "people.csv").write_text(HEADER + "7;a@example.org;Asha;;;;yes\n;;;;;;\n")
    command = ["imports", "--file", str(tmp_path / "people.csv"), "--map", str(tmp_path / "map.toml")]
    monkeypatch.setattr(sys, "argv", command)
    assert imports.main() == 0  # there is no stack here that it could ask
    told = capsys.readouterr().out
    assert "2 rows read" in told
    assert "1 would be accepted" in told
    assert "APPLY=yes" in told


@pytest.mark.parametrize(
    ("file", "rules", "words"),
    [
        ("\xff\xfe\0\0", MAP, "UTF-16 or UTF-32"),
        (HEADER, "name = 3", "map.toml, line 1: name"),
        (None, MAP, "No such file"),
    ],
)
def test_what_cannot_be_read_at_all_is_told(tmp_path, capsys, monkeypatch, file, rules, words):
    monkeypatch.setattr(imports, "FOLDER", tmp_path)
    (tmp_path / "map.toml").write_text(rules)
    if file is not None:
        (tmp_path / "people.csv").write_bytes(file.encode("latin-1"))
    command = ["imports", "--file", str(tmp_path / "people.csv"), "--map", str(tmp_path / "map.toml")]
    monkeypatch.setattr(sys, "argv", command)
    assert imports.main() == 1
    assert words in capsys.readouterr().err


def start_import(folder, shop, stage, stack, cloud):
    """Start the command on a stage of its own, as on AWS: by the stage's name."""
    environ = {**os.environ, **cloud.environ, "STAGE": stage.settings.stage, "PYTHONUNBUFFERED": "1"}
    environ["AWS_ENDPOINT_URL"] = cloud.environ["AWS_ENDPOINT_URL_SSM"]
    environ |= {name: value for name, value in stack.environ.items() if "DYNAMODB" in name}
    command = [sys.executable, "-m", "infra.staff.imports", "--apply", "yes"]
    command += ["--file", str(folder / "people.csv"), "--map", str(folder / "map.toml")]
    return subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True)


def count_inbox(stage):
    """Return how many rows were accepted so far."""
    return stage.dynamodb.scan(TableName=f"{stage.settings.prefix}inbox", Select="COUNT")["Count"]


def test_killed_at_any_point_and_run_again_every_row_is_one_event(shop, tables, stack, cloud, tmp_path):
    put_parameters(cloud.ssm, tables.settings, shop.public_key)
    endpoint = cloud.environ["AWS_ENDPOINT_URL_SSM"]
    deploy_stack(cache(partial(boto3.client, endpoint_url=endpoint)), tables.settings.stage)
    rows = [f"{n};p{n}@example.org;P;;2026-01-05;5;yes\n" for n in range(160)]
    (tmp_path / "people.csv").write_text(HEADER + "".join(rows))
    (tmp_path / "map.toml").write_text(MAP)
    chance = random.Random(7)
    kept = 0
    for _ in range(3):
        child = start_import(tmp_path, shop, tables, stack, cloud)
        goal = count_inbox(tables) + chance.randrange(1, 40)
        while child.poll() is None and count_inbox(tables) < goal:
            time.sleep(0.005)
        child.kill()
        child.communicate()
        kept = count_inbox(tables)  # at least: puts that were on their way when their sender died may arrive after it
    assert 0 < kept < 160  # it was killed in the middle
    last = start_import(tmp_path, shop, tables, stack, cloud)
    told, _ = last.communicate()
    assert last.returncode == 0
    accepted, repeated = (int(re.search(rf"(\d+) {word}", told).group(1)) for word in ("accepted", "repeated"))
    assert (accepted + repeated, kept <= repeated <= kept + AT_ONCE) == (160, True)
    assert count_inbox(tables) == 160
    sweep_inbox(shop.services(), datetime.now(UTC) + timedelta(hours=1))
    assert [row["state"]["S"] for row in shop.read_all("inbox")] == ["settled"] * 160
    events = [row for row in shop.read_all("customers") if row["sk"]["S"].startswith("event#")]
    assert len(events) == len(shop.list_customers()) == 160


def test_the_door_itself_takes_the_rows(shop, tables, cloud, monkeypatch, tmp_path):
    with open_api(shop, tables, cloud, monkeypatch):
        outcome = bring_in(shop, tmp_path, ";a@example.org;Asha;;;;yes", accept=open_door().accept)
    start_container()
    assert outcome.accepted == 1
    assert shop.read_profile("a@example.org").fields["name"].value == "Asha"
