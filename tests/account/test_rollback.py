"""`make rollback`: the version before, through the same stop."""

from infra.account.rollback import roll_back
from infra.account.version import Version
from tests.builders.account import thin_template


def go_back(site, version="", **wishes):
    site.said.clear()
    return roll_back(site.operator(**wishes), site.answers, version)


def deploy_three(site):
    for letter in "abc":
        site.version = Version(letter * 12)
        site.deploy()


def read_code(site):
    """Return the key of the package of a function."""
    return site.stack["template"]["Resources"]["ForgetPeople"]["Properties"]["CodeUri"]["Key"]


def test_each_rollback_goes_one_version_further_back_and_a_deployment_forward_again(site):
    deploy_three(site)
    assert read_code(site) == "shop/cccccccccccc/deployment.zip"
    assert go_back(site) == "b" * 12
    assert read_code(site) == "shop/bbbbbbbbbbbb/deployment.zip"
    assert site.stack["tags"] == {"regulars:version": "b" * 12}
    assert go_back(site) == "a" * 12
    assert site.fail(lambda: go_back(site)) == "No version was deployed before the present one."
    site.deploy()
    assert read_code(site) == "shop/cccccccccccc/deployment.zip"
    assert go_back(site) == "a" * 12


def test_a_version_may_be_named(site):
    deploy_three(site)
    assert go_back(site, "a" * 12) == "a" * 12
    assert "Deployed were: aaaaaaaaaaaa." in site.fail(lambda: go_back(site, "f" * 12))


def test_a_rollback_that_would_end_a_table_stops(site):
    site.template = thin_template(lambda resources: resources.pop("OffersTable"))
    site.deploy()
    site.version, site.template = Version("b" * 12), thin_template()
    site.deploy()
    said = site.fail(lambda: go_back(site))
    assert "OffersTable removed" in said
    assert read_code(site) == "shop/bbbbbbbbbbbb/deployment.zip"


def test_parameters_that_the_earlier_version_did_not_know_are_left_out(site):
    import json

    old = json.loads(site.template)
    del old["Parameters"]["AlarmEmail"], old["Resources"]["AlarmMail"]
    site.template = json.dumps(old)
    site.deploy()
    site.version, site.template = Version("b" * 12), thin_template()
    site.deploy()
    assert "AlarmEmail" in site.stack["parameters"]
    assert go_back(site) == "a" * 12
    assert "AlarmEmail" not in site.stack["parameters"]


def test_without_a_yes_or_a_stack_nothing_is_changed(site):
    assert "is not there" in site.fail(lambda: go_back(site))
    deploy_three(site)
    assert site.fail(lambda: go_back(site, agreed=False)) == "Nothing was changed."
    assert site.stack["tags"] == {"regulars:version": "c" * 12}
