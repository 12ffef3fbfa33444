"""`make run`, whole: started, posted to, killed, started again. Real processes, real HTTP, real tables."""

import html
import json
import os
import re
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

from infra.deploy.starts import FORM
from infra.local.emulator import explain_absence
from infra.local.permissions import find_refusals
from infra.local.post import post_delivery, shopify_delivery
from infra.places import ROOT
from tests.builders.authenticator import Authenticator
from tests.builders.local_run import end_run, is_alive, list_children, run_environ, start_run, wait_until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="children are found by /proc")


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """Start one stack for the tests of this file."""
    started = start_run(tmp_path_factory.mktemp("local"), workers=2)
    yield started
    assert end_run(started) == 0
    assert find_refusals(started.folder / "log") == []  # what AWS would have refused each function


def test_a_signed_order_is_accepted_and_settled_within_seconds(running):
    before = running.count_rows("keys")
    assert post_delivery(running.state["url"], "shopify", same=True) == (202, '{"status":"accepted"}')
    running.wait_until(lambda: running.count_rows("keys") > before, 30)
    assert post_delivery(running.state["url"], "shopify", same=True) == (200, '{"status":"duplicate"}')


@pytest.mark.parametrize("sender", ["square", "stripe", "typeform", "webhooks"])
def test_a_signed_delivery_of_each_other_sender_is_accepted(running, sender):
    assert post_delivery(running.state["url"], sender, same=False)[0] == 202


def test_the_printed_commands_work_with_curl_and_openssl_alone(running):
    from infra.local.banner import curl_shopify, curl_typeform

    for command in (curl_shopify, curl_typeform):
        shell = "\n".join(command(running.state["url"]))
        ran = subprocess.run(["sh", "-c", shell], cwd=ROOT, capture_output=True, text=True, check=True)
        assert json.loads(ran.stdout)["status"] in ("accepted", "duplicate")


def test_an_unsigned_order_is_refused(running):
    url = f"{running.state['url']}/hooks/shopify"
    request = urllib.request.Request(url, b"{}", {"Content-Type": "application/json"})
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=5)
    with refused.value as answer:
        assert answer.code == 401


def test_the_door_processes_are_not_told_the_names_of_the_keys(running):
    knows_key = {}
    for pid in list_children(running.process.pid):
        command = Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
        names = {line.partition("=")[0] for line in Path(f"/proc/{pid}/environ").read_text().split("\0")}
        name = command.split("infra.local.")[-1].split()[0] if "infra.local." in command else "java"
        name = "desk" if command.rstrip().endswith(" desk") else name
        knows_key[name] = "INBOX_KEY" in names
    assert knows_key["gateway"] is False
    assert knows_key["desk"] is True  # it settles what staff put in
    assert knows_key["pumps"] is True


def test_key_files_are_their_owners_alone(running):
    modes = {path.name: path.stat().st_mode & 0o777 for path in (running.folder / "keys").iterdir()}
    assert modes == dict.fromkeys(("inbox.pem", "root.key", "door.key", "receipt.pem", "access.key"), 0o600)
    assert running.folder.stat().st_mode & 0o777 == 0o700


def test_a_mail_that_was_sent_can_be_read_as_html_and_as_text(running):
    raw = (
        "From: shop@example.com\r\nTo: asha.rao@example.com\r\nSubject: Welcome <back>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/alternative; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nHello in text\r\n"
        "--b\r\nContent-Type: text/html\r\n\r\n<p>Hello in <b>HTML</b></p>\r\n--b--\r\n"
    )
    ses = running.client("sesv2")
    ses.send_email(FromEmailAddress="shop@example.com", Content={"Raw": {"Data": raw.encode()}})
    ses.close()
    with urllib.request.urlopen(running.state["mailbox"], timeout=5) as page:
        assert "Welcome &lt;back&gt;" in page.read().decode()
    with urllib.request.urlopen(running.state["mailbox"] + "/0", timeout=5) as page:
        shown = page.read().decode()
    assert "Hello in text" in shown
    assert "&lt;b&gt;HTML&lt;/b&gt;" in shown
    assert "<iframe sandbox" in shown


def run_module(running, *command):
    """Run one of the project's commands against a stack."""
    environ = {**os.environ, "LOCAL_FOLDER": str(running.folder)}
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )


