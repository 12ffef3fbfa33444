"""The weekly mail to owners: the address and its confirmation, one mail on a Monday morning, the way out."""

import re
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from chalicelib.errors import DefinitionError
from chalicelib.numbers.counting import Counter
from chalicelib.weekly.run import send_weekly
from tests.builders.crowd import all_met, invent_people
from tests.builders.latin import find_latin
from tests.builders.mails import Post, stop_address
from tests.builders.own import open_own, write_own
from tests.builders.weekly import ADDRESS, find_link

MONDAY = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
ONE_CLICK = b"List-Unsubscribe=One-Click"


@pytest.fixture
def mara(desk, taking):
    desk.shop.services().keys.read_index()  # made at the deployment: what mails may read it alone
    return desk.hire("owner", "Mara Lind")


def ask(desk, browser, post, address=ADDRESS):
    """Enter an address, and let the mail go out; return the path of its link."""
    assert browser.post("/account/weekly", email=address).status_code == 303
    assert run(desk, post, desk.now) == {"asked": 1}
    to, mail, _ = post.sent[-1]
    assert to == address
    return find_link(mail)


def join(desk, browser, post, address=ADDRESS):
    """Enter an address and confirm it; return the path of its links."""
    link = ask(desk, browser, post, address)
    assert desk.open_browser().post(link, token="", answer="yes").status_code == 200
    return link


def run(desk, post, now):
    return send_weekly(desk.shop.services(post), now)


def count_all(desk, now=MONDAY - timedelta(hours=6), people=80):
    invent_people(desk.shop.services(), people)
    services = desk.shop.services()
    assert all_met(services, now, float("inf"), Counter(services))["over"]


def test_no_mail_comes_before_the_address_is_confirmed_and_one_each_monday_after_it(desk, mara):
    post = Post()
    count_all(desk)
    link = ask(desk, mara, post)
    assert run(desk, post, MONDAY) == {}
    assert "An email is on its way" in mara.read("/account")
    page = desk.open_browser().get(link).body.decode()
    assert "Should the week in figures" in page
    assert run(desk, post, MONDAY) == {}  # looking confirms nothing
    assert b"Done" in desk.open_browser().post(link, token="", answer="yes").body
    assert [run(desk, post, MONDAY + timedelta(minutes=minute)) for minute in range(3)] == [{"accepted": 1}, {}, {}]
    count_all(desk, MONDAY + timedelta(days=7, hours=-6))
    assert run(desk, post, MONDAY + timedelta(days=7)) == {"accepted": 1}
    assert len(post.sent) == 3
    assert "It comes to" in mara.read("/account")


@pytest.mark.parametrize(
    ("moment", "sent"),
    [
        (datetime(2026, 3, 2, 6, 59, tzinfo=UTC), False),
        (datetime(2026, 3, 2, 7, 0, tzinfo=UTC), True),
        (datetime(2026, 3, 2, 11, 59, tzinfo=UTC), True),
        (datetime(2026, 3, 2, 12, 0, tzinfo=UTC), False),
        (datetime(2026, 3, 3, 8, 0, tzinfo=UTC), False),
        (datetime(2026, 3, 1, 8, 0, tzinfo=UTC), False),
    ],
)
def test_the_mail_goes_out_on_monday_morning_alone(desk, mara, moment, sent):
    post = Post()
    join(desk, mara, post)
    count_all(desk, moment - timedelta(hours=5))
    assert bool(run(desk, post, moment)) is sent


def test_monday_morning_is_that_of_the_shop(desk, mara):
    post = Post()
    join(desk, mara, post)
    count_all(desk)
    services = desk.shop.services(post)
    services.clock = services.clock.model_copy(update={"time_zone": "Asia/Almaty"})  # five hours before UTC
    assert send_weekly(services, datetime(2026, 3, 2, 1, 59, tzinfo=UTC)) == {}
    assert send_weekly(services, datetime(2026, 3, 2, 2, 0, tzinfo=UTC)) == {"accepted": 1}


