"""The tables that tests and local runs use are those of the template, each test with its own."""

from infra.template import read_template


def test_every_table_of_the_template_is_made_empty_under_the_tests_own_stage(tables):
    described = {
        name: tables.dynamodb.describe_table(TableName=f"regulars-{tables.settings.stage}-{name}")["Table"]
        for name in ("inbox", "customers", "keys")
    }
    templates = [
        resource for resource in read_template()["Resources"].values()
        if resource.get("Type") == "AWS::DynamoDB::Table"
    ]
    assert len(templates) == len(described)
    assert [index["IndexName"] for index in described["inbox"]["GlobalSecondaryIndexes"]] == ["pending"]
    assert described["inbox"]["StreamSpecification"]["StreamViewType"] == "KEYS_ONLY"
    assert [key["AttributeName"] for key in described["customers"]["KeySchema"]] == ["pk", "sk"]
    assert all(tables.read_all(name) == [] for name in described)
