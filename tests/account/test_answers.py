"""The questions of a deployment: asked once, checked in words, kept in a file without secrets."""

import pytest

from infra.account.answers import Answers, complete_answers, find_mistakes, list_parameters, read_answers, write_answers
from infra.account.names import Names
from infra.account.operator import Operator
from infra.account.questions import QUESTIONS, WRITTEN
from tests.builders.account import GIVEN


def make_operator(typed):
    """Return an operator who types these lines, and what is said."""
    said, lines = [], iter(typed)

    def type_next(question):
        said.append(question)
        try:
            return next(lines)
        except StopIteration:
            raise EOFError from None

    return Operator(Names("shop"), session=None, say=said.append, ask=type_next), said


def test_every_question_sets_a_parameter_that_the_template_has():
    asked = {each.parameter for each in QUESTIONS if each.parameter}
    assert asked <= set(list_parameters())


def test_every_parameter_of_the_template_can_be_set():
    asked = {each.parameter for each in QUESTIONS if each.parameter}
    further = set(list_parameters()) - asked - WRITTEN
    assert set(list_parameters()) >= WRITTEN
    values = {name: str(list_parameters()[name].get("Default", "")) for name in further}
    assert find_mistakes(Answers(dict(GIVEN), values)) == []


def test_what_must_not_be_the_templates_example_is_asked_for():
    assert {"MailFrom", "ShopUrl", "ShopAddress", "ShopName", "AlarmEmail"} <= {each.parameter for each in QUESTIONS}
    for key, parameter in (("mail_from", "MailFrom"), ("shop_url", "ShopUrl"), ("shop_address", "ShopAddress")):
        if example := list_parameters()[parameter].get("Default"):
            (mistake,) = find_mistakes(Answers(GIVEN | {key: example}))
            assert mistake.startswith(f"{key}: That is the template's example")


def test_the_answers_are_asked_once_and_kept(tmp_path):
    operator, said = make_operator(GIVEN.values())
    first = complete_answers(operator, tmp_path)
    assert first.given == GIVEN
    again, silent = make_operator([])
    assert complete_answers(again, tmp_path) == first
    assert silent == []
    assert "It holds no secret: commit it." in said[-1]


def test_only_what_is_missing_is_asked(tmp_path):
    lacking = {key: value for key, value in GIVEN.items() if key != "shop_country"}
    write_answers(tmp_path / "shop.toml", "shop", Answers(lacking))
    operator, said = make_operator(["gb", "GB"])
    assert complete_answers(operator, tmp_path)["shop_country"] == "GB"
    assert len(said) == 4  # the question, what is wrong, the question again, where it is kept
    assert "two capital letters" in said[1]


def test_nobody_at_the_terminal_is_told_what_is_missing(tmp_path):
    operator, _ = make_operator([])
    with pytest.raises(SystemExit, match="account is not answered"):
        complete_answers(operator, tmp_path)
    assert not (tmp_path / "shop.toml").exists()


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("account", "12345", "12 digits"),
        ("region", "Frankfurt", "eu-central-1"),
        ("shop_name", " ", "One line"),
        ("shop_url", "http://corner.example.org", "https://"),
        ("shop_url", "https://corner", "a host"),
        ("shop_url", "https://corner.example.org/?a=b", "no ?"),
        ("shop_address", "here", "Street"),
        ("shop_country", "UK", "two capital letters"),
        ("shop_language", "de", "one of"),
        ("mail_from", "hello at corner", "no mail address"),
        ("mail_from", "corner.books@gmail.com", "a domain of yours"),
        ("alarm_email", "", "no mail address"),
        ("monthly_budget", "20.50", "whole number"),
        ("public_url", "https://forms.corner.example.org/", "without a path"),
        ("desk_url", "https://desk.corner.example.org:8443", "without a path, port"),
        ("build_role", "builder", "arn:aws:iam"),
        ("favourite_colour", "red", "nobody asked"),
    ],
)
def test_an_answer_that_is_none_is_told_in_words(key, value, told):
    (mistake,) = find_mistakes(Answers(GIVEN | {key: value}))
    assert mistake.startswith(f"{key}: ")
    assert told in mistake


@pytest.mark.parametrize(
    ("name", "value", "wrong"),
    [
        ("DataSoldTo", "nobody", False),
        ("DownstreamTargets", "shop=https://books.example.org/events", False),
        ("DownstreamTargets", "shop=http://books.example.org", True),
        ("SetApiLogsRole", "perhaps", True),
        ("NoSuchThing", "1", True),
        ("ShopName", "Corner", True),
        ("Stage", "prod", True),
    ],
)
def test_further_parameters_are_held_to_the_template(name, value, wrong):
    assert bool(find_mistakes(Answers(dict(GIVEN), {name: value}))) is wrong


def test_a_file_keeps_every_letter(tmp_path):
    odd = Answers(GIVEN | {"shop_name": 'Mara\'s "Books" \\ Әсел, \t ok'}, {"DataSoldTo": "কেউ না"})
    write_answers(tmp_path / "shop.toml", "shop", odd)
    assert read_answers(tmp_path / "shop.toml") == odd


def test_a_file_that_is_no_toml_and_one_with_mistakes_stop(tmp_path):
    (tmp_path / "shop.toml").write_text("account = ")
    with pytest.raises(SystemExit, match=r"shop\.toml"):
        read_answers(tmp_path / "shop.toml")
    (tmp_path / "shop.toml").write_text('account = "1"\nsecret = "x"\n')
    operator, _ = make_operator([])
    with pytest.raises(SystemExit, match="12 digits") as stopped:
        complete_answers(operator, tmp_path)
    assert "secret: nobody asked" in str(stopped.value)