def show_customer(running, email):
    """Return what is known of somebody, or None where nobody is known by that address."""
    ran = run_module(running, "infra.staff.customer", "--email", email)
    assert (ran.returncode, ran.stdout) == (1, "Nobody is known by that address.\n") or ran.returncode == 0, ran.stderr
    return None if ran.returncode else ran.stdout


def find_confirmation(running, email):
    """Return the link in the mail that asks somebody to confirm, or None while there is none."""
    for number in range(20):
        try:
            with urllib.request.urlopen(f"{running.state['mailbox']}/{number}", timeout=5) as page:
                shown = html.unescape(html.unescape(page.read().decode()))
        except urllib.error.HTTPError as missing:
            missing.close()
            return None
        if email in shown:
            return re.search(r"http://127\.0\.0\.1:\d+/confirm/[A-Za-z0-9_-]{43}", shown).group()
    return None


def test_newsletter_makes_nobody_a_customer_before_the_button_in_the_mail_is_pressed(running):
    email = "newsletter@example.org"
    body = json.dumps({"email": email, "consent_marketing": "yes", "language": "kk"}).encode()
    kinds = {"Content-Type": "application/json"}
    with urllib.request.urlopen(
        urllib.request.Request(f"{running.state['url']}/forms/newsletter", body, kinds), timeout=5
    ) as answer:
        assert answer.status == 202
    running.wait_until(lambda: "unconfirmed" in run_module(running, "infra.staff.waiting").stdout)

    def ask():
        fired = run_module(running, "infra.local.fire", "ask_confirmations", "")  # or the schedule, if it was faster
        assert fired.returncode == 0, fired.stderr
        return find_confirmation(running, email)

    running.wait_until(ask)
    link = find_confirmation(running, email)
    with urllib.request.urlopen(link, timeout=5) as page:
        assert "Растау" in page.read().decode()
    assert show_customer(running, email) is None

    with urllib.request.urlopen(link, b"answer=yes", timeout=5) as page:
        assert "Рақмет, расталды" in page.read().decode()
    running.wait_until(lambda: show_customer(running, email))
    assert "consent marketing: given" in show_customer(running, email)


def post_for(url, shop):
    """Post a signed order under another shop's name; return the status."""
    body, headers = shopify_delivery(url, same=False)
    named = {**headers, "Content-Type": "application/json", "X-Shopify-Shop-Domain": shop}
    try:
        with urllib.request.urlopen(urllib.request.Request(f"{url}/hooks/shopify", body, named), timeout=5) as answer:
            return answer.status
    except urllib.error.HTTPError as refused:
        refused.close()
        return refused.code


def test_the_first_shop_of_a_sender_is_learned_and_another_name_in_the_header_is_refused(running):
    url = running.state["url"]
    assert post_delivery(url, "shopify", same=False)[0] == 202
    for shop in ("another.myshopify.example", "corner-shop.example.evil.example"):
        assert {post_for(url, shop) for _ in range(6)} == {401}  # whichever worker answers
    assert post_for(url, "Corner-Shop.example") == 202


