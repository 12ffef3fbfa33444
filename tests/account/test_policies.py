"""What the operator and CloudFormation may do (infra/account/*-policy.json), held to the calls of the commands."""

import json

import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from infra.account import blueprint
from infra.account.answers import Answers
from infra.account.rollback import roll_back
from infra.account.uninstall import uninstall_stage
from infra.account.version import Version
from infra.local.policy import Need, fits_pattern, is_allowed, list_values, read_policy
from infra.places import ROOT
from tests.builders.account import GIVEN
from tests.builders.command_rights import list_rights
from tests.rules.packaged import read_packaged

FOLDER = ROOT / "infra" / "account"
LONGEST = 6144  # letters of a managed policy, spaces not counted (IAM's quota)
# What SAM makes of functions, their events and APIs.
MADE_BY_SAM = {
    "AWS::Lambda::Function",
    "AWS::Lambda::Permission",
    "AWS::Lambda::EventSourceMapping",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::Events::Rule",
    "AWS::ApiGateway::RestApi",
    "AWS::ApiGateway::Deployment",
    "AWS::ApiGateway::Stage",
    "AWS::ApiGatewayV2::Api",
    "AWS::ApiGatewayV2::Stage",
}
# Rights that a type's handlers may need for what the template does not use.
UNUSED = [
    *("kinesis:*", "firehose:*", "ec2:*", "elasticfilesystem:*", "s3files:*", "s3:ListBucket", "s3:*Metadata"),
    *("s3:REST*", "dynamodb:*Item", "dynamodb:Query", "dynamodb:Scan", "dynamodb:*Replica", "dynamodb:*Import*"),
    *("dynamodb:EnableKinesis*", "dynamodb:DisableKinesis*", "dynamodb:UpdateKinesis*", "dynamodb:*Global*"),
    *("kms:CreateGrant", "kms:RevokeGrant", "kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"),
    *("kms:GetParametersForImport", "kms:ImportKeyMaterial", "kms:ReplicateKey", "kms:UpdatePrimaryRegion"),
    *("logs:PutDataProtectionPolicy", "logs:*AssociateKmsKey", "logs:DisassociateKmsKey", "logs:PutIndexPolicy"),
    *("logs:DeleteIndexPolicy", "logs:DeleteResourcePolicy", "logs:PutLogGroupDeletionProtection"),
    *("logs:PutBearerTokenAuthentication", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"),
    *("lambda:*Layer*", "lambda:*CodeSigningConfig", "lambda:PutFunctionScalingConfig", "lambda:*CapacityProvider"),
    *(
        "lambda:AssociateRuntimeAlias",
        "lambda:PublishVersion",
        "iam:*PermissionsBoundary",
        "iam:CreateServiceLinkedRole",
        "autoscaling:*",
    ),
    *("application-autoscaling:*", "secretsmanager:*", "cloudwatch:*AlarmMuteRule*", "payments:*", "amplify:*"),
    *("apprunner:*", "appsync:*", "bedrock-agentcore:*", "cognito-idp:*", "elasticloadbalancing:*"),
    *("wafv2:GetPermissionPolicy", "wafv2:PutPermissionPolicy"),
]


def read_file(name):
    """Return a policy's document."""
    return json.loads((FOLDER / f"{name}-policy.json").read_text())


def read_statements(*names):
    """Return the statements of some policies together."""
    return [each for name in names for each in read_policy(read_file(name), lambda arn: arn)]


def find_refused(calls, *names):
    """Return the rights that some calls need and the policies do not give."""
    statements = read_statements(*names)
    needs = {need for call in calls for need in list_rights(*call)}
    return sorted({f"{need.action} on {need.resource}" for need in needs if not is_allowed(statements, need)})


@pytest.fixture
def calls(site):
    """Return the calls of a stage's whole life: the deployer's, and the remover's."""
    own = {"public_url": "https://forms.corner.example.org", "desk_url": "https://desk.corner.example.org"}
    role = {"build_role": "arn:aws:iam::123456789012:role/regulars-builder"}
    site.answers = Answers(GIVEN | own | role)
    site.aws.formation.fault = "LedgerTable"
    site.fail(site.deploy)
    site.typed = ["secret", "corner.myshopify.com"]
    site.deploy(senders="shopify")
    site.aws.issued = True
    site.answers = Answers(site.answers.given | {"monthly_budget": "30"})
    site.deploy()
    site.stack["made"]["RestAPI"]["Ref"] = site.aws.client("apigatewayv2").create_api(Name="n", ProtocolType="HTTP")[
        "ApiId"
    ]
    site.version = Version("b" * 12)
    site.deploy()
    roll_back(site.operator(), site.answers)
    deployed = list(site.aws.calls)
    site.typed = ["shop"]
    site.aws.client("logs").create_log_group(logGroupName="/regulars/shop/settle")
    uninstall_stage(site.operator(), site.answers, "destroy", site.folder)
    return deployed, site.aws.calls[len(deployed) :]


def test_every_call_of_the_commands_is_allowed_and_no_right_is_left_over(calls):
    deployed, removed = calls
    assert find_refused(deployed, "deployer") == []
    assert find_refused(removed, "deployer", "remover") == []
    for name, made in (("deployer", [*deployed, *removed]), ("remover", removed)):
        needs = {need for call in made for need in list_rights(*call)}
        for statement in read_statements(name):
            for action in statement.actions:
                assert any(need.action == action and statement.applies_to(need) for need in needs), (name, action)
    assert "s3:CreateBucket on regulars-123456789012-eu-central-1" in find_refused(deployed, "remover")
    assert "dynamodb:DeleteTable on table/regulars-shop-keys" in find_refused(removed, "deployer")


@pytest.mark.parametrize(
    "need",
    [
        Need("dynamodb:GetItem", "table/regulars-shop-keys", ("cust#1",)),
        Need("dynamodb:GetItem", "table/regulars-shop-customers", ("index",)),
        Need("dynamodb:DeleteTable", "table/regulars-shop-customers"),
        Need("dynamodb:UpdateTable", "table/somebody-elses"),
        Need("kms:Decrypt", "key/1", aliases=("alias/regulars-shop-inbox",)),
        Need("kms:Decrypt", "key/1", aliases=("alias/payroll",)),
        Need("kms:ScheduleKeyDeletion", "key/1", aliases=("alias/regulars-shop-root",)),
        Need("iam:PassRole", "role/admin"),
        Need("s3:GetObject", "other/secret"),
        Need("cloudformation:DeleteStack", "stack/payroll/id"),
    ],
)
def test_the_deployer_opens_no_customer_ends_nothing_and_touches_nothing_else(need):
    assert not is_allowed(read_statements("deployer"), need)


def test_the_remover_ends_only_keys_of_a_stack_of_ours():
    assert not is_allowed(read_statements("remover"), Need("kms:ScheduleKeyDeletion", "key/1"))


def list_handled():
    """Yield (type, right) of what CloudFormation may need to make, read, change and delete the template's resources."""
    types = {each["Type"] for each in read_packaged()["Resources"].values()}
    for kind in sorted({each for each in types if not each.startswith("AWS::Serverless::")} | MADE_BY_SAM):
        handlers = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema.get("handlers", {})
        for verb in ("create", "read", "update", "delete"):
            for right in handlers.get(verb, {}).get("permissions", ()):
                yield kind, right


def test_the_builder_may_do_what_each_type_of_the_template_asks_for():
    actions = [action.lower() for each in read_file("builder")["Statement"] for action in list_values(each["Action"])]
    actions += [unused.lower() for unused in UNUSED]
    lacking = [
        (kind, right)
        for kind, right in list_handled()
        if not any(fits_pattern(right.lower(), each) for each in actions)
    ]
    assert lacking == []


@pytest.mark.parametrize("name", ["deployer", "remover", "builder"])
def test_a_policy_fits_into_a_managed_one(name):
    assert len(json.dumps(read_file(name), separators=(",", ":"))) <= LONGEST


def test_the_stamp_is_the_tag_that_a_deployment_gives():
    assert f"aws:ResourceTag/{blueprint.VERSION}" in json.dumps(read_file("remover"))
