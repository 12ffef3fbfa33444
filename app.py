"""The front door: every route, stream and schedule, one line of delegation each. It decides nothing.

Event handlers stand here and not in a blueprint: Chalice deploys a blueprint's handler with a path that skips this
file. Routes live in blueprints.
"""

from typing import Any

from chalice.app import Chalice, Rate
from chalicelib.routes.forms import forms

from chalicelib import answers, events
from chalicelib.config import serves_requests
from chalicelib.logs import configure_logging
from chalicelib.routes.hooks import hooks

app = Chalice(app_name="regulars", configure_logs=False)
configure_logging(app.log)

app.register_blueprint(forms)
app.register_blueprint(hooks)
app.register_middleware(answers.dress_answer, "http")
app.register_middleware(events.hide_failure, "all")

if serves_requests():
    answers.warm_up()


@app.on_dynamodb_record(stream_arn="placeholder-the-template-sets-it", batch_size=100)
def settle_stream(event: Any) -> dict[str, Any]:
    """Settle what just arrived. The stream is a hint; the sweeper is the truth."""
    return events.settle_records(event.to_dict())


@app.schedule(Rate(1, unit=Rate.MINUTES))
def sweep_inbox(event: Any) -> dict[str, Any]:
    """Settle what the stream missed."""
    return events.sweep_inbox(event.to_dict())
