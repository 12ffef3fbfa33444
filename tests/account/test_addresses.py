"""Domains of the shop's own, and the sender's domain at SES."""

import pytest

from infra.account.answers import Answers
from tests.builders.account import GIVEN

OWN = {"public_url": "https://forms.corner.example.org", "desk_url": "https://desk.corner.example.org"}


@pytest.fixture
def domains(site):
    site.answers = Answers(GIVEN | OWN)
    return site


def issue_certificates(site):
    """Have AWS see the DNS records that prove the domains."""
    site.aws.issued = True


def test_a_domain_of_ones_own_gets_a_certificate_a_mapping_and_then_the_links(domains):
    domains.deploy()
    assert "forms.corner.example.org gets its certificate when this record is in its DNS" in domains.text
    assert "send no mail that must last" in domains.text
    addresses = domains.stack["parameters"]
    assert addresses["PublicUrl"].endswith("amazonaws.com/api")
    assert addresses["DeskUrl"] == OWN["desk_url"]  # passkeys hang on it

    issue_certificates(domains)
    domains.deploy()
    assert "forms.corner.example.org leads to this stack." in domains.text
    assert "is reached when this record is in its DNS" in domains.text
    assert addresses["PublicUrl"].endswith("amazonaws.com/api")

    domains.reached = {OWN["public_url"], OWN["desk_url"]}
    assert domains.deploy() is True
    assert domains.stack["parameters"]["PublicUrl"] == OWN["public_url"]

    domains.reached = set()  # a bad day of DNS moves no link back
    assert domains.deploy() is False
    assert len(domains.aws.client("acm").list_certificates()["CertificateSummaryList"]) == 2


def test_a_domain_outlives_the_stack_and_leads_to_the_next_one(domains):
    issue_certificates(domains)
    domains.deploy()
    gateway = domains.aws.client("apigatewayv2")
    (before,) = gateway.get_api_mappings(DomainName="forms.corner.example.org")["Items"]
    domains.stack["made"]["RestAPI"]["Ref"] = gateway.create_api(Name="next", ProtocolType="HTTP")["ApiId"]
    domains.deploy()
    (after,) = gateway.get_api_mappings(DomainName="forms.corner.example.org")["Items"]
    assert before["ApiId"] != after["ApiId"] == domains.stack["made"]["RestAPI"]["Ref"]
    assert after["Stage"] == "api"


def test_the_records_of_the_senders_domain_are_told_until_it_is_verified(site):
    site.deploy(wait=True)  # waits without an end in sight, and gives up
    assert "one._domainkey.corner.example.org" in site.text
    assert "10 feedback-smtp.eu-central-1.amazonses.com" in site.text
    assert "not verified yet" in site.text
    site.aws.verified = True
    site.deploy()
    assert "_domainkey" not in site.text
    assert "corner.example.org is verified, with DKIM and MAIL FROM." in site.text
    assert "make the DNS records" not in site.text


def test_another_mail_from_of_the_shops_own_stays(site):
    site.aws.client("sesv2").create_email_identity(EmailIdentity="corner.example.org")
    site.aws.mail_from["corner.example.org"] = "back.corner.example.org"
    site.deploy()
    assert site.aws.mail_from == {"corner.example.org": "back.corner.example.org"}
    assert "MX     back.corner.example.org" in site.text


def test_secrets_are_asked_for_the_senders_that_lack_one(site):
    site.typed = ["s3cret", "corner.myshopify.com"]
    site.deploy(senders="shopify")
    assert "Senders without a secret, whose deliveries are refused: square" in site.text
    assert "s3cret" not in site.text
    ssm = site.aws.client("ssm")
    assert ssm.get_parameter(Name="/regulars/shop/door/senders/shopify")["Parameter"]["Value"] == "s3cret"
    assert ssm.get_parameter(Name="/regulars/shop/door/shops/shopify")["Parameter"]["Value"] == "corner.myshopify.com"
    site.deploy(senders="shopify")  # it has one: nothing is asked, and nobody types
    assert "Signing secret" not in site.text
    assert "senders are" in site.fail(site.deploy, senders="nobody")


def list_budget_mails(site):
    """Return the addresses that AWS mails at each share of the budget."""
    return [[each["Address"] for each in told] for told in site.aws.told.values()]


def test_who_was_added_to_the_budget_by_hand_stays(site):
    site.deploy()
    books = {"SubscriptionType": "EMAIL", "Address": "books@corner.example.org"}
    for told in site.aws.told.values():
        told.insert(0, books)
    site.answers = Answers(GIVEN | {"alarm_email": "mira@corner.example.org"})
    site.deploy()
    everybody = ["books@corner.example.org", GIVEN["alarm_email"], "mira@corner.example.org"]
    assert list_budget_mails(site) == [everybody] * 2


def test_an_alert_of_the_budget_that_was_deleted_by_hand_is_made_again(site):
    site.deploy()
    site.aws.told.clear()
    site.deploy()
    assert list_budget_mails(site) == [[GIVEN["alarm_email"]]] * 2


def test_the_budget_follows_the_answers(site):
    site.deploy()
    site.answers = Answers(GIVEN | {"monthly_budget": "35"})
    site.deploy()
    assert "Budget: 35 US dollars a month from now on." in site.text
    site.deploy()
    assert "Budget" not in site.text
    site.answers = Answers(GIVEN | {"monthly_budget": "35", "alarm_email": "mira@corner.example.org"})
    site.deploy()
    assert "Budget: its mails go to the address of the alarms from now on." in site.text
    assert list_budget_mails(site) == [["mira@corner.example.org"]] * 2
    site.deploy()
    assert "Budget" not in site.text
    site.answers = Answers(GIVEN | {"monthly_budget": ""})
    site.deploy()
    assert "Budget" not in site.text
