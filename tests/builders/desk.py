"""The desk as its gateway calls it: a browser with cookies and a passkey, over the tables of a stage."""

import json
import re
import secrets
from contextlib import contextmanager
from datetime import datetime, timedelta
from urllib.parse import urlencode, urlsplit

from chalice.test import HTTPResponse

from chalicelib import services
from chalicelib.config import current_settings
from chalicelib.desk import console
from chalicelib.desk.signing.invite import invite_member
from chalicelib.services import Services
from chalicelib.store.staff import Role, make_staff_id
from infra.local.invoke import LambdaContext
from infra.local.proxy import EPOCH, Answer, route_request
from tests.builders.api import make_request, put_parameters
from tests.builders.authenticator import Authenticator

FORM_TOKEN = re.compile(r'name="form_token" value="([0-9a-f]+)"')
SUBMISSION = re.compile(r'name="submission" value="([^"]+)"')
LINK = re.compile(r'value="(http[^"]*/join/[^"]+)"')
SAME = "same-origin"
AGENT = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/142.0 Safari/537.36"

CHANGING = {  # routes after which nobody else must have changed, and what they need
    "token": "nothing",
    "member": "nobody",
    "passkey": "none",
    "session": "none",
    "invitation": "none",
    "customer": "nobody",
    "form": "none",
    "erasure": "none",
    "item": "none",
    "request_id": "none",
    "campaign": "none",
    "group": "none",
    "question": "none",
    "sender": "none",
    "offer": "none",
    "device": "none",
    "tour": "none",
    "entry": "none",
}


class Desk:
    """A desk, its clock, and the browsers at it. `shop` is the one whose customers it opens, where a test needs any."""

    def __init__(self, stage, shop=None):
        self.stage = stage
        self.shop = shop
        made = Services(stage.settings, lambda name, _: stage.dynamodb if name == "dynamodb" else None)
        self.services = shop.services() if shop else made
        self.millis = 1772366400000  # 2026-03-01T12:00:00Z

    @property
    def now(self) -> datetime:
        return EPOCH + timedelta(milliseconds=self.millis)

    def wait(self, **span) -> None:
        """Let time pass."""
        self.millis += int(timedelta(**span).total_seconds() * 1000)

    def give_keys(self, shop, cloud):
        """Give the desk the keys of a shop and the door's parameters, with which it takes entries; return it."""
        ssm = cloud.ssm
        put_parameters(ssm, self.stage.settings, shop.public_key)
        keys = {"inbox_key": shop.inbox_key, "root_key": shop.root_key}
        self.services.settings = self.services.settings.model_copy(update=keys)
        self.services.connect = lambda name, _: {"dynamodb": self.stage.dynamodb, "ssm": ssm}.get(name)
        return self

    def open_browser(self, **headers):
        return Browser(self, headers)

    def invite(self, role="owner", name="Mara Lind", staff_id=""):
        """Return the path of an invitation by the operator."""
        self.wait(milliseconds=1)
        link = invite_member(self.services, staff_id or make_staff_id(), name, Role(role), "operator", self.now)
        return urlsplit(link).path

    def hire(self, role="owner", name="Mara Lind"):
        """Return the browser of somebody who joined just now."""
        browser = self.open_browser()
        answer = browser.join(self.invite(role, name))
        assert answer.status_code == 303, answer.body
        return browser

    def list_audit(self):
        return [(line.actor, line.reason) for line in self.services.audit.list_accesses(f"{self.now:%Y-%m}")]


class Browser:
    """One browser: cookies, a passkey, and the headers that browsers send by themselves."""

    def __init__(self, desk, headers=()):
        self.desk = desk
        self.cookies, self.tokens = {}, {}  # a session has one token
        self.key = Authenticator(desk.services.settings.desk_url)
        self.headers = dict(headers)

    @property
    def staff_id(self):
        return self.cookies["__Host-desk"].partition(".")[0]

    def call(self, method, target, body=b"", site=SAME, **headers):
        self.desk.wait(milliseconds=1)  # so that lines of the audit have an order
        sent = {"User-Agent": AGENT, "Accept-Language": "en", **self.headers}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        if site:
            sent["Sec-Fetch-Site"] = site
        if body:
            sent["Content-Type"] = sent.get("Content-Type", "application/x-www-form-urlencoded")
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        event = route_request(console.app.routes, make_request(method, target, sent.items(), body), self.desk.now)
        assert not isinstance(event, Answer), event
        answer = HTTPResponse.create_from_dict(console.app(event, LambdaContext("desk")))
        self.keep_cookies(answer)
        return answer

    def keep_cookies(self, answer):
        for line in answer.headers.get("Set-Cookie") or []:
            pair, _, attributes = line.partition(";")
            name, _, value = pair.partition("=")
            self.cookies.pop(name, None)
            if "Max-Age=0" not in attributes:
                self.cookies[name] = value

    def get(self, target, **headers):
        return self.call("GET", target, **headers)

    def read(self, target):
        """Return a page's text."""
        answer = self.get(target)
        assert answer.status_code == 200, (answer.status_code, answer.headers.get("Location"))
        return answer.body.decode()

    def read_token(self, page="/account"):
        """Return the token of this session's forms."""
        found = FORM_TOKEN.search(self.read(page))
        return found[1]

    def post(self, target, site=SAME, token=None, headers=None, **fields):
        """Send a form as a page of the desk does; `token` is another session's, or "" for none."""
        if token is None and (session := self.cookies.get("__Host-desk")):
            token = self.tokens.get(session) or self.tokens.setdefault(session, self.read_token())
        if token:
            fields["form_token"] = token
        return self.call("POST", target, urlencode(fields, doseq=True).encode(), site, **(headers or {}))

    def ask(self, target, **fields):
        """Return the options that a challenge's address gives."""
        answer = self.post(target, **fields)
        assert answer.status_code == 200, (answer.status_code, answer.headers.get("Location"))
        return json.loads(answer.body)

    def join(self, path, **fields):
        options = self.ask(f"{path}/challenge", token="")
        return self.post(path, token="", passkey=self.key.make(options), **fields)

    def sign_in(self, **fields):
        options = self.ask("/sign-in/challenge", token="")
        return self.post("/sign-in", token="", passkey=self.key.show(options), **fields)

    def touch(self, **fields):
        options = self.ask("/touch/challenge")
        return self.post("/touch", passkey=self.key.show(options), **fields)

    def read_link(self, answer):
        """Return the path of the invitation on a page."""
        return urlsplit(LINK.search(answer.body.decode())[1]).path


def read_id(page):
    """Return the id of the form that a page shows: a second press of its button counts once."""
    return SUBMISSION.search(page)[1]


def press(browser, path, **fields):
    """Send an act's form as a page shows it: each shown form has an id of its own."""
    return browser.post(path, **{"submission": secrets.token_urlsafe(16), **fields})


def fill(path):
    """Return a path whose parts name nothing: a route that lets somebody pass answers without doing anything."""
    return re.sub(r"{(\w+)}", lambda found: CHANGING[found[1]], path)


@contextmanager
def open_desk(stage, monkeypatch, shop=None):
    """Yield a desk over the tables of a stage."""
    opened = Desk(stage, shop)
    monkeypatch.setattr("chalicelib.desk.guard.current_services", lambda: opened.services)
    current_settings.cache_clear()
    services.current_services.cache_clear()
    yield opened
    services.current_services.cache_clear()
