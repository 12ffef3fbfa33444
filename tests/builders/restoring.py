"""A stage that can be restored: DynamoDB Local for its tables, moto for the rest, and stand-ins for what both lack.

point-in-time recovery, backups of deleted tables, resource policies
                        DynamoDB Local has none: here the past of a table is what `keep_past` copied at a moment, and a
                        restored table is made after two looks, with the indexes and rows alone, as AWS makes it
Lambda's mappings and reserved concurrency
                        moto wants whole functions for them: here they are kept as given
KMS                     answers with the shop's key files, which the same code opens
"""

import json
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import boto3
from botocore.exceptions import ClientError
from moto import mock_aws

from infra.account.names import Names
from infra.account.operator import Operator
from infra.account.restore import Restore, list_wanted
from infra.account.restore_ledger import open_entries
from infra.account.restore_state import open_progress
from infra.account.stack import Stack
from tests.builders.account import Answered, Aws, BrokenError
from tests.builders.formation import ACCOUNT, RefusalError, new_stack

REGION = "eu-central-1"
DENIED = ("UpdateItem", "DeleteItem", "BatchWriteItem")
THEN = datetime(2026, 11, 29, 8, 0, tzinfo=UTC)
NOW = THEN + timedelta(days=1)
RULES = ("ForgetPeopleRule", "SweepInboxRule", "RelayEventsRule")
MAPPINGS = {
    "stream": "00000000-0000-4000-8000-000000000001",
    "outreach": "00000000-0000-4000-8000-000000000002",
    "downstream": "00000000-0000-4000-8000-000000000003",  # off: this shop has no systems that listen
}
FUNCTIONS = ("APIHandler", "Desk", "ForgetPeople", "RecordFeedback", "SettleStream")


class KeyFiles:
    """Stands for KMS where aliases are looked up: each names a key file of the shop."""

    def __init__(self, shop):
        self.files = {"root": shop.root_key, "inbox": shop.inbox_key, "receipt": shop.receipt_key}

    def describe_key(self, *, KeyId):  # noqa: N803
        return {"KeyMetadata": {"Arn": self.files[KeyId.rpartition("-")[2]]}}


