"""The front door: every route, stream and schedule, one line of delegation each. It decides nothing.

Event handlers stand here and not in a blueprint: Chalice deploys a blueprint's handler with a path that skips this
file. Routes live in blueprints.
"""

from typing import Any

from chalice.app import Chalice, Rate

from chalicelib.config import handles_events, serves_requests
from chalicelib.functions.failures import hide_failure
from chalicelib.logs import configure_logging

app = Chalice(app_name="regulars", configure_logs=False)
configure_logging(app.log)
app.register_middleware(hide_failure, "all")

if not handles_events():
    from chalicelib.routes.registration import register_routes, warm_up

    register_routes(app)
    if serves_requests():
        warm_up()


@app.on_dynamodb_record(stream_arn="placeholder-the-template-sets-it", batch_size=100)
def settle_stream(event: Any) -> dict[str, Any]:
    """Settle what just arrived. The stream is a hint; the sweeper is the truth."""
    from chalicelib.functions import settle_stream

    return settle_stream.handle(event.to_dict())


@app.schedule(Rate(1, unit=Rate.MINUTES))
def sweep_inbox(event: Any) -> dict[str, Any]:
    """Settle what the stream missed."""
    from chalicelib.functions import sweep_inbox

    return sweep_inbox.handle(event.to_dict())


@app.schedule(Rate(1, unit=Rate.MINUTES))
def ask_confirmations(event: Any) -> dict[str, Any]:
    """Ask by mail whoever has not confirmed yet."""
    from chalicelib.functions import ask_confirmations

    return ask_confirmations.handle(event.to_dict())


@app.schedule(Rate(1, unit=Rate.MINUTES))
def answer_requests(event: Any) -> dict[str, Any]:
    """Bring requests of people about their data on: the mail with the code, the package."""
    from chalicelib.functions import answer_requests

    return answer_requests.handle(event.to_dict())


@app.schedule(Rate(1, unit=Rate.MINUTES))
def forget_people(event: Any) -> dict[str, Any]:
    """Finish erasures: remove what is left, verify, write receipts, verify again later."""
    from chalicelib.functions import forget_people

    return forget_people.handle(event.to_dict())


@app.schedule(Rate(1, unit=Rate.DAYS))
def retire_data(event: Any) -> dict[str, Any]:
    """Let go what has been kept long enough: today's share of the people."""
    from chalicelib.functions import retire_data

    return retire_data.handle(event.to_dict())


@app.schedule(Rate(1, unit=Rate.HOURS))
def fold_people(event: Any) -> dict[str, Any]:
    """Add up what is asked of everybody: each night, and when asked."""
    from chalicelib.functions import fold_people

    return fold_people.handle(event.to_dict())


@app.schedule(Rate(15, unit=Rate.MINUTES))
def plan_mails(event: Any) -> dict[str, Any]:
    """Queue everybody who is due."""
    from chalicelib.functions import plan_mails

    return plan_mails.handle(event.to_dict())


@app.on_sqs_message(queue_arn="arn:aws:sqs:us-east-1:000000000000:placeholder-the-template-sets-it", batch_size=5)
def send_mails(event: Any) -> dict[str, Any]:
    """Bring each queued customer one step on: at most one mail."""
    from chalicelib.functions import send_mails

    return send_mails.handle(event.to_dict())


@app.schedule(Rate(15, unit=Rate.MINUTES))
def reconcile_mails(event: Any) -> dict[str, Any]:
    """Close mails whose outcome stayed unknown."""
    from chalicelib.functions import reconcile_mails

    return reconcile_mails.handle(event.to_dict())


@app.schedule(Rate(5, unit=Rate.MINUTES))
def make_codes(event: Any) -> dict[str, Any]:
    """Make codes of offers ahead at the shop; remove those that are over."""
    from chalicelib.functions import make_codes

    return make_codes.handle(event.to_dict())


@app.on_sns_message(topic="arn:aws:sns:us-east-1:000000000000:placeholder-the-template-sets-it")
def record_feedback(event: Any) -> dict[str, Any]:
    """Accept what SES says of mails."""
    from chalicelib.functions import record_feedback

    return record_feedback.handle(event.to_dict())


@app.schedule(Rate(1, unit=Rate.MINUTES))
def relay_events(event: Any) -> dict[str, Any]:
    """Queue what the shop's own systems are to hear."""
    from chalicelib.functions import relay_events

    return relay_events.handle(event.to_dict())


@app.on_sqs_message(queue_arn="arn:aws:sqs:us-east-1:000000000000:placeholder-the-template-sets-it", batch_size=10)
def deliver_events(event: Any) -> dict[str, Any]:
    """Tell the shop's own systems, signed."""
    from chalicelib.functions import deliver_events

    return deliver_events.handle(event.to_dict())


@app.lambda_function()
def desk(event: Any, context: Any) -> Any:
    """Answer the shop's people. On AWS the template names the console itself, which Lambda then loads as it starts."""
    from chalicelib.desk import console

    return console.app(event, context)
