"""Products in mails that go with what was bought: off unless the campaign says so, and never what they have."""

from datetime import timedelta

import pytest

from chalicelib.campaigns.library import load_campaign
from chalicelib.errors import DefinitionError
from chalicelib.mails.language import find_mail_language
from chalicelib.outreach.decide import handle_customer
from chalicelib.store.numbers import NumberRows
from tests.builders.campaigns import a_campaign
from tests.builders.mails import Post, sign_up
from tests.builders.own import open_own, write_own
from tests.builders.regulars import DAY, buy, count_night, write_regulars
from tests.builders.shop import NOW

ASEL = "asel@example.org"
WORDS = find_mail_language("en").suggested
LATER = NOW + 9 * DAY


def mail_buyer(shop, template, bought=("Tea",), *, count=True, **changes):
    """Let Asel buy, and mail her; return the mail."""
    write_regulars(shop, items=("Tea", "Sugar"))
    sign_up(shop, ASEL)
    for number, title in enumerate(bought):
        buy(shop, ASEL, NOW + timedelta(hours=number + 1), number + 1, title)
    when = {"trigger": "inactive", "days": 5} if template == "win-back" else {"trigger": "after-purchase", "days": 5}
    post = Post()
    services = shop.services(post, a_campaign(template, template=template, when=when, offer=None, **changes))
    if count:
        count_night(services, NOW + 2 * DAY)
    assert handle_customer(shop.find_id(ASEL), services, LATER) == "sent"
    return post.sent[0][1]


@pytest.mark.parametrize("template", ["post-purchase", "win-back"])
def test_a_mail_names_what_goes_with_what_was_bought(shop, template):
    mail = mail_buyer(shop, template, suggest=3)
    for part in (mail.html, mail.text):
        assert WORDS in part
        assert part.index(WORDS) < part.index("Sugar") < part.index("Teapot")
    after = mail.text.partition(WORDS)[2]
    assert "  * Sugar\n  * Teapot\n" in after
    assert "Tea\n" not in after


@pytest.mark.parametrize("suggest", [3, 0])
def test_the_sums_are_looked_up_once_a_mail_and_only_where_a_campaign_asks(shop, monkeypatch, suggest):
    looked, read, handle = [], NumberRows.read_moment, handle_customer

    def handle_from_now_on(*given):
        looked.clear()
        return handle(*given)

    monkeypatch.setattr(NumberRows, "read_moment", lambda rows: looked.append(1) or read(rows))
    monkeypatch.setitem(globals(), "handle_customer", handle_from_now_on)
    mail_buyer(shop, "post-purchase", suggest=suggest)
    assert looked == [1] * bool(suggest)


@pytest.mark.parametrize("changes", [{}, {"suggest": 3, "count": False}], ids=["off", "no sums"])
def test_without_the_key_or_the_sums_nothing_is_suggested(shop, changes):
    mail = mail_buyer(shop, "post-purchase", **changes)
    assert WORDS not in mail.html + mail.text
    assert "Sugar" not in mail.html + mail.text


def test_what_the_customer_has_is_never_suggested_however_long_ago_it_was(shop, monkeypatch):
    mail = mail_buyer(shop, "win-back", ("Sugar", *("Tea",) * 21), suggest=3)
    assert len(shop.read_profile(ASEL).latest) < 22
    assert not any("Sugar" in mark.items for mark in shop.read_profile(ASEL).latest.values())
    assert "Teapot" in mail.text
    assert "Sugar" not in mail.html + mail.text


def test_a_sensitive_product_is_never_suggested(shop, tmp_path, monkeypatch):
    with open_own(tmp_path / "own", monkeypatch) as folder:
        write_own(folder, "products.toml", '[[products]]\nname = "SUGAR"\nsensitive = true\n')
        mail = mail_buyer(shop, "post-purchase", suggest=3)
        assert "Teapot" in mail.text
        assert "Sugar" not in mail.html + mail.text


@pytest.mark.parametrize(
    ("template", "told"),
    [("welcome", "this mail has no place for suggestions"), ("needs-again", "only a campaign with the trigger needs-")],
)
def test_a_campaign_whose_mail_has_no_place_is_refused(tmp_path, template, told):
    path = tmp_path / "spring.toml"
    path.write_text(
        f'kind = "marketing"\ntemplate = "{template}"\ngood_for_days = 7\n'
        f'{"suggest = 3" if template == "welcome" else ""}\n[when]\ntrigger = "after-purchase"\ndays = 7\n'
    )
    with pytest.raises(DefinitionError, match=told):
        load_campaign(path)
