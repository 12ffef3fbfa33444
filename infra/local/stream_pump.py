"""Feeds a function from a table's stream, as a Lambda event source mapping does."""

import json
import logging
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from infra.local.clock import read_now
from infra.local.delivery import deliver_batch, passes_filters, shape_record
from infra.local.endpoints import connect_service
from infra.local.sources import EventSource

PAUSE = 0.15  # seconds between two reads of an idle stream
LOOK_AGAIN = 10.0  # seconds between two searches for new shards

log = logging.getLogger(__name__)


class StreamPump:
    """Feeds one function from one table's stream."""

    def __init__(self, source: EventSource, checkpoints: Path) -> None:
        """`checkpoints` is the file of the last sequence number handled in each shard."""
        self.source = source
        self.arn: str = source.properties["Stream"]
        self.client: Any = connect_service("dynamodbstreams")
        self.checkpoints = checkpoints
        self.iterators: dict[str, str] = {}
        self.looked = 0.0
        self.stale = (
            self.client.exceptions.ExpiredIteratorException,
            self.client.exceptions.TrimmedDataAccessException,
        )

    def pump_once(self) -> None:
        """Read each shard once, and call the function with the records that pass the filters."""
        if not self.iterators or time.monotonic() - self.looked > LOOK_AGAIN:
            self.find_shards()
        handed = [self.pump_shard(shard) for shard in list(self.iterators)]
        if not any(handed):
            time.sleep(PAUSE)

    def find_shards(self) -> None:
        """Find shards that are not being read yet."""
        self.looked = time.monotonic()
        described = self.client.describe_stream(StreamArn=self.arn)["StreamDescription"]
        for shard in described["Shards"]:
            if shard["ShardId"] not in self.iterators and shard["ShardId"] not in self.read_ends():
                self.iterators[shard["ShardId"]] = self.open_shard(shard["ShardId"])

    def open_shard(self, shard: str) -> str:
        """Return an iterator after the checkpoint, or at the mapping's starting position."""
        asked = {"StreamArn": self.arn, "ShardId": shard}
        if number := self.read_checkpoints().get(shard):
            try:
                after = self.client.get_shard_iterator(
                    **asked, ShardIteratorType="AFTER_SEQUENCE_NUMBER", SequenceNumber=number
                )
                return str(after["ShardIterator"])
            except ClientError:
                log.warning("the checkpoint of %s is too old: reading what is left", shard)
        start = self.source.properties["StartingPosition"]
        return str(self.client.get_shard_iterator(**asked, ShardIteratorType=start)["ShardIterator"])

    def pump_shard(self, shard: str) -> bool:
        """Call the function with one batch; return whether there was one."""
        most = int(self.source.properties.get("BatchSize", 100))
        try:
            page = self.client.get_records(ShardIterator=self.iterators[shard], Limit=most)
        except self.stale:  # an iterator lives 15 minutes, and the oldest records may be trimmed meanwhile
            del self.iterators[shard]
            return False
        records = page["Records"]
        if records:
            self.deliver_records(records)
            self.write_checkpoint(shard, records[-1]["dynamodb"]["SequenceNumber"])
        if following := page.get("NextShardIterator"):
            self.iterators[shard] = following
        else:
            del self.iterators[shard]
            self.write_checkpoint(shard, "")
        return bool(records)

    def deliver_records(self, records: list[dict[str, Any]]) -> None:
        """Deliver a batch by the settings of the event source mapping."""
        criteria = self.source.properties.get("FilterCriteria", {})
        now, view = read_now(), "KEYS_ONLY"
        shaped = [shape_record(record, self.arn, view, now) for record in records]
        deliver_batch(
            lambda batch: self.source.call({"Records": batch}),
            [record for record in shaped if passes_filters(criteria, record)],
            retries=int(self.source.properties.get("MaximumRetryAttempts", 0)),
            give_up=lambda batch: park_batch(self.source, batch, now),
        )

    def read_checkpoints(self) -> dict[str, str]:
        """Return the last sequence number handled in each shard; empty for a shard read to its end."""
        try:
            read: dict[str, str] = json.loads(self.checkpoints.read_text())
        except (FileNotFoundError, ValueError):
            return {}
        return read

    def read_ends(self) -> set[str]:
        """Return the shards that were read to their end."""
        return {shard for shard, number in self.read_checkpoints().items() if not number}

    def write_checkpoint(self, shard: str, number: str) -> None:
        """Write the last sequence number handled in a shard."""
        fresh = self.checkpoints.with_suffix(".new")
        fresh.write_text(json.dumps(self.read_checkpoints() | {shard: number}))
        fresh.replace(self.checkpoints)


def park_batch(source: EventSource, records: Sequence[dict[str, Any]], now: datetime) -> None:
    """Send the failure queue the place of an abandoned batch in the stream, and never its content."""
    first, last = (records[place]["dynamodb"]["SequenceNumber"] for place in (0, -1))
    log.error("gave up records %s to %s of %s", first, last, source.name)
    target = source.properties.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
    if target:
        body = {
            "requestContext": {"functionArn": source.name, "condition": "RetryAttemptsExhausted"},
            "timestamp": now.isoformat(),
            "DDBStreamBatchInfo": {"startSequenceNumber": first, "endSequenceNumber": last, "batchSize": len(records)},
        }
        sqs: Any = connect_service("sqs")
        url = sqs.get_queue_url(QueueName=target.rpartition(":")[2])["QueueUrl"]
        sqs.send_message(QueueUrl=url, MessageBody=json.dumps(body))
