"""The libraries that ship: wheels for Lambda, fetched by the hashes of requirements.lock, and their licences.

They are fetched for Lambda's Python and processor, whatever machine packages: no library is built here.
"""

import email
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from email.message import Message
from pathlib import Path

from infra.deploy.runtime import Target
from infra.places import ROOT

LOCK = ROOT / "requirements.lock"
LICENCES = "LICENCES.txt"
LICENCE_FILES = ("LICENSE", "LICENCE", "COPYING", "NOTICE", "AUTHORS")

Files = Iterator[tuple[str, bytes]]


def fetch_wheels(folder: Path, target: Target, lock: Path = LOCK) -> list[Path]:
    """Download the wheel of each line of a lock into a folder; pip refuses one whose hash is not there."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--require-hashes", "--only-binary=:all:", "--implementation", "cp"]
    command += ["--python-version", target.runtime.version]
    for platform in target.platforms:
        command += ["--platform", platform]
    subprocess.run([*command, "--dest", str(folder), "--requirement", str(lock)], check=True)
    return sorted(folder.glob("*.whl"))


def list_libraries(target: Target) -> Files:
    """Yield every file of every library as it stands in the package, the licences last."""
    with tempfile.TemporaryDirectory() as folder:
        wheels = fetch_wheels(Path(folder), target)
        for wheel in wheels:
            yield from read_wheel(wheel)
        yield LICENCES, write_licences(wheels).encode()


def read_wheel(path: Path) -> Files:
    """Yield a wheel's files; what its `.data` folder holds for site-packages stands there (PEP 427)."""
    with zipfile.ZipFile(path) as wheel:
        for name in wheel.namelist():
            head, _, rest = name.partition("/")
            if not head.endswith(".data"):
                yield name, wheel.read(name)
            elif rest.startswith(("purelib/", "platlib/")):
                yield rest.partition("/")[2], wheel.read(name)


def write_licences(wheels: Iterable[Path]) -> str:
    """Return name, version, licence and the licence's text of each library."""
    parts = ["What this package contains beside its own code, and under which licences.\n"]
    for path in wheels:
        with zipfile.ZipFile(path) as wheel:
            about = read_about(wheel)
            parts.append(f"{'=' * 78}\n{about['Name']} {about['Version']}: {name_licence(about)}\n{'=' * 78}\n")
            parts += [wheel.read(name).decode("utf-8", "replace") for name in list_texts(wheel)]
    return "\n".join(parts)


def read_about(wheel: zipfile.ZipFile) -> Message:
    """Return a wheel's metadata."""
    [name] = [name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")]
    return email.message_from_bytes(wheel.read(name))


def name_licence(about: Message) -> str:
    """Return the licence as a wheel's metadata names it: an SPDX expression, a classifier, or its own words."""
    if expression := about.get("License-Expression"):
        return str(expression)
    classified = [each for each in about.get_all("Classifier", ()) if each.startswith("License ::")]
    return ", ".join(each.rpartition(" :: ")[2] for each in classified) or str(about.get("License", "not named"))


def list_texts(wheel: zipfile.ZipFile) -> list[str]:
    """Return the names of a wheel's licence texts."""
    inside = [name for name in wheel.namelist() if ".dist-info/" in name and not name.endswith("/")]
    return [name for name in inside if name.rpartition("/")[2].upper().startswith(LICENCE_FILES)]