def test_a_consent_reaches_the_shops_own_system_signed(running):
    order = {"item": "Tea", "quantity": 1, "name": "Dana", "email": "dana@example.org", "consent_marketing": "yes"}
    body = json.dumps(order).encode()
    url, kinds = f"{running.state['url']}/forms/pre-order", {"Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(url, body, kinds), timeout=5) as answer:
        assert answer.status == 202
    running.wait_until(lambda: show_customer(running, "dana@example.org"))

    def list_events():
        fired = run_module(running, "infra.local.fire", "relay_events", "")  # or the schedule, if it was faster
        assert fired.returncode == 0, fired.stderr
        return run_module(running, "infra.local.receiver").stdout

    running.wait_until(lambda: "consent.changed" in list_events())
    events = [json.loads(line) for line in list_events().splitlines()]
    told_of = {(one["data"]["purpose"], one["data"]["state"], one["data"]["channel"]) for one in events}
    assert ("marketing", "given", "form:pre-order") in told_of
    assert "dana" not in json.dumps(events).lower()


@pytest.mark.parametrize(
    ("module", "arguments", "output"),
    [
        ("infra.local.fire", ["sweep_inbox", "2026-12-24T09:00:00Z"], "{"),
        ("infra.local.clock", ["2026-12-24T09:00:00Z"], "The stack's clock: 2026-12-24T09:00:0"),
        ("infra.local.clock", ["real"], "The stack's clock: "),
    ],
)
def test_a_job_is_fired_and_the_clock_is_moved(running, module, arguments, output):
    ran = run_module(running, module, *arguments)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith(output)


def test_a_form_of_the_shop_is_read_without_a_restart_mended_and_taken_away(running):
    def read_form():
        try:
            with urllib.request.urlopen(f"{running.state['url']}/forms/tasting", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, refused.read().decode()
        except OSError:  # a worker ended while it answered
            return 0, ""

    file = running.folder / "own" / "forms" / "tasting.toml"
    file.parent.mkdir(parents=True)
    assert read_form()[0] == 404
    file.write_text('kind = "response"\nversion = "soon"\n')
    running.wait_until(lambda: "tasting.toml, line 2: version" in read_form()[1], 30)
    file.write_text(FORM.replace("{name}", "tasting").replace("{today}", "2026-11-29"))
    running.wait_until(lambda: "Ask us anything" in read_form()[1], 30)
    file.unlink()
    running.wait_until(lambda: {read_form()[0] for _ in range(6)} == {404}, 30)
    assert post_delivery(running.state["url"], "shopify", same=False)[0] == 202


def test_the_desk_answers_under_its_name_and_is_held_to_its_policy(running):
    desk = running.state["desk"]
    assert desk.startswith("http://localhost:")
    invited = run_module(running, "infra.staff.invite", "--name", "Mara Lind")
    link = invited.stdout.strip()
    assert link.startswith(f"{desk}/join/"), invited.stderr

    def ask(address, host="", **fields):
        body = urllib.parse.urlencode(fields).encode() if fields else None
        request = urllib.request.Request(
            address, body, {"Sec-Fetch-Site": "same-origin"} | ({"Host": host} if host else {})
        )
        with urllib.request.build_opener(StayHere).open(request, timeout=30) as answer:
            return answer.status, dict(answer.headers), answer.read()

    key = Authenticator(desk)
    assert b"Mara Lind" in ask(link)[2]
    options = json.loads(ask(f"{link}/challenge", lang="en")[2])
    status, headers, _ = ask(link, passkey=key.make(options))
    assert (status, headers["Location"]) == (303, "/account")
    with pytest.raises(urllib.error.HTTPError) as refused:
        ask(desk, host="desk.example")
    refused.value.close()
    assert refused.value.code == 421


class StayHere(urllib.request.HTTPErrorProcessor):
    """Returns a redirect as it is."""

    def http_response(self, request, response):
        return response if response.status == 303 else super().http_response(request, response)


def test_a_second_start_in_the_same_folder_says_where_the_first_is(running):
    ran = subprocess.run(
        [sys.executable, "-m", "infra.local.run"],
        cwd=ROOT,
        env=run_environ(running.folder),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (1, f"Already running: {running.state['url']}\n")


def test_after_kill_9_nothing_is_left_running_and_a_new_start_has_all_the_data(tmp_path):
    if absence := explain_absence():
        pytest.skip(f"moto keeps nothing ({absence})")
    first = start_run(tmp_path)
    assert post_delivery(first.state["url"], "shopify", same=True)[0] == 202
    wait_until(lambda: first.count_rows("keys") > 1)
    rows = first.count_rows("customers")
    children = list_children(first.process.pid)
    assert len(children) >= 3  # cloud, pumps, gateway; and DynamoDB Local where there is Java
    first.process.kill()
    first.process.wait()
    first.process.stdout.close()
    assert wait_until(lambda: not any(map(is_alive, children)), 5)

    second = start_run(tmp_path)
    assert wait_until(lambda: second.count_rows("customers") >= rows, 5)
    assert post_delivery(second.state["url"], "shopify", same=True) == (200, '{"status":"duplicate"}')
    children = list_children(second.process.pid)
    assert end_run(second) == 0
    assert not any(map(is_alive, children))
    assert not (tmp_path / "state.json").exists()
