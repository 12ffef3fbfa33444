"""The event sources of each function: the app's own declarations, with the properties of infra/template.yaml."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chalice.app import DynamoDBEventConfig, ScheduledEventConfig, SNSEventConfig, SQSEventConfig

from chalicelib.services import make_session
from infra.local.invoke import Handler, LambdaContext, list_sources, load_handler
from infra.local.permissions import Guard
from infra.template import Made, default_parameters, read_template, resolve_value

turn = threading.Lock()


@dataclass(frozen=True)
class EventSource:
    """One event source of one function. `kind` and `properties` are those of SAM's event."""

    name: str
    kind: str
    handler: Handler
    properties: dict[str, Any]
    guard: Guard = field(default_factory=lambda: Guard("", {}))

    def call(self, event: dict[str, Any]) -> Any:
        """Call the function, within its rights; one at a time, since the app's caches are made for one environment."""
        with turn, self.guard.act_as(self.name):
            return self.handler(event, LambdaContext(self.name))


def read_sources(stage: str, made: Made) -> list[EventSource]:
    """Return every event source that the app declares, resolved against the resources that were made."""
    template, guard = read_template(), Guard(stage, made)
    guard.watch_session(make_session())
    parameters = default_parameters(template) | {"Stage": stage}
    sources = []
    for config in list_sources():
        kind, declared = describe_source(config)
        added = find_properties(template, config.name)
        properties = declared | resolve_value(added, parameters, made)
        sources.append(EventSource(config.name, kind, load_handler(config.handler_string), properties, guard))
    return sources


def describe_source(config: Any) -> tuple[str, dict[str, Any]]:
    """Return SAM's type of an event and its properties as the app declares them."""
    match config:
        case DynamoDBEventConfig():
            return "DynamoDB", {
                "Stream": config.stream_arn,
                "BatchSize": config.batch_size,
                "StartingPosition": config.starting_position,
            }
        case SQSEventConfig():
            return "SQS", {"Queue": config.queue_arn or config.queue, "BatchSize": config.batch_size}
        case SNSEventConfig():
            return "SNS", {"Topic": config.topic}
        case ScheduledEventConfig():
            return "Schedule", {"Schedule": config.schedule_expression.to_string()}
    raise ValueError(f"nothing here feeds {type(config).__name__}")


def find_properties(template: Mapping[str, Any], function: str) -> dict[str, Any]:
    """Return the template's properties of a function's event source."""
    resource = template["Resources"].get(name_resource(function), {})
    events = resource.get("Properties", {}).get("Events", {}).values()
    return next((dict(event["Properties"]) for event in events), {})


def name_resource(function: str) -> str:
    """Return the name that Chalice gives a function's resource: settle_stream -> SettleStream."""
    return "".join(part[0].upper() + part[1:] for part in function.split("_") if part)
