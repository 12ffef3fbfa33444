"""Holds what the functions do to their policies in every test: DynamoDB Local and moto allow each call."""

import sys
from importlib import import_module
from types import CodeType

from botocore.exceptions import ClientError
from chalice.app import RestAPIEventHandler

from chalicelib.data_requests.run import answer_requests
from chalicelib.desk.guard import answer_request
from chalicelib.door.intake import accept_submission
from chalicelib.downstream.delivery import deliver_records
from chalicelib.downstream.relay import relay_events
from chalicelib.erasure.run import advance_erasures
from chalicelib.erasure.shops import erase_shop_customers
from chalicelib.fold.run import fold_people
from chalicelib.fold.walk import walk_people
from chalicelib.offers.run import make_offers
from chalicelib.optin.ask import ask_waiting
from chalicelib.outreach.decide import handle_customer
from chalicelib.outreach.reconcile import reconcile_mails
from chalicelib.retention.run import retire_people, retire_person
from chalicelib.settling.dispatch import settle_item, sweep_inbox
from chalicelib.weekly.run import send_weekly
from infra.local.permissions import POLICIES, Guard

# The use case of each function, and the functions that call it.
USE_CASES = {
    accept_submission: ("api_handler",),
    settle_item: ("settle_stream", "sweep_inbox"),
    sweep_inbox: ("sweep_inbox",),
    ask_waiting: ("ask_confirmations",),
    handle_customer: ("send_mails", "reconcile_mails"),
    reconcile_mails: ("reconcile_mails",),
    make_offers: ("make_codes",),
    answer_requests: ("answer_requests",),
    send_weekly: ("answer_requests",),
    advance_erasures: ("forget_people",),
    erase_shop_customers: ("forget_people",),
    retire_people: ("retire_data",),
    retire_person: ("retire_data",),
    fold_people: ("fold_people",),
    walk_people: ("fold_people",),
    relay_events: ("relay_events",),
    deliver_records: ("deliver_events",),
    answer_request: ("desk",),
}
OWN_HANDLERS = ("api_handler", "desk")  # every other function is a file of chalicelib/functions
EVENT_FUNCTIONS = sorted({path.stem.removeprefix("policy-") for path in POLICIES.glob("policy-*")} - {*OWN_HANDLERS})
FUNCTIONS = {use_case.__code__: names for use_case, names in USE_CASES.items()}
FUNCTIONS |= {import_module(f"chalicelib.functions.{name}").handle.__code__: (name,) for name in EVENT_FUNCTIONS}
FUNCTIONS[RestAPIEventHandler.__call__.__code__] = ("api_handler",)
NAMES = {code.co_name for code in FUNCTIONS}  # a code object is hashed whole each time: most frames need not be
# They do by themselves what another function does elsewhere: the desk settles, feedback is taken in as by the door.
SELF_MADE = (("desk",), ("record_feedback",))


def list_running() -> tuple[str, ...]:
    """Return the functions whose use case is running: a test may let a rival act in the middle of another one."""
    frame, inner = sys._getframe(1), ()
    while frame is not None:
        found = find_functions(frame.f_code)
        if inner and found in SELF_MADE:
            return found
        inner = inner or found
        frame = frame.f_back
    return inner


def find_functions(code: CodeType) -> tuple[str, ...]:
    """Return the functions of a use case's code, none for other code."""
    return FUNCTIONS.get(code, ()) if code.co_name in NAMES else ()


class Watch:
    """Notes the calls of a stage that a policy would refuse; the call goes on."""

    def __init__(self, stage, made):
        self.guard = Guard(stage, made)
        self.refused: set[str] = set()

    def watch_client(self, client) -> None:
        """Look at every call of a client from now on."""
        client.meta.events.register("before-parameter-build", self.check_call)

    def check_call(self, params, model, **_) -> None:
        """Note the call where a running function lacks the right to it."""
        for function in list_running():
            with self.guard.act_as(function):
                try:
                    self.guard.check_call(params, model)
                except ClientError as refusal:
                    self.refused.add(str(refusal))

    def assert_allowed(self) -> None:
        """Fail where a call was noted; forget it, so that it fails one test."""
        refused, self.refused = self.refused, set()
        assert not refused, f"AWS would have refused: {sorted(refused)}"
