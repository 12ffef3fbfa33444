"""An AWS account in this process: moto, with stand-ins for what it lacks, and an operator who works in it.

CloudFormation          tests/builders/formation.py says why
S3 PutBucketPolicy      moto applies the Deny to every call
SES GetAccount, MAIL FROM, DKIM's state, Lambda GetAccountSettings and mappings, UpdateApiMapping, UpdateBudget
                        moto has no such calls; here they keep what is given and answer in AWS's shapes

What a stand-in answers is held to botocore's model of the call. Each call is noted with its parameters, and its answer
may be lost: the operator's connection ends.
"""

import contextlib
import json
from dataclasses import dataclass, field
from functools import cache

import boto3
import pytest
from botocore.validate import ParamValidator
from moto import mock_aws

from infra.account.answers import Answers
from infra.account.budget import SHARES, write_notification
from infra.account.deploy import Wishes, deploy_stage
from infra.account.names import Names
from infra.account.operator import Operator
from infra.account.version import Version
from tests.builders.formation import ACCOUNT, Formation, RefusalError
from tests.rules.packaged import read_packaged, write_packaged

STAGE = "shop"
REGION = "eu-central-1"
GIVEN = {
    "account": ACCOUNT,
    "region": REGION,
    "shop_name": "Corner Books",
    "shop_url": "https://corner.example.org",
    "shop_address": "12 High Street, London N1 9GU",
    "shop_country": "GB",
    "shop_language": "en",
    "mail_from": "hello@corner.example.org",
    "alarm_email": "mara@corner.example.org",
    "monthly_budget": "20",
    "public_url": "",
    "desk_url": "",
    "build_role": "",
}
# Enough of the packaged template for what the commands do; the whole one takes seconds to read.
THIN = ("AWS::DynamoDB::Table", "AWS::KMS::Key", "AWS::KMS::Alias", "AWS::SNS::Topic", "AWS::SNS::Subscription")
THIN += ("AWS::Serverless::Api", "AWS::Serverless::HttpApi")
FUNCTIONS = ("ForgetPeople", "SettleStream")
READING = ("Get", "List", "Describe", "Head")


class BrokenError(Exception):
    """The connection of the operator ended."""


@dataclass
class Answered:
    """What botocore needs of an HTTP answer."""

    status_code: int = 200


@cache
def open_inner():
    """Return the session of the accounts' own calls."""
    return boto3.session.Session()


