"""Who may do what: one hand-written policy for each function, and none may do more than its work."""

import fnmatch

import pytest

from chalicelib.mails.pace import SHARES
from tests.rules.packaged import list_functions, read_packaged, role_statements

DOOR = "APIHandler"
SETTLING = ("SettleStream", "SweepInbox")
INBOX = {"Fn::GetAtt": ["InboxTable", "Arn"]}
PERSONAL = ("CustomersTable", "KeysTable")
# What ends a key, a table or its backups. No function's role may.
ENDING = (
    "kms:ScheduleKeyDeletion",
    "kms:DisableKey",
    "kms:PutKeyPolicy",
    "kms:CreateGrant",
    "dynamodb:DeleteTable",
    "dynamodb:UpdateTable",
    "dynamodb:UpdateContinuousBackups",
    "dynamodb:Scan",
)


def as_list(value):
    """Return a policy's one-or-many as a list."""
    return value if isinstance(value, list) else [value]


def allows(statements, action, mentions=""):
    """Tell whether any statement allows an action on a resource that mentions a name."""
    return any(
        any(fnmatch.fnmatchcase(action.lower(), allowed.lower()) for allowed in as_list(statement["Action"]))
        and any(mentions in str(resource) or resource == "*" for resource in as_list(statement["Resource"]))
        for statement in statements
        if statement["Effect"] == "Allow"
    )


def judge_door(statements):
    """Return what the door may do and must not."""
    faults = [f"kms on {statement['Sid']}" for statement in statements if "kms:" in str(statement["Action"]).lower()]
    for action in ("GetItem", "BatchGetItem", "Query", "Scan", "PartiQLSelect", "UpdateItem", "DeleteItem"):
        for table in ("InboxTable", *PERSONAL):
            if allows(statements, f"dynamodb:{action}", table):
                faults.append(f"{action} on {table}")
    faults += [f"PutItem on {table}" for table in PERSONAL if allows(statements, "dynamodb:PutItem", table)]
    return faults


def test_the_door_may_fill_the_inbox_look_up_a_link_note_a_delivery_read_its_parameters_log_and_nothing_else():
    statements = role_statements(read_packaged(), DOOR)
    assert {statement["Sid"]: as_list(statement["Action"]) for statement in statements} == {
        "PutIntoInbox": ["dynamodb:PutItem"],
        "LookUpLinks": ["dynamodb:GetItem"],
        "NoteDeliveries": ["dynamodb:PutItem"],
        "ReadDoorParameters": ["ssm:GetParametersByPath"],
        "WriteLogs": ["logs:CreateLogStream", "logs:PutLogEvents"],
    }
    assert statements[0]["Resource"] == INBOX
    assert statements[1]["Resource"] == {"Fn::GetAtt": ["LinksTable", "Arn"]}
    assert statements[2]["Resource"] == {"Fn::GetAtt": ["LinksTable", "Arn"]}
    assert statements[2]["Condition"] == {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["delivery#*"]}}
    assert all("/regulars/${Stage}/door" in resource["Fn::Sub"] for resource in statements[3]["Resource"])
    assert judge_door(statements) == []


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("kms:Decrypt", "*"),
        ("kms:GenerateDataKey", {"Fn::GetAtt": ["RootKey", "Arn"]}),
        ("dynamodb:GetItem", {"Fn::GetAtt": ["CustomersTable", "Arn"]}),
        ("dynamodb:Query", {"Fn::Sub": "${CustomersTable.Arn}/index/*"}),
        ("dynamodb:*", {"Fn::GetAtt": ["KeysTable", "Arn"]}),
        ("dynamodb:GetItem", INBOX),
        ("dynamodb:PutItem", {"Fn::GetAtt": ["KeysTable", "Arn"]}),
        ("*", "*"),
    ],
)
def test_a_door_that_could_open_or_read_would_be_noticed(action, resource):
    wider = {"Sid": "Wider", "Effect": "Allow", "Action": action, "Resource": resource}
    assert judge_door([*role_statements(read_packaged(), DOOR), wider]) != []


@pytest.mark.parametrize("function", SETTLING)
def test_settling_opens_the_inbox_with_one_algorithm_only(function):
    statements = {statement["Sid"]: statement for statement in role_statements(read_packaged(), function)}
    opening = statements["OpenInbox"]
    assert opening["Action"] == ["kms:Decrypt"]
    assert opening["Resource"] == {"Fn::GetAtt": ["InboxKey", "Arn"]}
    assert opening["Condition"] == {"StringEquals": {"kms:EncryptionAlgorithm": "RSAES_OAEP_SHA_256"}}
    assert set(statements["SealCustomerKeys"]["Action"]) == {"kms:Decrypt", "kms:GenerateDataKey"}
    assert statements["SealCustomerKeys"]["Resource"] == {"Fn::GetAtt": ["RootKey", "Arn"]}


