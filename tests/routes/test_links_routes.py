"""The links in mails through the whole app: a GET shows, a POST acts, and what is not kept is not called done."""

import re
import threading
import urllib.parse
from contextlib import ExitStack

import pytest

from chalicelib.pages.context import LinkWords
from chalicelib.store.links import make_token, name_token
from chalicelib.words import find_words
from tests.builders.links import SHOP, WORDS, a_link, break_table, browse, put_link, read_inbox
from tests.builders.scanners import AHEAD, SCANNERS

FORM = {"content_type": "application/x-www-form-urlencoded"}
LANGUAGES = ("en", "hi", "bn", "kk", "fa")
PAGES = {"unsubscribe": "stop", "preferences": "choose", "confirm": "confirm"}
STOPS = {
    "as RFC 8058 says": (b"List-Unsubscribe=One-Click", "application/x-www-form-urlencoded"),
    "as RFC 8058 prefers": (
        b'--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n',
        "multipart/form-data; boundary=b",
    ),
    "without a body": (b"", "application/x-www-form-urlencoded"),
    "without a type": (b"", ""),
    "json": (b'{"a": 1}', "application/json"),
    "broken json": (b"{", "application/json"),
    "broken multipart": (b"--b", "multipart/form-data"),
    "another charset": (b"a=\xff", "application/x-www-form-urlencoded; charset=utf-16"),
    "bytes": (bytes(range(256)), "application/octet-stream"),
    "a whole page": (b"x" * 300_000, "text/html"),
}


def post(api, path, **values):
    """Post a page's form as a browser does."""
    return api.post(path, urllib.parse.urlencode(values).encode(), **FORM)


@pytest.fixture
def mend(own_tables, tables):
    """Return a function that breaks a table until the test ends."""
    with ExitStack() as broken:
        yield lambda name: broken.enter_context(break_table(tables, name))


# ---- go


