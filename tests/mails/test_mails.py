"""What every mail carries, in every language; and that one which lacks it does not leave."""

import re
import shutil
from datetime import date
from decimal import Decimal
from string import Formatter

import html5lib
import pytest
from jinja2 import UndefinedError
from pydantic import ValidationError

from chalicelib.errors import DefinitionError, UnfitMailError
from chalicelib.mails import rendering, templates
from chalicelib.mails.language import find_mail_language
from chalicelib.mails.mail import LARGEST
from chalicelib.mails.rendering import build_environment, render_mail
from chalicelib.mails.templates import find_template, list_templates
from chalicelib.mails.words import MailWords, Offer, RequestKind
from chalicelib.text import remove_switches
from chalicelib.words import list_languages
from infra.deploy.inline_css import MAILS, inline_styles
from infra.deploy.preview import invent_words, write_mails

LANGUAGES = ("bn", "en", "fa", "hi", "kk")
MARKETING = ("needs-again", "post-purchase", "survey-invitation", "weekly", "welcome", "win-back")
OTHERS = ("confirm", "parent", "pre-order-received", "pre-order-shipped", "request")
OTHERS += ("staff-entry-received", "warranty-received", "weekly-confirm")
EVERY = [(template, language) for template in (*MARKETING, *OTHERS) for language in LANGUAGES]
WITH_OFFER = ("needs-again", "post-purchase", "welcome", "win-back")
PLACES = {
    "bought",
    "days",
    "title",
    "answers",
    "product",
    "quantity",
    "shop",
    "name",
    "discount",
    "n",
    "date",
    "number",
    "symbol",
    "value",
    "day",
    "month",
    "year",
}
SCRIPTS = {
    "bn": "[\u0980-\u09ff]",
    "en": "[a-z]",
    "fa": "[\u0600-\u06ff]",
    "hi": "[\u0900-\u097f]",
    "kk": "[\u0400-\u04ff]",
}


def change_words(template="win-back", language="en", **changes):
    words = invent_words(template, language)
    return MailWords.model_validate(words.model_dump() | changes)


