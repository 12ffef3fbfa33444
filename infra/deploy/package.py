"""`make package`: writes the files that `aws cloudformation deploy` needs to out/STAGE/.

Chalice writes the template, infra/template.yaml is merged into it, and the zip is rewritten: with the libraries of
requirements.lock, with compiled code (Lambda cannot write any, so without it every cold start compiles every module),
and without data that we never use. All of it is for one Python on one processor (`runtime`).
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import yaml

from infra.deploy import bytecode
from infra.deploy.runtime import OWN, Target, find_python, read_target, tell_end
from infra.deploy.shop_files import list_mistakes, tell_campaigns
from infra.deploy.wheels import list_libraries
from infra.places import ROOT, show_path
from infra.template import TEMPLATE, load_yaml

# botocore's models of the services we call; sts because credentials may come through it.
SERVICES = frozenset({"dynamodb", "kms", "ses", "sesv2", "sns", "sqs", "ssm", "sts"})
# Metadata of phone numbers that we never use: place, carrier, time zone.
UNUSED = ("phonenumbers/geodata/", "phonenumbers/carrierdata/", "phonenumbers/tzdata/", "boto3/examples/")
DATA = "botocore/data/"
STAGE = re.compile(r"[a-z][a-z0-9-]{0,19}")  # as infra/template.yaml takes it
EPOCH = (1980, 1, 1, 0, 0, 0)  # the same input gives the same zip


def package_stage(stage: str) -> Path:
    """Write out/STAGE/sam.yaml and out/STAGE/deployment.zip; return the folder."""
    if not STAGE.fullmatch(stage):
        raise SystemExit("STAGE=... has small letters, digits and hyphens, such as STAGE=prod.")
    target = read_target()
    python = find_python(target.runtime)
    folder = ROOT / "out" / stage
    check_definitions()
    write_template(stage, folder, target)
    fat, slim = folder / "deployment.zip", folder / "slim.zip"
    add_libraries(fat, target)
    before = measure_zip(fat)
    slim_package(fat, slim, python)
    slim.replace(fat)
    print(tell_target(target))
    print(f"{show_path(folder)}/deployment.zip: {before} with whole libraries, {measure_zip(fat)} as deployed")
    return folder


def write_template(stage: str, folder: Path, target: Target) -> Path:
    """Write the template that Chalice and we make, beside a zip without libraries; return its file."""
    with tempfile.TemporaryDirectory() as scratch:
        run_chalice(stage, copy_project(Path(scratch)), folder)
    finish_template(folder / "sam.yaml", stage, target)
    return folder / "sam.yaml"


def check_definitions() -> None:
    """Print which campaigns will run; raise SystemExit where a definition has a mistake."""
    if mistakes := list_mistakes():
        raise SystemExit("Not packaged:\n  " + "\n  ".join(mistakes))
    print(tell_campaigns())


def tell_target(target: Target) -> str:
    """Return what the package is for, and what the shop should know of that."""
    told = [f"for {target.runtime.name} on {target.arch}"]
    if target.runtime.name != OWN:
        told.append(f"Lambda is to run {target.runtime.name}; `make test` runs under {OWN} here.")
    return "\n".join([*told, *filter(None, [tell_end(target.runtime, datetime.now(UTC).date())])])


def copy_project(folder: Path) -> Path:
    """Copy what Chalice packs, without a list of libraries: Chalice would fetch them without looking at a hash."""
    project = folder / "project"
    project.mkdir()
    shutil.copy(ROOT / "app.py", project)
    for part in ("chalicelib", ".chalice"):
        shutil.copytree(ROOT / part, project / part, ignore=shutil.ignore_patterns("__pycache__", "deploy*"))
    (project / "requirements.txt").touch()
    return project


def add_libraries(package: Path, target: Target) -> None:
    """Add the libraries to Chalice's zip."""
    with zipfile.ZipFile(package, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, content in list_libraries(target):
            write_entry(archive, name, content)


def run_chalice(stage: str, project: Path, folder: Path) -> None:
    """Run `chalice package` with our template merged into its own."""
    chalice = Path(sys.executable).with_name("chalice")
    command = [str(chalice), "--project-dir", str(project), "package", "--stage", stage]
    command += ["--merge-template", str(TEMPLATE), "--template-format", "yaml", str(folder)]
    # Chalice asks botocore for a region only to write service names; it calls nothing.
    subprocess.run(command, cwd=project, env={"AWS_DEFAULT_REGION": "us-east-1", **os.environ}, check=True)


def finish_template(template: Path, stage: str, target: Target) -> None:
    """Make the stage the default of its parameter; name Python and processor, where Chalice names what packages."""
    content = load_yaml(template.read_text())
    content["Parameters"]["Stage"]["Default"] = stage
    for resource in content["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"] |= {"Runtime": target.runtime.name, "Architectures": [target.arch]}
    template.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=120))


def slim_package(source: Path, target: Path, python: str = sys.executable) -> None:
    """Copy a zip without unused files, with bytecode for a Python beside every module."""
    with tempfile.TemporaryDirectory() as scratch:
        kept, compiled = Path(scratch) / "kept.zip", Path(scratch) / "compiled.zip"
        with zipfile.ZipFile(source) as fat, zipfile.ZipFile(kept, "w") as some:
            for name in filter(is_needed, fat.namelist()):
                some.writestr(name, fat.read(name))
        subprocess.run([python, "-I", bytecode.__file__, str(kept), str(compiled)], check=True)
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as slim:
            for part in (kept, compiled):
                copy_entries(part, slim)


def copy_entries(source: Path, target: zipfile.ZipFile) -> None:
    """Write every file of a zip into another, in the order of their names."""
    with zipfile.ZipFile(source) as archive:
        for name in sorted(archive.namelist()):
            write_entry(target, name, archive.read(name))


def is_needed(name: str) -> bool:
    """Return whether Lambda needs a file."""
    if name.startswith(UNUSED) or name.endswith((".pyc", "/")):
        return False
    if not name.startswith(DATA):
        return True
    service, slash, _ = name[len(DATA) :].partition("/")
    return not slash or service in SERVICES  # endpoints.json, partitions.json and their like stay


def write_entry(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    """Write one file, readable by everyone, as Lambda needs it."""
    entry = zipfile.ZipInfo(name, EPOCH)
    entry.external_attr = 0o644 << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, content)


def measure_zip(path: Path) -> str:
    """Return how large a zip is, packed and unpacked, as text."""
    with zipfile.ZipFile(path) as archive:
        files = archive.infolist()
    unpacked = sum(file.file_size for file in files)
    return f"{path.stat().st_size / 1e6:.1f} MB ({unpacked / 1e6:.0f} MB unpacked, {len(files):,} files)"


if __name__ == "__main__":
    package_stage(sys.argv[1])