class PastAws(Aws):
    """The account, with tables that have a past."""

    def __init__(self, session, shop):
        super().__init__(session)
        self.local, self.prefix = shop.dynamodb, shop.prefix
        self.pasts = {}  # table -> [(moment, rows)]
        self.waiting = {}  # a table that is being restored -> (looks left, what to make)
        self.restored = {}  # table -> its RestoreSummary
        self.backups = {}  # arn -> (table, moment, rows)
        self.settings = []  # (operation, parameters) of what DynamoDB Local lacks
        self.lost = set()  # tables that were deleted by mistake
        self.bare = {}  # a table made just now -> how often it cannot have backups yet
        self.states = dict.fromkeys(MAPPINGS.values(), "Enabled") | {MAPPINGS["downstream"]: "Disabled"}
        self.reserved = {}
        self.looks = []  # what is called after each call that changes something
        self.breaks = None

    def list_all(self, name):
        pages = self.local.get_paginator("scan").paginate(TableName=name)
        return [row for page in pages for row in page["Items"]]

    def keep_past(self, moment=THEN):
        """Remember what every table holds now as its past of a moment."""
        for table in ("customers", "keys", "audit", "ledger", "offers"):
            self.pasts.setdefault(self.prefix + table, []).append((moment, self.list_all(self.prefix + table)))

    def break_off(self, model, **_):
        for look in self.looks:
            look(model.name)
        super().break_off(model)

    # ---- DynamoDB

    def play_dynamodb_DescribeContinuousBackups(self, asked):  # noqa: N802
        days = 7 if asked["TableName"].endswith("-keys") else 35
        reach = {"EarliestRestorableDateTime": NOW - timedelta(days=days), "LatestRestorableDateTime": NOW}
        told = {"PointInTimeRecoveryStatus": "DISABLED" if asked["TableName"] in self.bare else "ENABLED", **reach}
        shown = {"ContinuousBackupsStatus": "ENABLED", "PointInTimeRecoveryDescription": told}
        return {"ContinuousBackupsDescription": shown}

    def play_dynamodb_RestoreTableToPointInTime(self, asked):  # noqa: N802
        source, moment = self.describe(asked["SourceTableName"]), asked["RestoreDateTime"]
        rows = [rows for at, rows in self.pasts[asked["SourceTableName"]] if at <= moment][-1]
        return self.begin(asked["TargetTableName"], source, rows, {"RestoreDateTime": moment})

    def play_dynamodb_ListBackups(self, asked):  # noqa: N802
        found = [
            {"BackupArn": arn, "BackupCreationDateTime": moment}
            for arn, (source, moment, _) in self.backups.items()
            if source["TableName"] == asked["TableName"]
        ]
        return {"BackupSummaries": found}

    def play_dynamodb_RestoreTableFromBackup(self, asked):  # noqa: N802
        source, moment, rows = self.backups[asked["BackupArn"]]
        told = {"RestoreDateTime": moment, "SourceBackupArn": asked["BackupArn"]}
        return self.begin(asked["TargetTableName"], source, rows, told)

    def begin(self, target, source, rows, told):
        """Begin to make a table of the past."""
        assert target not in self.local.list_tables()["TableNames"]
        if target in self.waiting:
            raise RefusalError("TableAlreadyExistsException", target)
        self.restored[target] = told | {"RestoreInProgress": True}
        self.waiting[target] = [2, source, rows]
        return {"TableDescription": {"TableName": target, "TableStatus": "CREATING"}}

    def play_dynamodb_DescribeTable(self, asked):  # noqa: N802
        name = asked["TableName"]
        if name in self.waiting:
            if self.waiting[name][0]:
                self.waiting[name][0] -= 1
                shown = {"TableName": name, "TableStatus": "CREATING", "RestoreSummary": self.restored[name]}
                return {"Table": shown}
            self.make(name, *self.waiting.pop(name)[1:])
        summary = {"RestoreSummary": self.restored[name]} if name in self.restored else {}
        return {"Table": self.describe(name) | summary}

    def describe(self, name):
        try:
            return self.local.describe_table(TableName=name)["Table"]
        except ClientError as fault:
            raise RefusalError(fault.response["Error"]["Code"], "not there") from None

    def make(self, name, source, rows):
        """Make a table with the keys and indexes of another, and fill it."""
        indexes = [
            {key: each[key] for key in ("IndexName", "KeySchema", "Projection")}
            for each in source.get("GlobalSecondaryIndexes", ())
        ]
        self.local.create_table(
            TableName=name,
            KeySchema=source["KeySchema"],
            AttributeDefinitions=source["AttributeDefinitions"],
            BillingMode="PAY_PER_REQUEST",
            **({"GlobalSecondaryIndexes": indexes} if indexes else {}),
        )
        for row in rows:
            self.local.put_item(TableName=name, Item=row)

    def delete_by_mistake(self, table):
        """Delete a table as somebody did by mistake: AWS keeps a backup of it."""
        name = self.prefix + table
        arn = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{name}/backup/1"
        self.backups[arn] = (self.describe(name), NOW, self.list_all(name))
        self.local.delete_table(TableName=name)
        self.bare[name] = 2
        self.lost.add(name)

    def play_dynamodb_UpdateContinuousBackups(self, asked):  # noqa: N802
        name = asked["TableName"]
        if self.bare.get(name):
            self.bare[name] -= 1
            raise RefusalError("ContinuousBackupsUnavailableException", "Backups are being enabled for the table")
        self.bare.pop(name, None)
        self.settings.append(("UpdateContinuousBackups", asked))
        return {}

    def play_dynamodb_GetResourcePolicy(self, asked):  # noqa: N802
        if asked["ResourceArn"].rpartition("/")[2] in self.lost:
            raise RefusalError("PolicyNotFoundException", "Resource-based policy not found")
        return {"Policy": "{}"}

    def play_dynamodb_PutResourcePolicy(self, asked):  # noqa: N802
        self.settings.append(("PutResourcePolicy", json.loads(asked["Policy"])))
        return {}

    def answer_call(self, model, context, **rest):
        """Refuse to every caller what the policies of the ledger and of the audit refuse."""
        asked = context.get("asked", {})
        names = [asked.get("TableName", ""), *asked.get("RequestItems", {})]
        if model.name in DENIED and {self.prefix + "ledger", self.prefix + "audit"} & set(names):
            said = {"Code": "AccessDeniedException", "Message": "explicit deny in a resource-based policy"}
            return Answered(403), {"Error": said, "ResponseMetadata": {}}
        return super().answer_call(model, context, **rest)

    # ---- Lambda

    def play_lambda_GetEventSourceMapping(self, asked):  # noqa: N802
        if self.states[asked["UUID"]] == "Disabling":
            self.states[asked["UUID"]] = "Disabled"
            return {"UUID": asked["UUID"], "State": "Disabling"}
        return {"UUID": asked["UUID"], "State": self.states[asked["UUID"]]}

    def play_lambda_UpdateEventSourceMapping(self, asked):  # noqa: N802
        self.states[asked["UUID"]] = "Enabled" if asked["Enabled"] else "Disabling"
        return {"UUID": asked["UUID"]}

    def play_lambda_GetFunctionConcurrency(self, asked):  # noqa: N802
        held = self.reserved.get(asked["FunctionName"])
        return {} if held is None else {"ReservedConcurrentExecutions": held}

    def play_lambda_PutFunctionConcurrency(self, asked):  # noqa: N802
        self.reserved[asked["FunctionName"]] = asked["ReservedConcurrentExecutions"]
        return {}

    def play_lambda_DeleteFunctionConcurrency(self, asked):  # noqa: N802
        self.reserved.pop(asked["FunctionName"], None)
        return {}