def read_page(mail):
    """Parse a mail's HTML; any mistake in it raises."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    return parser.parse(mail.html)


def read_text(element):
    return " ".join("".join(element.itertext()).split())


def list_places(pattern):
    """Return the names of what is filled in."""
    return {place for _, place, _, _ in Formatter().parse(pattern) if place}


def test_fourteen_mails_in_five_languages_ship():
    assert list_templates() == tuple(sorted((*MARKETING, *OTHERS)))
    assert list_languages() == LANGUAGES


@pytest.mark.parametrize("template", list_templates())
def test_every_phrase_is_there_in_every_language_and_names_the_same_things(template):
    mail = find_template(template)
    shared = {"subject": mail.subject, "preview": mail.preview, "preview_offer": mail.preview_offer}
    for name, phrase in {**shared, **mail.phrases}.items():
        assert sorted(phrase.languages) == list(LANGUAGES), name
        named = [list_places(phrase[language]) for language in LANGUAGES]
        assert named == named[:1] * len(LANGUAGES), name
        assert named[0] <= PLACES
        for language in LANGUAGES:
            assert re.search(SCRIPTS[language], phrase[language]), (name, language)
    source = (MAILS / "templates" / f"{template}.jinja").read_text()
    assert set(re.findall(r"phrases\.(\w+)", source)) == set(mail.phrases)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_words_around_the_mail(language):
    spoken, english = find_mail_language(language), find_mail_language("en")
    for name, words in english.model_dump().items():
        own = getattr(spoken, name)
        if isinstance(words, str) and name not in ("language", "direction", "digits"):
            assert list_places(own) == list_places(words), name
    assert set(spoken.reasons) == set(english.reasons)
    assert all("{shop}" in reason for reason in spoken.reasons.values())
    assert len(spoken.months) == 12
    assert len(spoken.solar_months) in (0, 12)


@pytest.mark.parametrize("plain", [False, True], ids=["full", "plain"])
@pytest.mark.parametrize(("template", "language"), EVERY)
def test_page_is_faultless_html_in_its_language(template, language, plain):
    mail = render_mail(template, language, invent_words(template, language, plain=plain))
    page = read_page(mail)

    direction = "rtl" if language == "fa" else "ltr"
    assert (page.get("lang"), page.get("dir")) == (language, direction)
    article = page.find(".//div[@role='article']")
    assert (article.get("lang"), article.get("dir")) == (language, direction)  # some programs drop <html>
    assert all(table.get("role") == "presentation" for table in page.iter("table"))
    assert page.find(".//title").text == mail.subject
    assert page.find(".//div[@class='preheader']").text.startswith(mail.preview)
    assert len(list(page.iter("h1"))) == 1
    assert {meta.get("name"): meta.get("content") for meta in page.iter("meta")}["color-scheme"] == "light dark"
    assert "prefers-color-scheme: dark" in page.find(".//style").text
    assert not set(part.tag for part in page.iter()) & {"img", "script", "link", "form", "iframe", "svg", "object"}
    assert len(mail.html.encode()) < LARGEST / 4
    assert max(map(len, mail.html.splitlines())) < 998
    words = read_text(page.find(".//td[@class='card']"))
    assert len(re.findall(SCRIPTS[language], words)) > 60
    assert not re.search(r"[{}]|None|Undefined", words + mail.text + mail.subject + mail.preview)


@pytest.mark.parametrize("template", list_templates())
def test_nothing_names_left_or_right(template):
    style = rendering.render_mail(template, "fa", invent_words(template, "fa")).html.partition("</head>")[2]

    assert not re.search(r"(margin|padding|border|text-align|float)[-:] ?(left|right)", style)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", MARKETING)
def test_marketing_can_be_left_and_says_who_writes_and_why(template, language):
    words = invent_words(template, language)
    mail = render_mail(template, language, words)
    page = read_page(mail)

    assert mail.headers == {
        "List-Unsubscribe": f"<{words.unsubscribe_url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    links = {link.get("href"): read_text(link) for link in page.iter("a")}
    assert links[words.unsubscribe_url] == find_mail_language(language).unsubscribe
    chosen = [words.preferences_url] if template != "weekly" else []  # which goes to owners, not to customers
    assert [links[each] for each in chosen] == [find_mail_language(language).preferences for _ in chosen]
    assert words.link in links
    foot = read_text(page.findall(".//td")[-1])
    reason = find_mail_language(language).reasons[words.reason].format(shop=words.shop_name)
    for said in (reason, *words.shop_address.splitlines()):
        assert said in foot
        assert said in remove_switches(" ".join(mail.text.split()))
    for link in (words.unsubscribe_url, *chosen, words.link):
        assert link in mail.text.splitlines()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", WITH_OFFER)
def test_an_offer_says_what_it_gives_its_code_and_its_last_day(template, language):
    words = change_words(template, language, offer=Offer(percent=15, code="K7XQM3TD", expires=date(2026, 12, 24)))
    mail = render_mail(template, language, words)
    percent = {"fa": "۱۵٪", "bn": "১৫%"}.get(language, "15%")
    day = {
        "en": "24\xa0December 2026",
        "hi": "24\xa0दिसंबर 2026",
        "bn": "২৪\xa0ডিসেম্বর ২০২৬",
        "kk": "2026 жылғы 24\xa0желтоқсан",
        "fa": "۳\xa0دی ۱۴۰۵ (۲۴\xa0دسامبر ۲۰۲۶)",
    }[language]
    ticket = "".join(read_page(mail).find(".//td[@class='ticket']").itertext())

    assert percent in mail.preview
    for said in (percent, "K7XQM3TD", day):
        assert said in ticket
        assert said in mail.text


@pytest.mark.parametrize("template", WITH_OFFER)
def test_without_an_offer_none_is_spoken_of(template):
    mail = render_mail(template, "en", change_words(template, offer=None))

    assert "ticket" not in mail.html.partition("</head>")[2]
    assert "with our thanks" not in mail.text
    assert mail.preview == find_template(template).preview["en"].format(shop="Corner Shop")


def test_an_offer_without_a_last_day_names_none():
    mail = render_mail("win-back", "en", change_words(offer=Offer(percent=15, code="K7XQM3TD")))

    assert "Valid" not in mail.html + mail.text


@pytest.mark.parametrize(
    ("language", "offer", "said"),
    [
        ("en", {"percent": Decimal("12.50")}, "12.5% off"),
        ("en", {"amount": "5.00", "currency": "EUR"}, "€5 off"),
        ("en", {"amount": "7.5", "currency": "USD"}, "$7.50 off"),
        ("en", {"amount": "1000", "currency": "CHF"}, "1000\xa0CHF off"),
        ("en", {"amount": "1.125", "currency": "KWD"}, "1.125\xa0KWD off"),
        ("hi", {"amount": "250", "currency": "INR"}, "₹250 की छूट"),
        ("bn", {"amount": "300", "currency": "BDT"}, "৳৩০০ ছাড়"),
        ("kk", {"amount": "2500.50", "currency": "KZT"}, "2500,50\xa0₸ жеңілдік"),
        ("fa", {"amount": "7.50", "currency": "EUR"}, "۷٫۵۰\xa0€ تخفیف"),
    ],
)
def test_money_is_written_as_the_language_writes_it(language, offer, said):
    assert find_mail_language(language).write_discount(Offer(code="C", **offer)) == said


@pytest.mark.parametrize(
    "offer",
    [
        {},
        {"percent": 0},
        {"percent": 10, "amount": 5, "currency": "EUR"},
        {"amount": 5},
        {"percent": 101},
        {"percent": -1},
        {"amount": -5, "currency": "EUR"},
        {"amount": 5, "currency": "euro"},
    ],
)
def test_an_offer_of_nothing_or_of_two_things_is_refused(offer):
    with pytest.raises(ValidationError):
        Offer(code="K7XQM3TD", **offer)


@pytest.mark.parametrize(("template", "language"), EVERY)
def test_every_mail_says_where_the_privacy_page_is(template, language):
    words = invent_words(template, language, plain=True)
    mail = render_mail(template, language, words)
    links = {link.get("href"): read_text(link) for link in read_page(mail).iter("a")}

    assert links[words.privacy_url] == find_mail_language(language).privacy
    assert f"{find_mail_language(language).privacy}:\n{words.privacy_url}\n" in mail.text
    with pytest.raises(UnfitMailError, match=f"^{template}: privacy_url$"):
        render_mail(template, language, words.model_copy(update={"privacy_url": ""}))


@pytest.mark.parametrize("missing", ["unsubscribe_url", "shop_address", "reason"])
@pytest.mark.parametrize("template", MARKETING)
def test_marketing_that_lacks_what_it_must_carry_is_refused(template, missing):
    words = change_words(template, **{missing: None if missing == "reason" else ""})

    with pytest.raises(UnfitMailError, match=missing):
        render_mail(template, "en", words)


@pytest.mark.parametrize(
    ("template", "missing"),
    [("confirm", "confirm_url"), ("survey-invitation", "link"), ("request", "confirm_url"), ("request", "code")]
    + [("parent", name) for name in ("confirm_url", "title", "answers")],
)
def test_a_mail_without_the_link_that_it_is_about_is_refused(template, missing):
    with pytest.raises(UnfitMailError, match=missing):
        render_mail(template, "en", change_words(template, **{missing: ""}))


@pytest.fixture
def edit_templates(tmp_path, monkeypatch):
    """Return a function that renders from a copy of the templates in which one text was replaced."""

    def edit(file, before, after):
        folder = tmp_path / "mails"
        shutil.copytree(MAILS, folder)
        path = folder / file
        source = path.read_text()
        assert before in source
        path.write_text(source.replace(before, after))
        monkeypatch.setattr(rendering, "FOLDER", folder)
        monkeypatch.setattr(templates, "TEMPLATES", folder / "templates")
        build_environment.cache_clear()
        find_template.cache_clear()

    yield edit
    build_environment.cache_clear()
    find_template.cache_clear()


@pytest.mark.parametrize(
    ("file", "before", "lacks"),
    [
        ("html/mail.jinja", 'href="{{ words.unsubscribe_url }}"', "unsubscribe_url"),
        ("text/mail.jinja", "{{ words.unsubscribe_url }}", "unsubscribe_url"),
        ("html/mail.jinja", "words.shop_address.splitlines()", "shop_address"),
        ("text/mail.jinja", "{{ words.shop_address }}", "shop_address"),
        ("html/mail.jinja", "{{ spoken.reasons[words.reason] | fill }}", "reason"),
        ("text/mail.jinja", "{{ spoken.reasons[words.reason] | fill }}", "reason"),
    ],
)
def test_a_template_that_lost_what_the_law_asks_for_is_refused(edit_templates, file, before, lacks):
    edit_templates(file, before, "[]" if "splitlines" in before else "")

    with pytest.raises(UnfitMailError, match=lacks):
        render_mail("win-back", "en", invent_words("win-back", "en"))


def test_a_mail_that_gmail_would_cut_is_refused(edit_templates):
    edit_templates("templates/win-back.jinja", "{{ part.greeting() }}", "{{ 'x ' * 60000 }}")

    with pytest.raises(UnfitMailError, match="size"):
        render_mail("win-back", "en", invent_words("win-back", "en"))


@pytest.mark.parametrize("part", ["html", "text"])
def test_a_template_that_names_what_nobody_gives_is_an_error(edit_templates, part):
    edit_templates(f"{part}/parts.jinja", "{{ spoken.sign_off }}", "{{ spoken.sign_of }}")

    with pytest.raises(UndefinedError, match="sign_of"):
        render_mail("win-back", "en", invent_words("win-back", "en"))


@pytest.mark.parametrize(
    ("before", "after", "place"),
    [
        ('[subject]\nen = "It has been a while"', "[subject]\nen = 7", "subject.en"),
        ("marketing = true", "marketing = 'perhaps'", "marketing"),
        ("marketing = true", "marketing = true\nneeds = ['love']", "love"),
        ("marketing = true", "marketing = true\ncolour = 'red'", "colour"),
        ("[subject]", "[subjekt]", "subject"),
        ("marketing = true", "marketing =", "win-back.toml"),
    ],
)
def test_a_mistake_in_a_template_is_told_with_its_place(edit_templates, before, after, place):
    edit_templates("templates/win-back.toml", before, after)

    with pytest.raises(DefinitionError, match=place):
        find_template("win-back")


def test_a_mail_that_is_not_on_file_is_an_error():
    for name in ("", "love-letter", "../templates/win-back", "mail"):
        with pytest.raises(DefinitionError):
            render_mail(name, "en", invent_words("win-back", "en"))


def test_a_number_that_is_read_out_stays_in_one_line():
    mail = render_mail("pre-order-received", "en", invent_words("pre-order-received", "en"))
    assert '<bdi style="white-space: nowrap">K7F-3MQ9</bdi>' in mail.html


def test_confirmation_is_no_marketing_and_repeats_nothing_that_was_typed():
    mail = render_mail("confirm", "en", change_words("confirm", person_name="Asha Rao"))
    links = [link.get("href") for link in read_page(mail).iter("a")]

    assert mail.headers == {}
    assert links.count("https://regulars.example.com/confirm/3kTq0fXw9ZpLr2Hc7Vd1mYb8") == 2
    assert "Asha" not in mail.html + mail.text
    assert "deleted after seven days" in " ".join(mail.text.split())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("asked", [kind.value for kind in RequestKind])
def test_a_request_is_told_with_its_code_and_what_to_do_when_it_was_somebody_else(asked, language):
    mail = render_mail("request", language, change_words("request", request=asked, person_name="Asha Rao"))
    phrases = find_template("request").phrases
    page, text = read_text(read_page(mail)), " ".join(mail.text.split())
    ticket = read_text(read_page(mail).find(".//td[@class='ticket']"))

    assert mail.headers == {}
    assert "Asha" not in mail.html + mail.text
    assert ticket.endswith("K7X4MT")
    assert mail.text.count("K7X4MT") == 1
    for said in (phrases[asked][language], phrases["ignore"][language], phrases["how"][language]):
        assert said in page
        assert said in text
    others = [phrases[kind][language] for kind in RequestKind if kind != asked]
    assert [said for said in others if said in page + text] == []


def test_a_request_that_does_not_say_what_it_asks_is_refused():
    with pytest.raises(UnfitMailError, match="request"):
        render_mail("request", "en", change_words("request", request=None))


@pytest.mark.parametrize(
    ("language", "spoken"),
    [("en-GB", "en"), ("kk-KZ", "kk"), ("fa-AF", "fa"), ("de", "en"), ("", "en"), ("../fa", "en"), ("EN", "en")],
)
def test_a_language_that_we_do_not_speak_becomes_its_nearest_or_english(language, spoken):
    assert f'lang="{spoken}"' in render_mail("win-back", language, invent_words("win-back", "en")).html


EVIL = [
    "<script>alert(1)</script>",
    "{{ 7*7 }}",
    "{% include 'x' %}",
    "${7*7}",
    '" onmouseover="x',
    "{shop}",
    "{0.__class__}",
]


@pytest.mark.parametrize("evil", EVIL)
def test_what_looks_like_code_in_a_shops_words_is_shown_as_text(evil):
    mail = render_mail("win-back", "en", change_words(shop_name=evil, shop_address=evil, person_name=evil))
    page = read_page(mail)

    assert not list(page.iter("script"))
    assert all(set(link.keys()) <= {"href", "style", "class", "dir"} for link in page.iter("a"))
    assert evil in read_text(page.find(".//td[@class='card']"))
    assert f"Hello,\n\nIt has been a while since you were last at {evil}" in mail.text


@pytest.mark.parametrize(
    "link",
    [
        "http://example.com/",
        "javascript:alert(1)",
        "//example.com",
        "https://example.com/\r\nBcc: a@example.org",
        "https://example.com/a b",
        "https://example.com/>",
        'https://example.com/"',
        "https://exämple.com/",
        "data:,x",
        "https:// ",
        "http://localhost.example.com/",
        "http://127.0.0.1.example.com/",
        "https://e.com/" + "x" * 900,
    ],
)
@pytest.mark.parametrize("name", ["link", "unsubscribe_url", "preferences_url", "confirm_url", "shop_url"])
def test_a_link_that_could_break_out_is_refused_without_being_quoted(name, link):
    with pytest.raises(ValidationError) as refusal:
        change_words(**{name: link})

    assert link not in str(refusal.value)


@pytest.mark.parametrize(
    "link", ["https://example.com/a?b=c&d=%20#e", "http://127.0.0.1:8000/go/x", "http://localhost/x"]
)
def test_an_ordinary_link_is_taken_and_leads_where_it_says(link):
    page = read_page(render_mail("win-back", "en", change_words(link=link)))

    assert link in [anchor.get("href") for anchor in page.iter("a")]


@pytest.mark.parametrize("sign", ["\n", "\r", "\x00", "\x85", "\u2028", "\u202e", "\u2066", "\ufeff"])
def test_a_shops_name_of_more_than_one_line_is_refused(sign):
    with pytest.raises(ValidationError):
        change_words(shop_name=f"Corner{sign}Shop")


def test_text_part_is_lines_that_can_be_read():
    mail = render_mail("win-back", "en", invent_words("win-back", "en"))

    assert all(len(line) <= 72 for line in mail.text.splitlines())
    assert "\n\n\n" not in mail.text
    assert mail.text.startswith("We have missed you\n\nHello Asha Rao,\n\nIt has been a while")


def test_longest_words_keep_every_line_within_what_mail_allows():
    words = change_words(
        shop_name="W" * 100,
        person_name="V" * 40,
        shop_address="X" * 300,
        shop_url="https://s.example/" + "a" * 880,
        link="https://s.example/" + "b" * 880,
        unsubscribe_url="https://s.example/" + "c" * 880,
    )
    mail = render_mail("win-back", "en", words)

    assert max(map(len, mail.text.splitlines())) < 998
    assert len(mail.headers["List-Unsubscribe"]) <= 995
    assert len(mail.html.encode()) < LARGEST


def test_inlined_templates_are_those_of_the_sources():
    kept = {path: path.read_text() for path in (MAILS / "html").glob("*.jinja")}

    assert kept == inline_styles(), "run `make preview`"


def test_preview_shows_every_mail_in_every_language(tmp_path):
    index = write_mails(tmp_path).read_text()

    assert len(list(tmp_path.glob("*.html"))) == 2 * len(EVERY) + 1
    assert all(f"src='{template}.{language}.html'" in index for template, language in EVERY)
