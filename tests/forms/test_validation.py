"""What is kept of what people type, and what is refused: bad input is a reason code beside its field."""

import unicodedata
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker  # type: ignore[import-untyped]

from chalicelib.errors import InvalidSubmissionError
from chalicelib.forms.library import DEFINITIONS, load_form
from chalicelib.forms.post import sort_post
from chalicelib.forms.reasons import REASONS, RefusedValueError
from chalicelib.forms.schema import write_schema
from chalicelib.forms.text import clean_line, clean_lines
from chalicelib.forms.validation import validate_form
from chalicelib.forms.values import Occasion

OCCASION = Occasion("US", date(2026, 3, 1))
SHIPPED = ("survey", "sign-up", "pre-order", "warranty", "newsletter")
FORMS = {name: load_form(DEFINITIONS / f"{name}.toml") for name in SHIPPED}
SURVEY, SIGN_UP, PRE_ORDER, WARRANTY, _ = FORMS.values()


def check(form, language="en", **values):
    """Validate; return the fields and the entry together."""
    clean = validate_form(form, values, language=language, shop="Corner Shop", occasion=OCCASION)
    return {**clean.fields, **clean.entry}


def find_faults(form, **values):
    """Validate; return the faults."""
    with pytest.raises(InvalidSubmissionError) as caught:
        check(form, **values)
    assert set(caught.value.fields.values()) <= set(REASONS)
    return caught.value.fields


def clean_email(value):
    return check(SURVEY, score=1, email=value).get("email")


EMAILS_KEPT = {
    "asha@example.com": "asha@example.com",
    "  asha@example.com ": "asha@example.com",
    "Asha.Rao+list@Example.COM": "Asha.Rao+list@example.com",
    "o'neil@example.co.uk": "o'neil@example.co.uk",
    "a@bücher.example.org": "a@bücher.example.org",
    "a@xn--bcher-kva.example.org": "a@bücher.example.org",
    "info@дүкен.example.org": "info@дүкен.example.org",
    "info@दुकान.example.org": "info@दुकान.example.org",
    "asha@example.com.": "asha@example.com",
    "<asha@example.com>": "asha@example.com",
    "mailto:asha@example.com?subject=Hi": "asha@example.com",
    "\u202aasha@example.com\u202c": "asha@example.com",
    "\u200basha@example.com": "asha@example.com",
    "asha@example\u3002com": "asha@example.com",
    "": None,
    "   ": None,
}


@pytest.mark.parametrize("given_text", EMAILS_KEPT)
def test_email_is_kept_as_given_but_for_the_domains_case(given_text):
    assert clean_email(given_text) == EMAILS_KEPT[given_text]


EMAILS_REFUSED = {
    # catalogue rows 61-73
    "a@x.example\r\nBcc: v@y.example": "control_character",
    "a@x.example\n": "control_character",
    "a@x.example%0d%0aBcc:v@y.example": "invalid",
    "a@x.example\u2028b": "control_character",
    "a@x.example\u0085": "control_character",
    "a@x.com,b@y.com": "invalid",
    "a@x.com;b@y.com": "invalid",
    '"a@x, b" <c@z.com>': "invalid",
    "<c@z.com": "invalid",
    "=?utf-8?q?a=40x.com?=@y.com": "invalid",
    ".a@example.com": "invalid",
    "a..b@example.com": "invalid",
    "a@x..com": "invalid",
    "a@-x.com": "invalid",
    "a@x": "invalid",
    "a@[127.0.0.1]": "invalid",
    "a@localhost": "invalid",
    "a b@example.com": "invalid",
    "m\u0131ke@example.org": "not_ascii",
    "mi\u212ae@example.org": "not_ascii",
    "mike@example\u212a.org": "invalid",
    "mike@\ufb01ne.org": "invalid",
    "a\u200b@example.org": "not_ascii",
    "a@exam\u200bple.org": "invalid",
    "a@exam\u200dple.org": "invalid",
    "a@exam\u00adple.org": "invalid",
    "a\uff20example.org": "invalid",
    "a@ｅxample.org": "invalid",
    "अ@example.org": "not_ascii",
    "a" * 65 + "@example.org": "invalid",
    "a@" + "b" * 64 + ".org": "invalid",
    "a@" + ".".join(["b" * 60] * 5) + ".org": "invalid",
    "a" * 5000 + "@example.org": "too_long",
}


@pytest.mark.parametrize("given_text", EMAILS_REFUSED)
def test_email_that_could_mean_another_is_refused(given_text):
    assert find_faults(SURVEY, score=1, email=given_text) == {"email": EMAILS_REFUSED[given_text]}