class Aws:
    """The account: its stand-ins, and what was called."""

    def __init__(self, session):
        self.session = session
        self.inner = open_inner()
        self.clients = {}
        self.formation = Formation(self.client, REGION)
        self.calls = []  # (service, operation, parameters)
        self.breaks = None  # a function of a call: whether the operator's connection ends after it
        self.refuses = {}  # operation -> code
        self.sandbox, self.concurrent = False, 1000
        self.verified, self.mail_from = False, {}
        self.issued = False  # whether AWS gives certificates
        self.mappings, self.policies = {}, {}
        self.told = {share: write_notification(share, GIVEN["alarm_email"])["Subscribers"] for share in SHARES}
        session.events.register("before-parameter-build", self.note_call)
        session.events.register("before-call", self.answer_call)
        session.events.register("after-call", self.break_off)
        self.outer = session

    def client(self, service):
        """Return a client of the account's own, whose calls are not the operator's."""
        if service not in self.clients:
            self.clients[service] = self.inner.client(service, region_name=REGION)
        return self.clients[service]

    def note_call(self, params, model, context, **_):
        service = model.service_model.service_name
        self.calls.append((service, model.name, params))
        context["asked"] = params

    def answer_call(self, model, context, **_):
        """Answer instead of moto where it lacks the call."""
        if code := self.refuses.get(model.name):
            return Answered(400), {"Error": {"Code": code, "Message": "not today"}, "ResponseMetadata": {}}
        play = self.find_player(model.service_model.service_name, model.name)
        if play is None:
            return None
        try:
            answer = play(context["asked"])
        except RefusalError as fault:
            return Answered(400), {"Error": {"Code": fault.code, "Message": str(fault)}, "ResponseMetadata": {}}
        if answer and model.output_shape:  # a stand-in may not answer in a shape that AWS does not know
            told = {key: value for key, value in answer.items() if key != "ResponseMetadata"}
            faults = ParamValidator().validate(told, model.output_shape).generate_report().splitlines()
            # DynamoDB itself answers 0 where botocore's model asks for 1 (NumberOfDecreasesToday).
            assert [fault for fault in faults if "valid min value" not in fault] == []
        return Answered(), answer

    def find_player(self, service, operation):
        """Return what answers a call instead of moto, or None."""
        if service == "cloudformation":
            return lambda asked: self.formation.answer(operation, asked)
        return getattr(self, f"play_{service}_{operation}", None)

    def break_off(self, model, **_):
        if self.breaks and self.breaks(self.calls[-1]):
            self.breaks = None
            raise BrokenError(model.name)

    # ---- what moto lacks

    def play_s3_PutBucketPolicy(self, asked):  # noqa: N802
        """Keep the policy here: moto applies a Deny without looking at its condition."""
        self.policies[asked["Bucket"]] = json.loads(asked["Policy"])
        return {}

    def play_sesv2_GetAccount(self, _):  # noqa: N802
        return {"ProductionAccessEnabled": not self.sandbox, "SendingEnabled": True}

    def play_lambda_GetAccountSettings(self, _):  # noqa: N802
        return {"AccountLimit": {"ConcurrentExecutions": self.concurrent}}

    def play_lambda_UpdateEventSourceMapping(self, asked):  # noqa: N802
        self.mappings[asked["UUID"]] = asked["Enabled"]
        return {"UUID": asked["UUID"], "State": "Disabling"}

    def play_sesv2_GetEmailIdentity(self, asked):  # noqa: N802
        domain = asked["EmailIdentity"]
        known = [each["IdentityName"] for each in self.client("sesv2").list_email_identities()["EmailIdentities"]]
        if domain not in known:
            raise RefusalError("NotFoundException", f"Email identity {domain} does not exist.")
        state = "SUCCESS" if self.verified else "PENDING"
        bounces = {
            "MailFromDomain": self.mail_from.get(domain, ""),
            "MailFromDomainStatus": state,
            "BehaviorOnMxFailure": "USE_DEFAULT_VALUE",
        }
        return {
            "IdentityType": "DOMAIN",
            "VerifiedForSendingStatus": self.verified,
            "DkimAttributes": {"Status": state, "Tokens": ["one", "two", "three"], "SigningEnabled": True},
        } | ({"MailFromAttributes": bounces} if domain in self.mail_from else {})

    def play_sesv2_PutEmailIdentityMailFromAttributes(self, asked):  # noqa: N802
        self.mail_from[asked["EmailIdentity"]] = asked["MailFromDomain"]
        return {}

    def play_acm_DescribeCertificate(self, asked):  # noqa: N802
        """Give moto's certificate in the state that the test says: moto's own changes by the clock."""
        found = self.client("acm").describe_certificate(CertificateArn=asked["CertificateArn"])
        return found | {
            "Certificate": found["Certificate"] | {"Status": "ISSUED" if self.issued else "PENDING_VALIDATION"}
        }

    def play_apigatewayv2_UpdateApiMapping(self, asked):  # noqa: N802
        gateway = self.client("apigatewayv2")
        gateway.delete_api_mapping(ApiMappingId=asked["ApiMappingId"], DomainName=asked["DomainName"])
        return gateway.create_api_mapping(**{key: asked[key] for key in ("ApiId", "DomainName", "Stage")})

    def play_budgets_DescribeSubscribersForNotification(self, asked):  # noqa: N802
        """Return whom AWS mails at a share; `told` begins with the address that the budget was made with."""
        if not (found := self.told.get(asked["Notification"]["Threshold"])):
            raise RefusalError("NotFoundException", "no such notification")
        return {"Subscribers": found}

    def play_budgets_CreateNotification(self, asked):  # noqa: N802
        assert asked["Notification"]["Threshold"] not in self.told
        self.told[asked["Notification"]["Threshold"]] = list(asked["Subscribers"])
        return {}

    def play_budgets_CreateSubscriber(self, asked):  # noqa: N802
        self.told[asked["Notification"]["Threshold"]].append(asked["Subscriber"])
        return {}

    def play_budgets_UpdateSubscriber(self, asked):  # noqa: N802
        told = self.told[asked["Notification"]["Threshold"]]
        told[told.index(asked["OldSubscriber"])] = asked["NewSubscriber"]
        return {}

    def play_budgets_UpdateBudget(self, asked):  # noqa: N802
        budgets = self.client("budgets")
        budgets.delete_budget(AccountId=asked["AccountId"], BudgetName=asked["NewBudget"]["BudgetName"])
        budgets.create_budget(AccountId=asked["AccountId"], Budget=asked["NewBudget"])
        return {}


