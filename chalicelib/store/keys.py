"""The Keys table: each customer's data key, sealed by the root key, and the secrets of the blind index.

pk            holds
cust#<id>     the customer's 256-bit key, sealed; deleting this row is what forgetting means
index         the blind index's secrets, sealed; made on first use
"""

from typing import Any

from botocore.exceptions import ClientError

from chalicelib.vault.blindindex import add_secret, make_secrets, pack_secrets, unpack_secrets
from chalicelib.vault.root import RootSeal, make_key

INDEX = "index"
CODES = "codes"


class Keys:
    """The table through a boto3 DynamoDB client, and the root key that seals what is in it."""

    def __init__(self, client: Any, table: str, root: RootSeal) -> None:
        """Take the client, the table's name and the root key."""
        self.client = client
        self.table = table
        self.root = root

    def read_key(self, customer_id: str) -> bytes | None:
        """Return a customer's key, or None when there is none (any more)."""
        name = f"cust#{customer_id}"
        sealed = self.read_row(name)
        return None if sealed is None else self.root.open_secret(name, sealed)

    def has_key(self, customer_id: str) -> bool:
        """Return whether a customer's key is there; it is not opened, so KMS is not asked."""
        return self.read_row(f"cust#{customer_id}") is not None

    def write_key(self, customer_id: str, key: bytes) -> dict[str, Any]:
        """Return the transaction part that gives a new customer their key."""
        name = f"cust#{customer_id}"
        return {
            "Put": {
                "TableName": self.table,
                "Item": {"pk": {"S": name}, "sealed": {"B": self.root.seal_secret(name, key)}},
                "ConditionExpression": "attribute_not_exists(pk)",
            }
        }

    def check_key(self, customer_id: str) -> dict[str, Any]:
        """Return the transaction part that fails once a customer's key is gone."""
        key = {"pk": {"S": f"cust#{customer_id}"}}
        return {"ConditionCheck": {"TableName": self.table, "Key": key, "ConditionExpression": "attribute_exists(pk)"}}

    def delete_key(self, customer_id: str) -> dict[str, Any]:
        """Return the transaction part that destroys a customer's key, if there is one to destroy."""
        key = {"pk": {"S": f"cust#{customer_id}"}}
        return {"Delete": {"TableName": self.table, "Key": key, "ConditionExpression": "attribute_exists(pk)"}}

    def read_index(self) -> dict[str, bytes]:
        """Return the blind index's secrets, newest first; the first reader ever makes them."""
        sealed = self.read_row(INDEX)
        if sealed is None:
            self.put_secret(INDEX, pack_secrets(make_secrets()), None)
            sealed = self.read_row(INDEX) or b""
        return unpack_secrets(self.root.open_secret(INDEX, sealed))

    def read_codes(self) -> bytes:
        """Return the secret that offer codes are derived from; the first reader ever makes it."""
        sealed = self.read_row(CODES)
        if sealed is None:
            self.put_secret(CODES, make_key(), None)
            sealed = self.read_row(CODES) or b""
        return self.root.open_secret(CODES, sealed)

    def rotate_index(self) -> None:
        """Put a new secret in front; rows named under the older ones are still found."""
        old = self.read_row(INDEX)
        self.put_secret(INDEX, pack_secrets(add_secret(self.read_index())), old)

    def put_secret(self, name: str, secret: bytes, old: bytes | None) -> None:
        """Write a secret of our own unless someone else did since `old` was read."""
        request: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(pk)"}
        if old is not None:
            request = {
                "ConditionExpression": "sealed = :old",
                "ExpressionAttributeValues": {":old": {"B": old}},
            }
        item = {"pk": {"S": name}, "sealed": {"B": self.root.seal_secret(name, secret)}}
        try:
            self.client.put_item(TableName=self.table, Item=item, **request)
        except ClientError as fault:
            if fault.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise

    def read_row(self, name: str) -> bytes | None:
        """Read one sealed secret consistently."""
        row = self.client.get_item(TableName=self.table, Key={"pk": {"S": name}}, ConsistentRead=True).get("Item")
        return None if row is None else bytes(row["sealed"]["B"])
