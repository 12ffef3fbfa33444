"""The text that `make run` prints once the stack has started."""

from typing import Any

from chalicelib.senders import SENDERS
from infra.local.environ import DATA
from infra.local.keys import sender_secret
from infra.places import LOCAL, show_path

LICENCE = LOCAL / "licence-shown"


def print_banner(state: dict[str, Any], absence: str, seconds: float, invitation: str) -> None:
    """Print the addresses of the stack, the first owner's invitation if there is none, and three commands to try."""
    url = state["url"]
    print(f"\nRegulars is running at {url} (up in {seconds:.1f} s). Ctrl-C ends it.\n")
    print(f"  desk      {state['desk']} (the console for the shop's people)")
    if invitation:
        print(f"            first owner: {invitation} (once, within 24 hours; `make invite` makes another)")
    print(f"  data      {name_database(absence)}")
    print(f"  mailbox   {state['mailbox']}")
    print(f"  events    {state['events']} (what the shop's own systems receive)")
    print("  campaigns all that ship, to try them out; on AWS marketing is off until named (docs/campaigns.md)")
    print(f"  logs      {show_path(LOCAL / 'log')}/")
    print(f"  secrets   {', '.join(f'{sender}: {sender_secret(sender)}' for sender in SENDERS)}\n")
    print("Three things to try:\n")
    print(f"  1. Open {url}/forms/sign-up and sign up; then confirm by the link in the mailbox.")
    print("  2. Post a signed Shopify order, then see whose it is:\n")
    print(indent(curl_shopify(url)))
    print("\n         make customer EMAIL=asha.rao@example.com\n")
    print("  3. Post a signed Typeform response:\n")
    print(indent(curl_typeform(url)))
    print("\n     A new one each time: .venv/bin/python -m infra.local.post shopify (or typeform)\n", flush=True)
    print_licence(absence)


def name_database(absence: str) -> str:
    """Return the name of the local DynamoDB, and the place of its data."""
    if absence:
        return f"moto, in memory: everything is gone at the end ({absence})"
    return f"DynamoDB Local, kept in {show_path(DATA)}/"


def print_licence(absence: str) -> None:
    """Print once what DynamoDB Local's licence asks."""
    if not absence and not LICENCE.exists():
        print("DynamoDB Local is AWS's own and not open source: its licence asks that you have an AWS account.")
        print("Without one, use LOCAL_DB=moto make run.\n", flush=True)
        LICENCE.touch()


def curl_shopify(url: str) -> list[str]:
    """Return a command that needs curl and openssl alone."""
    body = "infra/examples/shopify-order.json"
    return [
        f"curl -sS {url}/hooks/shopify -H 'Content-Type: application/json' \\",
        "  -H 'X-Shopify-Topic: orders/create' -H 'X-Shopify-Shop-Domain: corner-shop.example' \\",
        "  -H 'X-Shopify-Webhook-Id: example-1' -H 'X-Shopify-API-Version: 2024-10' \\",
        f'  -H "X-Shopify-Hmac-SHA256: {sign_openssl("shopify", body)}" \\',
        f"  --data-binary @{body}",
    ]


def curl_typeform(url: str) -> list[str]:
    """Return a command that needs curl and openssl alone."""
    body = "infra/examples/typeform-response.json"
    return [
        f"curl -sS {url}/hooks/typeform -H 'Content-Type: application/json' \\",
        f'  -H "Typeform-Signature: sha256={sign_openssl("typeform", body)}" \\',
        f"  --data-binary @{body}",
    ]


def sign_openssl(sender: str, body: str) -> str:
    """Return the shell expression for a base64 HMAC-SHA-256 of a file."""
    return f"$(openssl dgst -sha256 -hmac {sender_secret(sender)} -binary {body} | openssl base64 -A)"


def indent(lines: list[str]) -> str:
    """Return the lines of a command, indented."""
    return "\n".join(f"         {line}" for line in lines)
