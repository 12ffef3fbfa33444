"""Between our code and AWS: every call passes one hook, which may let it through, delay it, break it, or end us there.

What a request does to a mail (a new intent, the end of one) is read off it here, so that a proof knows from the wire
what happened and need not believe our own rows.
"""

import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

Request = dict[str, Any]
Watch = Callable[[str, Request, Callable[[], Any]], Any]

CALLS = {
    *("get_item", "put_item", "update_item", "delete_item", "query", "scan"),
    *("batch_get_item", "batch_write_item", "transact_write_items", "send_email"),
}
KINDS = ("before", "after", "error", "kill before", "kill after")
HERE = "http://127.0.0.1"


class Killed(BaseException):
    """The process ends here."""


class Tally:
    """Counts what many threads do."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.counts: Counter[str] = Counter()

    def add(self, what: str, times: int = 1) -> None:
        """Count."""
        with self.lock:
            self.counts[what] += times


class Step(NamedTuple):
    """What a transaction does to one mail: `new` is the attempt it starts (or None), `old` the one it moves on."""

    customer: str
    state: str
    new: str | None
    old: str | None


class Watched:
    """A boto3 client each of whose calls goes through a hook; one that we do not know of is refused."""

    def __init__(self, client: Any, watch: Watch) -> None:
        self.client = client
        self.watch = watch
        self.meta = client.meta

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name not in CALLS:
            raise AttributeError(f"{name} is not a call that this proof watches")
        method = getattr(self.client, name)
        return lambda **request: self.watch(name, request, lambda: method(**request))

    def get_paginator(self, name: str) -> "Pages":
        return Pages(self, name)


class Pages:
    """A paginator that fetches each page through the hook."""

    def __init__(self, watched: Watched, name: str) -> None:
        self.fetch = getattr(watched, name)

    def paginate(self, *, PaginationConfig: Request | None = None, **request: Any) -> Iterator[Request]:  # noqa: N803
        while True:
            page = self.fetch(**request)
            yield page
            if "LastEvaluatedKey" not in page:
                return
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def read_step(name: str, request: Request) -> Step | None:
    """Return what a call does to a mail, or None."""
    if name != "transact_write_items":
        return None
    for part in request["TransactItems"]:
        item = part.get("Put", {}).get("Item", {})
        if item.get("sk", {}).get("S", "").startswith("mail#"):
            return Step(item["pk"]["S"][5:], item["state"]["S"], item["attempt"]["S"], None)
        change = part.get("Update", {})
        if change.get("Key", {}).get("sk", {}).get("S", "").startswith("mail#"):
            values = change["ExpressionAttributeValues"]
            old, new = values[":own"]["S"], values[":attempt"]["S"]
            return Step(change["Key"]["pk"]["S"][5:], values[":state"]["S"], None if new == old else new, old)
    return None


def read_attempt(request: Request) -> str:
    """Return the attempt that an order to SES is tagged with."""
    return str(next(tag["Value"] for tag in request["EmailTags"] if tag["Name"] == "attempt"))


def make_error(code: str, status: int, name: str, **more: Any) -> ClientError:
    """Return an error as AWS answers it."""
    answer: Any = {"Error": {"Code": code, "Message": ""}, "ResponseMetadata": {"HTTPStatusCode": status}, **more}
    return ClientError(answer, name)


def choose_error(name: str, chance: random.Random) -> ClientError:
    """Return one of the errors after which nothing was done; after some of SES's, nobody can know that."""
    codes = [("ProvisionedThroughputExceededException", 400), ("ThrottlingException", 400)]
    codes += [("InternalServerError", 500)]
    if name == "transact_write_items":
        reasons = [{"Code": "TransactionConflict"}]
        conflict = make_error("TransactionCanceledException", 400, name, CancellationReasons=reasons)
        codes += [("TransactionInProgressException", 400)]
        return chance.choice([conflict, *(make_error(*code, name) for code in codes)])
    if name == "send_email":
        codes = [("TooManyRequestsException", 429), ("MessageRejected", 400), ("SendingPausedException", 400)]
        codes += [("InternalFailure", 500), ("ServiceUnavailable", 503)]
    return make_error(*chance.choice(codes), name)


