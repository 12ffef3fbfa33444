"""Each Lambda function has a file, a policy and an entry in app.py of one name, and imports what it uses alone."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHARED = {"__init__", "failures", "quota", "timing"}  # of several functions
FUNCTIONS = sorted(path.stem for path in (ROOT / "chalicelib" / "functions").glob("*.py") if path.stem not in SHARED)
ROUTES = ("chalicelib.routes", "chalicelib.pages")
PERSONAL = ("chalicelib.people", "chalicelib.vault", "chalicelib.settling", "aws_encryption_sdk", "cryptography")
SENDING = ("chalicelib.mails", "chalicelib.outreach", "jinja2")
# What the container of a function does not load: other functions' work.
UNUSED = {
    "settle_stream": (*ROUTES, "chalicelib.outreach", "chalicelib.retention", "chalicelib.data_requests", "jinja2"),
    "sweep_inbox": (*ROUTES, "chalicelib.outreach", "chalicelib.retention", "chalicelib.data_requests", "jinja2"),
    "ask_confirmations": (*ROUTES, "chalicelib.outreach", "chalicelib.settling", "chalicelib.erasure"),
    "answer_requests": ("chalicelib.routes", "chalicelib.outreach", "chalicelib.settling", "chalicelib.erasure"),
    "forget_people": (*ROUTES, "chalicelib.outreach", "chalicelib.settling", "chalicelib.campaigns", *SENDING),
    "retire_data": (*ROUTES, "chalicelib.settling", "chalicelib.data_requests", *SENDING),
    "fold_people": (*ROUTES, "chalicelib.settling", "chalicelib.outreach", "chalicelib.erasure", "jinja2"),
    "plan_mails": (*ROUTES, *PERSONAL, *SENDING),
    "send_mails": (*ROUTES, "chalicelib.settling", "chalicelib.erasure", "chalicelib.data_requests"),
    "reconcile_mails": (*ROUTES, "chalicelib.settling", "chalicelib.erasure", "chalicelib.data_requests"),
    "make_codes": (*ROUTES, "chalicelib.people.directory", "chalicelib.vault", "chalicelib.outreach", "jinja2"),
    "record_feedback": (*ROUTES, "chalicelib.people", "chalicelib.settling", "chalicelib.store.keys", *SENDING),
    "relay_events": (*ROUTES, *PERSONAL, *SENDING),
    "deliver_events": (*ROUTES, *PERSONAL, *SENDING),
}
PROGRAM = """
import importlib, sys
import app
importlib.import_module("chalicelib.functions.{name}")
from chalicelib.functions import {name}
from chalicelib.config import read_settings
from chalicelib.services import Services
services = Services(read_settings({{}}), lambda *_: None)
{use}
print("\\n".join(sys.modules))
"""
# Services that the function reaches for on its way; the others it hands to its use case.
USE = {"plan_mails": "services.outreach_queue, services.people_rows", "relay_events": "services.outbox"}


def test_every_function_of_the_app_has_its_file_and_its_policy():
    tree = ast.parse((ROOT / "app.py").read_text())
    declared = sorted(node.name for node in tree.body if isinstance(node, ast.FunctionDef))
    config = json.loads((ROOT / ".chalice" / "config.json").read_text())["lambda_functions"]

    assert declared == sorted([*FUNCTIONS, "desk"])  # the desk is an application of its own
    assert sorted(UNUSED) == FUNCTIONS
    assert sorted(config) == sorted([*FUNCTIONS, "api_handler", "desk"])
    assert all(config[name]["iam_policy_file"] == f"policy-{name}.json" for name in config)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_loads_nothing_of_what_it_never_uses(name):
    environ = {"_HANDLER": f"app.{name}", "PATH": "", "PYTHONPATH": str(ROOT)}
    program = PROGRAM.format(name=name, use=USE.get(name, ""))
    ran = subprocess.run([sys.executable, "-c", program], env=environ, capture_output=True, text=True, check=True)

    assert [loaded for loaded in ran.stdout.splitlines() if loaded.startswith(UNUSED[name])] == []
