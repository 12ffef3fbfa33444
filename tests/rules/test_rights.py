"""Each function under its own policy, judged by a reader of IAM policies that is not ours.

Every call that a function was seen to make is allowed; a policy that lacks any of its actions or resources refuses one
of those calls, so nothing in a policy is too much but what UNSEEN names.
"""

import pytest

from tests.builders.evaluator import Evaluator, Request, explain_absence
from tests.builders.policies import EVENT_FUNCTIONS, OWN_HANDLERS
from tests.rules import rights
from tests.rules.packaged import read_packaged

FUNCTIONS = sorted({*EVENT_FUNCTIONS, *OWN_HANDLERS})
ADMIN = "AdministratorAccess"
EVERYTHING = [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
STAFF = f"arn:aws:iam::{rights.HEAD.split(':')[1]}:user/administrator"
KEYS = ("RootKey", "InboxKey", "ReceiptKey")
USING = ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:Sign")
ENDING = (
    "kms:ScheduleKeyDeletion",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "kms:DeleteImportedKeyMaterial",
    "kms:PutKeyPolicy",
    "kms:CreateGrant",
)
CHANGING = ("UpdateItem", "DeleteItem", "BatchWriteItem", "PartiQLUpdate", "PartiQLDelete")
TABLES = [
    name for name, each in rights.read_template()["Resources"].items() if each.get("Type") == "AWS::DynamoDB::Table"
]
# Rights that no recorded call needs, and why a function keeps them.
PATH = "GetParametersByPath is judged by the path; AWS's own examples name what lies below it too"
PARAMETERS = f"arn:aws:ssm:{rights.HEAD}:parameter/regulars/{rights.STAGE}"
SECOND = "an entry checks the one before it, and the tests of this function erase one person in an empty ledger"
UNSEEN: dict[str, dict[str, str]] = {
    "desk": {"AppendLedger dynamodb:ConditionCheckItem": SECOND},
    "retire_data": {"AppendLedger dynamodb:ConditionCheckItem": SECOND},
    "api_handler": {f"ReadDoorParameters {PARAMETERS}/door/*": PATH},
    "deliver_events": {f"ReadSigningSecrets {PARAMETERS}/downstream/*": PATH},
    "make_codes": {f"ReadAccess {PARAMETERS}/offers/*": PATH},
    "record_feedback": {f"ReadDoorParameters {PARAMETERS}/door/*": PATH},
}

# Keys of one transaction that only the most pessimistic of the three readings hands to one right together. Were it
# AWS's, no weekly mail would go out; a right to put both would let the function that mails make an owner.
UNION = {("staff", "weekly")}


@pytest.fixture(scope="module")
def evaluator() -> Evaluator:
    """Return a new evaluator that knows the policies of functions, tables and keys."""
    if absence := explain_absence():
        pytest.skip(absence)
    made = Evaluator()
    rights.add_owners(made)
    made.add_policy(ADMIN, EVERYTHING)
    for function in FUNCTIONS:
        made.add_policy(function, rights.read_statements(function))
    return made


def find_refused(evaluator: Evaluator) -> dict[str, object]:
    """Return the first refusal of each group that has one."""
    return {label: refusal for label, refusal in evaluator.answer() if refusal}


def test_every_function_is_recorded():
    assert {*FUNCTIONS} == {*rights.read_calls()}


def test_each_function_may_make_every_call_that_it_makes(evaluator):
    evaluator.clear()
    for function in FUNCTIONS:
        for number, request in enumerate(rights.list_requests(function)):
            evaluator.ask(f"{function} {number}", rights.name_role(function), [function], [request])
    refused = find_refused(evaluator).values()
    assert [each for each in refused if tuple(each[2].get("dynamodb:LeadingKeys", ())) not in UNION] == []


def test_a_policy_that_lacks_any_of_its_rights_refuses_a_call(evaluator):
    evaluator.clear()
    for function in FUNCTIONS:
        requests = rights.list_requests(function)
        for lacking, statements, touched in rights.shorten_policy(rights.read_statements(function)):
            name = evaluator.add_policy(f"{function}: {lacking}", statements)
            asked = [each for each in requests if each.action in touched]
            evaluator.ask((function, lacking), rights.name_role(function), [name], asked)
    spare = {}
    for (function, lacking), refusal in evaluator.answer():
        if refusal is None:
            spare.setdefault(function, set()).add(lacking)
    assert spare == {function: {*lacks} for function, lacks in UNSEEN.items()}


def test_the_door_may_use_no_key_whatever_else_it_is_given(evaluator):
    evaluator.clear()
    for key in KEYS:
        for action in USING:
            request = rights.ask_key(action, key, "")
            evaluator.ask((key, action), rights.name_role("api_handler"), ["api_handler", ADMIN], [request])
    refused = find_refused(evaluator)
    assert {refusal[3] for refusal in refused.values()} == {"ExplicitlyDenied"}
    assert len(refused) == len(KEYS) * len(USING)


def test_the_door_reaches_no_item_but_by_the_three_ways_of_its_policy(evaluator):
    evaluator.clear()
    for table in TABLES:
        for action in rights.ITEMS:
            for key in ("cust#1", "delivery#1"):
                request = rights.ask_item(f"dynamodb:{action}", rights.make_all()[table]["Arn"], [key])
                evaluator.ask((table, action, key), rights.name_role("api_handler"), ["api_handler"], [request])
    assert {label for label, refusal in evaluator.answer() if refusal is None} == {
        ("InboxTable", "PutItem", "cust#1"),
        ("InboxTable", "PutItem", "delivery#1"),
        ("LinksTable", "GetItem", "cust#1"),
        ("LinksTable", "GetItem", "delivery#1"),
        ("LinksTable", "PutItem", "delivery#1"),
    }


def test_no_role_of_the_stack_may_end_a_key_and_an_administrator_is_not_locked_out(evaluator):
    evaluator.clear()
    policies = [read_packaged()["Resources"][key]["Properties"]["KeyPolicy"] for key in KEYS]
    assert policies[0] == policies[1] == policies[2]
    for who in (*FUNCTIONS, STAFF):
        principal = who if who == STAFF else rights.name_role(who)
        for action in ENDING:
            evaluator.ask((who, action), principal, [ADMIN], [rights.ask_key(action, "RootKey", "")])
    answers = evaluator.answer()
    assert {who for (who, _), refusal in answers if refusal is None} == {STAFF}
    assert sum(refusal is None for _, refusal in answers) == len(ENDING)


@pytest.mark.parametrize("table", ["AuditTable", "LedgerTable"])
def test_not_even_an_administrator_changes_what_is_only_added_to(evaluator, table):
    evaluator.clear()
    arn = rights.make_all()[table]["Arn"]
    for action in CHANGING:
        evaluator.ask(action, STAFF, [ADMIN], [Request(f"dynamodb:{action}", arn, {}, arn)])
    for action in ("PutItem", "Query", "DeleteTable", "UpdateTable", "PutResourcePolicy", "DeleteResourcePolicy"):
        evaluator.ask(action, STAFF, [ADMIN], [Request(f"dynamodb:{action}", arn, {}, arn)])
    assert {*find_refused(evaluator)} == {*CHANGING}


def test_a_wrong_policy_would_be_noticed(evaluator):
    evaluator.clear()
    keys = rights.make_all()["KeysTable"]["Arn"]
    wider = evaluator.add_policy("wider", [{"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": keys}])
    asked = [rights.ask_item("dynamodb:GetItem", keys, ["cust#1"])]
    evaluator.ask("own", rights.name_role("api_handler"), ["api_handler"], asked)
    evaluator.ask("wider", rights.name_role("api_handler"), ["api_handler", wider], asked)
    assert [refusal is None for _, refusal in evaluator.answer()] == [False, True]
