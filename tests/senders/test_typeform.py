"""Typeform: every kind of answer, mapped and unmapped, finished and not."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from chalicelib.errors import DefinitionError, InvalidSignatureError, UnreadableError
from chalicelib.models import ConsentState, Trust
from chalicelib.senders import read_submission, typeform
from chalicelib.senders.form_maps import MAPPINGS, Mapping, find_mapping, load_mapping
from chalicelib.senders.responses import Answer, read_response
from tests.builders.folding import fold_history
from tests.payloads.deliveries import NOW, SECRET, read_payload, sign_delivery, write_body


def parse_body(body):
    raw = write_body(body)
    return typeform.parse(raw, sign_delivery("typeform", raw), NOW)


def read_body(body):
    return typeform.interpret(parse_body(body))


def make_response(answers, form_id="Unmapped1", **more):
    """Build a delivery of a form that no file describes."""
    response = {"form_id": form_id, "token": "t1", "submitted_at": "2026-10-06T09:02:00Z", "answers": answers, **more}
    return {"event_id": "e1", "event_type": "form_response", "form_response": response}


def make_answer(kind, value, name="q1"):
    return {"type": kind, kind: value, "field": {"id": name, "ref": f"ref_{name}", "type": kind}}


def read_values(*answers, **more):
    reading = read_body(make_response(list(answers), **more))
    return reading.entry.values if reading.entry else {}


def test_a_response_is_named_by_its_form_its_event_and_its_own_id():
    submission = parse_body(read_payload("typeform/response"))
    assert (submission.sender, submission.shop, submission.topic) == ("typeform", "Rg7TeaQz", "form_response")
    assert submission.claims == ("event:01JTEA0000000000000000001", "response:9q3v9bp5alonta6239q3")
    assert submission.occurred_at == datetime(2026, 10, 6, 9, 2, tzinfo=UTC)


def test_partial_responses_of_one_visitor_do_not_claim_the_response_from_each_other():
    submission = parse_body(read_payload("typeform/partial"))
    assert submission.claims == ("event:01JTEA0000000000000000002",)
    assert submission.occurred_at == NOW


def test_what_a_visitor_answers_is_not_signed_by_the_delivery_that_brings_it():
    assert parse_body(read_payload("typeform/response")).trust is Trust.OWN


def test_a_webhook_without_a_secret_is_refused():
    raw = write_body(read_payload("typeform/response"))
    with pytest.raises(InvalidSignatureError):
        typeform.verify(raw, {"content-type": "application/json"}, [SECRET], NOW)


@pytest.mark.parametrize("event_type", [None, "", "Form Response", 5, "x" * 61])
def test_an_odd_event_type_is_kept_and_cannot_be_read(event_type):
    with pytest.raises(UnreadableError):
        read_submission(parse_body({**read_payload("typeform/response"), "event_type": event_type}))


@pytest.mark.parametrize("response", [None, [], {}, {"form_id": None}, {"form_id": "../../x"}, {"form_id": "a b"}])
@pytest.mark.parametrize("event_type", ["form_response", "form_response_partial"])
def test_a_response_without_its_form_is_kept_and_cannot_be_read(event_type, response):
    with pytest.raises(UnreadableError):
        read_submission(parse_body({"event_id": "e", "event_type": event_type, "form_response": response}))


def test_an_event_that_we_do_not_know_is_kept_whole():
    submission = parse_body({"event_id": "e", "event_type": "form_closed", "form": {"id": "x"}})
    assert (submission.topic, submission.shop) == ("form_closed", "")
    assert typeform.interpret(submission).kind == "other"


def test_a_mapped_response_says_what_its_file_says():
    reading = read_body(read_payload("typeform/response"))
    assert reading.kind == reading.entry.kind == "survey"
    assert (reading.email, reading.phone) == ("nurlan@example.com", "")
    assert reading.fields == {"name": "Нұрлан Әбіш", "language": "en"}
    values = reading.entry.values
    assert (values["score"], values["why"]) == (9, "The jasmine tea.")
    assert values["teas"] == ["Green", "Black", "Rooibos"]
    assert values["campaign"] == "autumn"
    assert values["best_shop"] == "Almaty"  # unmapped answers keep their own names
    assert not {"your_name", "your_email", "send_me_offers"} & values.keys()


def test_consent_is_recorded_in_the_words_that_were_shown():
    (consent,) = read_body(read_payload("typeform/response")).consents
    assert (consent.purpose, consent.state) == ("marketing", ConsentState.GIVEN)
    assert consent.words == "May we send you news and offers by e-mail?"
    assert (consent.words_version, consent.language) == ("2026-11-30", "en")
    assert (consent.channel, consent.grade) == ("typeform:Rg7TeaQz", "typed")
    assert consent.at == datetime(2026, 10, 6, 9, 2, tzinfo=UTC)


def test_without_the_question_in_the_delivery_the_files_words_stand():
    body = read_payload("typeform/response")
    body["form_response"]["definition"] = {}
    (consent,) = read_body(body).consents
    assert consent.words.startswith("May we send you news and offers by email? Every")


@pytest.mark.parametrize("value", [False, None, "true", 1])
def test_only_a_plain_yes_is_consent(value):
    body = read_payload("typeform/response")
    (yes,) = [a for a in body["form_response"]["answers"] if a["field"]["ref"] == "send_me_offers"]
    yes["boolean"] = value
    assert read_body(body).consents == ()


def test_a_partial_response_is_never_consent_and_only_a_response():
    reading = read_body(read_payload("typeform/partial"))
    assert (reading.kind, reading.entry.kind, reading.consents) == ("response", "response", ())
    assert reading.email == "nurlan@example.com"
    assert reading.entry.values["score"] == 9


def test_an_unmapped_form_is_kept_whole_with_the_one_address_in_it():
    reading = read_body(read_payload("typeform/old"))
    assert (reading.kind, reading.email, reading.fields, reading.consents) == ("response", "olga@example.com", {}, ())
    assert reading.entry.values == {"g1": "olga@example.com", "g2": ["London", "Sydney"], "g3": True}


def test_two_addresses_in_an_unmapped_form_are_nobodys():
    own, friends = make_answer("email", "a@example.com", "q1"), make_answer("email", "b@example.com", "q2")
    assert read_body(make_response([own, friends])).email == ""
    assert read_body(make_response([own, {**own, "field": {"id": "q3"}}])).email == "a@example.com"


def test_a_hidden_field_is_never_an_address_of_its_own_accord():
    hidden = {"email": "victim@example.com", "phone": "+77010000009"}
    reading = read_body(make_response([make_answer("text", "hello")], hidden=hidden))
    assert (reading.email, reading.phone) == ("", "")
    assert reading.entry.values["hidden:email"] == "victim@example.com"
    reading = read_body(make_response([make_answer("email", "own@example.com")], hidden=hidden))
    assert reading.email == "own@example.com"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (make_answer("text", "it's cold"), "it's cold"),
        (make_answer("boolean", False), False),
        (make_answer("number", 0), 0),
        (make_answer("date", "2005-10-15"), "2005-10-15"),
        (make_answer("url", "https://a.example"), "https://a.example"),
        (make_answer("file_url", "https://files.example/x"), "https://files.example/x"),
        (make_answer("choice", {"label": "London"}), "London"),
        (make_answer("choice", {"other": "Dorm"}), "Dorm"),
        (make_answer("choice", {"id": "c1", "ref": "r1"}), "r1"),
        (make_answer("choices", {"labels": ["London", "Sydney"]}), ["London", "Sydney"]),
        (
            make_answer(
                "choices", {"ids": ["c1", "other", "c2"], "refs": ["r1", "r2"], "labels": ["A", "B"], "other": "own"}
            ),
            ["A", "B", "own"],
        ),
        (make_answer("choices", {"ids": ["c1", "other"], "other": "own"}), ["c1", "own"]),
        (make_answer("choices", {"ids": ["other"], "refs": [], "labels": [], "other": "own"}), ["own"]),
        (make_answer("choices", {"labels": [None, 5, "A"]}), ["A"]),
        (make_answer("payment", {"amount": "5", "last4": "1234", "name": "A"}), {"amount": "5", "name": "A"}),
        (make_answer("multi_format", {"video_url": "https://v.example"}), {"video_url": "https://v.example"}),
        (make_answer("signature", "https://s.example"), "https://s.example"),
        ({"type": "hologram", "shape": "cup", "field": {"id": "q1"}}, {"shape": "cup"}),
    ],
)
def test_every_type_of_answer_has_a_value(answer, expected):
    name = answer["field"].get("ref", "q1")
    assert read_values(answer) == {name: expected}


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"type": None},
        {"type": "text"},
        {"type": "text", "text": None, "field": None},
        {"type": "choices"},
        {"type": "choices", "choices": []},
        {"type": "choice", "choice": "x"},
        {"type": {}, "field": []},
        {"type": "email", "email": {"a": 1}, "field": {"id": "q"}},
        {"type": "payment", "payment": 5},
        {"type": "email", "email": 5, "field": {"id": 7, "ref": None}},
    ],
)
def test_an_odd_answer_never_stops_a_reading(answer):
    good = make_answer("email", "a@example.com", "q9")
    assert read_body(make_response([answer, None, 5, good])).email == "a@example.com"


@pytest.mark.parametrize("name", ["answers", "definition", "hidden", "variables", "calculated"])
@pytest.mark.parametrize("odd", [None, 5, "x", [], {}, [None], {"fields": None}])
def test_an_odd_part_never_stops_a_reading(name, odd):
    body = read_payload("typeform/response")
    body["form_response"][name] = odd
    assert read_body(body).kind == "survey"


def test_scores_and_variables_are_kept_beside_the_answers():
    values = read_values(make_answer("text", "x"), calculated={"score": 9}, variables=[])
    assert values["hidden:score"] == 9
    variables = [{"key": "score", "type": "number", "number": 4}, {"key": "name", "type": "text", "text": "tea"}]
    values = read_values(make_answer("text", "x"), calculated={"score": 9}, variables=variables)
    assert (values["hidden:score"], values["hidden:name"]) == (4, "tea")


def test_a_body_that_is_no_json_is_unreadable():
    submission = parse_body(read_payload("typeform/response"))
    with pytest.raises(UnreadableError):
        typeform.interpret(submission.model_copy(update={"body": b"{"}))


@pytest.mark.parametrize("path", sorted(MAPPINGS.rglob("*.toml")), ids=lambda path: path.stem)
def test_every_mapping_on_file_is_usable(path):
    assert find_mapping(path.parent.name, path.stem) is not None


@pytest.mark.parametrize("form_id", ["", "..", "../typeform/Rg7TeaQz", "Rg7TeaQz/", "rg7teaqz", "x" * 65, "a\x00"])
def test_a_form_id_never_leaves_the_folder(form_id):
    assert find_mapping("typeform", form_id) is None


@pytest.mark.parametrize(
    "text",
    [
        "kind = 'unheard-of'",
        "unknown = 1",
        "[profile]\nName = 'x'",
        "[[consents]]\npurpose = 'marketing'",
        "=",
        "\xff",
        "[entry]\nage_band = 'q1'",
        "[ages]\nYoung = 'young'",
    ],
)
def test_a_mistaken_mapping_is_told_with_its_file(tmp_path: Path, text):
    path = tmp_path / "Broken1.toml"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(DefinitionError, match=r"Broken1\.toml"):
        load_mapping(path)


def test_a_mapping_may_take_an_address_from_a_hidden_field_if_it_says_so():
    mapping = Mapping(kind="pre-order", profile={"email": "hidden:email", "since": "q1"})
    answers = [Answer(("q1",), "other", 7), Answer(("hidden:email",), "hidden", " known@example.com")]
    submission = parse_body(make_response([]))
    reading = read_response(submission, answers, mapping, finished=True)
    assert (reading.kind, reading.email, reading.fields) == ("pre-order", "known@example.com", {"since": 7})
    assert submission.trust is Trust.OWN


@pytest.mark.parametrize(
    ("field", "answer", "kept"),
    [
        ("age_band", "Under 16", "under-16"),
        ("age_band", "16-24", "16-24"),
        ("age_band", "old enough", None),
        ("birth_year", 2012, "2012"),
        ("birth_year", "2012", "2012"),
        ("birth_year", "12 years", None),
    ],
)
def test_an_age_is_kept_as_profiles_hold_it_and_a_childs_yes_does_not_stand(field, answer, kept):
    mapping = Mapping(
        kind="sign-up",
        profile={"email": "q2", field: "q1", "shoe_size": "q4"},
        ages={"Under 16": "under-16"},
        consents=[{"purpose": "marketing", "answer": "q3", "version": "2026-01-01", "words": "Yes"}],
    )
    given = {"q1": answer, "q2": "known@example.com", "q3": True, "q4": "36"}
    answers = [Answer((name,), "other", value) for name, value in given.items()]
    submission = parse_body(make_response([]))
    reading = read_response(submission, answers, mapping, finished=True)
    profile = fold_history("c", [("k", submission, reading)])

    assert reading.fields.get(field) == kept
    grown = kept in (None, "16-24")
    assert ("marketing" in profile.consents, "shoe_size" in profile.fields) == (grown, grown)
