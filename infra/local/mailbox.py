"""The mails that the local SES got, newest first, as a customer would read them. Local runs only."""

from collections.abc import Callable, Iterable
from email import message_from_string, policy
from email.message import EmailMessage
from html import escape
from typing import Any

from infra.local.clock import read_now

PATH = "/_local/mail"
HEAD = (
    "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
    "<title>Mailbox</title><style>:root{color-scheme:light dark}"
    "body{font:16px/1.5 system-ui;max-width:50rem;margin:2rem auto;padding:0 1rem;overflow-wrap:anywhere}"
    "iframe{width:100%;height:48rem;border:1px solid #8886;border-radius:8px}"
    "pre{white-space:pre-wrap;background:#8881;border-radius:8px;padding:1rem}pre,li,dd,h1{unicode-bidi:plaintext}"
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:.125rem 1rem}dt{opacity:.7}dd{margin:0}"
    "ul{list-style:none;padding:0}li{padding:.5rem 0;border-bottom:1px solid #8886}li a{font-weight:600}"
    "@media(max-width:30rem){dl{display:block}dd{margin-bottom:.5rem}}</style>"
)
# A mail's scripts and forms do nothing; a link opens a page of its own, which no frame may show.
SANDBOX = 'sandbox="allow-popups allow-popups-to-escape-sandbox"'
ASIDE = "<base target=_blank>"


def show_mailbox(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer /_local/mail with the list and /_local/mail/{number} with one mail (WSGI)."""
    mails = sent_mails()
    number = environ["PATH_INFO"][len(PATH) :].strip("/")
    if not number:
        return send_page(start_response, list_mails(mails))
    if number.isdigit() and int(number) < len(mails):
        return send_page(start_response, show_mail(mails[int(number)]))
    start_response("404 Not Found", [("Content-Type", "text/plain")])
    return [b"no such mail\n"]


def send_page(start_response: Callable[..., Any], page: str) -> Iterable[bytes]:
    """Answer with a page. The frame that shows a mail is sandboxed: a mail's scripts do not run."""
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-store")])
    return [f"{HEAD}<main>{page}</main>".encode()]


def sent_mails() -> list[EmailMessage]:
    """Return the mails in moto's SES, oldest first, whichever call sent them."""
    from moto.ses.models import ses_backends

    return [
        read_mail(sent)
        for regions in ses_backends.values()
        for backend in regions.values()
        for sent in backend.sent_messages
    ]


def read_mail(sent: Any) -> EmailMessage:
    """Turn one of moto's messages into a mail; raw ones are parsed, simple ones put together."""
    if hasattr(sent, "raw_data"):
        mail = message_from_string(sent.raw_data, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        return mail
    mail = EmailMessage(policy=policy.default)
    mail["From"], mail["Subject"] = sent.source, sent.subject
    mail["To"] = ", ".join(sent.destinations.get("ToAddresses", ()))
    mail.set_content(sent.body, subtype="html" if sent.body.lstrip().startswith("<") else "plain")
    return mail


def list_mails(mails: list[EmailMessage]) -> str:
    """Return the list, newest first."""
    lines = [
        f"<li><a href='{PATH}/{number}'><bdi>{escape(str(mail['Subject']))}</bdi></a><br>to {escape(str(mail['To']))}"
        for number, mail in enumerate(mails)
    ]
    listed = "".join(reversed(lines)) or "<li>Nothing has been sent yet."
    now = f"{read_now():%Y-%m-%d %H:%M:%S} UTC"
    return f"<h1>Mailbox</h1><p>{len(mails)} sent. The stack's clock: {now}.</p><ul>{listed}</ul>"


def show_mail(mail: EmailMessage) -> str:
    """Return one mail: its headers, then as HTML and as text."""
    headers = "".join(f"<dt>{escape(name)}<dd>{escape(str(value))}" for name, value in mail.items())
    page, text = mail.get_body(("html",)), mail.get_body(("plain",))
    source = escape(ASIDE + page.get_content()) if page else ""
    frame = f'<iframe {SANDBOX} title="The mail as HTML" srcdoc="{source}"></iframe>'
    return (
        f"<p><a href='{PATH}'>All mails</a></p><h1>{escape(str(mail['Subject']))}</h1><dl>{headers}</dl>"
        + (f"<h2>As HTML</h2>{frame}" if page else "")
        + (f"<h2>As text</h2><pre>{escape(text.get_content())}</pre>" if text else "")
    )
