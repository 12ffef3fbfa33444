"""The readable copy says all that data.json says, in the reader's language, as people write it."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from chalicelib.campaigns.agenda import Occasion, judge_mail
from chalicelib.campaigns.needs import Demand
from chalicelib.campaigns.triggers import TRIGGERS
from chalicelib.data_requests.files import write_files
from chalicelib.data_requests.readable import chapters
from chalicelib.data_requests.readable.reasons import explain_because, explain_reading
from chalicelib.data_requests.readable.technical import TECHNICAL
from chalicelib.data_requests.readable.words import find_record_words
from chalicelib.data_requests.readable.writer import Writer
from chalicelib.data_requests.record import gather_record, make_section
from chalicelib.forms.library import list_readable
from chalicelib.mails.language import find_mail_language
from chalicelib.models import ConsentState, Grade, MailState, OrderState, ReadingKind, Trust
from chalicelib.people.activity import ActivityStatus, judge_activity, list_bought
from chalicelib.senders.ses import FACTS
from chalicelib.shop.stops import StopReason
from chalicelib.stats.gaps import Gaps
from chalicelib.store.requests import RequestState
from chalicelib.words import list_languages
from infra.staff.audit import note_reading
from tests.builders.campaigns import CLOCK, a_campaign
from tests.builders.full_record import a_full_record
from tests.builders.mails import DUE, Post
from tests.builders.readable import TABLES, a_busy_profile, clean_text, list_unsaid, read_visible
from tests.builders.records import live_life

SHOP = "Corner Shop"
NOW = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)
LANGUAGES = list_languages()


def write_page(sections, language="en") -> str:
    return write_files(sections, language=language, shop=SHOP, now=NOW)["data.html"].decode()


@pytest.fixture
def lived(shop):
    """Return the sections of a customer with something of every kind."""

    def read(customer, at):
        note_reading(shop.services(), "asked at the counter", customer, at)
        note_reading(shop.services(), "looked for a parcel", customer, at)

    services, customer = shop.services(Post()), live_life(shop, read)
    return gather_record(services.people.load_person(customer), services, DUE + timedelta(days=5))


# ---- nothing is missing


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_value_of_the_json_is_said_on_the_page_or_is_technical(language):
    assert list_unsaid(a_full_record(), language, SHOP, NOW) == []


def test_every_value_of_a_lived_record_is_said_in_every_language(lived):
    assert [list_unsaid(lived, language, SHOP, NOW) for language in LANGUAGES] == [[]] * len(LANGUAGES)


def test_a_value_that_the_page_forgets_is_noticed(monkeypatch):
    monkeypatch.setattr(chapters, "CHAPTERS", [one for one in chapters.CHAPTERS if one[0] != "orders"])

    assert {section for section, _, _ in list_unsaid(a_full_record(), "en", SHOP, NOW)} == {"orders", "refunds"}


def test_foreign_numbers_are_told_in_parts():
    text = read_visible(write_page(a_full_record()))

    assert "Customer number C-4477 Square, till and payments, L-88" in text
    assert "17 × Darjeeling, ₸3.15 each, article number: TEA-250" in text
    assert "Refunds Order O-77 ₹8.35" in text


def test_a_line_of_ours_keeps_the_direction_of_the_page_and_a_typed_one_its_own():
    item = {"title": "Assam tea", "quantity": 2, "price": Decimal(5)}
    sections = [
        make_section("orders", [{"id": "1", "currency": "EUR", "items": [item, item], "codes": ["A-1", "B-2"]}])
    ]
    page = write_page(tuple(sections), "fa")

    assert "<li>۲ × \u2068Assam tea\u2069، هر عدد ۵\xa0€</li>" in page
    assert "<li><bdi>A-1</bdi></li>" in page


def test_what_has_no_words_stands_under_other_details_with_a_readable_name():
    row = {"name": "email", "value": "a@example.org", "shoe_size": 43, "deep": {"inner_part": ["x", "y"]}}
    sections = (make_section("orders", [{"id": "1", "gift_wrap": True}]), make_section("gifts", [{"gift_card": "G-1"}]))
    text = read_visible(write_page((make_section("fields", [row]), *sections)))

    assert "shoe size: 43 · deep › inner part: x · deep › inner part: y" in text
    assert "Order Other details gift wrap yes" in text
    assert "Other details gift card G-1" in text


def test_what_is_technical_is_in_the_json_alone_and_the_page_names_that_file():
    text = read_visible(write_page(a_full_record()))
    files = write_files(a_full_record(), language="en", shop=SHOP, now=NOW)

    assert "They are in the file data.json" in text
    for hidden in ("c-1", "P-1", "event:1", "FORM_RESPONSE"):
        assert f" {hidden} " not in text
        assert f'"{hidden}"' in files["data.json"].decode()
    known = {section.name: section.columns for section in a_full_record()}
    for section, columns in TECHNICAL.items():
        assert section.partition(".")[0] in known
        assert "." in section or set(columns) <= set(known[section])


# ---- as people write it


RAW = {
    "a key": re.compile(r"\b[a-z]+_[a-z_]+\b"),
    "a time of programs": re.compile(r"\d{4}-\d\d-\d\dT|\d\d:\d\d:\d\d|\+00:00"),
    "a raw value": re.compile(r"\b(?:True|False|None|Decimal)\b"),
}
WESTERN = re.compile(r"[0-9]")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_shows_no_key_and_no_time_of_programs(lived, language):
    for sections in (lived, a_full_record()):
        text = read_visible(write_page(sections, language))
        assert {name: pattern.findall(text) for name, pattern in RAW.items()} == {name: [] for name in RAW}


@pytest.mark.parametrize("language", ["bn", "fa"])
def test_days_times_amounts_and_counts_have_the_digits_of_the_language(language):
    spoken = find_mail_language(language)
    page = write_page(a_full_record(), language)
    text = read_visible(page)

    months = "|".join((*spoken.months, *spoken.solar_months))
    assert re.search(rf"[০-৯۰-۹]\s(?:{months})", text)
    number = r"(?<![\w#.-])[0-9][0-9.,]*"
    assert not re.search(rf"{number}\s*(?:{months})\b|\b(?:{months})\s*[0-9]|[0-9]:[0-9]", text)
    assert not re.search(rf"{number}\s*[₸₹£]|[₸₹£]\s*[0-9]", text)
    assert spoken.write_digits("4321") in text
    assert spoken.write_digits("17") + " ×" in text


@pytest.mark.parametrize("language", [each for each in LANGUAGES if each != "en"])
def test_a_page_in_another_language_says_nothing_in_english(language):
    own, english = find_record_words(language), find_record_words("en")
    text = read_visible(write_page(a_full_record(), language))

    for table in TABLES:
        for key, words in getattr(english, table).items():
            assert getattr(own, table)[key] != words or not re.sub(r"\{\w*\}|\s", "", words), (table, key)
            assert len(words) < 12 or words.partition("{")[0] == "" or clean_text(words.partition("{")[0]) not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_of_every_language_have_the_same_places(language):
    def list_places(text):
        return sorted(re.findall(r"\{\w*\}", text))

    own, english = find_record_words(language), find_record_words("en")
    for name, words in english.model_dump().items():
        theirs, table = getattr(own, name), isinstance(words, dict)
        pairs = [(words[key], theirs[key]) for key in words] if table else [(words, theirs)]
        assert [list_places(first) for first, _ in pairs] == [list_places(second) for _, second in pairs], name


# ---- words for all that our code can say


CODES = {
    "answers": ConsentState,
    "grades": Grade,
    "trusts": Trust,
    "order_states": OrderState,
    "mail_states": MailState,
    "statuses": ActivityStatus,
    "request_states": RequestState,
    "stops": StopReason,
}
TOLD_BY_TOPIC = {"click", "preferences", "confirm", "request", "try", "mail", "mail-event"}


def test_every_code_has_words():
    words = find_record_words("en")
    for table, codes in CODES.items():
        assert {code.value for code in codes} == set(getattr(words, table)), table
    assert {kind.value for kind in ReadingKind} - TOLD_BY_TOPIC <= set(words.kinds)
    assert set(FACTS.values()) | {"bounced_soft", "not_spam"} <= set(words.outcomes)
    assert {name for name, _, _ in chapters.CHAPTERS} | {"others"} == set(words.chapters)


def list_reasons():
    """Return every reason that campaigns, their verdicts and the status of a customer can give."""
    profile = a_busy_profile(NOW)
    delays = {
        "warranty-ending": {"days": 20, "warranty_months": 24},
        "at-risk": {},
        "needs-again": {"again_share": 0.3},
    }
    demands = {name: Demand(Gaps(6, 180, 5_400, 6, 5_400), 0.5) for name in list_bought(profile)}
    found = [judge_activity(profile, NOW + timedelta(days=90)).reason]
    found += [judge_activity(a_busy_profile(NOW, bought=count), NOW).reason for count in (0, 1, 12)]
    for name, trigger in TRIGGERS.items():
        campaign = a_campaign(offer=None, when={"trigger": name, **delays.get(name, {"days": 2, "hours": 3})})
        told = [each.words for each in trigger.find(profile, campaign.when, "marketing", UTC, demands)]
        assert told, name
        found += told
    occasion = Occasion(campaign="welcome", id="welcome:1", due_at=NOW, not_after=NOW, reason="a pre-order was shipped")
    unmailed = profile.model_copy(update={"mails": {}})
    for person, changes, at in (
        (profile, {}, NOW + timedelta(days=1)),
        (profile, {"purpose": "sms"}, NOW),
        (profile, {"holdout_share": 0.5, "holdout_salt": "c"}, NOW),
        (profile, {"cooldown_days": 40}, NOW),
        (profile, {}, NOW),
        (unmailed, {}, NOW),
        (unmailed, {"offer": None}, NOW),
    ):
        verdict = judge_mail(person, a_campaign(**changes), occasion, CLOCK, at, spent=Decimal(99))
        found.append(verdict.reason)
    assert len(set(found[-7:])) == 7
    return found


PLAIN = (  # of data_requests/status.py
    "data is restricted: kept, not used",
    "stopped by the shop",
    "no consent, no address, or too young",
    "no reason to write, or not meant by it",
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_that_our_code_gives_is_explained(language):
    writer = Writer(language, SHOP)
    for reason in [*list_reasons(), *PLAIN]:
        told = explain_because(reason, writer)
        assert told != writer.words.because_unknown, reason
        assert "{" not in told
        assert language == "en" or not re.search(r"[a-z]{4}", told), told


def test_an_unknown_reason_is_not_shown_in_english():
    assert explain_because("the moon is full", Writer("fa", SHOP)) == find_record_words("fa").because_unknown


def test_reasons_of_the_audit_are_told_and_typed_ones_stay():
    writer = Writer("en", SHOP)

    assert explain_reading("asked for: erase", writer) == ("requested: Delete everything about you", False)
    closed = "your request was answered and closed: Delete everything about you"
    assert explain_reading("closed a request: erase", writer) == (closed, False)
    assert "partly hidden" in explain_reading("looked at a waiting item: to judge it", writer)[0]
    assert explain_reading("looked for a parcel", writer) == ("looked for a parcel", True)


# ---- labels of forms


def test_answers_have_the_labels_of_their_form_in_the_readers_language(lived):
    text = read_visible(write_page(lived, "fa"))

    assert "کارت گارانتی" in text
    assert "از کجا خریده‌اید؟ از وب‌سایت شما" in text
    assert "تاریخ خرید ۲۲ بهمن ۱۴۰۴ (۱۱ فوریهٔ ۲۰۲۶)" in text or "۲۲ بهمن ۱۴۰۴" in text
    assert "چقدر احتمال دارد ما را به یک دوست توصیه کنید؟ ۹" in text
    assert "۱. کارکنان ۲. کیفیت" in text
    assert "چند سال دارید؟ ۲۵ تا ۳۴ سال" in text


def test_a_form_that_lacks_the_readers_language_speaks_its_first(lived, monkeypatch):
    from chalicelib.pages import policy_sources

    def only_english(form):
        fields = [field.model_copy(update={"label": keep(field.label)}) for field in form.fields]
        return form.model_copy(update={"title": keep(form.title), "fields": tuple(fields)})

    def keep(words):
        return type(words)({"en": words["en"]})

    forms = tuple(only_english(form) for form in list_readable())
    monkeypatch.setattr(policy_sources, "list_readable", lambda: forms)
    text = read_visible(write_page(lived, "fa"))

    assert "Where did you buy it? از وب‌سایت شما" in text


def test_a_form_that_is_gone_and_an_answer_without_a_label_keep_readable_names(lived):
    text = read_visible(write_page(lived, "en"))

    assert "Answers to a form When 4 March 2026, 12:00 UTC likes tea yes shoe size 39" in text
    assert "favourite tea Assam" in text


# ---- long records


def list_orders(count):
    """Return a section of so many orders over several years."""
    start = datetime(2019, 1, 1, 9, 30, tzinfo=UTC)
    rows = [
        {
            "source": f"shopify:corner.example:{number}",
            "id": str(number),
            "number": f"#{number}",
            "placed_at": (start + timedelta(days=2 * number)).isoformat(),
            "updated_at": (start + timedelta(days=2 * number)).isoformat(),
            "state": "paid",
            "total": Decimal("12.50"),
            "currency": "EUR",
            "items": [{"title": "Tea", "quantity": 1, "price": Decimal("12.50"), "sku": "", "product_id": "1"}],
            "codes": [],
            "refunds": {},
            "test": False,
        }
        for number in range(count)
    ]
    return make_section("orders", rows)


def test_a_thousand_orders_are_all_there_folded_by_year_with_the_newest_open():
    page = write_page((list_orders(1000),), "fa")

    assert len(page.encode()) < 1_500_000
    assert page.count('<div class="thing">') == 1000
    folds = re.findall(r"<details( open)?>\n<summary>([^<]*)</summary>", page)
    assert folds[0] == (" open", "سال ۲۰۲۴ میلادی (۸۷)")
    assert [opened for opened, _ in folds[1:]] == [""] * 5
    assert "۱۱ دی ۱۳۹۷" in read_visible(page)


def test_a_page_shows_the_newest_of_what_is_longer_still_and_says_where_the_rest_is(monkeypatch):
    monkeypatch.setattr(chapters, "MOST_ROWS", 300)
    text = read_visible(write_page((list_orders(400),)))

    assert "The newest 300 of 400; the file for programs has all of them." in text
    assert "Order #399" in text
    assert "Order #99 " not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_chapter_is_in_the_contents(language):
    page = write_page(a_full_record(), language)
    linked, there = re.findall(r'<a href="#(\w+)">', page), re.findall(r'<section class="held" id="(\w+)">', page)

    assert linked == there
    assert linked == ["who", "agreed", "orders", "sent", "mails", "view", "waits", "readers", "others", "history"]
