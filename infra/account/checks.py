"""Whether an answer is one: each check returns what is wrong with it, in words, or nothing."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email
from phonenumbers import SUPPORTED_REGIONS

from chalicelib.words import list_languages

Check = Callable[[str], str]
ACCOUNT = re.compile(r"\d{12}")
REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")
ROLE = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+")
BUDGET = re.compile(r"[1-9]\d{0,6}")
SHORTEST_ADDRESS = 10
PROVIDERS = frozenset(
    f"{name}.com" for name in ("gmail", "googlemail", "outlook", "hotmail", "live", "yahoo", "icloud", "aol", "proton")
) | {"gmx.de", "web.de", "yandex.ru", "mail.ru", "proton.me", "rediffmail.com"}


def check_account(value: str) -> str:
    return "" if ACCOUNT.fullmatch(value) else "An account has 12 digits."


def check_region(value: str) -> str:
    return "" if REGION.fullmatch(value) else "A region looks like eu-central-1."


def check_mail(value: str) -> str:
    """Return what is wrong with a mail address; no DNS is asked."""
    try:
        validate_email(value, check_deliverability=False)
    except EmailNotValidError as fault:
        return f"That is no mail address. {fault}"
    return ""


def check_sender(value: str) -> str:
    """Return what is wrong with the address that mails are sent from: its domain must be the shop's to sign."""
    if value.rpartition("@")[2].lower() in PROVIDERS:
        return "It must be at a domain of yours: SES signs with the domain, and this one is a mail provider's."
    return check_mail(value)


def check_text(value: str) -> str:
    return "" if value.strip() and "\n" not in value else "One line of text is needed."


def check_address(value: str) -> str:
    """Return what is wrong with a postal address in one line."""
    if len(value.strip()) < SHORTEST_ADDRESS or "\n" in value:
        return "Street, number, postcode and town in one line: the law wants it under every mail."
    return ""


def check_url(value: str) -> str:
    """Return what is wrong with the address of a site."""
    parts = urlsplit(value)
    if parts.scheme != "https" or "." not in parts.netloc:
        return "An address begins with https:// and a host, such as https://corner.example.org."
    return "It has no ? and no #." if parts.query or parts.fragment else ""


def check_host(value: str) -> str:
    """Return what is wrong with the address of a domain of one's own, without a path."""
    if wrong := check_url(value):
        return wrong
    host, path = urlsplit(value).netloc, urlsplit(value).path
    return "It is a host alone, without a path, port or slash at its end." if path or ":" in host else ""


def check_country(value: str) -> str:
    return "" if value in SUPPORTED_REGIONS else "A country has two capital letters, such as GB (ISO 3166)."


def check_language(value: str) -> str:
    known = ", ".join(list_languages())
    return "" if value in list_languages() else f"A language is one of {known}."


def check_budget(value: str) -> str:
    return "" if BUDGET.fullmatch(value) else "A whole number of US dollars, such as 20."


def check_role(value: str) -> str:
    return "" if ROLE.fullmatch(value) else "A role looks like arn:aws:iam::123456789012:role/builder."