def test_a_click_leads_to_the_stored_destination_and_is_noted_as_a_persons(api, shop, tables):
    token = put_link(tables, "go")
    answer = browse(api, f"/go/{token}")

    assert (answer.status_code, answer.headers["Location"]) == (302, a_link("go").destination)
    assert (answer.headers["Cache-Control"], answer.headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert read_inbox(shop) == [
        ("click", {"link": name_token(token), "by": "person", "campaign": "win-back", "mail_id": "m1"})
    ]


@pytest.mark.parametrize("query", ["?url=https://evil.example", "?destination=//evil.example&to=x", "?lang=fa&code=X"])
def test_nothing_in_the_address_says_where_it_leads(api, tables, query):
    answer = browse(api, f"/go/{put_link(tables, 'go')}{query}")

    assert answer.headers["Location"] == a_link("go").destination


@pytest.mark.parametrize("agent", SCANNERS.values(), ids=SCANNERS)
def test_a_scanner_is_led_on_and_is_no_person(api, shop, tables, agent):
    token = put_link(tables, "go")
    answer = browse(api, f"/go/{token}", **{"user-agent": agent})

    assert answer.status_code == 302
    assert [said["by"] for _, said in read_inbox(shop)] == ["machine"]


def test_head_is_answered_as_a_get_and_is_no_person(api, shop, tables):
    answer = browse(api, f"/go/{put_link(tables, 'go')}", "HEAD")

    assert answer.status_code == 302
    assert [said["by"] for _, said in read_inbox(shop)] == ["machine"]


@pytest.mark.parametrize("headers", AHEAD.values(), ids=AHEAD)
def test_looking_ahead_gets_nothing_to_keep_and_leaves_no_trace(api, shop, tables, headers):
    token = put_link(tables, "go")
    answer = browse(api, f"/go/{token}", **headers)

    assert (answer.status_code, answer.headers["Cache-Control"]) == (204, "no-store")
    assert shop.read_all("inbox") == []
    assert browse(api, f"/go/{token}").status_code == 302
    assert [said["by"] for _, said in read_inbox(shop)] == ["person"]


def test_four_hundred_clicks_at_once_count_once_and_all_are_led_on(api, shop, tables):
    token = put_link(tables, "go")
    answers = []

    def click_often():
        for _ in range(100):
            answers.append(browse(api, f"/go/{token}").status_code)

    threads = [threading.Thread(target=click_often) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == [302] * 400
    assert len(shop.read_all("inbox")) == 1


def test_a_machine_before_a_person_does_not_hide_the_person(api, shop, tables):
    token = put_link(tables, "go")
    browse(api, f"/go/{token}", **{"user-agent": "curl/8"})
    browse(api, f"/go/{token}")

    assert sorted(said["by"] for _, said in read_inbox(shop)) == ["machine", "person"]


def test_an_offer_without_a_shop_on_the_web_shows_its_code(api, tables):
    answer = browse(api, f"/go/{put_link(tables, 'go', destination='')}")

    assert answer.status_code == 200
    assert "TEA10" in answer.body.decode()


def test_unknown_malformed_expired_and_foreign_tokens_get_one_and_the_same_page(api, shop, tables):
    expired = put_link(tables, "go", expires_at=a_link("go").expires_at.replace(year=2025))
    other_kind = put_link(tables, "stop")
    tokens = [make_token(), "short", "A" * 10_000, expired, other_kind, "%00", "%2e%2e%2f", "a%0d%0ab"]
    answers = {(browse(api, f"/go/{token}").status_code, browse(api, f"/go/{token}").body) for token in tokens}

    assert {status for status, _ in answers} == {404}
    assert len(answers) == 1
    assert f'href="{SHOP}"' in answers.pop()[1].decode()
    assert shop.read_all("inbox") == []


def test_a_click_that_cannot_be_noted_is_led_on_all_the_same(api, tables, mend):
    token = put_link(tables, "go")
    mend("inbox")

    assert browse(api, f"/go/{token}").status_code == 302


def test_while_links_cannot_be_read_a_page_leads_to_the_shop(api, shop, tables, mend):
    token = put_link(tables, "go")
    mend("links")
    answer = browse(api, f"/go/{token}")

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert f'href="{SHOP}"' in answer.body.decode()
    assert shop.read_all("inbox") == []


# ---- pages


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_looking_at_a_page_changes_nothing_whoever_looks(api, shop, tables, page, method):
    token = put_link(tables, PAGES[page])
    before = tables.read_all("links")
    for headers in ({}, *({"user-agent": agent} for agent in SCANNERS.values()), *AHEAD.values()):
        assert browse(api, f"/{page}/{token}", method, **headers).status_code == 200

    assert shop.read_all("inbox") == []
    assert tables.read_all("links") == before


@pytest.mark.parametrize("page", PAGES)
def test_pages_keep_the_token_to_themselves(api, tables, page):
    answer = browse(api, f"/{page}/{put_link(tables, PAGES[page])}")
    headers = {name.lower(): value for name, value in answer.headers.items()}
    html = answer.body.decode()

    assert (headers["referrer-policy"], headers["cache-control"]) == ("no-referrer", "no-store")
    assert headers["x-robots-tag"] == "noindex, nofollow"
    assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert "access-control-allow-origin" not in headers
    assert "set-cookie" not in headers
    assert "<script" not in html
    assert re.findall(r'(?:src|href)="(?!#)([^"]*)"', html) == re.findall(
        rf'href="(http://127\.0\.0\.1:8000/(?:{page}/[^"]*|privacy)\?lang=[a-z]+)"', html
    )


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_speaks_the_mails_language_or_the_one_asked_for(api, tables, page, language):
    own = browse(api, f"/{page}/{put_link(tables, PAGES[page], language=language)}").body.decode()
    asked = browse(api, f"/{page}/{put_link(tables, PAGES[page])}?lang={language}").body.decode()

    direction = "rtl" if language == "fa" else "ltr"
    assert f'<html lang="{language}" dir="{direction}">' in own
    assert f'<html lang="{language}" dir="{direction}">' in asked
    assert "{" not in own.partition("</style>")[2]  # no place left unfilled


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_token_of_another_kind_opens_no_page_and_acts_on_nothing(api, shop, tables, page, method):
    kinds = {"go", "stop", "choose", "confirm"} - {PAGES[page]} - ({"stop"} if page == "preferences" else set())
    for token in (make_token(), *(put_link(tables, kind) for kind in kinds)):
        assert api.call(method, f"/{page}/{token}", b"answer=yes&frequency=monthly", **FORM).status_code == 404

    assert shop.read_all("inbox") == []


# ---- unsubscribe


@pytest.mark.parametrize(("body", "kind"), STOPS.values(), ids=STOPS)
def test_a_post_unsubscribes_whatever_its_body_is(api, shop, tables, body, kind):
    token = put_link(tables, "stop")
    answers = [api.post(f"/unsubscribe/{token}", body, content_type=kind) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].body == answers[1].body
    assert [(topic, said["link"], said["purpose"]) for topic, said in read_inbox(shop)] == [
        ("unsubscribe", name_token(token), "marketing")
    ]


def test_an_unsubscribe_from_any_site_with_any_cookie_counts_and_never_redirects(api, shop, tables):
    token = put_link(tables, "stop")
    answer = api.post(f"/unsubscribe/{token}", b"", origin="https://mail.example", cookie="a=b", **FORM)

    assert (answer.status_code, answer.headers.get("Location")) == (200, None)
    assert len(shop.read_all("inbox")) == 1


def test_the_page_after_an_unsubscribe_is_in_the_persons_language_and_offers_preferences(api, tables):
    token = put_link(tables, "stop", language="kk")
    page = api.post(f"/unsubscribe/{token}", b"", **FORM).body.decode()

    assert "Жазылымнан бас тарттыңыз" in page
    assert f"/preferences/{token}?lang=kk" in page


@pytest.mark.parametrize("table", ["inbox", "links"])
def test_what_was_not_kept_is_never_called_done(api, tables, mend, table):
    token = put_link(tables, "stop")
    mend(table)
    answer = api.post(f"/unsubscribe/{token}", b"List-Unsubscribe=One-Click", **FORM)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert "Done" not in answer.body.decode()
    assert '<button type="submit" name="answer" value="stop">' in answer.body.decode()


# ---- preferences


def test_preferences_are_cleaned_kept_and_never_shown(api, shop, tables):
    token = put_link(tables, "choose")
    answer = post(
        api,
        f"/preferences/{token}?lang=hi",
        topic_marketing="yes",
        frequency="monthly",
        mail_language="bn",
        name=" Aruzhan  ",
        phone="(202) 555-0143",
        address="12 High St\r\nSpringfield",
    )
    ((topic, said),) = read_inbox(shop)

    assert (answer.status_code, topic) == (200, "preferences")
    assert said["fields"] == {
        "frequency": "monthly",
        "language": "bn",
        "name": "Aruzhan",
        "phone": "+12025550143",
        "address": "12 High St\nSpringfield",
    }
    (consent,) = said["consents"]
    assert (consent["purpose"], consent["state"], consent["language"]) == ("marketing", "given", "hi")
    assert consent["words"].startswith("हाँ: मेरी सहमति है")
    for shown in (answer.body.decode(), browse(api, f"/preferences/{token}").body.decode()):
        assert [word for word in ("Aruzhan", "55501", "High St") if word in shown] == []
    assert '<a class="plain" href="https://shop.example">' in answer.body.decode()


@pytest.mark.parametrize(
    ("sent", "fields"),
    [
        ("remove=phone", {"phone": ""}),
        ("remove=name&remove=address", {"name": "", "address": ""}),
        ("remove=name&name=Aruzhan", {"name": "Aruzhan"}),
        ("remove=interests&frequency=weekly", {"interests": "", "frequency": "weekly"}),
    ],
)
def test_a_detail_can_be_emptied(api, shop, tables, sent, fields):
    answer = api.post(f"/preferences/{put_link(tables, 'choose')}", sent.encode(), **FORM)

    assert answer.status_code == 200
    assert read_inbox(shop)[0][1]["fields"] == fields


@pytest.mark.parametrize("sent", ["remove=email", "remove=restricted", "remove=customer_id", "remove=name&remove=x"])
def test_only_details_that_the_page_names_can_be_emptied(api, shop, tables, sent):
    assert api.post(f"/preferences/{put_link(tables, 'choose')}", sent.encode(), **FORM).status_code == 422
    assert shop.read_all("inbox") == []


def test_a_new_address_is_asked_for_behind_a_proven_correction_alone(api, shop, tables):
    proven = put_link(tables, "choose", request="correct")
    others = [put_link(tables, "choose"), put_link(tables, "stop"), put_link(tables, "choose", request="access")]
    answer = post(api, f"/preferences/{proven}?lang=fa", new_email=" Asel.New@Example.org", name="Asel")
    said = dict(read_inbox(shop))

    assert 'name="new_email"' in browse(api, f"/preferences/{proven}").body.decode()
    assert answer.status_code == 200
    assert find_words("fa", "links", LinkWords).moved in answer.body.decode()
    assert "asel" not in answer.body.decode().lower()
    assert said["move"] == {"kind": "move", "email": "Asel.New@example.org", "link": name_token(proven)}
    assert said["preferences"]["fields"] == {"name": "Asel"}
    for token in others:
        assert 'name="new_email"' not in browse(api, f"/preferences/{token}").body.decode()
        assert post(api, f"/preferences/{token}", new_email="a@example.org").status_code == 422
    assert len(read_inbox(shop)) == 2


@pytest.mark.parametrize("typed", ["asel@", "a b@example.org", "a@example.org, b@example.org", "a@b.example\r\nBcc: c"])
def test_a_new_address_that_is_none_is_told_beside_the_field(api, shop, tables, typed):
    answer = post(api, f"/preferences/{put_link(tables, 'choose', request='correct')}", new_email=typed)

    assert answer.status_code == 422
    assert 'href="#f-new_email"' in answer.body.decode()
    assert shop.read_all("inbox") == []


def test_an_unsubscribe_link_empties_nothing(api, shop, tables):
    token = put_link(tables, "stop")

    assert 'name="remove"' not in browse(api, f"/preferences/{token}").body.decode()
    assert api.post(f"/preferences/{token}", b"remove=name", **FORM).status_code == 422
    assert shop.read_all("inbox") == []


def test_faults_are_told_beside_the_field_with_what_was_typed(api, shop, tables):
    token = put_link(tables, "choose", language="fa")
    answer = post(api, f"/preferences/{token}", phone="12", name="Anna\x00", frequency="hourly", admin="1")
    page = answer.body.decode()

    assert answer.status_code == 422
    assert page.count('class="fault"') == 3
    assert 'value="12"' in page
    assert 'href="#f-phone"' in page
    assert "لطفاً شمارهٔ تلفن را بررسی کنید." in page
    assert shop.read_all("inbox") == []


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"", "application/x-www-form-urlencoded", 422),
        (b"name=&frequency=", "application/x-www-form-urlencoded", 422),
        (b"name=%ff", "application/x-www-form-urlencoded", 400),
        (b"name=a&name=b", "application/x-www-form-urlencoded", 422),
        (b"[1]", "application/json", 400),
        (b"x", "image/png", 415),
        (b"name=" + b"a" * 300_000, "application/x-www-form-urlencoded", 413),
        (b"<x/>", "application/xml", 415),
    ],
)
def test_what_cannot_be_kept_is_a_4xx_and_the_page_again(api, shop, tables, body, kind, status):
    answer = api.post(f"/preferences/{put_link(tables, 'choose')}", body, content_type=kind)

    assert answer.status_code == status
    assert 'class="summary"' in answer.body.decode()
    assert shop.read_all("inbox") == []


