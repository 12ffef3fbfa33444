"""`make prove-trust`: one person's data from first order to receipt, and no way back, on the real local stack.

A Shopify order, a Typeform response, a row of a list and a form make one person. They ask what is held, in a browser
where there is one; the mail's code opens the package. They ask to be forgotten; openssl alone checks the receipt.
Then everything is delivered again, a backup from before is put in place and the ledger replayed, every file on disk is
searched, and at last they sign up again by themselves. Pictures go to a folder with SHOTS=folder.
"""

import argparse
import contextlib
import hashlib
import hmac
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
import zipfile
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3

from infra.local.post import EXAMPLES
from tests.browser.conftest import CHROMIUM, DRIVER, QUIET
from tests.builders.canary import find_canaries
from tests.proofs.stack import LocalStack
from tests.proofs.story import call, find_mail, read_mails, wait_for

EMAIL, NAME, PHONE = "kanary.saule@example.org", "Saule Kanarina-Bekova", "+77010009911"
DOMAIN = "corner.myshopify.example"
FORM = "application/x-www-form-urlencoded"
CODE = re.compile(r"\b([2-9A-HJ-NP-Z]{3})[ -]?([2-9A-HJ-NP-Z]{3})\b")
LINK = re.compile(r"http://127\.0\.0\.1:\d+/privacy/confirm/[A-Za-z0-9_-]{43}")


def say(*words: object) -> None:
    """Print at once: the proof takes minutes."""
    print(*words, flush=True)


