"""What is looked at before anything is done."""

import json

import pytest

from infra.account.answers import Answers
from infra.account.names import check_stage
from infra.account.preflight import check_role
from infra.account.version import Version, read_version, run_git
from tests.builders.account import GIVEN, STAGE, is_reading


def change_calls(site):
    """Return the calls so far that change something."""
    return [name for _, name, _ in site.aws.calls if not is_reading(name)]


def test_another_account_stops_before_anything_is_done(site):
    site.answers = Answers(GIVEN | {"account": "999999999999"})
    assert site.fail(site.deploy) == "Stopped. Nothing was changed."
    assert site.said == ["red: These credentials are of account 123456789012; the answers of shop say 999999999999."]
    assert change_calls(site) == []


def test_a_shell_of_another_region_stops(site, monkeypatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-west-2")
    assert site.fail(site.deploy) == "Stopped. Nothing was changed."
    assert "The shell's region is us-west-2; the answers of shop say eu-central-1" in site.text


@pytest.mark.parametrize(
    ("arn", "told"),
    [
        (f"arn:aws:sts::123456789012:assumed-role/regulars-{STAGE}-BuildRole-ci/session", 1),
        ("arn:aws:sts::123456789012:assumed-role/build-regulars/session", 0),
        ("arn:aws:iam::123456789012:user/mara", 0),
    ],
)
def test_a_role_that_the_keys_would_take_for_the_stacks_own_is_refused(site, arn, told):
    operator = site.operator()
    operator.__dict__["caller"] = {"Account": GIVEN["account"], "Arn": arn}
    found = list(check_role(operator, site.answers))
    assert [each.level for each in found] == ["red"] * told


def test_a_build_role_named_like_the_stacks_own_is_refused(site):
    role = f"arn:aws:iam::123456789012:role/regulars-{STAGE}-MyRole-x"
    site.answers = Answers(GIVEN | {"build_role": role})
    assert site.fail(site.deploy) == "Stopped. Nothing was changed."


def test_a_new_account_is_told_of_its_limits_and_deployed_all_the_same(site):
    site.aws.sandbox, site.aws.concurrent = True, 10
    site.deploy()
    assert "amber: Lambda runs 10 functions at once here" in site.text
    assert "amber: SES is in its sandbox" in site.text
    assert site.stack["status"] == "UPDATE_COMPLETE"


def test_what_only_informs_may_be_refused(site):
    site.aws.refuses = {"GetAccountSettings": "AccessDeniedException", "GetAccount": "AccessDeniedException"}
    site.deploy()
    assert site.text.count("is not known: the call was refused") == 2


def test_nobody_who_hears_the_alarms_is_told(site):
    site.deploy()
    assert "Nobody hears the alarms" not in site.text  # moto confirms each subscription by itself
    sns = site.aws.client("sns")
    for each in sns.list_subscriptions()["Subscriptions"]:
        sns.unsubscribe(SubscriptionArn=each["SubscriptionArn"])
    site.deploy()
    assert "amber: Nobody hears the alarms" in site.text


@pytest.mark.parametrize("stage", ["Prod", "prod_eu", "p" * 21, "", "9", "local"])
def test_a_stage_that_the_template_refuses_is_refused_here(stage):
    with pytest.raises(SystemExit):
        check_stage(stage)


def test_every_stage_that_the_template_takes_has_a_stack_whose_roles_the_keys_know():
    check_stage("p" * 20)  # regulars- and twenty letters are 29


def test_the_version_is_the_commit_and_names_what_differs_from_it(tmp_path):
    with pytest.raises(SystemExit):
        read_version(tmp_path)
    run_git(tmp_path, "init", "--quiet")
    (tmp_path / "app.py").write_text("1")
    (tmp_path / "deploy").mkdir()
    run_git(tmp_path, "add", "app.py")
    run_git(tmp_path, "-c", "user.name=Mara", "-c", "user.email=mara@example.org", "commit", "--quiet", "-m", "one")
    (tmp_path / "deploy" / "prod.toml").write_text("")  # the answers are no part of the package
    clean = read_version(tmp_path)
    assert (len(clean.commit), clean.changed) == (12, ())
    (tmp_path / "app.py").write_text("2")
    assert read_version(tmp_path) == Version(clean.commit, ("app.py",))
    package = tmp_path / "zip"
    package.write_bytes(b"PK")
    assert clean.name_package(package) == clean.commit
    assert read_version(tmp_path).name_package(package).startswith(f"{clean.commit}-")


def test_what_an_earlier_stack_left_is_named_and_can_be_adopted(site):
    site.deploy()
    ssm, dynamodb = site.aws.client("ssm"), site.aws.client("dynamodb")
    before = {name: ssm.get_parameter(Name=f"/regulars/{STAGE}/door/{name}") for name in ("door-key", "receipt-key")}
    dynamodb.put_item(TableName=f"regulars-{STAGE}-links", Item={"pk": {"S": "kept"}})
    site.stack["protected"] = False
    site.aws.formation.delete_stack(f"regulars-{STAGE}")
    site.aws.formation.finish_delete(site.stack)

    assert site.fail(site.deploy) == "Stopped. Nothing was changed."
    assert f"regulars-{STAGE}-customers" in site.text
    assert "and 3 keys" in site.text
    assert f"make uninstall STAGE={STAGE} DATA=destroy" in site.text
    folder = site.folder / "out" / STAGE
    script = (folder / "adopt.sh").read_text()
    assert "--change-set-type IMPORT --region eu-central-1 --stack-name regulars-shop" in script
    template, resources = (
        json.loads((folder / f"adopt-{part}.json").read_text()) for part in ("template", "resources")
    )
    assert set(template["Resources"]) == {each["LogicalResourceId"] for each in resources}
    assert len(resources) == 10

    site.aws.formation.import_stack(f"regulars-{STAGE}", template, resources)
    site.deploy()
    assert site.stack["status"] == "UPDATE_COMPLETE"
    assert dynamodb.scan(TableName=f"regulars-{STAGE}-links")["Items"] == [{"pk": {"S": "kept"}}]
    asked = [params for _, name, params in site.aws.calls if name == "UpdateTable"]
    assert asked == []  # the commands left the protection as it was
    after = {name: ssm.get_parameter(Name=f"/regulars/{STAGE}/door/{name}") for name in before}
    assert [each["Parameter"]["Value"] for each in after.values()] == [
        each["Parameter"]["Value"] for each in before.values()
    ]