def test_json_is_taken_too(api, shop, tables):
    answer = api.post(f"/preferences/{put_link(tables, 'choose')}", b'{"frequency": "weekly"}')

    assert answer.status_code == 200
    assert read_inbox(shop)[0][1]["fields"] == {"frequency": "weekly"}


def test_markup_that_is_typed_stays_text(api, tables):
    page = post(api, f"/preferences/{put_link(tables, 'choose')}", name='"><img src=x>', phone="12").body.decode()

    assert "<img" not in page
    assert "&lt;img" in page


def test_an_unsubscribe_link_changes_no_details(api, shop, tables):
    token = put_link(tables, "stop")
    page = browse(api, f"/preferences/{token}").body.decode()
    refused = post(api, f"/preferences/{token}", name="Somebody Else")
    taken = post(api, f"/preferences/{token}", topic_marketing="no", frequency="quarterly")

    assert 'name="name"' not in page
    assert (refused.status_code, taken.status_code) == (422, 200)
    ((_, said),) = read_inbox(shop)
    assert (said["fields"], said["consents"][0]["state"]) == ({"frequency": "quarterly"}, "withdrawn")


def test_preferences_that_were_not_kept_stand_on_the_page_again(api, tables, mend):
    token = put_link(tables, "choose")
    mend("inbox")
    answer = post(api, f"/preferences/{token}", name="Aruzhan")

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert 'value="Aruzhan"' in answer.body.decode()