@pytest.mark.parametrize("function", SETTLING)
def test_settling_may_work_the_inbox_and_the_sweeper_alone_looks_for_items(function):
    statements = role_statements(read_packaged(), function)
    for action, allowed in (("GetItem", True), ("UpdateItem", True), ("Query", function == "SweepInbox")):
        assert allows(statements, f"dynamodb:{action}", "InboxTable") is allowed


@pytest.mark.parametrize("table", PERSONAL)
@pytest.mark.parametrize("function", SETTLING)
def test_settling_may_write_a_customer_and_a_key(function, table):
    statements = role_statements(read_packaged(), function)
    for action in ("GetItem", "PutItem", "UpdateItem", "ConditionCheckItem"):
        assert allows(statements, f"dynamodb:{action}", table)


@pytest.mark.parametrize("function", ["SendMails", "ReconcileMails"])
def test_sending_cannot_open_the_inbox_and_sends_only_as_the_shop(function):
    statements = {statement["Sid"]: statement for statement in role_statements(read_packaged(), function)}
    assert not any("InboxKey" in str(statement["Resource"]) for statement in statements.values())
    assert not allows(statements.values(), "dynamodb:PutItem", "InboxTable")
    assert statements["SendMail"]["Action"] == ["ses:SendEmail"]


def test_asking_may_open_the_inbox_but_no_customer():
    statements = {statement["Sid"]: statement for statement in role_statements(read_packaged(), "AskConfirmations")}
    narrow = {
        sid: each["Condition"] for sid, each in statements.items() if any(table in str(each) for table in PERSONAL)
    }
    assert narrow == {
        "CountAsking": {
            "ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["ask#*", "idn#*", "reputation#*", "stop#*"]}
        },
        "ReadIndexKey": {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["index"]}},
    }
    assert not allows(statements.values(), "dynamodb:Query", "CustomersTable")
    assert statements["OpenInbox"]["Condition"] == {"StringEquals": {"kms:EncryptionAlgorithm": "RSAES_OAEP_SHA_256"}}
    assert statements["SendMail"]["Action"] == ["ses:SendEmail"]


def test_whoever_may_send_has_a_share_of_the_rate_and_together_they_keep_it():
    template = read_packaged()
    functions = list_functions(template)
    senders = {
        function["Handler"].removeprefix("app."): max(
            (
                event["Properties"].get("ScalingConfig", {}).get("MaximumConcurrency", 1)
                for event in function.get("Events", {}).values()
            ),
            default=1,
        )
        for name, function in functions.items()
        if allows(role_statements(template, name), "ses:SendEmail")
    }
    assert set(senders) <= set(SHARES)
    assert sum(share * senders.get(name, 1) for name, share in SHARES.items()) == pytest.approx(1)
    assert all(
        allows(role_statements(template, name), "ses:GetAccount")
        for name, function in functions.items()
        if function["Handler"].removeprefix("app.") in senders
    )


def test_answering_requests_cannot_open_the_inbox_and_sends_only_as_the_shop():
    statements = {statement["Sid"]: statement for statement in role_statements(read_packaged(), "AnswerRequests")}
    assert not any("InboxTable" in str(each) or "InboxKey" in str(each) for each in statements.values())
    assert not allows(statements.values(), "dynamodb:DeleteItem", "CustomersTable")
    assert not allows(statements.values(), "dynamodb:DeleteItem", "KeysTable")
    assert statements["SendMail"]["Action"] == ["ses:SendEmail"]


def test_planning_reads_ids_that_are_due_and_nothing_of_anybody():
    statements = {statement["Sid"]: statement for statement in role_statements(read_packaged(), "PlanMails")}
    assert set(statements) == {"FindDue", "QueueDue", "WriteLogs"}
    assert statements["FindDue"]["Resource"] == {"Fn::Sub": "${CustomersTable.Arn}/index/due"}