def test_the_mail_names_nobody_and_has_a_way_out_by_one_press(desk, mara):
    post = Post()
    link = join(desk, mara, post)
    count_all(desk)
    run(desk, post, MONDAY)
    mail = post.sent[-1][1]
    assert find_link(mail) == link
    assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail.headers["List-Unsubscribe"] == f"<{desk.services.settings.desk_url}{link}>"
    assert len(re.findall(r"^  \* ", mail.text, re.MULTILINE)) == 3
    assert "Figures compared:" in mail.text
    assert not re.search(r"p\d{5}|@", mail.text)
    # What a mail program sends: no page of ours, no cookie, and either of two kinds of body.
    stranger = desk.open_browser()
    assert stranger.call("POST", link, ONE_CLICK, site="").status_code == 200
    assert run(desk, post, MONDAY + timedelta(days=7)) == {}
    assert "It is switched off" in mara.read("/account")
    assert stranger.post(link, token="", answer="yes").status_code == 200
    assert "It is switched off" in mara.read("/account")  # on again at the desk alone
    assert mara.post("/account/weekly/on").status_code == 303
    assert "It comes to" in mara.read("/account")
    multipart = {"Content-Type": "multipart/form-data; boundary=x"}
    assert stranger.call("POST", link, b"--x--", site="", **multipart).status_code == 200
    assert "It is switched off" in mara.read("/account")
    acts = [reason for who, reason in desk.list_audit() if reason.startswith("weekly") and who == mara.staff_id]
    assert acts == [f"weekly mail: {act}" for act in ("entered", "on", "off", "on", "off")]


def test_a_press_before_the_yes_switches_nothing_on(desk, mara):
    post = Post()
    link = ask(desk, mara, post)
    assert desk.open_browser().call("POST", link, ONE_CLICK, site="").status_code == 404
    assert desk.open_browser().call("POST", link, b"answer=yes", site="cross-site").status_code == 403
    assert mara.post("/account/weekly/on").status_code == 404
    count_all(desk)
    assert run(desk, post, MONDAY) == {}


def test_a_link_is_over_after_seven_days_and_with_another_address(desk, mara):
    post = Post()
    link = ask(desk, mara, post)
    other = ask(desk, mara, post, "lind@example.com")
    assert desk.open_browser().post(link, token="", answer="yes").status_code == 404
    desk.wait(days=7)
    assert desk.open_browser().post(other, token="", answer="yes").status_code == 404
    assert "over" in desk.open_browser().get("/weekly/" + "x" * 43).body.decode()


@pytest.mark.parametrize("kind", ["throttled", "paused", "unreached"])
def test_what_was_certainly_not_sent_is_tried_again(desk, mara, kind):
    post = Post(kind)
    mara.post("/account/weekly", email=ADDRESS)
    assert run(desk, post, desk.now) == {"asking": 1}
    assert run(desk, post, desk.now) == {"waits": 1}  # the turn of the address is taken for an hour
    assert run(desk, post, desk.now + timedelta(hours=1)) == {"asked": 1}
    desk.open_browser().post(find_link(post.sent[-1][1]), token="", answer="yes")
    count_all(desk)
    post.kinds = [kind, "accepted"]
    assert [run(desk, post, MONDAY + timedelta(minutes=n)) for n in range(3)] == [{"later": 1}, {"accepted": 1}, {}]


@pytest.mark.parametrize("kind", ["unknown", "refused"])
def test_what_may_have_been_sent_is_not_sent_twice_in_a_week(desk, mara, kind):
    post = Post()
    join(desk, mara, post)
    count_all(desk)
    post.kinds = [kind]
    assert [run(desk, post, MONDAY + timedelta(minutes=n)) for n in range(2)] == [{kind: 1}, {}]


def test_two_runs_at_once_send_one_mail(desk, mara):
    post, other = Post(), Post()
    join(desk, mara, post)
    count_all(desk)
    services = desk.shop.services(post)
    services.pace.wait_turn = lambda: run(desk, other, MONDAY)  # the other run is quicker
    assert send_weekly(services, MONDAY) == {"moved": 1}
    assert (len(post.sent), len(other.sent)) == (1, 1)


def test_who_is_no_owner_any_more_gets_no_mail_and_the_address_is_deleted(desk, mara):
    post = Post()
    asha = desk.hire("owner", "Asha Rao")
    join(desk, asha, post)
    count_all(desk)
    services = desk.shop.services(post)
    member = services.staff.read_member(asha.staff_id)
    # Dismissed between the reading of the list and the mail: the transaction of the mail refuses.
    known = list(services.staff.list_members())
    services.staff.table.commit_parts(services.staff.write_dismissal(member, MONDAY))
    services.staff = SimpleNamespace(list_members=lambda: known)
    assert send_weekly(services, MONDAY) == {"moved": 1}
    assert len(post.sent) == 1
    assert run(desk, post, MONDAY) == {"removed": 1}
    assert list(services.weekly_rows.list_rows()) == []


