"""A file of an anonymous survey is refused where it asks who answers; the reason names the question."""

import pytest

from chalicelib.errors import DefinitionError
from chalicelib.forms.library import find_form, list_named
from infra.deploy.shop_files import check_shop
from tests.builders.own import open_own, write_own
from tests.builders.surveys import LABELS, QUESTIONS, TEAS, write_field, write_poll, write_survey

LABELS = {**LABELS, **dict.fromkeys(("email", "phone", "name", "home", "visits", "day", "agree"), LABELS["tea"])}
WORDS = '\n[[consents]]\npurpose = "marketing"\nversion = "2080-01-01"\nwords.en = "I agree."\n'


@pytest.fixture
def own(tmp_path, monkeypatch):
    """Let the folder of the shop's own files be empty; further questions have words."""
    monkeypatch.setattr("tests.builders.surveys.LABELS", LABELS)
    with open_own(tmp_path / "own", monkeypatch) as folder:
        yield folder


@pytest.mark.parametrize(
    ("grade", "name", "kind", "keys"),
    [
        ("no-link", "email", "email", {"personal": True, "place": '"profile"'}),
        ("no-link", "phone", "phone", {"personal": True, "place": '"profile"'}),
        ("no-link", "name", "text", {"personal": True, "place": '"profile"'}),
        ("no-link", "home", "address", {}),
        ("no-link", "visits", "email", {}),
        ("no-link", "tea", "text", {"place": '"profile"'}),
        ("counts-only", "why", "long_text", {}),
        ("counts-only", "home", "text", {}),
        ("counts-only", "visits", "integer", {}),
        ("counts-only", "day", "date", {}),
    ],
)
def test_a_question_that_says_who_answers_is_refused_by_its_name(own, grade, name, kind, keys):
    asked = [field for field in QUESTIONS if f'name = "{name}"' not in field]
    write_survey(own, "odd", grade, [*asked, write_field(name, kind, **keys)])
    with pytest.raises(DefinitionError, match=rf"odd\.toml.*: {name}: "):
        find_form("odd")


def test_the_shop_is_told_before_a_visitor(own, capsys):
    write_survey(own, "odd", "counts-only", [write_field("why", "long_text")])
    assert check_shop() == 1
    assert "odd.toml" in (told := "".join(capsys.readouterr()))
    assert "why: counts-only keeps no long_text" in told


@pytest.mark.parametrize("more", ["confirm = true\n", WORDS])
def test_what_needs_a_name_is_refused(own, more):
    write_survey(own, "odd")
    text = (own / "forms/odd.toml").read_text("utf-8")
    write_own(own, "forms/odd.toml", text + more if more is WORDS else more + text)
    with pytest.raises(DefinitionError, match="odd"):
        find_form("odd")


def test_only_a_survey_is_anonymous(own):
    write_survey(own, "odd")
    text = (own / "forms/odd.toml").read_text("utf-8").replace('kind = "survey"', 'kind = "sign-up"')
    write_own(own, "forms/odd.toml", text)
    with pytest.raises(DefinitionError, match="anonymous belongs to a survey"):
        find_form("odd")


@pytest.mark.parametrize(
    ("grade", "personal", "reason"),
    [("no-link", False, 'poll needs anonymous = "counts-only"'), ("counts-only", True, "tea: a poll shows its counts")],
)
def test_a_poll_only_counts_and_asks_nothing_personal(own, grade, personal, reason):
    write_survey(own, "odd", grade, [write_field("tea", "choice", TEAS, personal=personal)], "poll = true\n")
    with pytest.raises(DefinitionError, match=reason):
        find_form("odd")


def test_staff_tills_and_telephone_take_none(own):
    write_survey(own)
    write_poll(own)
    assert find_form("mood") is not None
    assert {form.name for form in list_named()}.isdisjoint({"mood", "tea-poll"})