class Faults:
    """Breaks calls at random, and keeps what became of every attempt as the wire saw it.

    intents   attempts whose intent is in the table
    closed    attempts that a worker or an event moved on, to which state; `unknown` and `parked` end no doubt
    cut       attempts whose outcome we broke: the reply to the intent, SES's answer, or the closing commit
    """

    def __init__(self, seed: int, rate: float) -> None:
        self.seed = seed
        self.rate = rate
        self.on = False
        self.own = threading.local()
        self.lock = threading.Lock()
        self.calls: Counter[str] = Counter()
        self.broken: Counter[tuple[str, str]] = Counter()
        self.intents: dict[str, str] = {}
        self.closed: dict[str, str] = {}
        self.cut: dict[str, str] = {}

    def seed_thread(self, number: int) -> None:
        """Give the calling thread draws of its own."""
        self.own.chance = random.Random(f"{self.seed}/{number}")

    def watch(self, name: str, request: Request, call: Callable[[], Any]) -> Any:
        """Let a call through or break it."""
        chance: random.Random | None = getattr(self.own, "chance", None)
        if chance is None:
            return self.apply(read_step(name, request), call, "")  # whoever has no draws is no part of the proof
        kind = chance.choice(KINDS) if self.on and chance.random() < self.rate else ""
        with self.lock:
            self.calls[name] += 1
            self.broken[name, kind] += bool(kind)
        if name == "send_email":
            return self.send(request, call, kind, chance)
        step = read_step(name, request)
        if kind and step is not None:
            self.note_cut(step, kind)
        if kind in ("", "after", "kill after"):
            return self.apply(step, call, kind)
        return self.fail(name, kind, chance)

    def apply(self, step: Step | None, call: Callable[[], Any], kind: str) -> Any:
        """Make the call, note what it did, and lose its reply where that is the fault."""
        try:
            answer = call()
        except ClientError:
            if not kind:
                raise
        else:
            self.note_effect(step)
        if kind == "kill after":
            raise Killed
        if kind:
            raise ReadTimeoutError(endpoint_url=HERE)
        return answer

    def fail(self, name: str, kind: str, chance: random.Random) -> Any:
        """Break a call before it does anything."""
        if kind == "kill before":
            raise Killed
        raise EndpointConnectionError(endpoint_url=HERE) if kind == "before" else choose_error(name, chance)

    def send(self, request: Request, call: Callable[[], Any], kind: str, chance: random.Random) -> Any:
        """Hand a mail to SES, or break that: what leaves us not knowing is noted as cut."""
        attempt = read_attempt(request)
        if kind in ("after", "kill before", "kill after"):
            self.cut[attempt] = f"send_email, {kind}"
        if kind == "kill after":
            call()
            raise Killed
        if kind == "after":
            call()
            lost = [ReadTimeoutError(endpoint_url=HERE), make_error("InternalFailure", 500, "SendEmail")]
            return self.lose(chance.choice([*lost, None]))
        if not kind:
            return call()
        try:
            return self.fail("send_email", kind, chance)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500:
                self.cut[attempt] = "send_email, 5xx"
            raise

    def lose(self, error: Exception | None) -> Request:
        """Answer with an error, or with a 200 that says nothing."""
        if error is not None:
            raise error
        return {"ResponseMetadata": {"HTTPStatusCode": 200}}

    def note_effect(self, step: Step | None) -> None:
        """Note what a call did to a mail."""
        if step is None:
            return
        if step.state == "intent":
            self.intents[step.new or ""] = step.customer
        elif step.old is not None and step.state not in ("parked", "unknown"):
            self.closed[step.old] = step.state

    def note_cut(self, step: Step, kind: str) -> None:
        """Note which attempt a fault leaves in doubt. An intent that was not written is in no doubt."""
        if step.state == "intent":
            if "after" in kind:
                self.cut[step.new or ""] = f"intent, {kind}"
        elif step.old is not None and step.state != "parked":
            self.cut[step.old] = f"closing, {kind}"

    def list_doubtful(self) -> set[str]:
        """Return the attempts of which nobody can tell from our side whether SES took them."""
        return {attempt for attempt in self.cut if attempt in self.intents and attempt not in self.closed}
