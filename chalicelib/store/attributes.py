"""Plain values as DynamoDB's typed attributes and back, and the arguments of its expressions.

Text is text, a number is an int going in and a Decimal coming out, binary is bytes.
"""

import re
from collections.abc import Mapping
from typing import Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

Row = dict[str, Any]  # a row's attributes; numbers come back as Decimal, binary as bytes

NAME = re.compile(r"#(\w+)")
DUMP, LOAD = TypeSerializer(), TypeDeserializer()


def dump_row(row: Mapping[str, Any]) -> Row:
    """Return plain values as typed attributes."""
    return {name: DUMP.serialize(value) for name, value in row.items()}


def load_row(row: Mapping[str, Any]) -> Row:
    """Return typed attributes as plain values."""
    return {name: load_value(value) for name, value in row.items()}


def load_value(typed: Any) -> Any:
    """Return one plain value; binary as the client's own bytes, which boto3 would wrap."""
    return typed["B"] if "B" in typed else LOAD.deserialize(typed)


def dump_expressions(values: Mapping[str, Any], **texts: str) -> Row:
    """Return the arguments of a request's expressions, and the names and values that they use.

    `texts` are expressions by their argument's name; an empty one is left out. In an expression a name is written
    `#name` and a value `:name`.
    """
    names = NAME.findall(" ".join(texts.values()))
    return {
        **{name: text for name, text in texts.items() if text},
        **({"ExpressionAttributeNames": {f"#{name}": name for name in names}} if names else {}),
        **({"ExpressionAttributeValues": {f":{k}": DUMP.serialize(v) for k, v in values.items()}} if values else {}),
    }
