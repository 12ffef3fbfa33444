"""What the door reads from SSM, written by `infra.deploy.secrets`; and the stack's keys and queues, on moto."""

import base64

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from chalicelib.store.parameters import Parameters
from infra.deploy.secrets import make_door_key, publish_inbox_key, put_parameter
from infra.local.stack import create_stack
from tests.builders.shop import NOW

STAGE = "secrets"


@pytest.fixture(scope="module")
def clients(cloud):
    """Return clients of moto, and the stack made there."""
    names = ("dynamodb", "kms", "sns", "sqs", "ssm")
    made = {name: cloud.client(name) for name in names}
    yield made
    for client in made.values():
        client.close()


@pytest.fixture(scope="module")
def made(clients):
    """Make everything that the template has and moto can play."""
    return create_stack(STAGE, clients.__getitem__)


def test_keys_queues_and_topics_are_made_with_the_templates_properties(clients, made):
    key = clients["kms"].describe_key(KeyId=f"alias/regulars-{STAGE}-inbox")["KeyMetadata"]
    assert (key["Arn"], key["KeySpec"]) == (made["InboxKey"]["Arn"], "RSA_2048")
    assert clients["kms"].get_key_rotation_status(KeyId=made["RootKey"]["Ref"])["KeyRotationEnabled"] is True
    queue = clients["sqs"].get_queue_attributes(QueueUrl=made["FailedRecords"]["Ref"], AttributeNames=["All"])
    assert queue["Attributes"]["MessageRetentionPeriod"] == str(14 * 24 * 3600)
    assert made["Alarms"]["TopicName"] == f"regulars-{STAGE}-alarms"


@pytest.mark.parametrize(("table", "days"), [("customers", 35), ("keys", 7)])
def test_backups_and_protection_are_turned_on_where_the_template_says(clients, made, table, days):
    name = f"regulars-{STAGE}-{table}"
    backups = clients["dynamodb"].describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    assert backups["PointInTimeRecoveryDescription"].get("RecoveryPeriodInDays", days) == days
    assert clients["dynamodb"].describe_table(TableName=name)["Table"]["DeletionProtectionEnabled"] is True


def test_making_the_tables_again_keeps_what_is_in_them(clients, made):
    clients["dynamodb"].put_item(TableName=f"regulars-{STAGE}-keys", Item={"pk": {"S": "kept"}})
    again = create_stack(STAGE, clients.__getitem__, ("AWS::DynamoDB::Table",))
    assert again["KeysTable"]["Ref"] == made["KeysTable"]["Ref"]
    assert clients["dynamodb"].scan(TableName=f"regulars-{STAGE}-keys")["Count"] == 1


def test_the_door_finds_its_key_the_public_half_and_two_secrets_during_a_rotation(clients, made):
    ssm = clients["ssm"]
    assert make_door_key(ssm, STAGE) is True
    publish_inbox_key(clients["kms"], ssm, STAGE)
    put_parameter(ssm, STAGE, "senders/shopify", "new\nold")
    door = Parameters(ssm, f"/regulars/{STAGE}/door/")
    assert len(door.read_door_key(NOW)) == 32
    assert door.read_secrets("shopify", NOW) == (b"new", b"old")
    key_id, _, pem = door.read_public_key(NOW).partition("\n")
    assert key_id == made["InboxKey"]["Arn"]
    public = clients["kms"].get_public_key(KeyId=key_id)["PublicKey"]
    assert base64.b64decode("".join(pem.split("\n")[1:-2])) == public
    assert load_pem_public_key(pem.encode()).key_size == 2048  # type: ignore[union-attr]


@pytest.mark.parametrize("kind", ["String", "SecureString"])
def test_an_equal_secret_is_not_written_again(clients, kind):
    ssm, name = clients["ssm"], f"/regulars/{STAGE}/door/senders/tally"
    for value in ("one", "one", "two"):
        put_parameter(ssm, STAGE, "senders/tally", f"{kind}-{value}", kind)
    history = ssm.get_parameter_history(Name=name, WithDecryption=True)["Parameters"]
    written = [each["Value"] for each in history if each["Type"] == kind]
    assert written == [f"{kind}-one", f"{kind}-two"]


def test_the_doors_key_is_made_once_and_never_replaced(clients):
    ssm = clients["ssm"]
    make_door_key(ssm, "once")
    first = ssm.get_parameter(Name="/regulars/once/door/door-key")["Parameter"]["Value"]
    assert make_door_key(ssm, "once") is False
    assert ssm.get_parameter(Name="/regulars/once/door/door-key")["Parameter"]["Value"] == first
