"""Topics, languages and the button that stops all letters, on the preferences page through the whole app."""

import re

import pytest

from chalicelib.forms.interface import find_interface
from chalicelib.pages.context import LinkWords
from chalicelib.words import find_words
from tests.builders.links import break_table, browse, put_link, read_inbox

FORM = {"content_type": "application/x-www-form-urlencoded"}
LANGUAGES = ("en", "hi", "bn", "kk", "fa")
TOPICS = {"en": "New arrivals", "hi": "नई चीज़ें", "bn": "নতুন পণ্য", "kk": "Жаңа тауарлар", "fa": "کالاهای تازه"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["choose", "stop"])
def test_topics_are_those_of_the_sign_up_form_and_none_is_ticked(api, tables, kind, language):
    page = browse(api, f"/preferences/{put_link(tables, kind)}?lang={language}").body.decode()
    form = browse(api, f"/forms/sign-up?lang={language}").body.decode()
    asked = re.findall(r'<label class="pick"><input type="checkbox" id="f-interests-\d".*?</label>', page)

    assert len(asked) == 3
    assert all(one in form for one in asked)
    assert TOPICS[language] in asked[0]
    assert "checked" not in "".join(asked)
    assert find_interface(language).topics_hint in page


def test_topics_that_are_ticked_are_kept_in_the_order_of_the_form(api, shop, tables):
    token = put_link(tables, "choose")
    answers = [
        api.post(f"/preferences/{token}", body, **FORM).status_code
        for body in (b"interests=events&interests=new", b"interests=tea", b"interests=")
    ]

    assert answers == [200, 422, 422]
    assert [said["fields"] for _, said in read_inbox(shop)] == [{"interests": ["new", "events"]}]


@pytest.mark.parametrize("language", LANGUAGES)
def test_languages_stand_as_every_page_lists_them(api, tables, language):
    page = browse(api, f"/preferences/{put_link(tables, 'choose')}?lang={language}").body.decode()
    offered = re.findall(r'name="mail_language" value="(\w+)"', page)

    assert offered == re.findall(r'hreflang="(\w+)"', page)
    assert len(offered) == 5


@pytest.mark.parametrize("kind", ["choose", "stop"])
def test_one_press_on_the_preferences_stops_all_letters(api, shop, tables, kind):
    token = put_link(tables, kind, purpose="tastings")
    page = browse(api, f"/preferences/{token}?lang=kk").body.decode()
    (address,) = re.findall(r'action="http://127\.0\.0\.1:8000([^"]*stop=all)"', page)
    answers = [api.post(address.replace("&amp;", "&"), body, content_type="") for body in (b"", b"name=\xff")]

    assert {answer.status_code for answer in answers} == {200}
    assert find_words("kk", "links", LinkWords).stopped_title in answers[0].body.decode()
    ((topic, said),) = read_inbox(shop)
    assert (topic, said["purpose"], said["also"]) == ("unsubscribe", "tastings", ["marketing"])


def test_a_stop_that_was_not_kept_is_not_called_done(api, own_tables, tables):
    token = put_link(tables, "choose")
    with break_table(tables, "inbox"):
        answer = api.post(f"/preferences/{token}?stop=all", b"", **FORM)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert "Done" not in answer.body.decode()
    assert "stop=all" in answer.body.decode()