class Rescue:
    """An operator who restores a shop's stage."""

    def __init__(self, aws, shop, folder):
        self.aws, self.shop, self.folder = aws, shop, folder
        self.said, self.typed, self.pauses = [], [], []
        self.stage = shop.settings.stage
        self.add_stack()

    def add_stack(self):
        """Say what the stage's stack holds, and make its rules."""
        stack = self.aws.formation.stacks[f"regulars-{self.stage}"] = new_stack(
            f"regulars-{self.stage}", "UPDATE_COMPLETE"
        )
        stack["parameters"], stack["tags"] = {"ShopName": "Corner Books"}, {"regulars:version": "a1"}
        made = [(name, "AWS::Events::Rule") for name in RULES]
        made += [(name, "AWS::Lambda::EventSourceMapping") for name in MAPPINGS]
        made += [(name, "AWS::Lambda::Function") for name in FUNCTIONS]
        stack["made"] = {name: {"Ref": MAPPINGS.get(name, name), "Kind": kind} for name, kind in made}
        for name in RULES:
            state = "DISABLED" if name == "RelayEventsRule" else "ENABLED"
            self.aws.client("events").put_rule(Name=name, ScheduleExpression="rate(1 minute)", State=state)

    def operator(self):
        dynamodb = boto3.client("dynamodb", region_name=REGION, endpoint_url=self.shop.dynamodb.meta.endpoint_url)
        events = dynamodb.meta.events
        events.register("before-parameter-build", self.aws.note_call)
        events.register("before-call", self.aws.answer_call)
        events.register("after-call", self.aws.break_off)
        return Operator(
            Names(self.stage, ACCOUNT, REGION),
            self.aws.session,
            say=self.said.append,
            ask=self.type_next,
            pause=self.pauses.append,
            clients={"dynamodb": dynamodb, "kms": KeyFiles(self.shop)},
        )

    def type_next(self, question):
        self.said.append(question)
        if not self.typed:
            raise EOFError
        return self.typed.pop(0)

    def restore(self, table="customers", at="2026-11-29T08:00:00Z", *, entries=None, clock=lambda: NOW, **wishes):
        """Run the command once."""
        operator = self.operator()
        texts = open_entries(str(entries or ""), list_wanted(table))
        restore = Restore(operator, Stack(operator), open_progress(operator), self.folder / "out", texts, clock)
        restore.run(table, at, **wishes)

    def read_progress(self):
        """Return what anybody's machine reads of a restore that is under way."""
        return open_progress(self.operator()).read()

    def agree(self):
        """Type the stage's name at the next question."""
        self.typed = [self.stage]
        return self

    def restore_broken(self, table, stops):
        """Run the command again and again; after each call that `stops` takes, the connection ends once."""
        broken = []

        def break_once(call):
            key = f"{call[1]} {call[2].get('TableName', '')}".strip()
            if not stops(call[1]) or key in broken:
                return False
            broken.append(key)
            return True

        for _ in range(60):
            self.aws.breaks = break_once
            self.agree()  # a break before the note is kept lets the next run ask again
            try:
                self.restore(table)
            except BrokenError:
                continue
            return broken
        raise AssertionError("it never finishes")

    @property
    def text(self):
        return "\n".join(self.said)


@contextmanager
def open_rescue(shop, folder):
    """Open an account around a shop's tables."""
    with mock_aws():
        yield Rescue(PastAws(boto3.session.Session(), shop), shop, folder)
