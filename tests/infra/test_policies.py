"""Every test notes the calls of a function's use case that its policy does not allow; here a right is taken away."""

import json

import pytest

from chalicelib.retention.run import retire_people
from chalicelib.settling.dispatch import sweep_inbox
from infra.local import permissions
from infra.local.permissions import POLICIES
from tests.builders.policies import USE_CASES
from tests.builders.shop import NOW, a_submission


def take_right(monkeypatch, tmp_path, function, action):
    """Take one action out of every statement of a function's policy."""
    for path in POLICIES.glob("policy-*.json"):
        policy = json.loads(path.read_text())
        if path.stem == f"policy-{function}":
            for statement in policy["Statement"]:
                statement["Action"] = [each for each in statement["Action"] if each != action]
        (tmp_path / path.name).write_text(json.dumps(policy))
    monkeypatch.setattr(permissions, "POLICIES", tmp_path)


@pytest.mark.parametrize(
    ("function", "action"),
    [
        ("retire_data", "dynamodb:BatchGetItem"),
        ("settle_stream", "dynamodb:PutItem"),
        ("sweep_inbox", "dynamodb:Query"),
    ],
)
def test_a_call_without_a_right_fails_the_test(own_tables, shop, monkeypatch, tmp_path, function, action):
    take_right(monkeypatch, tmp_path, function, action)
    shop.take(a_submission(email="a@example.org"))
    sweep_inbox(shop.services(), NOW)
    retire_people(shop.services(), NOW.replace(year=NOW.year + 1))
    with pytest.raises(AssertionError) as noted:
        own_tables.watch.assert_allowed()
    assert f"{function} may not {action}" in str(noted.value)
    own_tables.watch.assert_allowed()  # each is told once


def test_every_function_that_works_on_tables_has_its_use_case():
    named = {name for names in USE_CASES.values() for name in names}
    functions = {path.stem.removeprefix("policy-") for path in POLICIES.glob("policy-*.json")}
    assert functions - named == {"plan_mails", "record_feedback"}  # a query of ids; a put of the door's