# ---- confirm


def test_the_page_says_what_is_confirmed_and_has_two_buttons(api, tables):
    page = browse(api, f"/confirm/{put_link(tables, 'confirm')}").body.decode()

    assert "“Join our mailing list”" in page
    assert WORDS in page
    assert re.findall(r'name="answer" value="(\w+)"', page) == ["yes", "no"]


@pytest.mark.parametrize(("answer", "words"), [("yes", [WORDS]), ("no", [])])
def test_an_answer_is_kept_with_the_words_that_were_ticked(api, shop, tables, answer, words):
    token = put_link(tables, "confirm")
    first = post(api, f"/confirm/{token}", answer=answer)
    again = post(api, f"/confirm/{token}", answer=answer)
    ((topic, said),) = read_inbox(shop)

    assert (first.status_code, again.status_code, topic) == (200, 200, "confirm")
    assert (said["link"], said["answer"], [ask["words"] for ask in said["consents"]]) == (
        name_token(token),
        answer,
        words,
    )
    assert "Already answered" in again.body.decode()
    assert "Already answered" not in first.body.decode()


@pytest.mark.parametrize("body", [b"", b"answer=", b"answer=maybe", b"answer=YES", b"a=b", b"answer=yes&x=%ff", b"{}"])
def test_a_post_without_one_of_the_two_answers_confirms_nothing(api, shop, tables, body):
    answer = api.post(f"/confirm/{put_link(tables, 'confirm')}", body, **FORM)

    assert answer.status_code in (400, 422)
    assert WORDS in answer.body.decode()
    assert shop.read_all("inbox") == []


def test_a_confirmation_that_was_not_kept_is_not_thanked_for(api, tables, mend):
    token = put_link(tables, "confirm")
    mend("inbox")
    answer = post(api, f"/confirm/{token}", answer="yes")

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert "Thank you" not in answer.body.decode()


def test_a_late_confirmation_confirms_nothing(api, shop, tables):
    token = put_link(tables, "confirm", expires_at=a_link("go").expires_at.replace(year=2025))

    assert post(api, f"/confirm/{token}", answer="yes").status_code == 404
    assert shop.read_all("inbox") == []
