"""The weekly mail's section and page, the words beside scores, and what comes next, as the shop's people see them."""

import pytest

from chalicelib.weekly.run import send_weekly
from tests.browser.desk_steps import give_cookie, look, serve_desk
from tests.browser.pages import list_complaints, open_page, prefer
from tests.builders.mails import Post
from tests.builders.shop import NOW, Shop, a_submission
from tests.builders.weekly import ADDRESS, find_link

SAID = {
    "asha": (10, "Lovely tea, thank you Mira!"),
    "chen": (8, "Fine."),
    "dara": (2, "The tea was cold and the wait was long. " * 6),
    "leyla": (3, "چای سرد بود."),
}


@pytest.fixture
def desk(tables, monkeypatch, tmp_path, cloud):
    """Serve the desk of a shop with some answers."""
    shop = Shop(tables, tmp_path)
    with serve_desk(tables, monkeypatch, shop) as opened:
        opened.give_keys(shop, cloud)
        opened.millis = int(NOW.timestamp() * 1000)
        for name, (score, why) in SAID.items():
            shop.take(a_submission(email=f"{name}@example.org", entry={"score": score, "why": why}))
        yield opened


def test_looking_at_every_state(desk, open_browser, take_shot):
    owner, browser, post = desk.hire("owner", "Mara Lind"), open_browser(), Post()
    for language, width, scheme in (("en", 390, "light"), ("fa", 1280, "dark")):
        owner.post("/account/language", language=language)
        prefer(browser, scheme)
        open_page(browser, f"{desk.address}/sign-in", width)
        give_cookie(browser, owner.cookies["__Host-desk"])

        def see(path, name, language=language, width=width):
            open_page(browser, f"{desk.address}{path}", width)
            browser.execute_script("for (const each of document.querySelectorAll('details')) each.open = true")
            look(browser, take_shot, f"{name}-{language}-{width}", width)

        see("/account", "weekly-none")
        owner.post("/account/weekly", email=ADDRESS if language == "en" else "lind@example.com")
        see("/account", "weekly-asked")
        assert send_weekly(desk.shop.services(post), desk.now) == {"asked": 1}
        link = find_link(post.sent[-1][1])
        see(link, "weekly-question")
        owner.post(link, token="", answer="yes")
        see("/account", "weekly-on")
        see(link, "weekly-stop")
        words = owner.post("/words").headers["Location"]
        owner.read(words)
        see(words, "words")
        owner.post("/account/weekly/remove")
        prefer(browser, "")
        browser.delete_all_cookies()
    assert list_complaints(browser) == []