class Story:
    """The stack, and what was sent to it, to be sent again."""

    def __init__(self, stack: LocalStack, folder: Path) -> None:
        self.stack = stack
        self.folder = folder
        self.now = datetime.now(UTC)
        self.mails = 0  # with a code, so far

    def send_order(self, note: str = "", number: int = 7001) -> tuple[int, str]:
        """Send the order of a day ago; with a note it is another delivery of the same order."""
        at = (self.now - timedelta(days=1)).isoformat()
        body = {
            "id": number,
            "email": EMAIL,
            "created_at": at,
            "updated_at": at,
            "currency": "EUR",
            "total_price": "24.00",
            "financial_status": "paid",
            "note": note,
            "line_items": [{"id": 1, "title": "Tea", "quantity": 2, "price": "12.00"}],
            "customer": {"id": 4242, "email": EMAIL, "first_name": NAME},
        }
        return self.send_shopify("orders/create", body, f"order-{number}-{note}")

    def send_shopify(self, topic: str, body: dict[str, Any], delivery: str) -> tuple[int, str]:
        """Send a signed delivery."""
        raw = json.dumps(body).encode()
        digest = b64encode(hmac.digest(b"local-shopify-secret", raw, hashlib.sha256)).decode()
        status, _, text = call(
            f"{self.stack.url}/hooks/shopify",
            raw,
            Content_Type="application/json",
            X_Shopify_Topic=topic,
            X_Shopify_Shop_Domain=DOMAIN,
            X_Shopify_Webhook_Id=delivery,
            X_Shopify_Hmac_Sha256=digest,
        )
        return status, text

    def send_response(self) -> tuple[int, str]:
        """Send the example of a Typeform response, as this person."""
        text = (EXAMPLES / "typeform-response.json").read_text()
        raw = text.replace("bekzat@example.org", EMAIL).replace("Bekzat Omarov", NAME).encode()
        digest = b64encode(hmac.digest(b"local-typeform-secret", raw, hashlib.sha256)).decode()
        signature = f"sha256={digest}"
        url = f"{self.stack.url}/hooks/typeform"
        status, _, answer = call(url, raw, Content_Type="application/json", Typeform_Signature=signature)
        return status, answer

    def import_row(self, name: str) -> str:
        """Import a list with this person on it, under a name."""
        rules = (EXAMPLES / "import" / "map.toml").read_text().replace('name = "till-2026"', f'name = "{name}"')
        (self.folder / "map.toml").write_text(rules)
        header = (EXAMPLES / "import" / "customers.csv").read_text("utf-8-sig").splitlines()[0]
        delimiter = ";" if header.count(";") > header.count(",") else ","
        cells = {"No.": "99", "Name": NAME, "E-mail": EMAIL, "Phone": PHONE, "Newsletter": "yes"}
        row = delimiter.join(cells.get(column.strip('"'), "") for column in header.split(delimiter))
        (self.folder / "list.csv").write_text(f"{header}\n{row}\n")
        files = ("--file", str(self.folder / "list.csv"), "--map", str(self.folder / "map.toml"))
        return self.stack.run("infra.staff.imports", *files, "--apply", "yes")

    def order_item(self) -> None:
        """Order by the form, as on a new visit: without a key of its own a post soon after is a repetition."""
        contacts = {"email": EMAIL, "name": NAME, "phone": PHONE}
        body = {**contacts, "item": "Tea", "quantity": 1, "language": "kk", "consent_marketing": "yes"}
        url = f"{self.stack.url}/forms/pre-order"
        headers = {"Content_Type": "application/json", "Idempotency_Key": uuid4().hex}
        status, _, text = call(url, json.dumps(body).encode(), **headers)
        assert status == 202, (status, text)

    def settle(self) -> None:
        """Wait until nothing waits."""
        wait_for("settling", lambda: "0 waiting" in self.stack.run("infra.staff.waiting"), 120)

    def is_known(self) -> bool:
        """Tell whether this person is known."""
        command = [sys.executable, "-m", "infra.staff.customer", "--email", EMAIL]
        done = subprocess.run(command, env=self.stack.environ, capture_output=True, text=True, check=False)
        return done.returncode == 0

    def fire(self, job: str) -> None:
        """Let a schedule come now."""
        self.stack.run("infra.local.fire", job, "")

    def ask(self, kind: str, browser: Any) -> None:
        """Ask for something by the page."""
        url = f"{self.stack.url}/privacy/requests?lang=en"
        if browser is None:
            body = urllib.parse.urlencode({"email": EMAIL, "kind": kind}).encode()
            status, _, page = call(f"{self.stack.url}/privacy/requests", body, Content_Type=FORM)
            assert status == 202, (status, page)
            return
        browser.get(url)
        shoot(browser, f"request-{kind}")
        browser.find_element("css selector", "[name=email]").send_keys(EMAIL)
        browser.find_element("css selector", f"[name=kind][value={kind}]").click()
        browser.find_element("css selector", "form button, form [type=submit]").click()
        shoot(browser, f"request-{kind}-sent")

    def count_mails(self) -> int:
        """Return how many mails with a code there are."""
        return sum(bool(LINK.search(mail)) for mail in read_mails(self.stack))

    def confirm(self, kind: str, browser: Any) -> str:
        """Take link and code from the mail and type the code; return the address of the result."""
        self.settle()
        wait_for("the mail", lambda: self.fire("answer_requests") or self.count_mails() > self.mails, 120)
        self.mails = self.count_mails()
        mail = find_mail([one for one in read_mails(self.stack) if LINK.search(one)], EMAIL)
        link, code = LINK.search(mail), find_code(mail)
        assert link, "no link in the mail"
        assert call(link.group())[0] == 200
        wrong = urllib.parse.urlencode({"code": "222222" if code != "222222" else "333333"}).encode()
        assert call(link.group(), wrong, Content_Type=FORM)[0] == 422
        if browser is None:
            typed = urllib.parse.urlencode({"code": code}).encode()
            status, headers, page = call(link.group(), typed, Content_Type=FORM)
            assert status == 303, (status, page)
            return headers["Location"]
        browser.get(link.group())
        shoot(browser, f"code-{kind}")
        browser.find_element("css selector", "[name=code]").send_keys(code.lower())
        browser.find_element("css selector", "form button, form [type=submit]").click()
        wait_for("the result's page", lambda: "/privacy/results/" in browser.current_url, 30)
        shoot(browser, f"result-{kind}-pending")
        return str(browser.current_url)


def find_code(mail: str) -> str:
    """Return the code of a mail: the one that stands in large letters."""
    text = re.sub(r"<(style|head)\b.*?</\1>", " ", mail, flags=re.DOTALL)
    shown = [found for found in CODE.findall(re.sub(r"<[^>]+>", "\n", text)) if "".join(found).isupper()]
    shown = [found for found in shown if not "".join(found).isalpha()] or shown
    assert shown, "no code in the mail"
    return "".join(shown[0])


def shoot(browser: Any, name: str) -> None:
    """Keep a picture of the page where somebody wants to look at it."""
    if (folder := os.environ.get("SHOTS")) and browser is not None:
        Path(folder).mkdir(parents=True, exist_ok=True)
        browser.save_screenshot(str(Path(folder) / f"trust-{name}.png"))


@contextlib.contextmanager
def open_chromium(folder: Path) -> Iterator[Any]:
    """Start a browser, or yield None where there is none."""
    if not (CHROMIUM and DRIVER):
        say("no Chromium here: pages are fetched instead")
        yield None
        return
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in (*QUIET, f"--user-data-dir={folder}", "--window-size=390,844"):
        options.add_argument(argument)
    browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    try:
        yield browser
    finally:
        browser.quit()


