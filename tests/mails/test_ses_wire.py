"""What one call puts on the wire: exactly one POST, whatever the other side does; and what we then say became of it.

A server of our own on the loopback, not moto: moto never hangs, never cuts a line, never answers nonsense.
"""

import contextlib
import json
import socket
import struct
import threading
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import boto3
import pytest
from botocore.config import Config

from chalicelib.mails.mail import Mail
from chalicelib.mails.ses import TRIES, Mailer, read_quota

MAIL = Mail(
    subject="It has been a while",
    preview="A short note",
    html="<p>Hello আশা</p>",
    text="Hello আশা\n",
    headers={"List-Unsubscribe": "<https://x.example.com/u>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
)
HANG, RESET, CLOSE, CUT = "hang", "reset", "close", "cut"


@dataclass
class Server:
    """Answers every request with the same bytes, or with one of the ways of not answering."""

    behaviour: Any
    posts: list[Any] = field(default_factory=list)
    gets: int = 0

    def serve(self, listener):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                threading.Thread(target=self.converse, args=(connection,), daemon=True).start()

    def converse(self, connection):
        with connection, contextlib.suppress(OSError), connection.makefile("rb") as source:
            while line := source.readline():
                headers = dict(self.read_headers(source))
                body = source.read(int(headers.get("content-length", 0)))
                if line.startswith(b"POST"):
                    self.posts.append((line.split()[1], headers, body))
                else:
                    self.gets += 1
                if not self.answer(connection):
                    return

    def read_headers(self, source):
        while (line := source.readline().strip()) != b"":
            name, _, value = line.decode().partition(":")
            yield name.lower(), value.strip()

    def answer(self, connection):
        if self.behaviour == HANG:
            threading.Event().wait(5)
        elif self.behaviour == RESET:  # closing with this set sends RST
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif self.behaviour == CUT:
            connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"MessageId": "a')
        elif self.behaviour != CLOSE:
            connection.sendall(self.behaviour)
            return b"Connection: close" not in self.behaviour
        return False


def an_answer(status, body, *, type_="", close=False):
    """Return an HTTP answer; `type_` is the header by which AWS names an error."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(content)}", "Content-Type: application/json"]
    lines += [f"x-amzn-ErrorType: {type_}"] * bool(type_) + ["Connection: close"] * close
    return "\r\n".join([*lines, "", ""]).encode() + content


@pytest.fixture
def run_server():
    """Return a function that starts a server and gives a mailer for it."""
    listeners = []

    def start(behaviour, *, read_timeout=0.5):
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)
        server = Server(behaviour)
        threading.Thread(target=server.serve, args=(listener,), daemon=True).start()
        return server, connect(listener.getsockname()[1], read_timeout)

    yield start
    for listener in listeners:
        listener.close()


@cache
def make_session():
    """Return one session: it reads the model of SES once."""
    return boto3.session.Session()


def connect(port, read_timeout=0.5, tries=TRIES):
    """Return a client as `services` makes it, but less patient."""
    config = Config(
        connect_timeout=0.5,
        read_timeout=read_timeout,
        retries={"total_max_attempts": tries, "mode": "standard"},
        parameter_validation=False,
    )
    address = f"http://127.0.0.1:{port}"
    return make_session().client("sesv2", endpoint_url=address, region_name="us-east-1", config=config)


def send(client, *, to="asha@example.org", mail=MAIL, attempt="attempt-1", campaign="win-back"):
    mailer = Mailer(client, "Corner Shop <hello@example.com>", "regulars-test")
    return mailer.send_mail(to, mail, attempt_id=attempt, campaign=campaign)


def an_error(status, code, message="no"):
    return an_answer(status, {"message": message}, type_=code)


# What SES answers in the sandbox; the address stands in the text, which must reach no log.
UNVERIFIED = "Email address is not verified. These identities failed the check in region EU-WEST-1: a@example.org"


@pytest.mark.parametrize(
    ("behaviour", "kind", "code"),
    [
        pytest.param(an_answer(200, {"MessageId": "m-1"}), "accepted", "", id="200"),
        pytest.param(HANG, "unknown", "ReadTimeoutError", id="hang"),
        pytest.param(RESET, "unknown", "ConnectionClosedError", id="reset"),
        pytest.param(CLOSE, "unknown", "ConnectionClosedError", id="closed without an answer"),
        pytest.param(CUT, "unknown", "NoMessageId", id="cut off in the middle"),
        pytest.param(an_answer(200, b"<html>\xff\xfe"), "unknown", "", id="garbled 200"),
        pytest.param(an_answer(200, b'{"MessageId": '), "unknown", "", id="half a 200"),
        pytest.param(an_answer(200, []), "unknown", "", id="200 with a list"),
        pytest.param(an_answer(200, {}), "unknown", "NoMessageId", id="200 without id"),
        pytest.param(an_answer(200, {"MessageId": ""}), "unknown", "NoMessageId", id="200 with an empty id"),
        pytest.param(an_answer(200, {"MessageId": None}), "unknown", "NoMessageId", id="200 with null"),
        pytest.param(an_answer(200, b""), "unknown", "NoMessageId", id="200 without a body"),
        pytest.param(b"garbage\r\n\r\n", "unknown", "", id="not HTTP"),
        pytest.param(an_answer(302, b""), "unknown", "302", id="302"),
        pytest.param(an_answer(500, b"oops"), "unknown", "500", id="500"),
        pytest.param(an_error(500, "InternalFailure"), "unknown", "InternalFailure", id="500 named"),
        pytest.param(an_error(503, "ServiceUnavailable"), "unknown", "ServiceUnavailable", id="503"),
        pytest.param(an_error(503, "Throttling"), "unknown", "Throttling", id="503 that says throttling"),
        pytest.param(an_answer(504, b"<html>"), "unknown", "504", id="504"),
        pytest.param(an_answer(408, b""), "unknown", "408", id="408"),
        pytest.param(an_error(400, "RequestTimeout"), "unknown", "RequestTimeout", id="cut off on its way in"),
        pytest.param(an_error(429, "TooManyRequestsException"), "throttled", "TooManyRequestsException", id="429"),
        pytest.param(an_answer(429, b""), "throttled", "429", id="429 without a name"),
        pytest.param(
            an_answer(400, {"__type": "ThrottlingException"}), "throttled", "ThrottlingException", id="throttling body"
        ),
        pytest.param(an_error(400, "Throttling"), "throttled", "Throttling", id="throttling header"),
        pytest.param(an_error(400, "LimitExceededException"), "throttled", "LimitExceededException", id="limit"),
        pytest.param(an_error(400, "SendingPausedException"), "paused", "SendingPausedException", id="paused"),
        pytest.param(an_error(400, "AccountSuspendedException"), "paused", "AccountSuspendedException", id="suspended"),
        pytest.param(
            an_error(400, "MailFromDomainNotVerifiedException"),
            "paused",
            "MailFromDomainNotVerifiedException",
            id="our domain",
        ),
        pytest.param(an_error(404, "NotFoundException"), "paused", "NotFoundException", id="our configuration set"),
        pytest.param(an_error(403, "ExpiredTokenException"), "paused", "ExpiredTokenException", id="our credentials"),
        pytest.param(an_error(403, "SignatureDoesNotMatch"), "paused", "SignatureDoesNotMatch", id="our clock"),
        pytest.param(an_error(400, "MessageRejected"), "refused", "MessageRejected", id="rejected"),
        pytest.param(an_error(400, "MessageRejected", UNVERIFIED), "paused", "MessageRejected", id="not verified"),
        pytest.param(an_error(400, "BadRequestException"), "refused", "BadRequestException", id="bad request"),
        pytest.param(an_answer(413, b""), "refused", "413", id="413"),
    ],
)
def test_one_call_is_one_post_and_its_outcome_is_told_apart(run_server, behaviour, kind, code):
    server, client = run_server(behaviour)

    outcome = send(client)

    assert len(server.posts) == 1
    assert (outcome.kind, outcome.code) == (kind, code or outcome.code)
    assert outcome.message_id == ("m-1" if kind == "accepted" else "")


def test_nobody_listening_is_unreached():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    assert send(connect(port)).kind == "unreached"


def test_a_host_without_an_address_is_unreached(monkeypatch):
    def refuse(*arguments, **named):
        raise socket.gaierror("no such host")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)

    assert send(connect(9)).kind == "unreached"


def test_a_connection_that_is_never_made_is_unreached():
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener, contextlib.ExitStack() as stack:
        # A full backlog leaves a connection hanging: the time-out is the connection's, and nothing was sent.
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())

        outcome = send(connect(listener.getsockname()[1]))

    assert (outcome.kind, outcome.code) == ("unreached", "ConnectTimeoutError")


def test_without_credentials_nothing_is_posted_and_sending_pauses(run_server, monkeypatch):
    server, client = run_server(an_answer(200, {"MessageId": "m-1"}))
    monkeypatch.setattr(client._request_signer, "_credentials", None)

    assert send(client).kind == "paused"
    assert server.posts == []


def test_a_connection_that_went_stale_between_two_mails_costs_neither(run_server):
    server, client = run_server(an_answer(200, {"MessageId": "m-1"}, close=True))

    kinds = [send(client).kind for _ in range(20)]

    assert kinds == ["accepted"] * 20
    assert len(server.posts) == 20


@pytest.mark.parametrize("tries", [2, 3])
def test_a_client_that_would_retry_is_refused(tries):
    with pytest.raises(ValueError, match="twice"):
        Mailer(connect(9, tries=tries), "hello@example.com", "set")


def test_a_client_that_retries_would_have_posted_three_times(run_server):
    """The danger is real: this is what the check above keeps out."""
    server, _ = run_server(an_error(500, "InternalFailure"))
    server.behaviour = CLOSE
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=server.serve, args=(listener,), daemon=True).start()
    client = connect(listener.getsockname()[1], tries=3)

    with pytest.raises(Exception, match="closed"):
        client.send_email(Content={})
    listener.close()

    assert len(server.posts) == 3


def test_what_is_posted_is_the_mail_with_its_headers_and_opaque_tags(run_server):
    server, client = run_server(an_answer(200, {"MessageId": "m-1"}))
    send(client, to="asha@bücher.example")
    ((path, _, body),) = server.posts
    sent = json.loads(body)

    assert path == b"/v2/email/outbound-emails"
    assert sent["Destination"] == {"ToAddresses": ["asha@xn--bcher-kva.example"]}
    assert sent["FromEmailAddress"] == "Corner Shop <hello@example.com>"
    assert sent["ConfigurationSetName"] == "regulars-test"
    assert {tag["Name"]: tag["Value"] for tag in sent["EmailTags"]} == {"attempt": "attempt-1", "campaign": "win-back"}
    simple = sent["Content"]["Simple"]
    assert {header["Name"]: header["Value"] for header in simple["Headers"]} == MAIL.headers
    assert simple["Subject"] == {"Data": MAIL.subject, "Charset": "UTF-8"}
    assert simple["Body"]["Html"] == {"Data": MAIL.html, "Charset": "UTF-8"}
    assert simple["Body"]["Text"] == {"Data": MAIL.text, "Charset": "UTF-8"}


INJECTIONS = [
    *(chr(code) for code in [*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029]),
    "\r\n",
    "\n\n",
    "\r\n\r\n",
    "\n ",
    "\r\n\t",
    "%0d%0a\r\n",
    "\ud800",
]
EVIL_LINES = ("Bcc: v@example.net", "Subject: x")
EVIL_ADDRESSES = [
    *(f"a@example.org{sign}{line}" for sign in INJECTIONS for line in EVIL_LINES),
    *(f"a{sign}@example.org" for sign in INJECTIONS),
    *(f"a@example{sign}.org" for sign in INJECTIONS),
]
OUTSIDE = [text for sign in INJECTIONS for text in (f"{sign}a@example.org", f"a@example.org{sign}")]
EVIL_SUBJECTS = [f"Hello{sign}{line}" for sign in INJECTIONS for line in EVIL_LINES]
EVIL_HEADERS = [f"<https://x.example.com/{sign}{line}>" for sign in INJECTIONS for line in EVIL_LINES]


def test_what_stands_around_an_address_never_reaches_the_wire(run_server):
    server, client = run_server(an_answer(200, {"MessageId": "m-1"}))
    outcomes = [send(client, to=text) for text in [*OUTSIDE, "<a@example.org>", "a@example.org.", "a@example.org "]]

    taken = [outcome for outcome in outcomes if outcome.kind == "accepted"]
    assert len(taken) == len(server.posts) > 3
    for _, _, body in server.posts:
        assert json.loads(body)["Destination"]["ToAddresses"] == ["a@example.org"]


def test_header_injections_never_reach_the_wire(run_server):
    server, client = run_server(an_answer(200, {"MessageId": "m-1"}))
    outcomes = [send(client, to=address) for address in EVIL_ADDRESSES]
    outcomes += [send(client, mail=MAIL.model_copy(update={"subject": subject})) for subject in EVIL_SUBJECTS]
    outcomes += [send(client, mail=MAIL.model_copy(update={"headers": {"X-A": value}})) for value in EVIL_HEADERS]
    outcomes += [send(client, mail=MAIL.model_copy(update={"headers": {value: "x"}})) for value in EVIL_HEADERS]
    outcomes += [send(client, attempt=f"a{sign}b") for sign in [*INJECTIONS, "a@b", "a.b", "a:b", " "]]

    assert len(outcomes) > 700
    assert {outcome.kind for outcome in outcomes} == {"refused"}
    assert {outcome.code for outcome in outcomes} == {"address", "subject", "header", "tag"}
    assert server.posts == []


@pytest.mark.parametrize(
    "to",
    [
        "",
        "@",
        "a",
        "a@",
        "@example.org",
        "a@b@example.org",
        "a@example.org,b@example.org",
        "a@example.org;b@example.org",
        "a@example.org b@example.org",
        '"a@x, b" <c@example.org>',
        "A <a@example.org>",
        '"a b"@example.org',
        "(x)a@example.org",
        ".a@example.org",
        "a.@example.org",
        "a..b@example.org",
        "a@example..org",
        "a@-x.org",
        "a@x-.org",
        "a@x",
        "a@localhost",
        "a@[127.0.0.1]",
        "a@127.0.0.1",
        "=?utf-8?q?a=40x.org?=@example.org",
        "=?utf-8?q?x?=",
        "mıke@example.org",
        "आशा@example.org",
        "a＠example.org",
        "a@ex\u00adample.org",
        "a@ex\u200bample.org",
        "a@ﬁ.org",
        "a@\u212aelvin.org",
        "a@" + "x" * 64 + ".org",
        "a" * 65 + "@example.org",
        "a@" + "x." * 126 + "org",
    ],
)
def test_anything_but_exactly_one_address_is_refused(run_server, to):
    server, client = run_server(an_answer(200, {"MessageId": "m-1"}))

    assert send(client, to=to).code == "address"
    assert server.posts == []


@pytest.mark.parametrize(
    "to",
    [
        "asha@example.org",
        "a.b+tag@sub.example.co.uk",
        "o'brien@example.org",
        "a=b@example.org",
        "x@例え.テスト",
        "A_B-c@EXAMPLE.ORG",
        "a@xn--bcher-kva.example",
        "a@1.example.org",
    ],
)
def test_an_ordinary_address_is_sent_to(run_server, to):
    server, client = run_server(an_answer(200, {"MessageId": "m-1"}))

    assert send(client, to=to).kind == "accepted"
    assert json.loads(server.posts[0][2])["Destination"]["ToAddresses"][0].isascii()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"html": " "}, "body"),
        ({"text": ""}, "body"),
        ({"subject": " "}, "subject"),
        ({"subject": "x" * 201}, "subject"),
        ({"headers": {"X-A": "é"}}, "header"),
        ({"headers": {"X-A": "x" * 994}}, "header"),
        ({"headers": {"X A": "x"}}, "header"),
        ({"headers": {"X:A": "x"}}, "header"),
        ({"headers": {"": "x"}}, "header"),
    ],
)
def test_a_mail_that_is_not_fit_is_refused(run_server, change, code):
    server, client = run_server(an_answer(200, {"MessageId": "m-1"}))

    assert send(client, mail=MAIL.model_copy(update=change)).code == code
    assert server.posts == []


def an_account(**changes):
    quota = {"Max24HourSend": 50_000.0, "MaxSendRate": 14.0, "SentLast24Hours": 1_200.0}
    quota |= changes.pop("quota", {})
    return {"SendQuota": quota, "SendingEnabled": True, "EnforcementStatus": "HEALTHY"} | changes


@pytest.mark.parametrize(
    ("account", "quota"),
    [
        (an_account(), (14.0, 48_800, True)),
        (an_account(quota={"SentLast24Hours": 60_000.0}), (14.0, 0, True)),
        (an_account(quota={"Max24HourSend": -1.0}), (14.0, None, True)),
        (an_account(SendingEnabled=False), (14.0, 48_800, False)),
        (an_account(EnforcementStatus="SHUTDOWN"), (14.0, 48_800, False)),
        (an_account(EnforcementStatus="PROBATION"), (14.0, 48_800, True)),
    ],
)
def test_quota_is_what_is_left(run_server, account, quota):
    server, client = run_server(an_answer(200, account))

    assert read_quota(client) == quota
    assert server.gets == 1
