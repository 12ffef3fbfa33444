"""The console's Lambda handler: a Chalice application of its own, apart from the door's.

It registers the blueprints, one file a noun, and refuses to start with a route whose right nobody wrote down.
"""

from chalice.app import Chalice

from chalicelib.desk import start
from chalicelib.desk.connections import connections
from chalicelib.desk.entries import counter, telephone
from chalicelib.desk.groups import audiences, groups
from chalicelib.desk.guard import Rule
from chalicelib.desk.numbers import counting, numbers, written
from chalicelib.desk.people import card, erasures, find, person, person_acts
from chalicelib.desk.privacy import accesses, ended, lists, overview, retention
from chalicelib.desk.running import campaigns, forecast
from chalicelib.desk.signing import account, join, sign_in, staff, touch, weekly
from chalicelib.desk.surveys import surveys
from chalicelib.desk.till import devices, enrol, handing, page
from chalicelib.desk.work import handovers, items, today
from chalicelib.logs import configure_logging
from chalicelib.routes.middleware import complete_answers

BLUEPRINTS = (
    start.desk,
    sign_in.desk,
    join.desk,
    touch.desk,
    account.desk,
    weekly.desk,
    staff.desk,
    find.desk,
    person.desk,
    person_acts.desk,
    counter.desk,
    telephone.desk,
    card.desk,
    erasures.desk,
    today.desk,
    items.desk,
    numbers.desk,
    counting.desk,
    groups.desk,
    audiences.desk,
    written.desk,
    campaigns.desk,
    forecast.desk,
    connections.desk,
    surveys.desk,
    devices.desk,
    enrol.desk,
    page.desk,
    handing.desk,
    handovers.desk,
    overview.desk,
    lists.desk,
    ended.desk,
    accesses.desk,
    retention.desk,
)
RULES: dict[tuple[str, str], Rule] = {name: rule for each in BLUEPRINTS for name, rule in each.rules.items()}

app = Chalice(app_name="regulars-desk", configure_logs=False)
configure_logging(app.log)
for blueprint in BLUEPRINTS:
    app.register_blueprint(blueprint)
app.register_middleware(complete_answers(app.routes), "http")


def list_unruled() -> list[tuple[str, str]]:
    """Return the routes that name no right."""
    declared = {(method, path) for path, methods in app.routes.items() for method in methods}
    return sorted(declared - set(RULES))


if list_unruled():
    raise RuntimeError(f"routes without a right: {list_unruled()}")
