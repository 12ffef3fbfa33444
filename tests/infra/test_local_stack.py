"""The tables that tests and local runs use are those of the template, each test with its own."""

from infra.local.stack import make_table
from infra.template import default_parameters, read_template, resolve_value


def list_tables(stage):
    """Return the properties of the template's tables, for a stage."""
    template = read_template()
    parameters = default_parameters(template) | {"Stage": stage}
    return [
        resolve_value(resource["Properties"], parameters, {})
        for resource in template["Resources"].values()
        if resource.get("Type") == "AWS::DynamoDB::Table"
    ]


def test_every_table_of_the_template_is_made_empty_under_the_tests_own_stage(tables):
    wanted = list_tables(tables.settings.stage)
    assert len(wanted) >= 3
    for properties in wanted:
        table = tables.dynamodb.describe_table(TableName=properties["TableName"])["Table"]
        assert table["KeySchema"] == properties["KeySchema"]
        indexes = {index["IndexName"] for index in table.get("GlobalSecondaryIndexes", ())}
        assert indexes == {index["IndexName"] for index in properties.get("GlobalSecondaryIndexes", ())}
        assert tables.read_all(properties["TableName"].removeprefix(tables.settings.prefix)) == []


def test_the_inbox_stream_is_on(tables):
    inbox = tables.dynamodb.describe_table(TableName=f"{tables.settings.prefix}inbox")["Table"]
    assert inbox["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}


def test_a_table_from_an_older_template_keeps_its_rows_and_gains_the_new_index(tables):
    properties = next(each for each in list_tables("older") if each.get("GlobalSecondaryIndexes"))
    keys = {key["AttributeName"] for key in properties["KeySchema"]}
    older = {name: value for name, value in properties.items() if name != "GlobalSecondaryIndexes"} | {
        "TableName": f"{tables.settings.prefix}older",
        "AttributeDefinitions": [each for each in properties["AttributeDefinitions"] if each["AttributeName"] in keys],
        "DeletionProtectionEnabled": False,
    }
    clients = {"dynamodb": tables.dynamodb}
    make_table(clients.__getitem__, older)
    tables.dynamodb.put_item(TableName=older["TableName"], Item={name: {"S": "kept"} for name in keys})
    make_table(clients.__getitem__, properties | {"TableName": older["TableName"]})
    table = tables.dynamodb.describe_table(TableName=older["TableName"])["Table"]
    assert [index["IndexName"] for index in table["GlobalSecondaryIndexes"]] == [
        index["IndexName"] for index in properties["GlobalSecondaryIndexes"]
    ]
    assert len(tables.read_all("older")) == 1
    tables.dynamodb.delete_table(TableName=older["TableName"])
