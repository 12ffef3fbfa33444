"""Which Python Lambda runs stands in one file, and everything that names one follows it."""

import json
import re
import subprocess
import sys
import zipfile
from datetime import date, timedelta
from importlib.resources import files

import pytest

from infra.deploy import runtime
from infra.deploy.package import finish_template, slim_package
from infra.deploy.runtime import OWN, find_python, list_runtimes, read_table, read_target, tell_end
from infra.places import ROOT
from tests.rules.packaged import list_functions, read_packaged

CHOSEN = list_runtimes()[read_table()["chosen"]]
TODAY = date(2026, 11, 30)
ABSENT = next(each for each in list_runtimes().values() if each.name != OWN)


@pytest.mark.parametrize("row", list_runtimes().values(), ids=lambda row: row.name)
def test_each_date_is_that_of_cfn_lints_table(row):
    table = json.loads((files("cfnlint.data.AdditionalSpecs") / "LmbdRuntimeLifecycle.json").read_text())
    dates = [table[row.name][name] for name in ("deprecated", "create-block", "update-block")]
    assert [row.ends.isoformat(), row.creates.isoformat(), row.updates.isoformat()] == dates


def test_the_chosen_python_has_security_fixes_for_two_years_after_the_table_was_read():
    assert CHOSEN.ends - read_table()["read"] > timedelta(days=2 * 365)


def test_the_chosen_python_stands_in_the_workflow_and_on_the_page():
    workflow = (ROOT / ".github" / "workflows" / "shop.yml").read_text()
    assert re.findall(r"^            (3\.\d+)$", workflow, re.MULTILINE) == [CHOSEN.version, "3.11"] * 2
    page = (ROOT / "docs" / "deploy.md").read_text().split("\n## Which Python, which processor\n")[1].split("\n## ")[0]
    assert f"**Python {CHOSEN.version}**" in page
    rows = re.findall(r"^\| `(python[\d.]+)` \| (\S+) \| (\S+) \| (\S+) \|", page, re.MULTILINE)
    assert rows == [(row.name, str(row.ends), str(row.creates), str(row.updates)) for row in list_runtimes().values()]


def test_every_function_of_the_packaged_template_runs_it():
    functions = list_functions(read_packaged()).values()
    assert {each["Runtime"] for each in functions} == {CHOSEN.name}
    assert all(each["Architectures"] == ["x86_64"] for each in functions)


def test_another_python_and_processor_reach_every_function(tmp_path):
    template = tmp_path / "sam.yaml"
    template.write_text(json.dumps(read_packaged()))
    finish_template(template, "prod", read_target({"RUNTIME": "python3.12", "ARCH": "arm64"}, TODAY))
    written = template.read_text()
    assert len(re.findall(r"Runtime: python3\.12\n", written)) == len(list_functions(read_packaged()))
    assert len(re.findall(r"Architectures:\n +- arm64\n", written)) == len(list_functions(read_packaged()))
    assert "x86_64" not in written


def test_wheels_need_no_newer_c_library_than_the_runtime_has_and_are_for_its_processor():
    old, new = read_target({"RUNTIME": "python3.11"}, TODAY), read_target({"ARCH": "arm64"}, TODAY)
    assert old.platforms[0] == "manylinux_2_26_x86_64"  # Amazon Linux 2
    assert new.platforms[0] == "manylinux_2_34_aarch64"  # Amazon Linux 2023
    assert {"manylinux_2_17_x86_64", "manylinux2014_x86_64"} < set(old.platforms)
    assert all(platform.endswith("_aarch64") for platform in new.platforms)


def test_the_lock_asks_nothing_of_the_python_or_machine_that_packages():
    # pip reads a marker for the Python that runs it, whatever --python-version says.
    markers = re.findall(r"^\S+==\S+ ; (.*?) ?\\?$", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    assert markers
    assert not re.search(r"python_version|python_full_version|platform_machine|sys_platform|os_name", str(markers))


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"RUNTIME": "python3.8"}, "Lambda's are python3.11, "),
        ({"RUNTIME": "3.13"}, "Lambda's are python3.11, "),
        ({"ARCH": "arm"}, "Lambda's are x86_64 and arm64"),
    ],
)
def test_what_lambda_does_not_have_is_refused_by_name(asked, told):
    with pytest.raises(SystemExit, match=re.escape(told)):
        read_target(asked, TODAY)


def test_a_python_that_aws_takes_no_code_for_is_refused():
    read_target({"RUNTIME": "python3.11"}, date(2027, 8, 31))
    with pytest.raises(SystemExit, match="no code for it since 2027-08-31"):
        read_target({"RUNTIME": "python3.11"}, date(2027, 9, 1))


def test_the_end_of_support_is_told_within_its_last_year():
    old = list_runtimes()["python3.11"]
    assert tell_end(CHOSEN, TODAY) == ""
    assert tell_end(old, TODAY) == "AWS ends its support of python3.11 on 2027-06-30, in 212 days."
    assert "ended its support" in tell_end(old, date(2027, 7, 1))


def write_program(path, text):
    """Write a program."""
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


@pytest.mark.parametrize("text", [None, "exit 127", "echo 3.2"], ids=["not there", "starts nothing", "another version"])
def test_without_that_python_here_the_command_says_what_to_do(text, tmp_path, monkeypatch):
    if text:
        write_program(tmp_path / ABSENT.name, text)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SystemExit) as stopped:
        find_python(ABSENT)
    told = str(stopped.value)
    assert f"Install Python {ABSENT.version}, so that `{ABSENT.name}` starts it" in told
    assert (f"RUNTIME={OWN}" in told) == (OWN in list_runtimes())


def test_that_python_is_found_on_the_path(tmp_path, monkeypatch):
    write_program(tmp_path / ABSENT.name, f"echo {ABSENT.version}")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_python(ABSENT) == str(tmp_path / ABSENT.name)
    monkeypatch.setattr(runtime, "OWN", ABSENT.name)
    assert find_python(ABSENT) == sys.executable


def test_the_zip_is_compiled_by_the_python_that_was_found(tmp_path):
    fat, slim = tmp_path / "fat.zip", tmp_path / "slim.zip"
    with zipfile.ZipFile(fat, "w") as archive:
        archive.writestr("shop/__init__.py", "KEPT = 1\n")
        archive.writestr("shop/broken.py", "no python (\n")
    program = tmp_path / "another-python"
    write_program(program, f'echo "$@" > {tmp_path}/asked; exec {sys.executable} "$@"')
    slim_package(fat, slim, str(program))
    assert "bytecode.py" in (tmp_path / "asked").read_text()
    with zipfile.ZipFile(slim) as archive:
        names = archive.namelist()
        assert names == [
            "shop/__init__.py",
            "shop/broken.py",
            f"shop/__pycache__/__init__.{sys.implementation.cache_tag}.pyc",
        ]
        archive.extractall(tmp_path / "task")
    ran = [sys.executable, "-I", "-v", "-c", f"import sys; sys.path.insert(0, {str(tmp_path / 'task')!r}); import shop"]
    assert (
        f"code object from '{tmp_path}/task/shop/__pycache__"
        in subprocess.run(ran, capture_output=True, text=True, check=True).stderr
    )