@pytest.mark.parametrize("value", [{"a": 1}, ["a@example.com"], ["a@example.com"] * 100, 5, True, None])
@pytest.mark.parametrize("name", ["email", "name", "phone", "why", "found_us"])
def test_swapped_types_are_refused_by_name(name, value):
    assert find_faults(SURVEY, score=1, **{name: value}) == {name: "wrong_type"}
    assert find_faults(PRE_ORDER, item="Tea", quantity=1, name="Asha", phone="2025550100", address=value) == {
        "address": "wrong_type"
    }


@pytest.mark.parametrize("value", [True, None, {"a": 1}, [1]])
def test_a_score_that_is_no_number_is_refused(value):
    assert find_faults(SURVEY, score=value) == {"score": "wrong_type"}


PHONES = {
    "+1 202 555 0100": "+12025550100",
    "(202) 555-0100": "+12025550100",
    "\u202a+91 98765 43210\u202c": "+919876543210",  # copied from a contact list
    "+٩١ ٩٨٧٦٥ ٤٣٢١٠": "+919876543210",
    "+7 701 123 45 67": "+77011234567",
    "+44 7700 900123": "+447700900123",  # possible, and no number of today's plan
    "": None,
}


@pytest.mark.parametrize("typed", PHONES)
def test_phone_becomes_e164(typed):
    assert check(SURVEY, score=1, phone=typed).get("phone") == PHONES[typed]


@pytest.mark.parametrize("typed", ["0000000000", "111 111 1111", "(555) 555-0100", "1234567890"])
def test_phone_that_is_no_number_of_the_shops_country_is_kept_as_typed(typed):
    assert check(SURVEY, score=1, phone=f" {typed}\u202c")["phone"] == typed


@pytest.mark.parametrize("typed", ["12", "call me", "+999 1", "202-555-0100 x5", "+1 202 555 0100, +1 202 555 0101"])
def test_phone_that_cannot_be_dialled_is_refused(typed):
    assert find_faults(SURVEY, score=1, phone=typed) == {"phone": "invalid"}


def test_control_characters_are_refused_in_a_line_and_line_ends_kept_in_text():
    for bad in ("\0", "\x01", "\x7f", "\x9b", "\r", "\n", "\t", "\u2028"):
        assert find_faults(SURVEY, score=1, name=f"Bob{bad}Subject: x") == {"name": "control_character"}
    assert check(SURVEY, why="one\r\ntwo\rthree\tx") == {"why": "one\ntwo\nthree\tx"}
    assert find_faults(SURVEY, why="a\0b") == {"why": "control_character"}


def test_lone_surrogates_are_refused():
    assert find_faults(SURVEY, score=1, name="a\ud800") == {"name": "control_character"}


def test_joiners_stay_and_direction_switches_go():
    assert check(SURVEY, why="می\u200cخواهم")["why"] == "می\u200cخواهم"
    assert check(SURVEY, why="क्\u200dष")["why"] == "क्\u200dष"
    assert check(SURVEY, score=1, name="\u202eevil\u2066\ufeff")["name"] == "evil"


def test_ten_thousand_combining_marks_are_refused():
    assert find_faults(SURVEY, score=1, name="e" + "\u0301" * 100) == {"name": "invalid"}
    assert find_faults(SURVEY, score=1, name="e" + "\u0301" * 10_000) == {"name": "too_long"}
    assert find_faults(SURVEY, why="e" + "\u0301\u0327" * 1000) == {"why": "invalid"}


def test_length_is_limited_in_characters_and_in_bytes():
    assert check(SURVEY, score=1, name="𝒜" * 120)["name"] == "𝒜" * 120
    assert find_faults(SURVEY, score=1, name="x" * 121) == {"name": "too_long"}
    tight = next(field for field in SURVEY.fields if field.name == "name").model_copy(update={"max_bytes": 100})
    with pytest.raises(RefusedValueError, match="too_long"):
        tight.clean("𝒜" * 26, OCCASION)


@pytest.mark.parametrize(
    "text", ["{{7*7}}", "${7*7}", "<script>alert(1)</script>", '" onmouseover="', "=1+1", "$where"]
)
def test_code_is_kept_as_the_text_it_is(text):
    assert check(SURVEY, why=text) == {"why": text}


