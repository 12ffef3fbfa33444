"""axe over the local tools, the pages for staff, the mails, and the pages about a customer's own data: no violation."""

import pytest
from botocore.config import Config

from chalicelib.campaigns.simulation import simulate_days
from chalicelib.mails.rendering import render_mail
from chalicelib.mails.ses import Mailer
from chalicelib.mails.templates import list_templates
from infra.deploy.preview import invent_words, write_mails
from infra.local.mailbox import PATH
from infra.staff.report import save_page
from infra.staff.simulate import STATES
from infra.staff.simulation_page import write_page
from tests.browser.axe import find_violations
from tests.browser.pages import LANGUAGES, SCHEMES, open_page, prefer
from tests.builders.agenda import DAY, NOW, a_campaign, a_person, a_shop
from tests.builders.links import put_link, put_request
from tests.builders.reports import a_group, report


@pytest.fixture
def mail_site(cloud):
    """Send mails through the local SES; return the address of its mailbox."""
    import boto3

    address = cloud.environ["AWS_ENDPOINT_URL_SESV2"]
    cloud.client("ses").verify_domain_identity(Domain="example.com")
    config = Config(retries={"total_max_attempts": 1}, parameter_validation=False)
    mailer = Mailer(boto3.client("sesv2", endpoint_url=address, config=config), "hello@example.com", "")
    for language in LANGUAGES:
        mail = render_mail("win-back", language, invent_words("win-back", language))
        assert mailer.send_mail("asha@example.org", mail, attempt_id="a", campaign="c").kind == "accepted"
    return address + PATH


def test_axe_finds_what_is_wrong(open_browser, tmp_path):
    page = tmp_path / "page.html"
    page.write_text("<!doctype html><html lang=en><title>t</title><iframe srcdoc=x></iframe>", "utf-8")
    rules = {found.partition(":")[0] for found in find_violations(open_page(open_browser(), page.as_uri()))}

    assert rules >= {"frame-title", "landmark-one-main"}


@pytest.mark.parametrize("width", [360, 1280])
def test_mailbox(mail_site, open_browser, take_shot, width):
    for path in ("", "/0", "/4"):
        browser = open_page(open_browser(), mail_site + path, width)
        take_shot(browser, f"mailbox{path.replace('/', '-')}-{width}")
        assert find_violations(browser) == [], path


@pytest.mark.parametrize("scheme", SCHEMES)
def test_simulation(open_browser, tmp_path, take_shot, scheme):
    page = tmp_path / "simulation.html"
    done = simulate_days([a_person(NOW - 20 * DAY)], [a_campaign()], a_shop(), NOW, 90)
    page.write_text(write_page(done, STATES), "utf-8")
    browser = open_browser()
    prefer(browser, scheme)
    for width in (360, 1280):
        open_page(browser, page.as_uri(), width)
        take_shot(browser, f"simulation-{width}-{scheme}")
        assert find_violations(browser) == [], width
    prefer(browser, "")


def test_report(open_browser, tmp_path):
    path = save_page(report([*a_group("sent", 9000, 1800), *a_group("held_out", 1000, 50)]), tmp_path)
    for width in (360, 1280):
        assert find_violations(open_page(open_browser(), path.as_uri(), width)) == [], width


@pytest.fixture(scope="module")
def mails(tmp_path_factory):
    """Write all mails once."""
    return write_mails(tmp_path_factory.mktemp("mails")).parent


@pytest.mark.parametrize("template", list_templates())
def test_mails(mails, open_browser, template):
    for language in ("en", "fa"):  # the same parts in each language, and both directions
        browser = open_page(open_browser(), (mails / f"{template}.{language}.html").as_uri())
        assert find_violations(browser) == [], language


def test_page_of_all_mails(mails, open_browser):
    assert find_violations(open_page(open_browser(), (mails / "index.html").as_uri(), 1280)) == []


@pytest.mark.parametrize("language", ["en", "fa"])
def test_pages_about_a_customers_own_data(site, tables, open_browser, language):
    paths = ("/privacy", "/privacy#kept", "/privacy/requests", "/privacy/results/none", "/privacy/confirm/none")
    paths += (f"/preferences/{put_link(tables, 'choose')}", f"/privacy/confirm/{put_request(tables)}")
    for path in paths:
        page, _, anchor = path.partition("#")
        browser = open_page(open_browser(), f"{site}{page}?lang={language}&wait=99#{anchor}")
        assert find_violations(browser) == [], path
