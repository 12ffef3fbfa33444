"""What `make cost` prints is counted in the template, and what README and docs say of money is what it prints."""

import json
import re
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from moto import mock_aws

from infra.account.names import Names
from infra.account.operator import Operator
from infra.cost.command import write_comparison, write_idle, write_kinds
from infra.cost.compare import price_work
from infra.cost.idle import bill_idle, count_rate
from infra.cost.kinds import price_ceiling, price_kind
from infra.cost.month import bill_month, list_queries, read_usage
from infra.cost.prices import find_price, list_kinds
from infra.places import ROOT
from tests.rules.packaged import read_packaged

README = (ROOT / "README.md").read_text()
COST = (ROOT / "docs" / "cost.md").read_text()


def find_line(lines, what):
    [line] = [line for line in lines if line.what == what]
    return line


def test_an_idle_month_costs_less_than_five_dollars_and_readme_says_how_much():
    together = sum(line.dollars for line in bill_idle(read_packaged()))
    assert 3 < together < 5
    assert f"A month without visitors costs ${together:.2f}" in README
    assert f"| **together** | | **${together:.2f}** |" in COST


def test_the_idle_bill_follows_the_template():
    template = read_packaged()
    before = bill_idle(template)
    template["Resources"]["Another"] = {"Type": "AWS::KMS::Key"}
    template["Resources"]["PlanMails"]["Properties"]["Events"]["PlanMailsEvent"]["Properties"]["Schedule"] = (
        "rate(1 minute)"
    )
    after = bill_idle(template)
    assert find_line(after, "KMS keys").dollars == find_line(before, "KMS keys").dollars + find_price("kms", "key")
    assert find_line(after, "runs of functions").amount == pytest.approx(
        find_line(before, "runs of functions").amount + count_rate("rate(1 minute)") * 14 / 15
    )


def test_who_tells_systems_of_the_shop_pays_for_that_and_who_wants_a_firewall_for_the_firewall():
    template = read_packaged()
    idle = sum(line.dollars for line in bill_idle(template))
    telling = bill_idle(template, {"DownstreamTargets": "crm=https://crm.example"})
    assert 0.2 < sum(line.dollars for line in telling) - idle < 1
    walled = bill_idle(template, {"Firewall": "yes"})
    assert find_line(walled, "firewall").dollars == 7


def test_an_unknown_rate_is_an_error():
    with pytest.raises(ValueError, match="cron"):
        count_rate("cron(0 12 * * ? *)")


@pytest.mark.parametrize("kind", list_kinds().values(), ids=list_kinds())
def test_readme_has_the_measured_units_and_the_price_of_each_kind(kind):
    row = f"| {kind['what']} | {kind['write']} | {kind['read']} | ${1_000 * price_kind(kind):.3f} |"
    assert row in README


def test_a_price_grows_with_units():
    kind = list_kinds()["form-new"]
    assert price_kind({**kind, "write": kind["write"] + 1}) == pytest.approx(
        price_kind(kind) + find_price("dynamodb", "write")
    )
    assert price_ceiling(2) == pytest.approx(2 * price_ceiling(1))


def test_what_is_printed_names_each_part():
    assert any("together" in line for line in write_idle({}))
    assert len(list(write_kinds())) == len(list_kinds()) + 2
    assert any("Regulars" in line for line in write_comparison())


@pytest.fixture
def counted(monkeypatch):
    """CloudWatch, and a stack of two functions."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    code = {"ZipFile": "def handle(event, context): pass"}
    role = {"Fn::GetAtt": ["Role", "Arn"]}
    resources = {"Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {"Statement": []}}}}
    for name in ("send", "door"):
        properties = {
            "FunctionName": name,
            "Code": code,
            "Role": role,
            "Handler": "index.handle",
            "Runtime": "python3.11",
        }
        resources[name] = {"Type": "AWS::Lambda::Function", "Properties": properties}
    with mock_aws():
        template = json.dumps({"Resources": resources})
        boto3.client("cloudformation").create_stack(StackName="regulars-prod", TemplateBody=template)
        yield boto3.client("cloudwatch")


def test_the_month_so_far_is_what_cloudwatch_counted(counted):
    now = datetime.now(UTC)
    for number, (_, (namespace, metric, named)) in enumerate(list_queries("prod", ["door", "send"]), 1):
        dimensions = [{"Name": name, "Value": value} for name, value in named.items()]
        for age, value in ((timedelta(minutes=1), number), (timedelta(days=40), 1_000_000)):
            data = {"MetricName": metric, "Dimensions": dimensions, "Timestamp": now - age, "Value": value}
            counted.put_metric_data(Namespace=namespace, MetricData=[data])
    used = read_usage(Operator(Names("prod", "", "eu-west-1")), now)
    assert used["requests at the door"] == 1
    assert used["runs of functions"] == 2 + 4
    assert used["milliseconds of functions"] == 3 + 5
    lines = bill_month(used)
    assert find_line(lines, "mails").dollars == pytest.approx(used["mails"] * find_price("ses", "mail"))


def test_the_page_of_costs_says_what_is_reckoned():
    for line in bill_idle(read_packaged()):
        assert f"| {line.what} | {line.amount:,.0f} | ${line.dollars:.2f} |" in COST
    assert f"${price_ceiling(25):,.0f}" in COST
    for customers in (2_000, 50_000):
        submissions, mails = price_work(customers)
        assert re.search(rf"\| submissions, accepted and settled \|.*\${submissions:.2f}", COST)
        assert re.search(rf"\| mails, with what is kept of each \|.*\${mails:.2f}", COST)
