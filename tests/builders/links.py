"""Links of a test's own, and what came of pressing them. Builders for tests."""

from contextlib import contextmanager
from datetime import UTC, datetime

from chalicelib.data_requests.codes import hash_code, name_result
from chalicelib.forms.known import ask_known
from chalicelib.forms.validation import validate_form
from chalicelib.forms.values import Occasion
from chalicelib.senders.answers import answer_form
from chalicelib.store.links import Ask, Link, LinkKind, Links, make_token, name_token
from chalicelib.store.table import Table
from chalicelib.strictjson import parse_object

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
# DynamoDB Local removes what has expired by the machine's own clock: links of tests end far ahead, or long ago.
END = datetime(2090, 1, 1, tzinfo=UTC)
SHOP = "https://shop.example"
CHROME = {
    "user-agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/138.0.0.0 Safari/537.36",
    "accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "accept-language": "en-GB,en;q=0.9",
    "sec-fetch-dest": "document",
    "sec-fetch-mode": "navigate",
    "sec-fetch-site": "none",
    "sec-fetch-user": "?1",
}
CODE = "K7X4MT"
WORDS = "I agree that this shop sends me news and offers by e-mail."
ASK = Ask(purpose="marketing", words=WORDS, words_version="2026-01-01", language="en")


def a_link(kind, **known):
    """Return a link of a kind; what it does can be said otherwise by name."""
    plain = {"kind": LinkKind(kind), "language": "en", "campaign": "win-back", "mail_id": "m1"}
    if kind == "go":
        plain |= {"destination": f"{SHOP}/tea?code=TEA10&utm_source=regulars", "code": "TEA10"}
        plain["expires_at"] = END
    if kind == "answer":
        plain |= {"campaign": "survey-invitation", "form": "survey", "expires_at": END}
    if kind == "confirm":
        plain |= {"title": "Join our mailing list", "asks": (ASK,), "expires_at": END}
    return Link(**{**plain, **known})


def put_link(stage, kind, **known):
    """Keep a link in a stage's table; return its token."""
    token = make_token()
    put_row(stage, token, a_link(kind, **known))
    return token


def give_link(shop, token, customer):
    """Let a link belong to a customer, as sending a mail does."""
    services = shop.services()
    services.people.table.commit_parts(services.people.claim_links([name_token(token)], customer))


def an_answer(token, form, values, at=NOW, page="page"):
    """Return the answers to a form behind a link, as its page sends them."""
    occasion = Occasion("US", at.date())
    clean = validate_form(ask_known(form), values, language="en", shop="Corner Shop", occasion=occasion)
    link = a_link("answer", form=form.name)
    return answer_form(link, name_token(token), clean, page, at, network="203.0.113.0/24")


def put_request(stage, kind="erase", code=CODE, **known):
    """Keep the link that proves a request; return its token."""
    token = make_token()
    plain = {"kind": LinkKind.REQUEST, "language": "en", "request": kind, "expires_at": END, "salt": "salt"}
    put_row(stage, token, Link(**{**plain, "code_hash": hash_code(token, code), **known}))
    return token


def name_page(stage, token, code=CODE) -> str:
    """Return the token of the result to which the link of a request leads whoever types its code."""
    link = Links(Table(stage.dynamodb, stage.settings.prefix + "links")).read_link(token, NOW)
    return name_result(link or Link(kind=LinkKind.REQUEST), token, code)


def put_result(stage, token, **known):
    """Keep what came of a request, where the link that proved it leads."""
    result = name_page(stage, token)
    put_row(stage, result, Link(**{"kind": LinkKind.RESULT, "language": "en", "expires_at": END, **known}))
    return result


def put_row(stage, token, link):
    """Keep a link under a token."""
    links = Links(Table(stage.dynamodb, stage.settings.prefix + "links"))
    stage.dynamodb.transact_write_items(TransactItems=[links.write_link(token, link)])


def read_inbox(shop):
    """Return the submissions that wait, opened, as (topic, body)."""
    opener = shop.services().opener
    rows = [row for row in shop.read_all("inbox") if "sealed" in row]
    waiting = [opener.open_submission(row["pk"]["S"], row["sealed"]["B"]) for row in rows]
    return [(one.topic, parse_object(one.body)) for one in waiting]


def browse(api, path, method="GET", **headers):
    """Ask as a person's browser does."""
    named = {name.replace("-", "_"): value for name, value in {**CHROME, **headers}.items()}
    return api.call(method, path, **named)


@contextmanager
def break_table(tables, name):
    """Take a table away, as an outage does; the test needs `own_tables`."""
    assert tables.own
    client = tables.dynamodb
    table = client.describe_table(TableName=tables.settings.prefix + name)["Table"]
    client.delete_table(TableName=table["TableName"])
    yield
    indexes = [
        {part: index[part] for part in ("IndexName", "KeySchema", "Projection")}
        for index in table.get("GlobalSecondaryIndexes", ())
    ]
    client.create_table(
        **{part: table[part] for part in ("TableName", "AttributeDefinitions", "KeySchema")},
        BillingMode="PAY_PER_REQUEST",
        **({"GlobalSecondaryIndexes": indexes} if indexes else {}),
    )
