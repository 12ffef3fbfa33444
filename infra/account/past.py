"""A table's past: what point-in-time recovery, or the backup of a deleted table, brings back under another name."""

from datetime import UTC, datetime
from typing import Any

from infra.account.operator import Operator
from infra.account.tables import RESTORED

SECONDS = 20
PATIENCE = 6 * 3600 // SECONDS  # AWS restores most tables within an hour


class Past:
    """One table of the stage, and the one that its past is brought into."""

    def __init__(self, operator: Operator, table: str) -> None:
        self.operator, self.table = operator, table
        self.name = f"{operator.names.prefix}{table}"
        self.other = f"{self.name}{RESTORED}"
        self.api: Any = operator.client("dynamodb")

    def describe(self, name: str) -> dict[str, Any]:
        """Return what DynamoDB says of a table; nothing where there is none."""
        try:
            found: dict[str, Any] = self.api.describe_table(TableName=name)["Table"]
        except self.api.exceptions.ResourceNotFoundException:
            return {}
        return found

    def check_moment(self, moment: datetime) -> None:
        """Raise SystemExit where the past does not reach to a moment."""
        if not self.describe(self.name):
            self.find_backup()
            return
        told = self.api.describe_continuous_backups(TableName=self.name)["ContinuousBackupsDescription"]
        reach = told.get("PointInTimeRecoveryDescription", {})
        if reach.get("PointInTimeRecoveryStatus") != "ENABLED":
            raise SystemExit(f"{self.name} has no point-in-time recovery: nothing of its past is kept.")
        first, last = reach["EarliestRestorableDateTime"], reach["LatestRestorableDateTime"]
        if not first <= moment <= last:
            between = f"{first.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ} and {last.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
            raise SystemExit(f"{self.name}: AT must be between {between}.")

    def find_backup(self) -> str:
        """Return the backup that AWS made when the table was deleted; raise SystemExit where there is none."""
        found = self.api.list_backups(TableName=self.name, BackupType="SYSTEM")["BackupSummaries"]
        if not found:
            raise SystemExit(f"{self.name} is not there, and AWS has no backup of it.")
        return str(max(found, key=lambda each: each["BackupCreationDateTime"])["BackupArn"])

    def bring(self, moment: datetime) -> None:
        """Have the past brought into the other table, and wait until it is there."""
        found = self.describe(self.other)
        if not found:
            self.start(moment)
        elif not is_of(found, moment):
            hint = f"aws dynamodb delete-table --table-name {self.other}"
            raise SystemExit(f"{self.other} is there, from a restore to another moment. To delete it: {hint}")
        for _ in range(PATIENCE):
            found = self.describe(self.other)
            if found.get("TableStatus") == "ACTIVE":
                return
            self.operator.pause(SECONDS)
        raise SystemExit(f"{self.other} is still being made; repeat this command later.")

    def start(self, moment: datetime) -> None:
        """Ask for the past."""
        if self.describe(self.name):
            self.api.restore_table_to_point_in_time(
                SourceTableName=self.name, TargetTableName=self.other, RestoreDateTime=moment
            )
        else:
            self.operator.say(f"{self.name} was deleted: AWS's backup of that moment is taken, whatever AT says.")
            self.api.restore_table_from_backup(TargetTableName=self.other, BackupArn=self.find_backup())
        self.operator.say(f"{self.table}: AWS brings the past into {self.other}; mostly 10 to 60 minutes.")

    def drop(self) -> None:
        """Delete the other table, and wait until it is gone."""
        for _ in range(PATIENCE):
            status = self.describe(self.other).get("TableStatus")
            if status is None:
                return
            if status == "ACTIVE":  # one that is being made refuses
                self.api.delete_table(TableName=self.other)
            self.operator.pause(SECONDS)


def is_of(found: dict[str, Any], moment: datetime) -> bool:
    """Return whether a table was brought back of this moment, or of a backup."""
    told = found.get("RestoreSummary", {})
    return bool(told.get("SourceBackupArn")) or told.get("RestoreDateTime") == moment
