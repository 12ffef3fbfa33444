"""Links of a test's own, and what came of pressing them. Builders for tests."""

from datetime import UTC, datetime

from chalicelib.links import Ask, Link, LinkKind, Links, make_token
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
WORDS = "I agree that this shop sends me news and offers by e-mail."
ASK = Ask(purpose="marketing", words=WORDS, words_version="2026-01-01", language="en")


def a_link(kind, **known):
    """Return a link of a kind; what it does can be said otherwise by name."""
    plain = {"kind": LinkKind(kind), "language": "en", "campaign": "win-back", "mail_id": "m1"}
    if kind == "go":
        plain |= {"destination": f"{SHOP}/tea?code=TEA10&utm_source=regulars", "code": "TEA10"}
        plain["expires_at"] = END
    if kind == "confirm":
        plain |= {"title": "Join our mailing list", "asks": (ASK,), "expires_at": END}
    return Link(**{**plain, **known})


def put_link(stage, kind, **known):
    """Keep a link in a stage's table; return its token."""
    token = make_token()
    links = Links(stage.dynamodb, stage.settings.prefix + "links")
    stage.dynamodb.transact_write_items(TransactItems=[links.write_link(token, a_link(kind, **known))])
    return token


def read_inbox(shop):
    """Return the submissions that wait, opened, as (topic, body)."""
    opener = shop.tools().opener
    waiting = [opener.open_submission(row["pk"]["S"], row["sealed"]["B"]) for row in shop.read_all("inbox")]
    return [(one.topic, parse_object(one.body)) for one in waiting]
