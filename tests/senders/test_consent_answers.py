"""A ticked consent is a yes in every shape that form builders send it, and nothing else is."""

import pytest
from pydantic import ValidationError

from chalicelib.models import ConsentState, Submission, Trust
from chalicelib.senders import tally, typeform
from chalicelib.senders.form_maps import ConsentAnswer, Mapping
from chalicelib.strictjson import dump_json
from tests.builders.shop import NOW

QUESTION = "May we send you offers?"
EMAIL = {"key": "question_q1", "label": "Email", "type": "INPUT_EMAIL", "value": "Vic@Example.org"}


def ask(answer, **changes):
    return {"purpose": "marketing", "answer": answer, "version": "2026-11-22", "words": QUESTION, **changes}


def use_mapping(monkeypatch, *asks, email="Email"):
    mapping = Mapping.model_validate({"kind": "sign-up", "profile": {"email": email}, "consents": asks})
    monkeypatch.setattr("chalicelib.senders.form_maps.find_mapping", lambda *_: mapping)


def read_tally(*fields):
    body = {"eventType": "FORM_RESPONSE", "data": {"formId": "f1", "fields": [EMAIL, *fields]}}
    submission = Submission(
        sender="tally",
        shop="f1",
        topic="FORM_RESPONSE",
        trust=Trust.OWN,
        received_at=NOW,
        occurred_at=NOW,
        body=dump_json(body),
    )
    return tally.interpret(submission)


def tick(value, *options, kind="CHECKBOXES"):
    """Return a question of one tick or choice; options are (id, text)."""
    listed = [{"id": name, "text": text} for name, text in options]
    return {"key": "question_q2", "label": QUESTION, "type": kind, "value": value, "options": listed}


YES, NO = ("opt1", "Yes"), ("opt2", "No")
AGREE = ("opt1", "Send me the newsletter")


@pytest.mark.parametrize(
    ("field", "changes", "given"),
    [
        (tick(["opt1"], AGREE), {}, True),
        (tick("opt1", AGREE), {}, True),
        (tick([], AGREE), {}, False),
        (tick(None, AGREE), {}, False),
        (tick(["opt1"], YES, NO), {}, True),
        (tick(["opt2"], YES, NO), {}, False),
        (tick(["opt2"], YES, ("opt2", "Nein")), {}, False),
        (tick(["opt1", "opt2"], YES, NO), {}, False),
        (tick(["opt1"], YES, NO, kind="MULTIPLE_CHOICE"), {}, True),
        (tick("opt2", YES, NO, kind="DROPDOWN"), {}, False),
        (tick(["opt1"], AGREE, ("opt2", "Call me")), {}, False),
        (tick(["opt1"], AGREE, ("opt2", "Call me")), {"yes": ["send me the Newsletter "]}, True),
        (tick(["opt1", "opt2"], AGREE, ("opt2", "Call me")), {"yes": ["Call me"]}, True),
        (tick(["opt2"], AGREE, ("opt2", "Call me")), {"yes": ["Send me the newsletter"]}, False),
        ({**tick(True), "options": []}, {}, True),
        ({**tick(False), "options": []}, {}, False),
    ],
)
@pytest.mark.parametrize("name", ["question_q2", QUESTION])
def test_a_tick_at_tally_is_a_yes(monkeypatch, field, changes, given, name):
    use_mapping(monkeypatch, ask(name, **changes))
    reading = read_tally(field)
    assert [consent.state for consent in reading.consents] == [ConsentState.GIVEN] * given
    assert [consent.address for consent in reading.consents] == ["vic@example.org"] * given
    picked = field["value"] not in ([], None, True, False)
    assert (reading.entry is not None) == (picked and not given)  # an answer that is no yes stays an answer


def test_the_boolean_of_a_checkbox_is_a_yes_by_its_key_and_no_answer_of_its_own(monkeypatch):
    boolean = {"key": "question_q2_opt1", "label": f"{QUESTION} (Yes)", "type": "CHECKBOXES", "value": True}
    use_mapping(monkeypatch, ask("question_q2_opt1"))
    assert len(read_tally(tick(["opt1"], YES), boolean).consents) == 1
    assert read_tally(tick([], YES), {**boolean, "value": False}).consents == ()
    assert list(read_tally(tick(["opt1"], YES), boolean).entry.values) == [QUESTION]


def read_typeform(answer, choices=()):
    fields = [{"id": "q2", "title": QUESTION, "choices": [{"label": label} for label in choices]}]
    email = {"type": "email", "email": "vic@example.org", "field": {"id": "q1", "ref": "mail"}}
    answers = [email, {"field": {"id": "q2", "ref": "offers"}, **answer}]
    body = {"event_type": "form_response", "form_response": {"definition": {"fields": fields}, "answers": answers}}
    submission = Submission(
        sender="typeform",
        shop="f1",
        topic="form_response",
        trust=Trust.OWN,
        received_at=NOW,
        occurred_at=NOW,
        body=dump_json(body),
    )
    return typeform.interpret(submission)


@pytest.mark.parametrize(
    ("answer", "choices", "changes", "given"),
    [
        ({"type": "boolean", "boolean": True}, (), {}, True),
        ({"type": "boolean", "boolean": False}, (), {}, False),
        ({"type": "choice", "choice": {"label": "Yes"}}, ("Yes", "No"), {}, True),
        ({"type": "choice", "choice": {"label": "No"}}, ("Yes", "No"), {}, False),
        ({"type": "choice", "choice": {"label": "Count me in"}}, ("Count me in",), {}, True),
        ({"type": "choice", "choice": {"label": "Count me in"}}, (), {}, False),
        ({"type": "choice", "choice": {"label": "Count me in"}}, (), {"yes": ["Count me in"]}, True),
        ({"type": "choices", "choices": {"labels": ["Count me in"]}}, ("Count me in",), {}, True),
        ({"type": "choices", "choices": {"labels": []}}, ("Count me in",), {}, False),
        ({"type": "choices", "choices": {"labels": ["A", "B"]}}, ("A", "B"), {"yes": ["B"]}, True),
        ({"type": "text", "text": "no thanks"}, (), {}, False),
    ],
)
def test_a_tick_at_typeform_is_a_yes(monkeypatch, answer, choices, changes, given):
    use_mapping(monkeypatch, ask("offers", **changes), email="mail")
    consents = read_typeform(answer, choices).consents
    assert [consent.address for consent in consents] == ["vic@example.org"] * given


@pytest.mark.parametrize("changes", [{"answer": "hidden:offers"}, {"yes": [""]}, {"yes": ["Yes", "  "]}])
def test_a_mapping_that_can_match_nothing_is_refused(changes):
    with pytest.raises(ValidationError, match="yes"):
        ConsentAnswer.model_validate({**ask("offers"), **changes})
    assert ConsentAnswer.model_validate(ask("hidden:offers", yes=["1"]))


def test_words_are_quoted_as_they_were_shown():
    with pytest.raises(ValidationError, match="quoted as they were shown"):
        ConsentAnswer.model_validate(ask("question_q2", words="I agree that {shop} may send me offers."))