@pytest.mark.parametrize(
    "name",
    ["__proto__", "constructor", "__class__", "#name", ":val", "", "a@example.com", "x" * 300, "SCORE", "score "],
)
def test_unknown_names_are_refused_and_odd_ones_not_repeated(name):
    faults = find_faults(SURVEY, **{"score": 1, name: "x"})

    assert list(faults.values()) == ["unknown"]
    assert next(iter(faults)) in (name, "other")
    assert "@" not in str(faults)
    assert len(str(faults)) < 100


def test_numbers_are_read_in_any_script_and_held_to_their_bounds():
    assert check(SURVEY, score="۱۰") == {"score": 10}
    assert check(SURVEY, score="৭") == {"score": 7}
    assert check(SURVEY, score=0) == {"score": 0}
    for value in (11, -1, "11", 10**30):
        assert find_faults(SURVEY, score=value) == {"score": "out_of_range"}
    for value in ("ten", "1.5", "1e3", "0x1", "9" * 5000):
        assert find_faults(SURVEY, score=value) == {"score": "invalid"}


def test_dates_exist_and_purchases_lie_in_the_past():
    bought = {"product": "Kettle", "serial_number": "K1", "name": "Asha", "phone": "+12025550100"}

    def buy(day):
        return {**bought, "purchased_on": day}

    assert check(WARRANTY, **buy("2026-03-01"))["purchased_on"] == "2026-03-01"
    assert check(WARRANTY, **buy("۲۰۲۶-۰۲-۲۸"))["purchased_on"] == "2026-02-28"
    assert check(WARRANTY, **buy("2026-03-02"))["purchased_on"] == "2026-03-02"  # already tomorrow in the east
    reasons = {
        "2026-03-03": "in_future",
        "2026-02-30": "invalid",
        "20260301": "invalid",
        "2026-W01-1": "invalid",
        "01/03/2026": "invalid",
        "1404-12-10": "out_of_range",
        "": "missing",
    }
    for day, reason in reasons.items():
        assert find_faults(WARRANTY, **buy(day)) == {"purchased_on": reason}


def test_choices_come_from_the_list_and_rankings_repeat_nothing():
    assert check(SURVEY, why_us=["near", "", "price"]) == {"why_us": ["near", "price"]}
    assert find_faults(SURVEY, why_us=["near", "near"]) == {"why_us": "repeated"}
    assert find_faults(SURVEY, why_us=["near", "price", "people", "range"]) == {"why_us": "too_many"}
    assert find_faults(SURVEY, why_us=["near"] * 10_000) == {"why_us": "too_many"}
    assert find_faults(SURVEY, why_us=["elsewhere"]) == {"why_us": "not_a_choice"}
    assert find_faults(SURVEY, found_us="elsewhere") == {"found_us": "not_a_choice"}


def test_choices_are_kept_in_the_forms_order():
    kept = check(SIGN_UP, email="a@example.com", consent_marketing=True, interests=["events", "new"])

    assert kept["interests"] == ["new", "events"]


def test_one_of_a_group_is_needed_and_one_fault_in_it_is_enough():
    order = {"item": "Tea", "quantity": 1, "name": "Asha"}
    assert find_faults(PRE_ORDER, **order) == {"email": "one_of"}
    assert find_faults(PRE_ORDER, **order, phone="1") == {"phone": "invalid"}
    assert find_faults(SURVEY) == {"score": "one_of"}
    assert check(PRE_ORDER, **order, phone="2025550100")["phone"] == "+12025550100"


def test_all_faults_are_told_at_once():
    assert find_faults(PRE_ORDER, quantity="many", email="x", colour="red") == {
        "item": "missing",
        "quantity": "invalid",
        "name": "missing",
        "email": "invalid",
        "colour": "unknown",
    }


VERSION = SIGN_UP.consents[0].version
CONSENTS = {True: True, "yes": True, "on": True, VERSION: True, False: False, "": False, "no": False}


@pytest.mark.parametrize("answer", CONSENTS)
def test_consent_is_a_yes_or_the_version_of_the_words_shown(answer):
    clean = validate_form(
        SURVEY, {"score": 9, "consent_marketing": answer}, language="en", shop="Corner Shop", occasion=OCCASION
    )

    assert bool(clean.consents) is CONSENTS[answer]


def test_consent_is_never_assumed_and_never_taken_for_other_words():
    assert find_faults(SIGN_UP, email="a@example.com") == {"consent_marketing": "missing"}
    assert find_faults(SURVEY, score=1, consent_marketing="2020-01-01") == {"consent_marketing": "words_changed"}
    assert find_faults(SURVEY, score=1, consent_marketing="perhaps") == {"consent_marketing": "invalid"}
    assert find_faults(SURVEY, score=1, consent_marketing=1) == {"consent_marketing": "wrong_type"}


