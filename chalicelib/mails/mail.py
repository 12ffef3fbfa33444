"""One mail, and what it must hold before it may be sent."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from chalicelib.mails.templates import MARKETING_NEEDS
from chalicelib.mails.words import MailWords
from chalicelib.models import Model
from chalicelib.text import remove_switches

LARGEST = 100_000  # bytes; Gmail cuts a mail's HTML at 102 KB, and the unsubscribe link with it


class Mail(Model):
    """One mail, ready to be sent. `preview` is the line shown beside the subject in a list of mails."""

    subject: str
    preview: str
    html: str
    text: str
    headers: dict[str, str] = Field(default_factory=dict)


def list_headers(words: MailWords) -> dict[str, str]:
    """Return the headers by which a mail program unsubscribes with one press (RFC 8058: exactly these words)."""
    return {
        "List-Unsubscribe": f"<{words.unsubscribe_url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def list_faults(mail: Mail, shown: Mapping[str, Any], words: MailWords) -> list[str]:
    """Return the required parts that a rendered mail lacks; `shown` is empty for a mail that does not advertise."""
    faults = ["size"] if len(mail.html.encode()) > LARGEST else []
    if shown:
        page, text = (unfold_text(strip_isolation(each)) for each in (mail.html, mail.text))
        links = (f'<a href="{escape_html(words.unsubscribe_url)}"', words.unsubscribe_url)
        lines = [unfold_text(line) for line in words.shop_address.splitlines()]
        reason = unfold_text(shown["reason"])
        present = {
            "unsubscribe_url": links[0] in page and links[1] in text,
            "shop_address": all(escape_html(line) in page and line in text for line in lines),
            "reason": escape_html(reason) in page and reason in text,
        }
        faults += [name for name in MARKETING_NEEDS if not present[name]]
    return faults


def escape_html(text: str) -> str:
    """Escape text in the same way as the templates."""
    from markupsafe import escape

    return str(escape(text))


def strip_isolation(page: str) -> str:
    """Return a page or a text without the marks around names."""
    return remove_switches(page.replace("<bdi>", "").replace("</bdi>", ""))


def unfold_text(text: str) -> str:
    """Return text with every run of blanks as one space, so that it compares across line ends."""
    return " ".join(text.split())
