"""Reports of campaigns whose facts sending, settling and the events of SES wrote, and their page."""

import contextlib
import itertools
import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from decimal import Decimal

import html5lib
import pytest

from chalicelib.campaigns.holdout import draw_holdout
from chalicelib.outreach.decide import handle_customer
from chalicelib.outreach.reconcile import reconcile_mails
from chalicelib.outreach.send import UNKNOWN_FOR
from chalicelib.report.charts import find_end
from chalicelib.senders.link import note_click, withdraw_consent
from chalicelib.settling.dispatch import settle_item
from chalicelib.store.links import name_token
from chalicelib.store.reputation import Rates
from infra.staff.report import explain_halt, explain_stop, read_report, save_page
from infra.staff.report_page import list_whiskers, write_page
from tests.builders.campaigns import OFFER, a_campaign
from tests.builders.mails import BOUNCE, DUE, Killed, Post, sign_up, stop_address, tell
from tests.builders.orders import an_order
from tests.builders.reports import DAY, a_fact, a_group, report


def press(shop, action):
    """Let a link of a mail be pressed, through the inbox."""
    return settle_item(shop.accept(action), shop.services(), DUE)


def find_link(services, mail, path):
    """Return the link of a mail with its row's name."""
    token = re.search(rf"/{path}/([\w-]{{43}})", mail.text)[1]
    return services.links.read_link(token, DUE), name_token(token)


def choose_salt(customers, campaign, count):
    """Return the campaign under a salt that holds out so many of these people, whose ids are random."""
    salted = (campaign.model_copy(update={"holdout_salt": str(number)}) for number in itertools.count())
    return next(one for one in salted if sum(draw_holdout(customer, one) for customer in customers) == count)


def send_offers(shop):
    """Let a campaign happen to 24 people: mails of every fate. Return its services, itself, and what was accepted."""
    emails = [f"p{number}@example.org" for number in range(24)]
    customers = [sign_up(shop, email) for email in emails]
    stop_address(shop, emails[0])
    offer = {**OFFER, "most_spent": "24", "expected_cost": "2"}  # twelve mails
    campaign = choose_salt(customers[1:], a_campaign(holdout_share=0.3, offer=offer), 7)
    post = Post("refused", "unknown", "unknown", "throttled", Killed())
    services = shop.services(post, campaign)
    for customer in customers:
        with contextlib.suppress(Killed):
            handle_customer(customer, services, DUE)
    accepted = post.sent[5:]
    tell(shop, "Send", post.sent[1][2])
    post.kinds = ["throttled"]  # what was throttled is tried again, and throttled again
    reconcile_mails(services, DUE + UNKNOWN_FOR * 2)
    return services, campaign, accepted


def answer_offers(shop, services, accepted):
    """Let one mail bounce, three lead to an order that is told of twice, and one be the last."""
    tell(shop, "Bounce", accepted[0][2], **BOUNCE)
    for to, mail, attempt in accepted[1:4]:
        tell(shop, "Delivery", attempt)
        link, name = find_link(services, mail, "go")
        for by in ("machine", "person"):
            press(shop, note_click(link, name, by, DUE))
        for topic in ("orders/create", "orders/paid"):
            order = an_order(to, topic=topic, code=link.code, number=accepted.index((to, mail, attempt)))
            settle_item(shop.accept(order), shop.services(), DUE + 3 * DAY)
    link, name = find_link(services, accepted[4][1], "unsubscribe")
    press(shop, withdraw_consent(link, name, DUE, network="", language="en"))


def test_report_of_a_campaign_that_happened_adds_up_to_the_last_person(shop):
    services, campaign, accepted = send_offers(shop)
    answer_offers(shop, services, accepted)
    held_out = next(one for one in shop.list_customers() if services.mails.list_mails(one)[0].state.value == "held_out")
    order = an_order(shop.open_profile(held_out).fields["email"].value)
    settle_item(shop.accept(order), shop.services(), DUE + 3 * DAY)

    done = read_report(campaign, services, DUE + 3 * DAY)

    assert done.sum_words == (
        "24 planned = 8 sent + 7 held out + 4 over budget + 1 suppressed + 1 refused + 2 parked + 1 still open: "
        "it adds up."
    )
    assert (done.mails.bounced, done.mails.delivered, done.mails.handed_over) == (1, 3, 1)
    assert (done.mails.clicked_person, done.mails.clicked_machine, done.mails.unsubscribed) == (3, 3, 1)
    assert (done.mailed.returned, done.mailed.revenue) == (3, {"EUR": Decimal("90.00")})
    assert (done.held_out.returned, done.held_out.revenue) == (1, {"EUR": Decimal("30.00")})
    assert (done.discount.orders, done.discount.given) == (3, {"EUR": Decimal("9.00")})  # as the orders tell it
    assert (done.mailed.still_waiting, done.held_out.still_waiting) == (8, 7)
    assert done.comparison.verdict == "unclear"


