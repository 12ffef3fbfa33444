"""Makes the template's tables, keys, queues and topics at any endpoint, for the local run and the tests.

Resources without a use on one machine (roles, alarms, log groups, functions) are left out; pumps call the functions.
"""

import json
from collections.abc import Callable, Collection
from typing import Any

from botocore.exceptions import ClientError

from infra.template import Made, default_parameters, read_template, resolve_value

Clients = Callable[[str], Any]  # a service's name -> its boto3 client
Properties = dict[str, Any]
TABLES = ("AWS::DynamoDB::Table",)


def create_stack(stage: str, clients: Clients, kinds: Collection[str] = (), *, protect: bool = True) -> Made:
    """Create the template's resources of `kinds` (by default, of all known kinds); return the attributes of each.

    Existing resources are kept. `protect=False` is for tables that tests delete: they have no deletion protection, and
    no row expires by the machine's clock, since tests have a time of their own.
    """
    template = read_template()
    parameters = default_parameters(template) | {"Stage": stage}
    made: Made = {}
    for name, resource in template["Resources"].items():
        maker = MAKERS.get(resource.get("Type", ""))
        if maker is None or (kinds and resource["Type"] not in kinds):
            continue
        properties = resolve_value(resource["Properties"], parameters, made)
        if not protect:
            for guard in ("DeletionProtectionEnabled", "TimeToLiveSpecification"):
                properties.pop(guard, None)
        made[name] = maker(clients, properties)
    return made


def make_table(clients: Clients, properties: Properties) -> dict[str, str]:
    """Create a table, or add to an existing one the indexes that the template has gained since."""
    dynamodb, name = clients("dynamodb"), properties["TableName"]
    try:
        table = dynamodb.create_table(**table_request(properties))["TableDescription"]
    except dynamodb.exceptions.ResourceInUseException:
        table = dynamodb.describe_table(TableName=name)["Table"]
        add_indexes(dynamodb, properties, table)
    else:
        set_expiry(dynamodb, properties)
        set_backups(dynamodb, properties)
    return {"Ref": name, "Arn": table["TableArn"], "StreamArn": table.get("LatestStreamArn", "")}


def table_request(properties: Properties) -> Properties:
    """Return the CreateTable request for a table as CloudFormation describes it."""
    elsewhere = ("ResourcePolicy", "TimeToLiveSpecification", "PointInTimeRecoverySpecification", "StreamSpecification")
    request = {key: value for key, value in properties.items() if key not in elsewhere}
    if stream := properties.get("StreamSpecification"):
        request["StreamSpecification"] = {"StreamEnabled": True, **stream}
    return request


def add_indexes(dynamodb: Any, properties: Properties, table: Properties) -> None:
    """Create the global indexes that `table` lacks; its rows are indexed in the background."""
    present = {index["IndexName"] for index in table.get("GlobalSecondaryIndexes", ())}
    for index in properties.get("GlobalSecondaryIndexes", ()):
        if index["IndexName"] not in present:
            dynamodb.update_table(
                TableName=properties["TableName"],
                AttributeDefinitions=properties["AttributeDefinitions"],
                GlobalSecondaryIndexUpdates=[{"Create": index}],
            )


def set_expiry(dynamodb: Any, properties: Properties) -> None:
    """Turn on expiry where the template does."""
    if expiry := properties.get("TimeToLiveSpecification"):
        dynamodb.update_time_to_live(TableName=properties["TableName"], TimeToLiveSpecification=expiry)


def set_backups(dynamodb: Any, properties: Properties) -> None:
    """Turn on point-in-time recovery where the template does. DynamoDB Local knows no such call: nothing to back up."""
    if not (backups := properties.get("PointInTimeRecoverySpecification")):
        return
    try:
        dynamodb.update_continuous_backups(TableName=properties["TableName"], PointInTimeRecoverySpecification=backups)
    except ClientError as error:
        if error.response["Error"]["Code"] != "UnknownOperationException":
            raise


def make_queue(clients: Clients, properties: Properties) -> dict[str, str]:
    """Create a queue; every property but its name is an attribute, and attributes are text."""
    sqs = clients("sqs")
    attributes = {key: queue_text(value) for key, value in properties.items() if key != "QueueName"}
    url = sqs.create_queue(QueueName=properties["QueueName"], Attributes=attributes)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    return {"Ref": url, "Arn": arn, "QueueName": properties["QueueName"]}


def queue_text(value: Any) -> str:
    """Write an attribute as SQS takes it: JSON for the redrive policy, `true` for True."""
    if isinstance(value, dict):
        return json.dumps(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def make_topic(clients: Clients, properties: Properties) -> dict[str, str]:
    arn = clients("sns").create_topic(Name=properties["TopicName"])["TopicArn"]
    return {"Ref": arn, "TopicArn": arn, "TopicName": properties["TopicName"]}


def make_key(clients: Clients, properties: Properties) -> dict[str, str]:
    """Create a KMS key. Its policy names an account's root and roles, which no local stand-in has."""
    kms = clients("kms")
    wanted = {key: properties[key] for key in ("Description", "KeySpec", "KeyUsage")}
    key = kms.create_key(**wanted)["KeyMetadata"]
    if properties.get("EnableKeyRotation"):
        kms.enable_key_rotation(KeyId=key["KeyId"])
    return {"Ref": key["KeyId"], "Arn": key["Arn"]}


def make_alias(clients: Clients, properties: Properties) -> dict[str, str]:
    clients("kms").create_alias(**properties)
    return {"Ref": properties["AliasName"]}


MAKERS: dict[str, Callable[[Clients, Properties], dict[str, str]]] = {
    "AWS::DynamoDB::Table": make_table,
    "AWS::KMS::Alias": make_alias,
    "AWS::KMS::Key": make_key,
    "AWS::SNS::Topic": make_topic,
    "AWS::SQS::Queue": make_queue,
}
