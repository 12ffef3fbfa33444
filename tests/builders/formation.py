"""CloudFormation as far as the account's commands use it, played over moto's tables, keys, queues, topics and rules.

moto's own lacks what the commands are about: SAM, roll-backs, RetainExceptOnCreate, protection, replacements, changes
of a table, outputs of a stack made by a change set. This one has these, and refuses what AWS refuses: templates with
YAML aliases, parameters that the template lacks, updates of a stack that failed, the deletion of protected stacks.
"""
# ruff: noqa: N803 - the arguments are AWS's own

import contextlib
import json
import re
import uuid
from urllib.parse import urlsplit

from infra.local.stack import MAKERS
from infra.template import resolve_value

ACCOUNT = "123456789012"
REPLACING = {"AWS::DynamoDB::Table": ("TableName", "KeySchema"), "AWS::KMS::Key": ("KeySpec", "KeyUsage")}
PAGE = 50
NOW = "2026-11-30T10:00:00Z"
BUSY = "_IN_PROGRESS"
UPDATABLE = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE")
NOTHING = "The submitted information didn't contain changes. Submit different information to create a change set."


class RefusalError(Exception):
    """AWS's answer to a call that it refuses."""

    def __init__(self, code, text):
        super().__init__(text)
        self.code = code


class Formation:
    """The stacks of one region."""

    def __init__(self, client, region):
        self.client = client  # a service -> its boto3 client
        self.region = region
        self.stacks = {}
        self.fault = ""  # the resource that fails when it is made or changed next

    def answer(self, operation, asked):
        """Answer a call."""
        return getattr(self, re.sub(r"(?<!^)(?=[A-Z])", "_", operation).lower())(**asked)

    def find(self, name):
        """Return a stack; raise what CloudFormation answers where there is none."""
        if name not in self.stacks:
            raise RefusalError("ValidationError", f"Stack with id {name} does not exist")
        return self.stacks[name]

    # ---- change sets

    def create_change_set(
        self, StackName, ChangeSetName, ChangeSetType, TemplateURL, Parameters, Tags, Capabilities, **_
    ):
        assert "CAPABILITY_IAM" in Capabilities
        assert re.fullmatch(r"[a-zA-Z][-a-zA-Z0-9]{0,127}", ChangeSetName)
        stack = self.stacks.get(StackName)
        if ChangeSetType == "CREATE":
            if stack and stack["status"] != "REVIEW_IN_PROGRESS":
                raise RefusalError("AlreadyExistsException", f"Stack [{StackName}] already exists")
            stack = self.stacks[StackName] = new_stack(StackName, "REVIEW_IN_PROGRESS")
        elif self.find(StackName)["status"] not in UPDATABLE:
            raise RefusalError("ValidationError", f"Stack is in {stack['status']} state and can not be updated.")
        template = self.read_template(TemplateURL)
        parameters = choose_parameters(template, Parameters, stack["parameters"])
        tags = {each["Key"]: each["Value"] for each in Tags}
        plan = {"type": ChangeSetType, "template": template, "parameters": parameters, "tags": tags, "looks": 0}
        plan["changes"] = list_changes(stack, plan)
        same = (stack["template"], stack["parameters"], stack["tags"]) == (template, parameters, tags)
        stack["plans"][ChangeSetName] = plan | {"empty": same}
        return {"Id": ChangeSetName, "StackId": StackName}

    def read_template(self, url):
        """Return the template at an address of a bucket; it must be one without YAML aliases."""
        parts = urlsplit(url)
        bucket = parts.netloc.partition(".")[0]
        text = self.client("s3").get_object(Bucket=bucket, Key=parts.path[1:])["Body"].read().decode()
        try:
            return json.loads(text)
        except ValueError:
            raise RefusalError("ValidationError", "Template error: YAML aliases are not allowed") from None

    def find_plan(self, stack, name):
        if name not in stack["plans"]:
            raise RefusalError("ChangeSetNotFound", f"ChangeSet [{name}] does not exist")
        return stack["plans"][name]

    def describe_change_set(self, StackName, ChangeSetName, NextToken="0"):
        plan = self.find_plan(self.find(StackName), ChangeSetName)
        plan["looks"] += 1
        if plan["looks"] == 1:
            return {"Status": "CREATE_IN_PROGRESS", "Changes": []}
        if plan["empty"]:
            return {"Status": "FAILED", "StatusReason": NOTHING, "Changes": []}
        start = int(NextToken)
        page = {"Status": "CREATE_COMPLETE", "Changes": plan["changes"][start : start + PAGE]}
        return page | ({"NextToken": str(start + PAGE)} if len(plan["changes"]) > start + PAGE else {})

    def delete_change_set(self, StackName, ChangeSetName):
        self.find_plan(self.find(StackName), ChangeSetName)
        del self.stacks[StackName]["plans"][ChangeSetName]
        return {}

    def execute_change_set(self, StackName, ChangeSetName):
        stack = self.find(StackName)
        plan = self.find_plan(stack, ChangeSetName)
        kind = plan["type"]
        stack |= {"pending": lambda: self.carry_out(stack, plan), "plans": {}, "next": f"{kind}{BUSY}"}
        if kind == "UPDATE":  # the status of a new stack says only later that it has begun
            stack["status"] = stack["next"]
        stack["events"].append(tell(StackName, "AWS::CloudFormation::Stack", stack["next"], "User Initiated"))
        return {}

    def carry_out(self, stack, plan):
        """Do what a change set says; a fault takes everything back."""
        stack["before"] = dict(stack["made"])
        try:
            self.build(stack, plan)
        except RefusalError as fault:
            name, kind = fault.code, plan["template"]["Resources"][fault.code]["Type"]
            stack["events"].append(tell(name, kind, f"{plan['type']}_FAILED", str(fault)))
            stack["events"].append(tell("Alarms", "AWS::SNS::Topic", "CREATE_FAILED", "Resource creation cancelled"))
            self.roll_back(stack, plan)
        else:
            stack |= {key: plan[key] for key in ("template", "parameters", "tags")}
            stack["status"] = f"{plan['type']}_COMPLETE"

    def build(self, stack, plan):
        """Make or change each resource that moto knows, and delete those that are no longer in the template."""
        values = plan["parameters"] | {
            "AWS::Region": self.region,
            "AWS::AccountId": ACCOUNT,
            "AWS::StackName": stack["name"],
        }
        after = plan["template"]["Resources"]
        before = stack["template"].get("Resources", {})
        for name in [name for name in stack["made"] if name in before and name not in after]:
            self.end(stack, name, before[name])
        waiting = dict(after)
        while waiting:
            for name, resource in list(waiting.items()):
                with contextlib.suppress(KeyError):  # it names what is not made yet
                    stack["made"] |= self.make(name, resource, values, stack["made"])
                    del waiting[name]

    def make(self, name, resource, values, made):
        """Make one resource, or change it as far as a test looks at it; return its attributes by name."""
        kind = resource["Type"]
        if name == self.fault:
            self.fault = ""
            raise RefusalError(name, "The limit was reached.")
        if kind.startswith("AWS::Serverless::") and kind.endswith("Api") and name not in made:
            return {name: {"Ref": self.client("apigatewayv2").create_api(Name=name, ProtocolType="HTTP")["ApiId"]}}
        if kind == "AWS::Serverless::Function":
            return {name: {"Ref": name, "Arn": name}} | self.make_events(name, resource, values)
        if kind == "AWS::SNS::Subscription" and name not in made and values["AlarmEmail"]:
            topic = made["Alarms"]["Ref"]
            arn = self.client("sns").subscribe(TopicArn=topic, Protocol="email", Endpoint=values["AlarmEmail"])
            return {name: {"Ref": arn["SubscriptionArn"]}}
        if kind == "AWS::DynamoDB::Table" and name in made:
            on = resource["Properties"].get("DeletionProtectionEnabled", False)
            self.client("dynamodb").update_table(TableName=made[name]["Ref"], DeletionProtectionEnabled=on)
        if kind in MAKERS and name not in made:
            return {name: self.make_one(name, kind, resolve_value(resource["Properties"], values, made))}
        return {}

    def make_one(self, name, kind, properties):
        """Make a resource of moto's; a table whose name is taken fails, as in AWS."""
        table = properties.get("TableName")
        if table and table in self.client("dynamodb").list_tables()["TableNames"]:
            raise RefusalError(name, f"{table} already exists")
        return MAKERS[kind](self.client, properties)

    def make_events(self, name, resource, values):
        """Make the rules of a function's schedules; a mapping of a queue or stream is a name alone."""
        made = {}
        for label, event in resource["Properties"].get("Events", {}).items():
            if event["Type"] == "Schedule":
                rule, on = (
                    f"{values['AWS::StackName']}-{name}{label}",
                    event["Properties"].get("State", "ENABLED") != "DISABLED",
                )
                state = "ENABLED" if on else "DISABLED"
                self.client("events").put_rule(
                    Name=rule, ScheduleExpression=event["Properties"]["Schedule"], State=state
                )
                made[f"{name}{label}"] = {"Ref": rule, "Kind": "AWS::Events::Rule"}
            if event["Type"] in ("SQS", "DynamoDB"):
                made[f"{name}{label}"] = {
                    "Ref": str(uuid.uuid5(uuid.NAMESPACE_DNS, name)),
                    "Kind": "AWS::Lambda::EventSourceMapping",
                }
        return made

    def roll_back(self, stack, plan):
        """Take back what was made; a table that is protected stays, and so does what a create may not delete."""
        if plan["type"] == "UPDATE":
            stack["status"] = "UPDATE_ROLLBACK_COMPLETE"
            return
        kept = 0
        for name in reversed([name for name in stack["made"] if name not in stack["before"]]):
            resource = plan["template"]["Resources"].get(name, {"Type": "AWS::Events::Rule"})
            kept += not self.end(stack, name, resource, first=True)
        stack["status"] = "ROLLBACK_COMPLETE" if not kept else "ROLLBACK_FAILED"

    def end(self, stack, name, resource, *, first=False):
        """Delete a resource unless its policy keeps it; return False where it resists."""
        policy, place = resource.get("DeletionPolicy", "Delete"), stack["made"].pop(name)["Ref"]
        if policy == "Retain" or (policy == "RetainExceptOnCreate" and not first):
            return True
        match resource["Type"]:
            case "AWS::DynamoDB::Table":
                try:
                    self.client("dynamodb").delete_table(TableName=place)
                except self.client("dynamodb").exceptions.ClientError:
                    return False
            case "AWS::KMS::Key":
                self.client("kms").schedule_key_deletion(KeyId=place)
            case "AWS::KMS::Alias":
                self.client("kms").delete_alias(AliasName=place)
            case "AWS::SQS::Queue":
                self.client("sqs").delete_queue(QueueUrl=place)
        return True

    # ---- stacks

    def describe_stacks(self, StackName):
        stack = self.find(StackName)
        if stack["pending"]:  # something takes a look's time
            stack["rounds"] -= 1
            stack["status"] = stack["next"] if stack["rounds"] == 1 else stack["status"]
            if stack["rounds"] <= 0:
                pending, stack["pending"], stack["rounds"] = stack["pending"], None, 3
                pending()
                stack = self.find(StackName)
        return {"Stacks": [self.describe(stack)]}

    def describe(self, stack):
        parameters = [{"ParameterKey": key, "ParameterValue": value} for key, value in stack["parameters"].items()]
        tags = [{"Key": key, "Value": value} for key, value in stack["tags"].items()]
        return {
            "StackName": stack["name"],
            "CreationTime": NOW,
            "StackStatus": stack["status"],
            "EnableTerminationProtection": stack["protected"],
            "Parameters": parameters,
            "Tags": tags,
            "Outputs": self.list_outputs(stack),
        }

    def list_outputs(self, stack):
        values = stack["parameters"] | {"AWS::Region": self.region, "AWS::AccountId": ACCOUNT}
        found = []
        for key, output in stack["template"].get("Outputs", {}).items():
            try:
                value = resolve_value(output["Value"], values, stack["made"])
            except KeyError:
                continue
            found.append({"OutputKey": key, "OutputValue": str(value)})
        return found

    def list_stack_resources(self, StackName, **_):
        stack = self.find(StackName)
        kinds = {name: each["Type"] for name, each in stack["template"].get("Resources", {}).items()}
        found = [
            {
                "LogicalResourceId": name,
                "PhysicalResourceId": made["Ref"],
                "ResourceType": made.get("Kind", kinds.get(name, "")),
                "ResourceStatus": "CREATE_COMPLETE",
                "LastUpdatedTimestamp": NOW,
            }
            for name, made in stack["made"].items()
        ]
        return {"StackResourceSummaries": found}

    def describe_stack_events(self, StackName, **_):
        return {"StackEvents": self.find(StackName)["events"][::-1]}

    def update_termination_protection(self, StackName, EnableTerminationProtection):
        self.find(StackName)["protected"] = EnableTerminationProtection
        return {}

    def delete_stack(self, StackName, **_):
        stack = self.stacks.get(StackName)
        if stack is None:
            return {}
        if stack["protected"]:
            raise RefusalError(
                "ValidationError", f"Stack [{StackName}] cannot be deleted while TerminationProtection is enabled"
            )
        stack |= {"status": f"DELETE{BUSY}", "next": f"DELETE{BUSY}", "pending": lambda: self.finish_delete(stack)}
        return {}

    def import_stack(self, name, template, resources):
        """Make a stack of what is there, as the change set of an import does."""
        stack = self.stacks[name] = new_stack(name, "IMPORT_COMPLETE")
        stack["template"] = template
        for each in resources:
            (place,) = each["ResourceIdentifier"].values()
            arn = f"arn:aws:kms:{self.region}:{ACCOUNT}:key/{place}"  # tables are named by nothing that is made
            stack["made"][each["LogicalResourceId"]] = {"Ref": place, "Arn": arn, "StreamArn": arn}

    def finish_delete(self, stack):
        for name in reversed(list(stack["made"])):
            self.end(stack, name, stack["template"].get("Resources", {}).get(name, {"Type": ""}))
        del self.stacks[stack["name"]]


