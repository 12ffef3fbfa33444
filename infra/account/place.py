"""Where a stage is: the account and region of its answers, held against the credentials and the shell."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3

from infra.account.answers import FOLDER, Answers, find_mistakes, read_answers
from infra.account.names import Names
from infra.account.operator import Operator
from infra.places import show_path

WAY = "Set AWS_REGION and your credentials, or leave STAGE out for the local stack."


def name_file(stage: str) -> Path:
    """Return the file of a stage's answers."""
    return FOLDER / f"{stage}.toml"


def read_region(session: Any) -> str:
    """Return the shell's region, or ""."""
    return str(os.environ.get("AWS_REGION") or session.region_name or "")


def list_clashes(operator: Operator, answers: Answers) -> Iterator[str]:
    """Yield a sentence where the credentials or the shell are of another account or region than the answers."""
    own, shell = operator.caller["Account"], read_region(operator.session)
    where = f"the answers of {operator.names.stage}"
    if answers["account"] not in ("", own):
        yield f"These credentials are of account {own}; {where} say {answers['account']}."
    if answers["region"] and shell not in ("", answers["region"]):
        yield f"The shell's region is {shell}; {where} say {answers['region']}: unset it, or correct the answers."


def find_operator(stage: str, *, agreed: bool = False) -> Operator:
    """Return who works on the stage and where; raise SystemExit for another account or region than it is in."""
    answers, session = read_answers(name_file(stage)), boto3.session.Session()
    region = answers["region"] or read_region(session)
    if not region:
        raise SystemExit(f"Stage {stage} on AWS was not reached. You must specify a region.\n{WAY}")
    operator = Operator(Names(stage, answers["account"], region), session, agreed=agreed)
    if clashes := list(list_clashes(operator, answers)):
        raise SystemExit("\n".join(clashes))
    return Operator(Names(stage, operator.caller["Account"], region), session, agreed=agreed)


def require_answers(stage: str) -> Answers:
    """Return the answers of a stage that was deployed; raise SystemExit where the file is missing or wrong.

    They say which domains and parameters are the stage's own. A guess would lead its links elsewhere.
    """
    path = name_file(stage)
    if not path.exists():
        raise SystemExit(f"{show_path(path)} is not here: take it from the shop's git, or answer `make deploy` anew.")
    answers = read_answers(path)
    if mistakes := find_mistakes(answers):
        raise SystemExit(f"{show_path(path)}:\n  " + "\n  ".join(mistakes))
    return answers
