"""What is deployed: small, compiled, and whole. The zip is made of what is installed here; nothing is downloaded."""

import importlib.metadata
import importlib.util
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from infra.deploy.package import SERVICES, measure_zip, slim_package
from infra.places import ROOT
from tests.proofs.runtime_api import Container, read_headers
from tests.proofs.runtime_events import build_page, build_sign_up

DOWN = "http://127.0.0.1:9"  # nothing answers there

# A zip on a clean path, in a fresh interpreter that sees nothing else of this machine's Python packages.
TRY_IT = """
import json, sys
sys.path.insert(0, sys.argv[1])
import app, boto3, phonenumbers, email_validator
import fido2.server
from chalicelib import services
from chalicelib.desk import console
session = boto3.session.Session(region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="y")
hosts = {name: session.client(name).meta.endpoint_url for name in sys.argv[2].split(",")}
number = phonenumbers.parse("020 7946 0018", "GB")
print(json.dumps({
    "routes": sorted(app.app.routes),
    "desk": sorted(console.app.routes),
    "hosts": hosts,
    "number": phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164),
    "valid": phonenumbers.is_valid_number(number),
    "elsewhere": sorted({
        module.__file__ for module in sys.modules.values()
        if getattr(module, "__file__", None) and "site-packages" in module.__file__
    }),
}))
"""


def list_distributions():
    """Return what requirements.txt brings, with everything that it needs in turn."""
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    wanted = [re.split(r"[=<>\[;# ]", line)[0] for line in lines if line and not line.startswith("#")]
    found = {}
    while wanted:
        name = wanted.pop().lower().replace("_", "-")
        if name not in found:
            found[name] = importlib.metadata.distribution(name)
            needs = [need for need in found[name].requires or () if "extra ==" not in need]
            wanted += [re.split(r"[=<>!~\[;( ]", need)[0] for need in needs if applies(need)]
    return found


def applies(need):
    """Tell whether a requirement's marker holds here."""
    from packaging.requirements import Requirement

    marker = Requirement(need).marker
    return marker is None or marker.evaluate()


@pytest.fixture(scope="module")
def slim(tmp_path_factory):
    """Zip what Chalice would, and slim it."""
    folder = tmp_path_factory.mktemp("package")
    fat, target = folder / "fat.zip", folder / "slim.zip"
    chalice = importlib.metadata.distribution("chalice")
    with zipfile.ZipFile(fat, "w") as archive:
        for distribution in list_distributions().values():
            for file in distribution.files or ():
                if not str(file).startswith("..") and Path(str(distribution.locate_file(file))).is_file():
                    archive.write(str(distribution.locate_file(file)), str(file))
        for name in ("chalice/__init__.py", "chalice/app.py"):  # all of Chalice that it ships with an app
            archive.write(str(chalice.locate_file(name)), name)
        for path in [ROOT / "app.py", *(ROOT / "chalicelib").rglob("*")]:
            if path.is_file() and "__pycache__" not in path.parts:
                archive.write(path, str(path.relative_to(ROOT)))
    slim_package(fat, target)
    print(f"\npackage: {measure_zip(fat)} -> {measure_zip(target)}")
    return target


@pytest.fixture(scope="module")
def unpacked(slim, tmp_path_factory):
    """Unpack as Lambda does."""
    folder = tmp_path_factory.mktemp("task")
    with zipfile.ZipFile(slim) as archive:
        archive.extractall(folder)
    return folder


def run_alone(folder: Path, *arguments: str):
    """Run TRY_IT in a fresh interpreter, without this environment's packages."""
    command = [sys.executable, "-I", "-S", "-B", *arguments, "-c", TRY_IT, str(folder), ",".join(sorted(SERVICES))]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, env={})