@dataclass
class Site:
    """An operator's desk: the account, what was said, what will be typed, and the version at hand."""

    aws: Aws
    folder: object
    said: list = field(default_factory=list)
    typed: list = field(default_factory=list)
    reached: set = field(default_factory=set)
    version: Version = Version("aaaaaaaaaaaa")  # noqa: RUF009 - it is frozen
    answers: Answers = field(default_factory=lambda: Answers(dict(GIVEN)))
    template: str = field(default_factory=lambda: thin_template())  # what `make package` writes

    def operator(self, *, agreed=True):
        names = Names(STAGE, self.answers["account"], self.answers["region"])
        return Operator(
            names,
            self.aws.session,
            say=self.said.append,
            ask=self.type_next,
            ask_unseen=self.type_next,
            pause=lambda _: None,
            opens=self.reached.__contains__,
            agreed=agreed,
        )

    def type_next(self, question):
        self.said.append(question)
        if not self.typed:
            raise EOFError
        return self.typed.pop(0)

    def pack(self, stage):
        """Write what `make package` writes; the zip is a few bytes."""
        (self.folder / "sam.yaml").write_text(self.template)
        (self.folder / "deployment.zip").write_bytes(b"PK" + self.version.commit.encode())
        return self.folder

    def deploy(self, *, agreed=True, **wishes):
        """Run the command once; return whether the stack changed."""
        self.said.clear()
        return deploy_stage(self.operator(agreed=agreed), self.answers, self.version, self.pack, Wishes(**wishes))

    def fail(self, run, **wishes):
        """Run a command that stops; return what it says at its end."""
        with pytest.raises(SystemExit) as stopped:
            run(**wishes)
        return str(stopped.value)

    @property
    def text(self):
        return "\n".join(self.said)

    @property
    def stack(self):
        return self.aws.formation.stacks.get(f"regulars-{STAGE}")


def thin_template(change=lambda resources: None):
    """Return a part of the packaged template, changed where a test wants it."""
    template = read_packaged()
    every = template["Resources"].items()
    kept = {name: each for name, each in every if each["Type"] in THIN or name in FUNCTIONS}
    for each in kept.values():
        each["Properties"].pop("DefinitionBody", None)  # a hundred routes, which nothing here looks at
    change(kept)
    return json.dumps(template | {"Resources": kept})


def whole_template():
    """Return the packaged template."""
    return write_packaged().read_text()


@contextlib.contextmanager
def open_site(folder):
    """Open an account with nothing in it."""
    with mock_aws():
        yield Site(Aws(boto3.session.Session()), folder)


def is_reading(operation):
    """Return whether a call changes nothing."""
    return operation.startswith(READING)
