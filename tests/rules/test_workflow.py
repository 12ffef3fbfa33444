"""The workflow of a shop's copy on GitHub: it parses, its commands exist, and it has no more rights than it needs."""

import re
from pathlib import Path

import pytest
import yaml

from infra.deploy.runtime import read_target

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / ".github" / "workflows" / "shop.yml"
TEXT = FILE.read_text()
JOBS = yaml.safe_load(TEXT)["jobs"]
STEPS = [(name, step) for name, job in JOBS.items() for step in job["steps"]]
RUNS = [step["run"] for _, step in STEPS if "run" in step]


def list_targets():
    """Return the targets that the Makefile promises."""
    return set(re.findall(r"^([a-z][a-z-]*):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))


def test_every_command_of_make_exists():
    named = {target for run in RUNS for target in re.findall(r"\bmake ([a-z-]+)", run)}
    assert {"check", "check-shop", "test", "package", "deploy"} <= named
    assert named - list_targets() == set()


def test_a_variable_of_a_command_is_one_that_its_target_takes():
    makefile = (ROOT / "Makefile").read_text()
    for run in RUNS:
        for name in re.findall(r"\b([A-Z]+)=", run):
            assert f"$({name})" in makefile, f"{run}: {name}"


def test_what_others_wrote_is_pinned_to_a_commit_and_says_its_version():
    used = re.findall(r"uses: (\S+)(.*)", TEXT)
    assert len(used) == sum("uses" in step for _, step in STEPS)
    for action, comment in used:
        assert re.fullmatch(r"[\w.-]+/[\w.-]+@[0-9a-f]{40}", action), action
        assert re.fullmatch(r"  # v\d+\.\d+\.\d+", comment), action


def test_only_the_deployment_may_speak_to_aws_and_nothing_may_write_to_the_repository():
    assert yaml.safe_load(TEXT)["permissions"] == {"contents": "read"}
    rights = {name: job["permissions"] for name, job in JOBS.items() if "permissions" in job}
    assert rights == {"deploy": {"contents": "read", "id-token": "write"}}
    assert "secrets." not in TEXT  # no key that lives longer than a run
    assert all(step["with"]["persist-credentials"] is False for _, step in STEPS if "checkout" in step.get("uses", ""))


def test_a_deployment_follows_a_tag_and_every_check():
    deploy = JOBS["deploy"]
    assert deploy["if"].startswith("github.ref_type == 'tag' && ")
    assert set(deploy["needs"]) == set(JOBS) - {"deploy"}
    assert deploy["environment"] == "prod"
    assert deploy["concurrency"]["cancel-in-progress"] is False


@pytest.mark.parametrize("run", RUNS)
def test_no_text_of_a_stranger_reaches_a_shell(run):
    assert "${{" not in run


def test_a_strangers_change_runs_without_the_shops_rights():
    assert set(yaml.safe_load(TEXT)[True]) == {"push", "pull_request"}  # YAML 1.1 reads the key `on` as true


def test_the_zip_is_made_by_the_python_that_lambda_runs():
    told = [step["with"]["python-version"].split() for _, step in STEPS if "setup-python" in step.get("uses", "")]
    assert {versions[-1] for versions in told} == {"3.11"}  # what the suite is held to
    assert [versions[0] for versions in told if len(versions) > 1] == [read_target({}).runtime.version] * 2
    assert len(told) == len(JOBS)