def read_charts(page):
    """Return the page's charts, read as the XML that they are."""
    return [ElementTree.fromstring(chart) for chart in re.findall(r"<svg.*?</svg>", page, re.DOTALL)]


PAGES = {
    "empty": [],
    "held out only": a_group("held_out", 20, 5),
    "usual": a_group("sent", 900, 180) + a_group("held_out", 100, 5) + a_group("capped", 7),
    "wrong": [*a_group("sent", 30, 9), a_fact("sent", "never planned")],
}


@pytest.mark.parametrize("facts", PAGES.values(), ids=PAGES)
def test_the_page_is_sound_loads_nothing_and_tells_its_charts_in_words(facts):
    done = report(facts)
    page = write_page(done)
    html5lib.HTMLParser(strict=True).parse(page)
    assert not re.search(r"https?:|<script|<link|<img|url\(", page)
    charts = read_charts(page)
    assert len(charts) == (3 if facts else 2)
    for chart in charts:
        title, desc = chart.find("title"), chart.find("desc")
        assert chart.get("aria-labelledby") == f"{title.get('id')} {desc.get('id')}"
        assert desc.text.strip()
    assert page.count("<table>") == (4 if done.comparison.returns else 3)
    assert ('role="alert"' in page) is not done.adds_up


def test_bars_and_whiskers_stand_where_the_figures_do():
    done = report(PAGES["usual"])
    ends, funnel, rates = read_charts(write_page(done))
    widths = [float(bar.get("width").rstrip("%")) for bar in ends.iter("rect") if bar.get("class") != "rail"]
    assert widths == [pytest.approx(count / 1007 * 100, abs=0.01) for count in (900, 100, 7)]
    assert funnel.find("desc").text == (
        "planned 1007, sent 900, delivered 0, opened 0, clicked by a person 0, came back 180"
    )
    dots = [float(dot.get("cx").rstrip("%")) for dot in rates.iter("circle")]
    end = find_end(list_whiskers(done))
    assert dots == [pytest.approx(1 + share / end * 98, abs=0.01) for share in (0.2, 0.05)]
    lines = [line for line in rates.iter("line") if line.get("class") == "whisker" and line.get("x1") != line.get("x2")]
    for line, rate in zip(lines, (done.comparison.mailed_rate, done.comparison.held_out_rate), strict=True):
        drawn = [float(line.get(edge).rstrip("%")) for edge in ("x1", "x2")]
        assert drawn == [pytest.approx(1 + share / end * 98, abs=0.01) for share in (rate.low, rate.high)]


@pytest.mark.parametrize(("returned", "said"), [(0, True), (1, False)])
def test_no_purchase_yet_is_said_in_words(returned, said):
    page = write_page(report(a_group("sent", 20, returned)))
    assert ("Nobody who was mailed has bought anything yet." in page) is said
    assert ("Discount given" in page) is not said


def test_what_an_order_calls_its_currency_stays_text():
    page = write_page(report(a_group("sent", 20, 20, currency="<b>&") + a_group("held_out", 20)))
    assert "<b>" not in page
    assert "&lt;b&gt;&amp;" in page


def test_the_page_is_kept_under_the_campaigns_name(tmp_path):
    done = report(PAGES["usual"])
    path = save_page(done, tmp_path / "reports")
    assert path.name == "welcome.html"
    assert done.headline.replace(" %", "\u00a0%") in path.read_text()
    assert json.loads(done.model_dump_json())["counts"]["planned"] == 1007


def test_who_asks_for_a_report_hears_that_marketing_is_stopped():
    assert explain_stop(Rates(1_200, 40, 0)) == (
        "Marketing is stopped: of 1,200 mails in seven days 40 bounced and 0 were complained of (docs/mails.md)."
    )
    assert explain_stop(Rates(1_200, 36, 0)) == ""


def test_a_campaign_that_is_not_on_file_is_refused_by_name():
    ran = subprocess.run(
        [sys.executable, "-m", "infra.staff.report", "nothing"], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 2
    assert "win-back" in ran.stderr


def test_the_report_says_that_staff_stopped_the_campaign_since_when_and_who(shop):
    services = shop.services()
    services.table.commit_parts(services.halts.stop_campaign("welcome", "v7Jk2mXq8RtWz4Lp0YdNcA", DUE))

    told = explain_halt("welcome", services)
    assert "stopped since" in told
    assert f"{DUE:%Y-%m-%dT%H:%M}" in told
    assert "v7Jk2mXq8RtWz4Lp0YdNcA" in told
    assert explain_halt("win-back", services) == ""