TEXTS = st.text(st.characters(codec="utf-8"), max_size=60)


@given(TEXTS)
def test_cleaned_text_is_nfc_and_cleaning_it_again_changes_nothing(text):
    for clean in (clean_line, clean_lines):
        try:
            once = clean(text)
        except RefusedValueError:
            continue
        assert unicodedata.is_normalized("NFC", once)
        assert clean(once) == once


ANSWERS = st.one_of(
    TEXTS,
    st.integers(),
    st.booleans(),
    st.none(),
    st.lists(st.sampled_from(["price", "near", "x"]), max_size=4),
    st.sampled_from(["a@example.com", "2025550100", "friend", "price", "7", "2026-01-31", VERSION, "x@y", "x" * 300]),
)
NAMES = st.sampled_from([*(field.name for field in SURVEY.fields), "consent_marketing", "other"])


@given(st.dictionaries(NAMES, ANSWERS, max_size=6))
@settings(max_examples=300)
def test_whatever_is_posted_is_kept_unchanged_by_a_second_cleaning_or_refused_by_name(values):
    try:
        kept = check(SURVEY, **values)
    except InvalidSubmissionError as refusal:
        kept, faults = {}, refusal.fields
    else:
        faults = {}
        assert check(SURVEY, **kept) == kept
    assert set(faults) <= {*values, "score"}
    assert set(faults.values()) <= set(REASONS)


# JSON Schema --------------------------------------------------------------------------------------------------------

CHECKER = FormatChecker(formats=["date"])


def is_valid(form, values):
    schema = write_schema(form, "en", f"https://shop.example/forms/{form.name}", "Corner Shop")
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=CHECKER).is_valid(values)


@given(st.dictionaries(NAMES, ANSWERS, max_size=6))
@settings(max_examples=200)
def test_what_is_kept_is_valid_by_the_schema(values):
    try:
        kept = check(SURVEY, **values)
    except InvalidSubmissionError:
        return
    assert is_valid(SURVEY, kept)


COMPLETE: dict[str, dict[str, Any]] = {
    "survey": {"score": 9, "why": "kind", "why_us": ["near"], "found_us": "friend", "email": "a@example.com"},
    "newsletter": {"email": "a@example.com", "consent_marketing": True},
    "sign-up": {"email": "a@example.com", "consent_marketing": True, "interests": ["new"]},
    "pre-order": {"item": "Tea", "quantity": 2, "name": "Asha", "email": "a@example.com", "needed_by": "2026-12-24"},
    "warranty": {
        "product": "Kettle",
        "serial_number": "K-1",
        "purchased_on": "2026-01-02",
        "name": "Asha",
        "phone": "2025550100",
    },
}
WRONG: list[Any] = [None, True, 5, "", [], {}, "x" * 5000, ["x"], -1]


@pytest.mark.parametrize("name", COMPLETE)
def test_a_complete_post_passes_schema_and_validation(name):
    assert is_valid(FORMS[name], COMPLETE[name])
    check(FORMS[name], **COMPLETE[name])


@pytest.mark.parametrize("name", COMPLETE)
def test_schema_and_validation_agree_on_every_single_break(name):
    form, complete = FORMS[name], COMPLETE[name]
    asked = [field.name for field in form.fields] + [ask.name for ask in form.consents] + ["stranger"]
    for field in asked:
        for wrong in WRONG:
            post = {**complete, field: wrong}
            try:
                check(form, **post)
                accepted = True
            except InvalidSubmissionError:
                accepted = False
            # The schema may be the stricter one for what a browser sends as text; never the laxer one but for
            # what it cannot say: what an address or a phone number is.
            if is_valid(form, post) and not accepted:
                assert field in ("email", "phone"), (field, wrong)
        without = {key: value for key, value in complete.items() if key != field}
        if field in complete:
            try:
                check(form, **without)
                accepted = True
            except InvalidSubmissionError:
                accepted = False
            assert is_valid(form, without) is accepted, field


def test_a_repeated_name_is_taken_only_where_the_form_takes_many():
    pairs = [("why_us", "near"), ("why_us", "price"), ("score", "7")]
    assert dict(sort_post(SURVEY, pairs).values) == {"why_us": ["near", "price"], "score": "7"}
    with pytest.raises(InvalidSubmissionError) as caught:
        sort_post(SURVEY, [("email", "a@example.com"), ("email", "b@example.com")])
    assert caught.value.fields == {"email": "repeated"}
