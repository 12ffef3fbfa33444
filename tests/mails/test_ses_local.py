"""Mails through the local SES: what the mailbox shows is what would have been sent."""

import html
import urllib.request

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from chalicelib.mails.rendering import render_mail
from chalicelib.mails.ses import Mailer, Quota, read_quota
from chalicelib.mails.templates import list_templates
from chalicelib.words import list_languages
from infra.deploy.preview import invent_words
from infra.local.mailbox import ASIDE, PATH


@pytest.fixture
def client(cloud):
    """Return a client of the local SES, where the sender's domain is verified."""
    import boto3

    address = cloud.environ["AWS_ENDPOINT_URL_SESV2"]
    cloud.client("ses").verify_domain_identity(Domain="example.com")
    session = boto3.session.Session()
    config = Config(retries={"total_max_attempts": 1}, parameter_validation=False)
    return session.client("sesv2", endpoint_url=address, config=config)


@pytest.fixture
def read_mailbox(cloud):
    """Return a function that reads a page of the local mailbox: its list, or one mail."""

    def read(number=""):
        with urllib.request.urlopen(f"{cloud.environ['AWS_ENDPOINT_URL_SESV2']}{PATH}/{number}", timeout=5) as page:
            return page.read().decode()

    return read


def send(client, mail, to="asha@example.org"):
    return Mailer(client, "Corner Shop <hello@example.com>", "").send_mail(to, mail, attempt_id="a-1", campaign="c")


@pytest.mark.parametrize("template", list_templates())
def test_mailbox_shows_every_mail_with_both_parts_and_its_headers(client, read_mailbox, template):
    for language in list_languages():
        words = invent_words(template, language)
        mail = render_mail(template, language, words)
        before = read_mailbox().count("<li><a ")
        outcome = send(client, mail)
        shown = html.unescape(read_mailbox(before))

        assert (outcome.kind, bool(outcome.message_id)) == ("accepted", True)
        assert f"<h1>{mail.subject}</h1>" in shown
        assert "<dt>To<dd>asha@example.org" in shown
        assert "<dt>From<dd>Corner Shop <hello@example.com>" in shown
        framed = shown.partition('srcdoc="')[2].partition('"></iframe>')[0]
        assert framed.removeprefix(ASIDE).split() == mail.html.split()
        assert mail.text.split() == shown.partition("<pre>")[2].partition("</pre>")[0].split()
        for name, value in mail.headers.items():
            assert f"<dt>{name}<dd>{value}" in shown


def test_a_sender_that_is_not_verified_is_refused(client):
    mail = render_mail("win-back", "en", invent_words("win-back", "en"))
    mailer = Mailer(client, "hello@elsewhere.example", "")

    assert mailer.send_mail("asha@example.org", mail, attempt_id="a", campaign="c").code == "MessageRejected"


def test_local_quota_can_be_read(client):
    assert read_quota(client) == Quota(per_second=14.0, left_today=50_000, enabled=True)


@pytest.mark.parametrize("place", ["Subject", "To", "Header"])
def test_local_ses_refuses_a_line_break_in_a_header_as_ses_does(client, read_mailbox, place):
    evil = "x@example.org\r\nBcc: v@example.net"
    simple = {
        "Subject": {"Data": evil if place == "Subject" else "x"},
        "Body": {"Text": {"Data": "x"}},
        "Headers": [{"Name": "X-A", "Value": evil if place == "Header" else "x"}],
    }
    before = read_mailbox().count("<li><a ")

    with pytest.raises(ClientError, match="BadRequest"):
        client.send_email(
            FromEmailAddress="hello@example.com",
            Destination={"ToAddresses": [evil if place == "To" else "x@example.org"]},
            Content={"Simple": simple},
        )
    assert read_mailbox().count("<li><a ") == before
