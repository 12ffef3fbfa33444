"""How to care for what was bought, in a mail after the purchase: the shop's own words, of its own file."""

import pytest
from pydantic import ValidationError

from chalicelib.campaigns.library import load_campaign
from chalicelib.errors import DefinitionError
from chalicelib.outreach.decide import handle_customer
from chalicelib.shop.products import ProductRule, Products, read_products
from tests.builders.campaigns import a_campaign
from tests.builders.mails import Post, sign_up
from tests.builders.own import open_own, write_own
from tests.builders.regulars import DAY, buy
from tests.builders.shop import NOW

ASEL = "asel@example.org"
FILE = """
sensitive = ["health"]
[tips.tools]
en = "Keep it dry."
[[products]]
name = "Grinder"
category = "tools"
tip.en = "Brush it once a month."
tip.kk = "Айына бір рет тазалаңыз."
[[products]]
starts = "Brush"
category = "tools"
[[products]]
name = "Cup"
category = "table"
[[products]]
starts = "Test"
category = "health"
tip.en = "Wait three minutes."
"""
GRINDER, TOOLS = "Grinder: Brush it once a month.", "Brush small: Keep it dry."


def mail_buyer(shop, bought, other=(), language="", **changes):
    """Let Asel buy some things, and others earlier; return the text of the mail about the later order."""
    fields = {"language": language} if language else {}
    sign_up(shop, ASEL, **fields)
    if other:
        buy(shop, ASEL, NOW - 40 * DAY, 1, *other)
    buy(shop, ASEL, NOW + DAY, 2, *bought)
    when = {"trigger": "after-purchase", "days": 5}
    keys = {"template": "post-purchase", "when": when, "offer": None, "tips": True, **changes}
    post = Post()
    assert handle_customer(shop.find_id(ASEL), shop.services(post, a_campaign("care", **keys)), NOW + 8 * DAY) == "sent"
    return post.sent[0][1]


@pytest.fixture
def own(tmp_path, monkeypatch):
    with open_own(tmp_path / "own", monkeypatch) as folder:
        write_own(folder, "products.toml", FILE)
        yield folder


@pytest.mark.parametrize(
    ("bought", "told"),
    [
        (["Grinder"], [GRINDER]),
        (["  grinder "], ["grinder: Brush it once a month."]),
        (["Brush small", "Grinder"], [TOOLS, GRINDER]),
        (["Cup", "Tea"], []),
    ],
)
def test_the_tip_of_the_product_comes_before_that_of_its_category(shop, own, bought, told):
    mail = mail_buyer(shop, bought)
    text = " ".join(mail.text.split())
    assert all(each in text for each in told)
    assert ("Keep it dry" in text) is (TOOLS in told)
    assert ("Brush it" in text) is bool(set(told) - {TOOLS})
    assert all(each.partition(": ")[2] in mail.html for each in told)


def test_it_is_about_the_order_of_the_mail_alone(shop, own):
    assert "Keep it dry" not in mail_buyer(shop, ["Grinder"], other=["Brush small"]).text


def test_a_sensitive_product_is_not_named(shop, own):
    mail = mail_buyer(shop, ["Test strips", "Grinder"])
    assert GRINDER in mail.text
    assert "Test strips" not in mail.text + mail.html
    assert "Wait three minutes" not in mail.text + mail.html


@pytest.mark.parametrize(("language", "told"), [("kk", "Айына бір рет"), ("fa", "Brush it once")])
def test_the_tip_is_in_the_customers_language_or_else_in_english(shop, own, language, told):
    assert told in mail_buyer(shop, ["Grinder"], language=language).text


def test_without_the_key_there_is_no_tip(shop, own):
    assert "Brush it" not in mail_buyer(shop, ["Grinder"], tips=False).text


def test_with_a_mistake_in_the_file_no_mail_is_sent(shop, own):
    write_own(own, "products.toml", '[[products]]\nname = "Grinder"\n')
    read_products.__globals__["load_products"].cache_clear()
    with pytest.raises(DefinitionError):
        mail_buyer(shop, ["Grinder"])


@pytest.mark.parametrize("tip", ["", " ", "one\nline more", "x" * 401, "turned \u202e round"])
def test_a_tip_that_is_no_line_is_refused(tip):
    with pytest.raises(ValidationError):
        ProductRule(name="Grinder", tip={"en": tip})


def test_tips_of_a_category_that_no_product_has_are_a_mistake(own):
    from chalicelib.shop.products import list_faults

    found = list(list_faults(Products(tips={"tools": {"en": "Keep it dry."}})))
    assert found == [(("tips", "tools"), "no product has this category")]


@pytest.mark.parametrize(("template", "trigger"), [("win-back", "after-purchase"), ("post-purchase", "inactive")])
def test_a_campaign_without_a_place_for_tips_is_refused(tmp_path, template, trigger):
    path = tmp_path / "care.toml"
    path.write_text(
        f'kind = "marketing"\ntemplate = "{template}"\ngood_for_days = 7\ntips = true\n'
        f'[when]\ntrigger = "{trigger}"\ndays = 7\n'
    )
    with pytest.raises(DefinitionError, match="tips need the trigger after-purchase"):
        load_campaign(path)