def test_without_a_count_of_these_days_there_is_no_mail(desk, mara):
    post = Post()
    join(desk, mara, post)
    assert run(desk, post, MONDAY) == {"uncounted": 1}
    count_all(desk, MONDAY - timedelta(days=3))
    assert run(desk, post, MONDAY) == {"uncounted": 1}
    count_all(desk)
    assert run(desk, post, MONDAY + timedelta(hours=1)) == {"accepted": 1}


def test_a_mistake_in_the_shops_file_holds_up_no_confirmation(desk, mara, tmp_path, monkeypatch):
    with open_own(tmp_path / "own", monkeypatch) as folder:
        write_own(folder, "campaigns/_shop.toml", 'time_zone = "Nowhere/Else"\n')
        services = desk.shop.services(Post())
        services.__dict__.pop("clock")
        with pytest.raises(DefinitionError):
            _ = services.clock
        mara.post("/account/weekly", email=ADDRESS)
        assert send_weekly(services, MONDAY) == {"asked": 1}


def test_with_few_customers_the_mail_says_that_there_is_not_enough(desk, mara):
    post = Post()
    join(desk, mara, post)
    count_all(desk, people=3)
    run(desk, post, MONDAY)
    assert "There is not enough yet to compare" in " ".join(post.sent[-1][1].text.split())


def test_an_address_that_bounced_gets_no_mail(desk, mara):
    post = Post()
    stop_address(desk.shop, ADDRESS)
    mara.post("/account/weekly", email=ADDRESS)
    assert run(desk, post, desk.now) == {"refused": 1}
    assert post.sent == []
    assert "No email can be sent to" in mara.read("/account")


def test_one_address_is_asked_once_an_hour(desk, mara):
    post = Post()
    ask(desk, mara, post)
    assert mara.post("/account/weekly", email="Mara.Lind+2@example.org").status_code == 303
    assert run(desk, post, desk.now) == {"waits": 1}


@pytest.mark.parametrize("typed", ["", "mara", "mara@", "a@example.org, b@example.org", "a\nBcc: b@example.org"])
def test_what_is_no_address_is_refused(desk, mara, typed):
    assert mara.post("/account/weekly", email=typed).status_code == 422
    assert list(desk.services.weekly_rows.list_rows()) == []


def test_an_address_can_be_removed(desk, mara):
    link = join(desk, mara, Post())
    assert mara.post("/account/weekly/remove").status_code == 303
    assert list(desk.services.weekly_rows.list_rows()) == []
    assert desk.open_browser().get(link).status_code == 404
    assert ADDRESS not in mara.read("/account")


def test_neither_address_nor_token_stands_in_the_table(desk, mara):
    link = join(desk, mara, Post())
    rows = repr(desk.stage.read_all("desk"))
    assert ADDRESS not in rows
    assert link.rpartition("/")[2] not in rows


def test_others_have_no_such_mail(desk, mara):
    ben = desk.hire("staff", "Ben Okafor")
    assert "week in figures" not in ben.read("/account")
    assert ben.post("/account/weekly", email=ADDRESS).status_code == 403
    assert ben.post("/account/weekly/on").status_code == 404


@pytest.mark.parametrize("language", ["bn", "fa", "hi", "kk"])
def test_mails_and_pages_are_in_the_language_of_the_owner(desk, mara, language):
    post = Post()
    mara.post("/account/language", language=language)
    link = join(desk, mara, post)
    count_all(desk)
    run(desk, post, MONDAY)
    for _, mail, _ in post.sent:
        assert set(find_latin(mail.html, language)) <= {"Corner", "Shop", "Market", "Square", "Springfield"}
    section = mara.read("/account").partition('aria-labelledby="weekly"')[2].partition("</section>")[0]
    for page in (f"<main {section}</main>", desk.open_browser().read(link)):
        assert set(find_latin(page, language)) <= {"Corner", "Shop", "mara", "lind", "example", "org"}