def test_the_desk_works_on_its_own_table_adds_to_the_audit_and_settles_what_it_takes():
    statements = {statement["Sid"]: statement for statement in role_statements(read_packaged(), "Desk")}
    settling = {"EnterInbox", "SettleEntries", "KeepKeys", "OpenInbox", "SealCustomerKeys", "ReadDoorParameters"}
    assert set(statements) == {
        "KnowStaff",
        "AddToAudit",
        "WriteLogs",
        "AppendLedger",
        "CountOffers",
        "ReadDeliveries",
        "ListParameters",
        "QueueNeeds",
        *settling,
    }
    # The count on demand seals keys of customers anew, as the nightly walk does.
    assert "dynamodb:UpdateItem" in statements["KeepKeys"]["Action"]
    assert statements["KnowStaff"]["Resource"] == {"Fn::GetAtt": ["DeskTable", "Arn"]}
    assert statements["ReadDeliveries"]["Action"] == ["dynamodb:BatchGetItem"]
    assert statements["ReadDeliveries"]["Condition"] == {
        "ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["delivery#*"]}
    }
    # Of the parameters it reads three by name, and no secret of a sender; of the others it knows that they are there.
    assert statements["ReadDoorParameters"]["Action"] == ["ssm:GetParameters"]
    named = [each["Fn::Sub"].partition("/door/")[2] for each in statements["ReadDoorParameters"]["Resource"]]
    assert named == ["door-key", "inbox-public-key", "receipt-key"]
    assert [each["Sid"] for each in statements.values() if "ssm:" in str(each["Action"])] == [
        "ReadDoorParameters",
        "ListParameters",
    ]
    assert statements["ListParameters"]["Action"] == ["ssm:DescribeParameters"]
    assert statements["AddToAudit"]["Action"] == ["dynamodb:Query", "dynamodb:PutItem"]
    assert statements["AddToAudit"]["Resource"] == {"Fn::GetAtt": ["AuditTable", "Arn"]}
    assert not any("ReceiptKey" in str(each) for each in statements.values())  # it signs no receipt
    assert not any("dynamodb:Scan" in each["Action"] for each in statements.values())
    assert not allows(statements.values(), "dynamodb:DeleteItem", "InboxTable")
    others = {name for name in list_functions(read_packaged()) if name not in ("Desk", "AnswerRequests")}
    assert not any("DeskTable" in str(role_statements(read_packaged(), name)) for name in others)


def test_who_sends_the_weekly_mail_reaches_its_rows_and_the_list_of_staff_alone():
    statements = [each for each in role_statements(read_packaged(), "AnswerRequests") if "DeskTable" in str(each)]
    assert {each["Sid"]: each["Condition"] for each in statements} == {
        "KeepWeekly": {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["weekly"]}},
        "KnowOwners": {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["staff"]}},
    }
    (known,) = (each for each in statements if each["Sid"] == "KnowOwners")
    assert known["Action"] == ["dynamodb:Query", "dynamodb:ConditionCheckItem"]


def test_feedback_may_do_what_the_door_may_and_no_more():
    statements = role_statements(read_packaged(), "RecordFeedback")
    assert judge_door(statements) == []


def test_relaying_reaches_the_outbox_and_nobodys_record():
    statements = {statement["Sid"]: statement for statement in role_statements(read_packaged(), "RelayEvents")}
    assert set(statements) == {"FindOutgoing", "TakeOutgoing", "QueueOutgoing", "WriteLogs"}
    for sid in ("FindOutgoing", "TakeOutgoing"):
        assert statements[sid]["Condition"] == {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["out#*"]}}
    assert statements["QueueOutgoing"]["Resource"] == {"Fn::GetAtt": ["Downstream", "Arn"]}


def test_whoever_posts_to_the_shops_systems_reads_no_table_and_no_key_and_alone_knows_how_to_sign():
    template = read_packaged()
    statements = role_statements(template, "DeliverEvents")
    services = {action.split(":")[0] for statement in statements for action in statement["Action"]}
    assert services == {"sqs", "ssm", "logs"}
    reads = {
        name: [str(each) for each in role_statements(template, name) if "/downstream" in str(each["Resource"])]
        for name in list_functions(template)
    }
    knowing = {name for name, statements in reads.items() if any("ssm:" in each for each in statements)}
    assert knowing == {"DeliverEvents"}


@pytest.mark.parametrize("action", ENDING)
def test_no_function_may_end_a_key_or_a_table_or_read_one_whole(action):
    template = read_packaged()
    assert [name for name in list_functions(template) if allows(role_statements(template, name), action)] == []


def test_no_policy_has_a_wildcard_action_and_only_what_has_no_resource_names_every_one():
    template = read_packaged()
    for name in list_functions(template):
        for statement in role_statements(template, name):
            assert not any("*" in action for action in as_list(statement["Action"]))
            if statement["Resource"] == "*":
                assert statement["Action"] in (["dynamodb:ListStreams"], ["ses:GetAccount"], ["ssm:DescribeParameters"])


@pytest.mark.parametrize("key", ["RootKey", "InboxKey", "ReceiptKey"])
def test_the_keys_own_policy_forbids_our_roles_to_end_it_and_the_door_to_use_it(key):
    policy = read_packaged()["Resources"][key]["Properties"]["KeyPolicy"]
    statements = {statement["Sid"]: statement for statement in policy["Statement"]}
    ending = statements["NoRoleOfThisStackEndsAKey"]
    assert ending["Effect"] == "Deny"
    assert {"kms:ScheduleKeyDeletion", "kms:DisableKey", "kms:PutKeyPolicy"} <= set(ending["Action"])
    using = statements["TheDoorUsesNoKey"]
    assert using["Effect"] == "Deny"
    assert {"kms:Decrypt", "kms:GenerateDataKey*"} <= set(using["Action"])
    assert "ApiHandlerRole" in str(using["Condition"])
    assert "ApiHandlerRole" in read_packaged()["Resources"][DOOR]["Properties"]["Role"]["Fn::GetAtt"][0]
