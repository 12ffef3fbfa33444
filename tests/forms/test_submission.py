"""From a clean form to the inbox and back: evidence that stands alone, keys that tell posts apart, signed renders."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from chalicelib.errors import InvalidSubmissionError, UnreadableError
from chalicelib.forms.library import DEFINITIONS, load_form
from chalicelib.forms.network import truncate_address
from chalicelib.forms.page_token import check_page_token, sign_page_token
from chalicelib.forms.post import sort_post
from chalicelib.forms.validation import validate_form
from chalicelib.forms.values import Occasion
from chalicelib.models import ConsentState, Trust
from chalicelib.senders.form import interpret, make_submission

NOW = datetime(2026, 3, 1, 12, 7, 30, tzinfo=UTC)
KEY, OLD_KEY = b"k" * 32, b"o" * 32
SURVEY = load_form(DEFINITIONS / "survey.toml")


def submit(form=SURVEY, trust=Trust.ANONYMOUS, address="203.0.113.77", header_key="", now=NOW, **sent):
    post = sort_post(form, sent)
    language = post.language or "en"
    clean = validate_form(
        form, post.values, language=language, shop="Corner Shop", occasion=Occasion("US", date(2026, 3, 1))
    )
    return make_submission(clean, post, trust=trust, address=address, header_key=header_key, now=now)


def test_body_is_canonical_and_holds_the_words_that_were_shown():
    submission = submit(score="9", email="asha@example.com", language="hi", consent_marketing="yes")

    body = json.loads(submission.body)
    assert submission.body == json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    assert body == {
        "form": "survey",
        "kind": "survey",
        "version": SURVEY.version,
        "language": "hi",
        "fields": {"email": "asha@example.com"},
        "entry": {"score": 9},
        "consents": [
            {
                "purpose": "marketing",
                "words": SURVEY.consents[0].say("hi", "Corner Shop"),
                "words_version": SURVEY.consents[0].version,
                "language": "hi",
            }
        ],
    }


def test_reading_says_who_what_and_what_was_agreed():
    reading = interpret(
        submit(
            score="9", why="kind", email="asha@example.com", phone="2025550100", language="fa", consent_marketing=True
        )
    )

    assert (reading.kind, reading.email, reading.phone) == ("survey", "asha@example.com", "+12025550100")
    assert reading.fields == {"email": "asha@example.com", "phone": "+12025550100", "language": "fa"}
    assert reading.entry
    assert (reading.entry.kind, reading.entry.at, reading.entry.values) == ("survey", NOW, {"score": 9, "why": "kind"})
    consent = reading.consents[0]
    assert (consent.state, consent.channel, consent.at) == (ConsentState.GIVEN, "form:survey", NOW)
    assert (consent.network, consent.grade, consent.language) == ("203.0.113.0/24", "typed", "fa")
    assert consent.words == SURVEY.consents[0].say("fa", "Corner Shop")


def test_a_later_definition_changes_no_evidence(monkeypatch):
    submission = submit(score="9", consent_marketing=True)
    before = interpret(submission)
    monkeypatch.setattr("chalicelib.forms.library.load_form", lambda path: pytest.fail("the definition was read"))

    assert interpret(submission) == before


def test_a_language_nobody_chose_is_no_profile_field():
    assert "language" not in interpret(submit(score="9")).fields


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"kind":1,"fields":{},"entry":{},"consents":[],"form":"x"}', b"\xff"]
)
def test_a_body_that_we_did_not_write_is_unreadable(body):
    with pytest.raises(UnreadableError) as caught:
        interpret(submit(score="9").model_copy(update={"body": body}))
    assert caught.value.__cause__ is None


# What tells two posts apart -----------------------------------------------------------------------------------------


def test_the_strongest_key_at_hand_decides():
    token = sign_page_token(SURVEY, NOW - timedelta(minutes=1), KEY)
    known = {"score": "9", "page_token": token, "submission": "a1b2c3d4e5"}

    assert submit(**known, header_key="k", trust=Trust.OWN).idempotency_key == "submission:a1b2c3d4e5"
    known.pop("submission")
    assert submit(**known, header_key="k", trust=Trust.OWN).idempotency_key == "header:k"
    assert submit(**known, trust=Trust.OWN).idempotency_key == f"page:{token}"
    assert submit(**known).idempotency_key == "window:203.0.113.0/24:20260301T1200Z"


def test_a_double_click_on_a_hand_written_form_is_one_and_an_hour_later_is_another():
    first, second = submit(score="9"), submit(score="9", now=NOW + timedelta(seconds=40))
    later, elsewhere = submit(score="9", now=NOW + timedelta(hours=1)), submit(score="9", address="198.51.100.1")

    assert (first.idempotency_key, first.body) == (second.idempotency_key, second.body)
    assert len({each.idempotency_key for each in (first, later, elsewhere)}) == 3


@pytest.mark.parametrize("sent", [{"submission": "short"}, {"submission": "x" * 65}, {"submission": "a/b" * 5}])
def test_malformed_ids_are_refused(sent):
    with pytest.raises(InvalidSubmissionError) as caught:
        submit(score="9", **sent)
    assert caught.value.fields == {"submission": "invalid"}


@pytest.mark.parametrize("header", ["a\nb", "é", "x" * 256, " "])
def test_malformed_idempotency_headers_are_refused(header):
    with pytest.raises(InvalidSubmissionError) as caught:
        submit(score="9", header_key=header)
    assert caught.value.fields == {"Idempotency-Key": "invalid"}


NETWORKS = {
    "203.0.113.77": "203.0.113.0/24",
    "2001:db8:1:2:3::4": "2001:db8:1::/48",
    "::ffff:203.0.113.77": "203.0.113.0/24",
    "": "",
    "nobody": "",
    "203.0.113.0/24": "",
}


@pytest.mark.parametrize("address", NETWORKS)
def test_addresses_are_cut_to_their_neighbourhood(address):
    assert truncate_address(address) == NETWORKS[address]


@pytest.mark.parametrize(("filled", "trapped"), [("cheap pills", True), (" ", True), (["x"], True), ("", False)])
def test_a_filled_honeypot_is_told_apart_and_is_no_answer(filled, trapped):
    post = sort_post(SURVEY, {"score": "9", "referral_note": filled})

    assert (post.trapped, dict(post.values)) == (trapped, {"score": "9"})


@pytest.mark.parametrize(("sent", "asked"), [({}, False), ({"page_answer": ""}, True), ({"page_answer": "7"}, True)])
def test_an_answer_to_the_question_is_no_answer_of_the_form(sent, asked):
    post = sort_post(SURVEY, {"score": "9", **sent})

    assert (post.asked, post.page_answer) == (asked, sent.get("page_answer", ""))
    assert submit(score="9", **sent).body == submit(score="9").body


# The signed page token -------------------------------------------------------------------------------------------

AGES = {
    timedelta(seconds=0): (Trust.OWN, ("too_fast",)),
    timedelta(seconds=1): (Trust.OWN, ("too_fast",)),
    timedelta(seconds=3): (Trust.OWN, ()),
    timedelta(hours=3): (Trust.OWN, ()),
    timedelta(days=3): (Trust.ANONYMOUS, ()),
    timedelta(days=-1): (Trust.ANONYMOUS, ("from_future",)),
}


@pytest.mark.parametrize("age", AGES)
def test_age_of_a_page_lowers_trust_and_refuses_nobody(age):
    token = sign_page_token(SURVEY, NOW - age, KEY)

    assert check_page_token(SURVEY, token, NOW, [KEY]) == AGES[age]


@pytest.mark.parametrize("age", AGES)
def test_a_form_with_double_optin_has_no_stopwatch(age):
    form = load_form(DEFINITIONS / "newsletter.toml")
    token = sign_page_token(form, NOW - age, KEY)

    assert check_page_token(form, token, NOW, [KEY]) == (AGES[age][0], ())


def test_no_token_is_a_post_like_any_other():
    assert check_page_token(SURVEY, "", NOW, [KEY]) == (Trust.ANONYMOUS, ())


def test_an_older_key_still_verifies():
    token = sign_page_token(SURVEY, NOW - timedelta(minutes=1), OLD_KEY)

    assert check_page_token(SURVEY, token, NOW, [KEY, OLD_KEY]) == (Trust.OWN, ())


TOKEN = sign_page_token(SURVEY, NOW - timedelta(minutes=1), KEY)
TIME, NONCE, MAC = TOKEN.split(".")
FORGED = {
    "time moved": f"{int(TIME, 16) - 1:x}.{NONCE}.{MAC}",
    "nonce moved": f"{TIME}.{NONCE[::-1]}.{MAC}",
    "mac moved": f"{TIME}.{NONCE}.{MAC[::-1]}",
    "mac cut": f"{TIME}.{NONCE}.{MAC[:-1]}",
    "zero-padded": f"0{TIME}.{NONCE}.{MAC}",
    "upper case": f"{TIME.upper()}.{NONCE.upper()}.{MAC}",
    "lengthened": TOKEN + "A",
    "a line more": TOKEN + "\n",
    "nonsense": "yes",
    "another key's": sign_page_token(SURVEY, NOW, OLD_KEY),
    "another form's": sign_page_token(load_form(DEFINITIONS / "sign-up.toml"), NOW, KEY),
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_token_is_refused(name):
    assert FORGED[name] != TOKEN
    with pytest.raises(InvalidSubmissionError) as caught:
        check_page_token(SURVEY, FORGED[name], NOW, [KEY])
    assert caught.value.fields == {"page_token": "forged"}
