"""Since when each sender's signing secret is on file: SSM's description of the parameters, which has no value in it."""

from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError


class SecretStates:
    """Describes the parameters below a path, e.g. /regulars/<stage>/door/senders."""

    def __init__(self, client: Any, path: str) -> None:
        self.client = client
        self.path = path

    def list_set(self) -> dict[str, datetime] | None:
        """Return when the secret of each sender was written last, or None while SSM does not answer."""
        below = [{"Key": "Path", "Option": "OneLevel", "Values": [self.path]}]
        try:
            pages = self.client.get_paginator("describe_parameters").paginate(ParameterFilters=below)
            rows = [row for page in pages for row in page["Parameters"]]
        except (ClientError, BotoCoreError):
            return None
        return {row["Name"].rpartition("/")[2]: row["LastModifiedDate"] for row in rows}