def read_bytes(url: str) -> bytes:
    """Return a file's bytes."""
    with urllib.request.urlopen(url, timeout=20) as answer:
        return bytes(answer.read())


def wait_result(result: str, story: Story, job: str) -> None:
    """Let the job come until the result is there."""
    story.settle()
    deadline = time.monotonic() + 120
    while call(result)[0] != 200:
        assert time.monotonic() < deadline, "the result never came"
        story.fire(job)
        time.sleep(1)


def file_of(result: str, name: str) -> str:
    """Return the address of a result's file."""
    return f"{result.partition('?')[0]}/{name}"


def check_package(result: str) -> None:
    """Open the package and find in it what was told."""
    data = json.loads(read_bytes(file_of(result, "data.json")))
    text = json.dumps(data, ensure_ascii=False)
    for told in (NAME, EMAIL, PHONE, "Tea", "rating", "marketing"):
        assert told in text, f"the package lacks {told}"
    with zipfile.ZipFile(io.BytesIO(read_bytes(file_of(result, "data.zip")))) as packed:
        names = packed.namelist()
        assert packed.testzip() is None
    say(f"   package: {len(text):,} characters of JSON, files {', '.join(sorted(names))}")


def check_receipt(result: str, story: Story) -> dict[str, Any]:
    """Fetch receipt, signature and key, and check them with openssl alone."""
    for name, url in (
        ("receipt.json", file_of(result, "receipt.json")),
        ("receipt.sig", file_of(result, "receipt.sig")),
        ("receipt-key.pem", f"{story.stack.url}/privacy/receipt-key.pem"),
    ):
        (story.folder / name).write_bytes(read_bytes(url))
    command = ["openssl", "dgst", "-sha256", "-verify", "receipt-key.pem", "-signature", "receipt.sig", "receipt.json"]
    said = subprocess.run(command, cwd=story.folder, capture_output=True, text=True, check=False).stdout.strip()
    assert said == "Verified OK", said
    say("   openssl says:", said)
    receipt: dict[str, Any] = json.loads((story.folder / "receipt.json").read_text())
    assert find_canaries(json.dumps(receipt).encode(), (EMAIL, NAME, PHONE)) == []
    say("   receipt:", json.dumps({name: receipt[name] for name in ("counts", "copies", "ledger")}))
    return receipt


def send_all_again(story: Story) -> None:
    """Deliver again what came before, as it was and changed, and what a shop's systems might still say."""
    again = {
        "the same order": story.send_order(),
        "the order, changed": story.send_order("packed"),
        "the same response": story.send_response(),
        "a sync of the customer": story.send_shopify(
            "customers/update",
            {"id": 4242, "first_name": NAME, "email": EMAIL, "updated_at": datetime.now(UTC).isoformat()},
            "sync-1",
        ),
    }
    for what, (status, text) in again.items():
        assert status in (200, 202), (what, status, text)
        say(f"   {what}: {status} {text.strip()}")
    said = story.import_row("list-again")
    say("   the list again:", said.splitlines()[0])
    story.settle()
    assert not story.is_known(), "somebody came back"


def find_readable(folder: Path) -> list[str]:
    """Return every file under a folder in which something of the person can be read."""
    found = []
    for path in folder.rglob("*"):
        if path.is_file() and find_canaries(path.read_bytes(), (EMAIL, NAME, PHONE)):
            found.append(str(path.relative_to(folder)))
    return found


