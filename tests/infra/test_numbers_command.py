"""`make numbers`: everybody is counted, JSON on stdout, one CSV for each question, progress on stderr."""

import csv
import io
import json
from contextlib import nullcontext
from datetime import datetime, timedelta

import pytest

from chalicelib.errors import RaceLostError
from chalicelib.fold.run import list_consumers
from chalicelib.fold.walk import walk_people
from chalicelib.numbers.counting import read_counted
from chalicelib.telling.numbers import QUESTIONS
from infra.staff import numbers
from tests.builders.crowd import invent_people
from tests.builders.shop import NOW, a_submission
from tests.builders.stages import open_here


@pytest.fixture
def count(shop, tmp_path, monkeypatch, capsys):
    """Return a function that runs the command; it returns what was printed, and what was said beside it."""
    monkeypatch.setattr(numbers, "FOLDER", tmp_path / "numbers")
    monkeypatch.setattr(numbers, "open_stage", lambda: nullcontext())
    monkeypatch.setattr(numbers, "current_services", shop.services)
    monkeypatch.setattr(numbers, "stage_now", lambda: NOW + timedelta(days=1))

    def run(*arguments):
        monkeypatch.setattr("sys.argv", ["numbers", *arguments])
        monkeypatch.setattr(numbers, "open_stage", open_here)
        assert numbers.main() == 0
        return capsys.readouterr()

    return run


def test_everybody_is_counted_and_printed_as_json(shop, count):
    invent_people(shop.services(), 120)
    printed, said = count()
    found = json.loads(printed)
    assert (found["people"], found["restricted"]) == (120, 0)
    assert set(found["questions"]) == set(QUESTIONS)
    assert found["questions"]["sources"]["sentence"].startswith("Of ")
    friend = found["questions"]["sources"]["figures"]["friend"]
    assert friend["low"] < friend["value"] < friend["high"]
    assert "Counted so far: 120 customers." in said
    assert found["result"] == json.loads(read_counted(shop.services()).read_numbers().model_dump_json())
    lines = list(shop.services().audit.list_accesses(f"{NOW:%Y-%m}"))
    assert [(line.customer, line.reason) for line in lines] == [("everybody", "numbers: what everybody adds up to")]


def test_a_walk_that_began_before_is_ended_first_and_a_step_of_another_run_is_waited_for(shop, count, monkeypatch):
    invent_people(shop.services(), 30)
    services, before = shop.services(), NOW - timedelta(hours=3)
    monkeypatch.setattr("chalicelib.fold.walk.BATCH", 10)
    assert not walk_people(services, list_consumers(services), before, 0)["over"]
    monkeypatch.setattr(numbers, "STEP", 0.01)
    true_walk, lost = walk_people, iter([True, False])

    def lose_once(*given):
        if next(lost, False):
            raise RaceLostError("walk")
        return true_walk(*given)

    monkeypatch.setattr(numbers, "walk_people", lose_once)
    printed, _ = count()
    assert json.loads(printed)["people"] == 30
    assert datetime.fromisoformat(json.loads(printed)["counted_at"]) > before


def test_with_csv_there_is_one_file_for_each_question(shop, count, tmp_path):
    invent_people(shop.services(), 120)
    shop.take(a_submission(email="mira@example.org", entry={"score": 9, "why": "Zimborowski"}))
    printed, _ = count("--csv", "yes")
    paths = sorted((tmp_path / "numbers").iterdir())
    assert [path.stem for path in paths] == sorted(QUESTIONS)
    for path in paths:
        text = path.read_text("utf-8-sig")
        assert "mira" not in text
        assert "Zimborowski" not in text
        assert "\u2068" not in text
    text = (tmp_path / "numbers" / "satisfaction.csv").read_text("utf-8-sig")
    rows = {row["figure"]: row for row in csv.DictReader(io.StringIO(text))}
    window = json.loads(printed)["result"]["satisfaction"][0]["window"]["score"]
    assert float(rows["score/window"]["value"]) == pytest.approx(window["interval"]["value"], abs=1e-6)  # it is below 0
    assert rows["score/window"]["sentence"].startswith("In the last 90 days")
    assert int(rows["score/window"]["people"]) == window["people"]


def test_without_customers_each_question_says_so(count):
    found = json.loads(count().out)
    assert found["people"] == 0
    for question, told in found["questions"].items():
        assert told["sentence"].startswith(("Not enough yet", "No product", "Nobody")), question
