"""The desk as a function: its routes in the template, its package, what it loads, its policy on this machine."""

import re
import subprocess
import sys
import time

from chalicelib.desk.answers import read_file
from chalicelib.desk.console import RULES
from infra.deploy.desk_routes import fill_template
from infra.places import ROOT
from infra.template import TEMPLATE
from tests.rules.packaged import list_functions, read_packaged

# Of the door, of settling, mails and the vault: nothing of it is needed to sign in or to show a page of staff.
FOREIGN = (
    "app",
    "aws_encryption_sdk",
    "chalicelib.campaigns",
    "chalicelib.door",
    "chalicelib.erasure",
    "chalicelib.mails",
    "chalicelib.outreach",
    "chalicelib.people",
    "chalicelib.senders",
    "chalicelib.settling",
    "chalicelib.vault",
    "cryptography",
    "fido2",
    "phonenumbers",
)


def test_the_template_has_the_routes_of_the_code():
    assert fill_template(TEMPLATE.read_text()) == TEMPLATE.read_text()
    paths = read_packaged()["Resources"]["DeskApi"]["Properties"]["DefinitionBody"]["paths"]
    assert {(method.upper(), path) for path, methods in paths.items() for method in methods} == set(RULES)
    for path, methods in paths.items():
        for operation in methods.values():
            call = operation["x-amazon-apigateway-integration"]
            assert (call["type"], call["httpMethod"], call["payloadFormatVersion"]) == ("aws_proxy", "POST", "1.0")
            assert "/functions/${Desk.Arn}/invocations" in call["uri"]["Fn::Sub"]
            assert [each["name"] for each in operation.get("parameters", ())] == re.findall(r"{(\w+)}", path)


def test_a_route_that_the_template_lacks_is_noticed():
    template = TEMPLATE.read_text()
    lacking = template.replace('          "/staff":\n', '          "/stuff":\n')
    assert lacking != template
    assert fill_template(lacking) == template


def test_a_functions_permissions_fit_into_what_lambda_keeps():
    resources = read_packaged()["Resources"]
    (permission,) = [
        each["Properties"]
        for each in resources.values()
        if each["Type"] == "AWS::Lambda::Permission" and each["Properties"]["FunctionName"] == {"Ref": "Desk"}
    ]
    assert permission["SourceArn"]["Fn::Sub"].endswith(":${DeskApi}/*")
    # SAM makes one permission for each event, of some 400 bytes; Lambda keeps 20,480 bytes for a function.
    events = [
        len(each["Properties"].get("Events", {})) for each in resources.values() if "Handler" in each["Properties"]
    ]
    assert max(events) <= 10


def test_the_desk_has_an_address_throttle_and_settings_of_its_own():
    template = read_packaged()
    api = template["Resources"]["DeskApi"]["Properties"]
    assert api["DefinitionBody"]["info"]["title"] == {"Fn::Sub": "regulars-${Stage}-desk"}
    assert "Name" not in api  # SAM refuses it beside a title
    assert 0 < api["DefaultRouteSettings"]["ThrottlingRateLimit"] <= 50
    assert "DeskApi" in str(template["Outputs"]["DeskAddress"]["Value"])
    told = {name for name, each in list_functions(template).items() if "DESK_URL" in each["Variables"]}
    assert told == {"Desk", "AnswerRequests"}  # the weekly mail leads there
    assert not any(
        "/staff" in path for path in template["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]["paths"]
    )


def test_the_console_loads_nothing_of_the_door_and_no_passkeys_before_they_are_asked_for():
    program = "import sys, chalicelib.desk.console; print(chr(10).join(sys.modules))"
    began = time.monotonic()
    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    print(f"\nchalicelib.desk.console: {time.monotonic() - began:.2f} s with the interpreter")
    loaded = ran.stdout.splitlines()
    assert "chalicelib.desk.signing.staff" in loaded
    assert [name for name in loaded if name in FOREIGN or name.startswith(tuple(f"{each}." for each in FOREIGN))] == []


def test_each_page_is_small():
    import gzip

    assert len(gzip.compress(read_file("desk.js").encode())) < 2_000


def test_every_word_of_the_desk_is_shown_somewhere():
    from chalicelib.desk.words import DeskWords

    texts = [path.read_text() for path in (ROOT / "chalicelib" / "desk").rglob("*") if path.suffix in (".py", ".html")]
    shown = set(re.findall(r"\bsay\.(\w+)|\)\.(\w+)|\"(start|staff|account|numbers)\"", "".join(texts)))
    named = {name for found in shown for name in found if name}
    assert set(DeskWords.model_fields) - named == set()
