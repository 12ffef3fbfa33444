"""The link for friends in a mail: the reader's own, where the campaign asks for it and the shop takes codes."""

import pytest

from chalicelib.campaigns.library import load_campaign
from chalicelib.errors import DefinitionError
from chalicelib.models.friend_codes import make_code
from chalicelib.outreach.decide import handle_customer
from tests.builders.campaigns import a_campaign
from tests.builders.mails import Post, sign_up
from tests.builders.own import open_own, write_own
from tests.builders.regulars import DAY, buy
from tests.builders.shop import NOW

ASEL = "asel@example.org"


@pytest.fixture
def own(tmp_path, monkeypatch):
    with open_own(tmp_path / "own", monkeypatch) as folder:
        write_own(folder, "referrals.toml", 'form = "newsletter"\nrefund_days = 14\n')
        yield folder


def mail_buyer(shop, language="", **changes):
    """Return the text and the HTML of the mail after a purchase of Asel."""
    sign_up(shop, ASEL, **({"language": language} if language else {}))
    buy(shop, ASEL, NOW + DAY, 1, "Tea")
    when = {"trigger": "after-purchase", "days": 5}
    keys = {"template": "post-purchase", "when": when, "offer": None, "friends": True, **changes}
    post = Post()
    assert handle_customer(shop.find_id(ASEL), shop.services(post, a_campaign("care", **keys)), NOW + 8 * DAY) == "sent"
    mail = post.sent[0][1]
    return mail.text, mail.html


@pytest.mark.parametrize("language", ["en", "hi", "bn", "kk", "fa"])
def test_the_mail_has_the_readers_own_link(shop, own, language):
    text, page = mail_buyer(shop, language)
    link = f"/forms/newsletter?friend_code={make_code(shop.find_id(ASEL))}"
    assert f"{link}\n" in text
    assert f'{link}"' in page


def test_no_mail_has_it_unasked(shop, own):
    assert not any("friend_code" in part for part in mail_buyer(shop, friends=False))


def test_no_mail_has_it_where_the_shop_takes_no_codes(shop):
    assert not any("friend_code" in part for part in mail_buyer(shop))


def test_a_campaign_whose_mail_has_no_place_for_the_link_is_refused(tmp_path):
    path = tmp_path / "hello.toml"
    path.write_text(
        'kind = "marketing"\ntemplate = "welcome"\ngood_for_days = 7\nfriends = true\n'
        '[when]\ntrigger = "after-purchase"\ndays = 7\n'
    )
    with pytest.raises(DefinitionError, match="no place for the link for friends"):
        load_campaign(path)