def new_stack(name, status):
    """Return a stack without anything."""
    return {
        "name": name,
        "status": status,
        "template": {},
        "parameters": {},
        "tags": {},
        "made": {},
        "events": [],
        "plans": {},
        "protected": False,
        "pending": None,
        "next": "",
        "rounds": 3,
    }


def tell(name, kind, status, reason):
    """Return an event."""
    return {"StackId": "s", "EventId": "e", "StackName": "s", "Timestamp": NOW} | {
        "LogicalResourceId": name,
        "ResourceType": kind,
        "ResourceStatus": status,
        "ResourceStatusReason": reason,
    }


def choose_parameters(template, given, before):
    """Return the value of each parameter; raise what CloudFormation answers for one that is unknown, missing or bad."""
    known = template.get("Parameters", {})
    values = {}
    for each in given:
        key = each["ParameterKey"]
        values[key] = before[key] if each.get("UsePreviousValue") else each["ParameterValue"]
    if unknown := sorted(set(values) - set(known)):
        raise RefusalError("ValidationError", f"Parameters: {unknown} do not exist in the template")
    chosen = {key: values.get(key, spec.get("Default")) for key, spec in known.items()}
    if lacking := [key for key, value in chosen.items() if value is None]:
        raise RefusalError("ValidationError", f"Parameters: {lacking} must have values")
    for key, value in chosen.items():
        if not re.fullmatch(known[key].get("AllowedPattern", "(?s).*"), str(value)):
            raise RefusalError("ValidationError", f"Parameter {key} failed to satisfy constraint")
    return {key: str(value) for key, value in chosen.items()}


