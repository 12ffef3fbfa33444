"""What a shop answered, kept in deploy/STAGE.toml: no secret is in it, so it belongs into the shop's own git.

The table [parameters] holds further parameters of infra/template.yaml, by their names.
"""

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from infra.account.operator import Operator
from infra.account.questions import QUESTIONS, WRITTEN, Question
from infra.places import ROOT, show_path
from infra.template import read_template

FOLDER = ROOT / "deploy"
HEAD = "# What `make deploy STAGE={stage}` asked (docs/deploy.md). No secret is here: commit it.\n\n"
MORE = "parameters"


@dataclass(frozen=True)
class Answers:
    """The answers of a stage; "" stands for an optional one that was left out."""

    given: dict[str, str] = field(default_factory=dict)
    more: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, key: str) -> str:
        return self.given.get(key, "")

    def name_parameters(self) -> dict[str, str]:
        """Return the template's parameters that were answered; the domains are chosen when the stack stands."""
        asked = {each.parameter: self[each.key] for each in QUESTIONS if each.parameter and self[each.key]}
        return {name: value for name, value in asked.items() if name not in ("PublicUrl", "DeskUrl")} | self.more


def read_answers(path: Path) -> Answers:
    """Read a file of answers; none is no answers. Raise SystemExit where it is no TOML."""
    try:
        content = tomllib.loads(path.read_text("utf-8")) if path.exists() else {}
    except tomllib.TOMLDecodeError as fault:
        raise SystemExit(f"{show_path(path)}: {fault}") from None
    more = content.pop(MORE, {})
    return Answers(
        {key: str(value) for key, value in content.items()}, {key: str(value) for key, value in more.items()}
    )


def write_answers(path: Path, stage: str, answers: Answers) -> None:
    """Write the answers in the order of the questions."""
    lines = [f"{each.key} = {write_value(answers[each.key])}" for each in QUESTIONS if each.key in answers.given]
    more = [f"{name} = {write_value(value)}" for name, value in answers.more.items()]
    path.parent.mkdir(exist_ok=True)
    tables = ["", f"[{MORE}]", *more] if more else []
    path.write_text(HEAD.format(stage=stage) + "\n".join([*lines, *tables, ""]), "utf-8")


def write_value(value: str) -> str:
    """Return a TOML string: JSON's escapes are a part of TOML's."""
    return json.dumps(value, ensure_ascii=False)


def find_mistakes(answers: Answers) -> list[str]:
    """Return what is wrong with the answers that are there."""
    known = {each.key: each for each in QUESTIONS}
    found = [f"{key}: nobody asked for it." for key in answers.given if key not in known]
    for key, value in answers.given.items():
        if key in known and (wrong := judge_answer(known[key], value)):
            found.append(f"{key}: {wrong}")
    return found + [
        f"{name}: {wrong}" for name, value in answers.more.items() if (wrong := judge_parameter(name, value))
    ]


def judge_answer(question: Question, value: str) -> str:
    """Return what is wrong with one answer."""
    if not value and question.optional:
        return ""
    return question.check(value) or (judge_value(question.parameter, value) if question.parameter else "")


def judge_parameter(name: str, value: str) -> str:
    """Return what is wrong with a further parameter."""
    if name not in list_parameters() or name in WRITTEN | {each.parameter for each in QUESTIONS}:
        return "infra/template.yaml has no such parameter, or it has a question of its own."
    return judge_value(name, value)


def judge_value(name: str, value: str) -> str:
    """Return what the template says against a parameter's value: a pattern, a list, or that it is only an example."""
    spec = list_parameters().get(name, {})
    if value and value == str(spec.get("Default", "")) and name in ("MailFrom", "ShopUrl", "ShopAddress"):
        return "That is the template's example and not yours."
    if not re.fullmatch(spec.get("AllowedPattern", ".*"), value):
        return f"It must fit {spec['AllowedPattern']}"
    allowed = [str(each) for each in spec.get("AllowedValues", [value])]
    return "" if value in allowed else f"It is one of {', '.join(allowed)}."


def list_parameters() -> Mapping[str, Any]:
    """Return the template's parameters."""
    parameters: Mapping[str, Any] = read_template()["Parameters"]
    return parameters


def ask_missing(answers: Answers, operator: Operator) -> Answers:
    """Ask what was never answered; Enter leaves out what is optional. Raise SystemExit where nobody is there."""
    given = dict(answers.given)
    for question in QUESTIONS:
        if question.key not in given:
            given[question.key] = ask_one(question, operator)
    return Answers(given, answers.more)


def ask_one(question: Question, operator: Operator) -> str:
    """Ask until the answer is one."""
    asked = f"{question.words}{' (Enter: none)' if question.optional else ''}: "
    while True:
        try:
            value = operator.ask(asked).strip()
        except EOFError:
            raise SystemExit(f"{question.key} is not answered, and nobody is there to ask.") from None
        if not (wrong := judge_answer(question, value)):
            return value
        operator.say(wrong)


def complete_answers(operator: Operator, folder: Path = FOLDER) -> Answers:
    """Return a stage's answers: from its file, and from the operator what the file lacks, which is then kept."""
    path = folder / f"{operator.names.stage}.toml"
    answers = read_answers(path)
    if mistakes := find_mistakes(answers):
        raise SystemExit(f"{show_path(path)}:\n  " + "\n  ".join(mistakes))
    completed = ask_missing(answers, operator)
    if completed != answers:
        write_answers(path, operator.names.stage, completed)
        operator.say(f"{show_path(path)} keeps the answers. It holds no secret: commit it.")
    return completed