def test_the_trimmed_zip_imports_the_app_and_makes_every_client(unpacked):
    ran = run_alone(unpacked)
    assert ran.returncode == 0, ran.stderr
    printed = json.loads(ran.stdout)
    assert "/hooks/{sender}" in printed["routes"]
    assert "/staff" in printed["desk"]
    assert set(printed["hosts"]) == SERVICES
    assert printed["hosts"]["dynamodb"] == "https://dynamodb.eu-west-1.amazonaws.com"
    assert (printed["number"], printed["valid"]) == ("+442079460018", True)
    assert printed["elsewhere"] == []


def test_every_module_is_compiled_for_this_python_and_never_checked_against_its_source(unpacked):
    tag = sys.implementation.cache_tag
    lacking = []
    for source in (unpacked / "chalicelib").rglob("*.py"):
        compiled = source.parent / "__pycache__" / f"{source.stem}.{tag}.pyc"
        # Bytes 4-8 of a .pyc are its flags (PEP 552): 1 is a hash, and not checked.
        if not compiled.exists() or compiled.read_bytes()[4:8] != b"\x01\x00\x00\x00":
            lacking.append(source)
    assert lacking == []


def test_a_start_compiles_nothing(unpacked):
    loaded = re.findall(r"# code object from '(.*)'", run_alone(unpacked, "-v").stderr)
    ours = [path for path in loaded if path.startswith(str(unpacked))]
    assert len(ours) > 100
    assert [path for path in ours if not path.endswith(".pyc")] == []


@pytest.mark.skipif(
    importlib.util.find_spec("awslambdaric") is None,
    reason="awslambdaric is not installed here",
)
def test_the_zip_starts_under_awss_own_client_while_ssm_is_down(unpacked, tmp_path):
    environ = {f"AWS_{name}": "nobody" for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY")} | {"AWS_REGION": "eu-west-1"}
    environ |= {f"AWS_ENDPOINT_URL_{name}": DOWN for name in ("SSM", "DYNAMODB")}

    def start(handler):
        return Container(Path(sys.executable), unpacked, handler, environ, tmp_path / "log")

    with start("app.app") as door:
        refused, page = door.invoke(build_sign_up(1)), door.invoke(build_page())
    assert (refused["statusCode"], page["statusCode"]) == (503, 503)  # the form's page is signed with the door's key
    assert int(read_headers(refused)["Retry-After"]) > 0
    with start("app.settle_stream") as settling:
        assert settling.invoke({"Records": []}) == {"batchItemFailures": []}


def test_models_of_services_that_we_do_not_call_are_gone_and_the_partitions_are_there(slim):
    with zipfile.ZipFile(slim) as archive:
        data = {name.split("/")[2] for name in archive.namelist() if name.startswith("botocore/data/")}
    assert {name for name in data if "." not in name} == SERVICES
    assert {"endpoints.json", "partitions.json", "sdk-default-configuration.json", "_retry.json"} <= data


def test_the_zip_is_small_and_leaves_out_what_builds_and_tests(slim):
    assert slim.stat().st_size < 21e6  # Lambda takes 50 MB
    with zipfile.ZipFile(slim) as archive:
        tops = {name.split("/")[0] for name in archive.namelist()}
    assert not tops & {"pip", "setuptools", "moto", "pytest", "infra", "tests", "aws_cryptographic_material_providers"}


def test_the_same_input_gives_the_same_zip(slim, tmp_path):
    again = tmp_path / "again.zip"
    with zipfile.ZipFile(slim) as archive, zipfile.ZipFile(tmp_path / "few.zip", "w") as few:
        for name in archive.namelist():
            if name.startswith("chalicelib/") and name.endswith(".py"):
                few.writestr(name, archive.read(name))
    slim_package(tmp_path / "few.zip", again)
    first = again.read_bytes()
    slim_package(tmp_path / "few.zip", again)
    assert again.read_bytes() == first


def test_chalice_is_not_among_the_requirements():
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    assert not any(line.lower().startswith("chalice") for line in lines)