def tell_story(story: Story, browser: Any) -> None:
    """Run the story; an assertion ends it where it is not true."""
    stack = story.stack
    assert story.send_order()[0] == 202
    assert story.send_response()[0] == 202
    story.order_item()
    story.import_row("list-one")
    story.settle()
    assert story.is_known()
    say("1. an order, a survey's answer, a form and a list's row made one person")

    assert call(f"{stack.url}/privacy?lang=kk")[0] == 200
    story.ask("access", browser)
    result = story.confirm("access", browser)
    wait_result(result, story, "answer_requests")
    if browser is not None:
        browser.get(result)
        shoot(browser, "result-access")
    say("2. they asked, typed the code, and have their package")
    check_package(result)

    stack.end()
    shutil.copytree(stack.folder / "dynamodb", story.folder / "backup")
    stack.start()
    story.mails = 0  # the mailbox lives in memory
    later = datetime.now(UTC) + timedelta(hours=2)  # one mail an hour to one address
    stack.run("infra.local.clock", later.strftime("%Y-%m-%dT%H:%M:%SZ"))
    story.ask("erase", browser)
    result = story.confirm("erase", browser)
    wait_result(result, story, "forget_people")
    if browser is not None:
        browser.get(result)
        shoot(browser, "result-erase")
    assert not story.is_known()
    say("3. they asked to be forgotten and are")
    check_receipt(result, story)

    say("4. everything is delivered again")
    send_all_again(story)
    say("  ", stack.run("infra.staff.ledger", "verify").strip())
    stack.run("infra.staff.ledger", "export", "--file", str(story.folder / "ledger.jsonl"))

    stack.end()
    say("5. files on disk in which they can be read:", find_readable(stack.folder) or "none")
    assert not find_readable(stack.folder)
    restore_backup(story)

    stack.start()
    later += timedelta(hours=1)  # a new start has the machine's own time, before they were forgotten
    stack.run("infra.local.clock", later.strftime("%Y-%m-%dT%H:%M:%SZ"))
    send_all_again(story)
    say("   delivered again after the restore: nobody came back")
    story.order_item()
    story.settle()
    profile = stack.run("infra.staff.customer", "--email", EMAIL)
    assert ": 1 events" in profile, profile
    say("7. they ordered again by themselves:", profile.splitlines()[0])


def restore_backup(story: Story) -> None:
    """Put the backup from before in place and replay the exported ledger before anything is started."""
    shutil.rmtree(story.stack.folder / "dynamodb")
    shutil.copytree(story.folder / "backup", story.stack.folder / "dynamodb")
    (story.stack.folder / "checkpoints.json").unlink()  # a restored table has a stream of its own
    assert story.is_known(), "the backup does not hold them: it proves nothing"
    said = story.stack.run("infra.staff.ledger", "replay", "--file", str(story.folder / "ledger.jsonl"))
    assert not story.is_known()
    say("6. a backup from before was restored, and the ledger replayed:", said.strip())
    say("   files on disk in which they can be read:", find_readable(story.stack.folder) or "none")


def measure_forgetting(story: Story, people: int) -> None:
    """Measure how long after the 2xx of customers/redact a key is gone, for many people one after another."""
    state = story.stack.read_state()["environ"]
    assert isinstance(state, dict)
    names = {name.lower(): value for name, value in state.items()}
    dynamodb = boto3.client(
        "dynamodb",
        endpoint_url=state["AWS_ENDPOINT_URL_DYNAMODB"],
        region_name=names.get("aws_region", "us-east-1"),
        aws_access_key_id=names.get("aws_access_key_id", "x"),
        aws_secret_access_key=names.get("aws_secret_access_key", "x"),
    )
    at = datetime.now(UTC).isoformat()
    for number in range(people):
        body = {"id": 9000 + number, "first_name": "A", "email": f"s{number}@example.org", "updated_at": at}
        story.send_shopify("customers/update", body, f"speed-{number}")
    story.settle()
    held = count_keys(dynamodb)
    times = []
    for number in range(people):
        customer = {"id": 9000 + number}
        body = {"shop_id": 9, "shop_domain": DOMAIN, "customer": customer, "orders_to_redact": []}
        began = time.monotonic()
        assert story.send_shopify("customers/redact", body, f"gone-{number}")[0] == 202
        while count_keys(dynamodb) >= held - number:
            time.sleep(0.02)
        times.append(time.monotonic() - began)
    times.sort()
    middle, worst = times[len(times) // 2], times[min(len(times) - 1, int(len(times) * 0.99))]
    say(f"8. from the request to unreadable, {people} people: median {middle:.2f} s, p99 {worst:.2f} s")


def count_keys(dynamodb: Any) -> int:
    """Return how many customers have a key."""
    scan = dynamodb.get_paginator("scan")
    pages = scan.paginate(TableName="regulars-local-keys", Select="COUNT", ConsistentRead=True)
    return sum(page["Count"] for page in pages)


def main() -> int:
    """Run the story on a stack of its own; 0 when it came true."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--people", type=int, default=100, help="whose forgetting is timed at the end")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        stack = LocalStack(folder / "local")
        story = Story(stack, folder)
        try:
            with open_chromium(folder / "chromium") as browser:
                stack.start()
                tell_story(story, browser)
                if asked.people:
                    measure_forgetting(story, asked.people)
            return 0
        except subprocess.CalledProcessError as failed:
            say(failed.stdout, failed.stderr)
            raise
        finally:
            if os.environ.get("KEEP_LOGS"):
                subprocess.run(["sh", "-c", f"tail -n 40 {stack.output} {stack.folder}/log/*.log"], check=False)
            stack.end()


if __name__ == "__main__":
    sys.exit(main())
