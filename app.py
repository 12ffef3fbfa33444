"""The front door: every route, stream and schedule, one line of delegation each. It decides nothing.

Event handlers stand here and not in a blueprint: Chalice deploys a blueprint's handler with a path that skips this
file. Routes live in blueprints.
"""

from typing import Any

from chalice.app import Chalice, Rate

from chalicelib.config import serves_requests
from chalicelib.functions import events
from chalicelib.logs import configure_logging
from chalicelib.routes import middleware
from chalicelib.routes.forms import forms
from chalicelib.routes.front import front
from chalicelib.routes.hooks import hooks
from chalicelib.routes.links import links
from chalicelib.routes.policy import policy
from chalicelib.routes.privacy import privacy

app = Chalice(app_name="regulars", configure_logs=False)
configure_logging(app.log)

app.register_blueprint(forms)
app.register_blueprint(front)
app.register_blueprint(hooks)
app.register_blueprint(links)
app.register_blueprint(policy)
app.register_blueprint(privacy)
app.register_middleware(middleware.complete_answers(app.routes), "http")
app.register_middleware(events.hide_failure, "all")

if serves_requests():
    middleware.warm_up()


@app.on_dynamodb_record(stream_arn="placeholder-the-template-sets-it", batch_size=100)
def settle_stream(event: Any) -> dict[str, Any]:
    """Settle what just arrived. The stream is a hint; the sweeper is the truth."""
    return events.settle_records(event.to_dict())


@app.schedule(Rate(1, unit=Rate.MINUTES))
def sweep_inbox(event: Any) -> dict[str, Any]:
    """Settle what the stream missed."""
    return events.sweep_inbox(event.to_dict())


@app.schedule(Rate(1, unit=Rate.MINUTES))
def ask_confirmations(event: Any) -> dict[str, Any]:
    """Ask by mail whoever has not confirmed yet."""
    return events.ask_confirmations(event.to_dict())


@app.schedule(Rate(1, unit=Rate.MINUTES))
def answer_requests(event: Any) -> dict[str, Any]:
    """Bring requests of people about their data on: the mail with the code, the package."""
    return events.answer_requests(event.to_dict())


@app.schedule(Rate(1, unit=Rate.MINUTES))
def forget_people(event: Any) -> dict[str, Any]:
    """Finish erasures: remove what is left, verify, write receipts, verify again later."""
    return events.forget_people(event.to_dict())


@app.schedule(Rate(1, unit=Rate.DAYS))
def retire_data(event: Any) -> dict[str, Any]:
    """Let go what has been kept long enough: today's share of the people."""
    return events.retire_data(event.to_dict())


@app.schedule(Rate(15, unit=Rate.MINUTES))
def plan_mails(event: Any) -> dict[str, Any]:
    """Queue everybody who is due."""
    return events.plan_mails(event.to_dict())


@app.on_sqs_message(queue_arn="arn:aws:sqs:us-east-1:000000000000:placeholder-the-template-sets-it", batch_size=5)
def send_mails(event: Any) -> dict[str, Any]:
    """Bring each queued customer one step on: at most one mail."""
    return events.send_mails(event.to_dict())


@app.schedule(Rate(15, unit=Rate.MINUTES))
def reconcile_mails(event: Any) -> dict[str, Any]:
    """Close mails whose outcome stayed unknown."""
    return events.reconcile_mails(event.to_dict())


@app.on_sns_message(topic="arn:aws:sns:us-east-1:000000000000:placeholder-the-template-sets-it")
def record_feedback(event: Any) -> dict[str, Any]:
    """Accept what SES says of mails."""
    return events.record_feedback(event.to_dict())


@app.schedule(Rate(1, unit=Rate.MINUTES))
def relay_events(event: Any) -> dict[str, Any]:
    """Queue what the shop's own systems are to hear."""
    return events.relay_events(event.to_dict())


@app.on_sqs_message(queue_arn="arn:aws:sqs:us-east-1:000000000000:placeholder-the-template-sets-it", batch_size=10)
def deliver_events(event: Any) -> dict[str, Any]:
    """Tell the shop's own systems, signed."""
    return events.deliver_events(event.to_dict())
