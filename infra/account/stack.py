"""A stage's CloudFormation stack: read, waited for, changed by change sets, cleaned after a first try that failed."""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from infra.account.changes import Change, read_change, tell_changes
from infra.account.operator import Operator, is_missing, list_pages

SECONDS = 5
PATIENCE = 2 * 3600 // SECONDS  # rounds of waiting
UNBORN = "REVIEW_IN_PROGRESS"  # a change set was made for it, and never carried out
FAILED_FIRST = ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED")
STUCK = "UPDATE_ROLLBACK_FAILED"
NOTHING = ("didn't contain changes", "No updates are to be performed")
FAULTS = 8  # of a failure's events, the first
Given = Mapping[str, str | None]  # None: the value that the stack has


class Stack:
    """One stack by its name."""

    def __init__(self, operator: Operator) -> None:
        self.operator = operator
        self.name = operator.names.stack
        self.api: Any = operator.client("cloudformation")

    def describe(self) -> dict[str, Any]:
        """Return what CloudFormation says of the stack; nothing where there is none."""
        try:
            found: dict[str, Any] = self.api.describe_stacks(StackName=self.name)["Stacks"][0]
        except ClientError as error:
            if is_missing(error):
                return {}
            raise
        return found

    def read(self) -> dict[str, Any]:
        """Return the same; nothing where the stack was never built."""
        found = self.describe()
        return {} if found.get("StackStatus") == UNBORN else found

    def read_outputs(self) -> dict[str, str]:
        """Return the outputs of the stack."""
        return {each["OutputKey"]: each["OutputValue"] for each in self.read().get("Outputs", ())}

    def read_parameters(self) -> dict[str, str]:
        """Return the parameters that the stack has now."""
        return {each["ParameterKey"]: each.get("ParameterValue", "") for each in self.read().get("Parameters", ())}

    def list_resources(self) -> list[dict[str, Any]]:
        """Return each resource that is there, with its type and its physical id; one that failed may never get one."""
        every = list_pages(self.api, "list_stack_resources", "StackResourceSummaries", StackName=self.name)
        there = (each for each in every if each["ResourceStatus"] != "DELETE_COMPLETE")
        return [each for each in there if each.get("PhysicalResourceId")]

    def find_resource(self, name: str) -> str:
        """Return the physical id of a resource, or nothing."""
        found = [each for each in self.list_resources() if each["LogicalResourceId"] == name]
        return str(found[0].get("PhysicalResourceId", "")) if found else ""

    def read_status(self) -> str:
        """Return the stack's status, of one that was never built as well; nothing where there is none."""
        return str(self.describe().get("StackStatus", ""))

    def wait(self) -> str:
        """Wait until nothing is under way; return the status, or nothing where the stack is gone or was never built."""
        for _ in range(PATIENCE):
            status = self.read_status()
            if status == UNBORN:
                return ""
            if not status.endswith("_IN_PROGRESS"):
                return status
            self.operator.pause(SECONDS)
        raise SystemExit(f"{self.name} is still {status}. CloudFormation goes on; repeat this command later.")

    def clean(self) -> None:
        """Delete what a first try that failed left; raise SystemExit for a stack that needs a person."""
        status = self.wait()
        if status == STUCK:
            hint = f"aws cloudformation continue-update-rollback --stack-name {self.name}"
            raise SystemExit(f"{self.name}: an update could not be rolled back. Look at its events, then: {hint}")
        if status == "DELETE_FAILED":
            raise SystemExit(f"{self.name} is half deleted: finish `make uninstall STAGE={self.operator.names.stage}`.")
        if status in FAILED_FIRST:
            self.operator.say(f"{self.name} is {status}: an earlier try failed. It is deleted, to begin anew.")
            self.delete()

    def delete(self) -> None:
        """Delete the stack, and wait; raise SystemExit where something resists."""
        self.api.delete_stack(StackName=self.name)
        self.operator.pause(SECONDS)  # until it has begun
        if status := self.wait():
            self.tell_faults()
            raise SystemExit(f"{self.name} is {status} and not deleted.")

    def plan(self, url: str, parameters: Given, tags: Mapping[str, str], label: str, role: str = "") -> str:
        """Make a change set; return its name, or nothing where it would change nothing."""
        born = self.read()
        request: dict[str, Any] = {"RoleARN": role} if role else {}
        self.api.create_change_set(
            StackName=self.name,
            ChangeSetName=label,
            ChangeSetType="UPDATE" if born else "CREATE",
            TemplateURL=url,
            Parameters=self.write_parameters(parameters, born),
            Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
            Capabilities=["CAPABILITY_IAM"],
            **request,
        )
        return self.judge_plan(label)

    def write_parameters(self, parameters: Given, born: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return parameters as a request takes them; None keeps the value that the stack has."""
        had = {each["ParameterKey"] for each in born.get("Parameters", ())}
        given = [
            {"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items() if value is not None
        ]
        kept = [key for key, value in parameters.items() if value is None and key in had]
        return given + [{"ParameterKey": key, "UsePreviousValue": True} for key in kept]

    def judge_plan(self, label: str) -> str:
        """Wait for a change set; return its name, or nothing for an empty one; raise SystemExit for a bad one."""
        for _ in range(PATIENCE):
            found = self.api.describe_change_set(StackName=self.name, ChangeSetName=label)
            if found["Status"] == "CREATE_COMPLETE":
                return label
            if found["Status"] == "FAILED":
                reason = str(found.get("StatusReason", ""))
                self.api.delete_change_set(StackName=self.name, ChangeSetName=label)
                if any(words in reason for words in NOTHING):
                    return ""
                raise SystemExit(f"CloudFormation takes no such change: {reason}")
            self.operator.pause(SECONDS)
        raise SystemExit("CloudFormation is still making the change set; repeat this command later.")

    def list_changes(self, label: str) -> list[Change]:
        """Return what a change set would do."""
        asked = {"StackName": self.name, "ChangeSetName": label}
        found: list[Change] = []
        while True:
            page = self.api.describe_change_set(**asked)
            found += [read_change(each) for each in page["Changes"]]
            if not page.get("NextToken"):
                return found
            asked["NextToken"] = page["NextToken"]

    def show(self, label: str) -> None:
        """Print a change set in words; raise SystemExit where it would end a table or a key."""
        changes = self.list_changes(label)
        self.operator.say(f"{self.name} would change:")
        for line in tell_changes(changes):
            self.operator.say(line)
        if ending := [change for change in changes if change.ends_data]:
            named = ", ".join(f"{change.name} {change.word}" for change in ending)
            look = f"aws cloudformation describe-change-set --stack-name {self.name} --change-set-name {label}"
            raise SystemExit(f"Stopped. What is stored would be lost or left behind: {named}.\nTo look: {look}")

    def carry_out(self, label: str) -> None:
        """Execute a change set and wait; raise SystemExit, with the reasons printed, where it fails."""
        self.api.execute_change_set(StackName=self.name, ChangeSetName=label)
        self.operator.say(f"{self.name}: CloudFormation works; that takes some minutes.")
        self.operator.pause(SECONDS)  # until it has begun: the status of a new stack says so late
        while self.read_status() == UNBORN:
            self.operator.pause(SECONDS)
        status = self.wait()
        if status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            self.tell_faults()
            raise SystemExit(
                f"{self.name} is {status or 'gone'}. Nothing stored was lost; repair it and repeat the command."
            )

    def tell_faults(self) -> None:
        """Print the first failures of the last operation, oldest first."""
        failed: list[str] = []
        for event in list_pages(self.api, "describe_stack_events", "StackEvents", StackName=self.name):
            status, reason = event.get("ResourceStatus", ""), event.get("ResourceStatusReason", "")
            if event["LogicalResourceId"] == self.name and reason == "User Initiated":
                break  # the operation began here
            if status.endswith("_FAILED") and "cancelled" not in reason:
                failed.append(f"  {event['LogicalResourceId']} ({event['ResourceType']}): {reason}")
        for line in failed[::-1][:FAULTS]:
            self.operator.say(line)

    def guard(self, *, on: bool = True) -> None:
        """Switch the protection of the stack against deletion."""
        if bool(self.read().get("EnableTerminationProtection")) != on:
            self.api.update_termination_protection(StackName=self.name, EnableTerminationProtection=on)
            self.operator.say(f"{self.name}: protection against deletion is {'on' if on else 'off'}.")