def list_changes(stack, plan):
    """Return the changes that a plan makes to a stack's resources."""
    before, after = stack["template"].get("Resources", {}), plan["template"]["Resources"]
    told = plan["parameters"] != stack["parameters"]
    found = []
    for name, resource in after.items():
        if name not in before:
            found.append(change("Add", name, resource))
        elif before[name] != resource or (told and resource["Type"] == "AWS::Serverless::Function"):
            found.append(change("Modify", name, resource, replaces(before[name], resource), ["Properties"]))
        elif plan["tags"] != stack["tags"]:
            found.append(change("Modify", name, resource, "False", ["Tags"]))
    return found + [change("Remove", name, each) for name, each in before.items() if name not in after]


def replaces(before, after):
    """Return whether AWS would make a resource anew, as its Replacement says it."""
    if before["Type"] != after["Type"]:
        return "True"
    fixed = REPLACING.get(after["Type"], ())
    changed = [each for each in fixed if before["Properties"].get(each) != after["Properties"].get(each)]
    return "True" if changed else "False"


def change(action, name, resource, replacement=None, scopes=()):
    """Return one change as DescribeChangeSet tells it."""
    told = {"Action": action, "LogicalResourceId": name, "ResourceType": resource["Type"], "Scope": list(scopes)}
    return {"Type": "Resource", "ResourceChange": told | ({"Replacement": replacement} if replacement else {})}
