"""`make story`: a win-back from end to end on the real local stack, as a shop would watch it.

Twelve people sign up and buy; thirty-one days pass; those who have not bought again get one mail, once; one clicks,
one stops the letters, one orders with the code. Pictures of the mails go to a folder with SHOTS=folder.
"""

import base64
import hashlib
import hmac
import html
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.proofs.stack import LocalStack

FORM = "application/x-www-form-urlencoded"
LANGUAGES = ("en", "hi", "bn", "kk", "fa")
PEOPLE = tuple((f"person{number}@example.org", LANGUAGES[number % 5]) for number in range(12))
NAMES = {"en": "Mary Field", "hi": "आशा राव", "bn": "রহিমা খাতুন", "kk": "Әсел Бекова", "fa": "نیلوفر احمدی"}


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """Hand back a redirect instead of following it."""

    def redirect_request(self, *_: object) -> None:
        return None


OPENER = urllib.request.build_opener(NoRedirect)


def call(url: str, body: bytes | None = None, **headers: str) -> tuple[int, dict[str, str], str]:
    """Call an address; return status, headers and text."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        with OPENER.open(urllib.request.Request(url, body, named), timeout=20) as answer:
            return answer.status, dict(answer.headers), answer.read().decode()
    except urllib.error.HTTPError as answer:
        return answer.code, dict(answer.headers), answer.read().decode()


def sign_up(stack: LocalStack, email: str, language: str) -> None:
    """Sign somebody up by the form, which sends a mail with a link."""
    body = {"email": email, "name": NAMES[language], "language": language, "consent_marketing": "yes"}
    status, _, text = call(f"{stack.url}/forms/sign-up", json.dumps(body).encode(), Content_Type="application/json")
    assert status == 202, (status, text)


def place_order(stack: LocalStack, number: int, email: str, at: datetime, code: str = "") -> None:
    """Post a signed Shopify order."""
    order = {
        "id": number,
        "email": email,
        "created_at": at.isoformat(),
        "updated_at": at.isoformat(),
        "currency": "EUR",
        "total_price": "24.00",
        "financial_status": "paid",
        "line_items": [{"id": 1, "title": "Tea", "quantity": 2, "price": "12.00"}],
        "discount_codes": [{"code": code, "amount": "2.40", "type": "percentage"}] if code else [],
        "customer": {"id": 1000 + int(re.sub(r"\D", "", email)), "email": email},
    }
    raw = json.dumps(order).encode()
    digest = base64.b64encode(hmac.new(b"local-shopify-secret", raw, hashlib.sha256).digest()).decode()
    status, _, text = call(
        f"{stack.url}/hooks/shopify",
        raw,
        Content_Type="application/json",
        X_Shopify_Topic="orders/create",
        X_Shopify_Shop_Domain="corner.myshopify.example",
        X_Shopify_Webhook_Id=f"order-{number}",
        X_Shopify_Hmac_Sha256=digest,
    )
    assert status == 202, (status, text)


def read_mails(stack: LocalStack) -> list[str]:
    """Return every mail of the local mailbox as its page shows it."""
    mailbox = str(stack.read_state()["mailbox"])
    mails = []
    while True:
        status, _, page = call(f"{mailbox}/{len(mails)}")
        if status == 404:
            return mails
        mails.append(html.unescape(html.unescape(page)))


def wait_for(what: str, look, seconds: float = 30) -> None:  # type: ignore[no-untyped-def]
    """Wait until `look` says yes."""
    deadline = time.monotonic() + seconds
    while not look():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.5)


def find_link(mail: str, page: str) -> str:
    """Return the first link of a mail to one of our pages."""
    found = re.search(rf"http://127\.0\.0\.1:\d+/{page}/[A-Za-z0-9_-]{{43}}", mail)
    assert found, f"no /{page}/ link"
    return found.group()


def find_mail(mails: list[str], email: str) -> str:
    """Return the newest mail to somebody."""
    return next(mail for mail in reversed(mails) if email in mail)


def confirm_all(stack: LocalStack) -> None:
    """Press the button behind the link in every confirmation mail."""

    def is_asked() -> bool:
        stack.run("infra.local.fire", "ask_confirmations", "")  # or the schedule, if it was faster
        return len(read_mails(stack)) == len(PEOPLE)

    wait_for("the confirmation mails", is_asked, 120)
    for mail in read_mails(stack):
        status, _, _ = call(find_link(mail, "confirm"), b"answer=yes", Content_Type=FORM)
        assert status == 200, status


def tell_story(stack: LocalStack) -> None:
    """Run the story; an assertion ends it where it is not true."""
    for email, language in PEOPLE:
        sign_up(stack, email, language)
    confirm_all(stack)
    wait_for("settling", lambda: "0 waiting" in stack.run("infra.staff.waiting"))
    now = datetime.now(UTC)
    for number, (email, _) in enumerate(PEOPLE):
        place_order(stack, number + 1, email, now)
    wait_for("settling", lambda: "0 waiting" in stack.run("infra.staff.waiting"))
    print(f"{len(PEOPLE)} people signed up, confirmed by the link in the mail, and bought")

    later = (now + timedelta(days=31)).replace(hour=10, minute=0, second=0)
    again = now + timedelta(days=20)  # no order is dated after it was received: the clock moves first
    stack.run("infra.local.clock", again.strftime("%Y-%m-%dT%H:%M:%SZ"))
    place_order(stack, 50, PEOPLE[0][0], again)
    wait_for("settling", lambda: "0 waiting" in stack.run("infra.staff.waiting"))
    print(f"{PEOPLE[0][0]} bought again twenty days later")
    print(stack.run("infra.local.clock", later.strftime("%Y-%m-%dT%H:%M:%SZ")).strip())

    stack.run("infra.local.fire", "plan_mails", "")  # the schedule may have been faster: the clock has jumped
    wait_for("the mails", lambda: len(read_mails(stack)) > len(PEOPLE) + 1)
    time.sleep(6)
    sent = read_mails(stack)[len(PEOPLE) :]
    print(f"{len(sent)} mails went out")
    offers = [mail for mail in sent if "BACK-" in mail]
    reached = [email for email, _ in PEOPLE if any(email in mail for mail in offers)]
    assert len(reached) == len(offers), "somebody got the offer twice"
    assert PEOPLE[0][0] not in reached, "a person who bought again was mailed"
    assert len(reached) >= 3, "too few were mailed to go on"
    print(f"{len(reached)} of them offer ten percent, each under a code of its own")

    for hour in (1, 25):
        moment = (later + timedelta(hours=hour)).strftime("%Y-%m-%dT%H:%M:%SZ")
        stack.run("infra.local.clock", moment)
        stack.run("infra.local.fire", "plan_mails", "")
    time.sleep(6)
    assert len(read_mails(stack)) == len(PEOPLE) + len(sent), "a second mail went out"
    print("nobody was mailed twice")

    clicker, stopper, buyer = reached[0], reached[1], reached[2]
    status, headers, _ = call(find_link(find_mail(offers, clicker), "go"), User_Agent="Mozilla/5.0 (iPhone) Safari")
    assert status == 302, status
    print(f"{clicker} clicked and landed at {headers['Location']}")

    stop = find_link(find_mail(offers, stopper), "unsubscribe")
    assert call(stop)[0] == 200
    status, _, _ = call(stop, b"List-Unsubscribe=One-Click", Content_Type=FORM)
    assert status == 200, status
    print(f"{stopper} stopped the letters with one click")

    code = re.search(r"BACK-[A-Z0-9]{8}", find_mail(offers, buyer))
    assert code, "no code in the mail"
    asked = json.dumps({"code": code.group()}).encode()
    taken = [call(f"{stack.read_state()['shop']}/checkout", asked)[0] for _ in range(2)]
    assert taken == [200, 422], taken
    place_order(stack, 60, buyer, later + timedelta(hours=5), code.group())
    print(f"{buyer} typed {code.group()} at the shop's checkout, which took it, once, and ordered")
    wait_for("settling", lambda: "0 waiting" in stack.run("infra.staff.waiting"))
    told = stack.run("infra.staff.codes", "list").strip()
    assert "1 redeemed" in told, told
    print(told)
    profile = stack.run("infra.staff.customer", "--email", stopper)
    assert "consent marketing: withdrawn" in profile, profile
    print(stack.run("infra.staff.report", "win-back"))


def main() -> int:
    """Run the story on a stack of its own; 0 when it came true."""
    with tempfile.TemporaryDirectory() as folder:
        stack = LocalStack(Path(folder) / "local")
        try:
            stack.start()
            tell_story(stack)
            return 0
        except subprocess.CalledProcessError as failed:
            print(failed.stdout, failed.stderr)
            raise
        finally:
            if os.environ.get("KEEP_LOGS"):
                subprocess.run(["sh", "-c", f"tail -n 40 {stack.output} {stack.folder}/log/*.log"], check=False)
            stack.end()


if __name__ == "__main__":
    sys.exit(main())
