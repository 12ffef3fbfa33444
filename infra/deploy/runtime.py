"""Which Python Lambda runs, on which processor: RUNTIME=python3.12 and ARCH=arm64, or what runtimes.toml chooses.

The Python that compiles the package must be that version, and need not be the one that runs this.
"""

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from infra.places import ROOT

TABLE = ROOT / "infra" / "deploy" / "runtimes.toml"
MACHINES = {"x86_64": "x86_64", "arm64": "aarch64"}  # Lambda's word for a processor: that of wheels
OLDEST_GLIBC = 17  # minor version: that of manylinux2014
SOON_DAYS = 365
OWN = f"python{sys.version_info.major}.{sys.version_info.minor}"


@dataclass(frozen=True)
class Runtime:
    """One row of runtimes.toml. `glibc` is the minor version of the system's C library."""

    name: str
    ends: date
    creates: date
    updates: date
    glibc: int

    @property
    def version(self) -> str:
        """Return the version as pip takes it, such as 3.13."""
        return self.name.removeprefix("python")


@dataclass(frozen=True)
class Target:
    """What the package is for."""

    runtime: Runtime
    arch: str

    @property
    def platforms(self) -> list[str]:
        """Return the platforms of wheels that run there (PEP 600), the newest first."""
        machine = MACHINES[self.arch]
        newer = [f"manylinux_2_{minor}_{machine}" for minor in range(self.runtime.glibc, OLDEST_GLIBC - 1, -1)]
        return [*newer, f"manylinux2014_{machine}"]


@cache
def read_table() -> Mapping[str, Any]:
    """Return runtimes.toml."""
    return tomllib.loads(TABLE.read_text())


@cache
def list_runtimes() -> Mapping[str, Runtime]:
    """Return every runtime by its name, such as python3.13."""
    return {
        name: Runtime(name, row["ends"], row["creates"], row["updates"], int(row["glibc"].partition(".")[2]))
        for name, row in read_table()["runtimes"].items()
    }


def read_target(environ: Mapping[str, str] = os.environ, today: date | None = None) -> Target:
    """Return what RUNTIME and ARCH ask for; raise SystemExit where Lambda has no such thing, or no longer."""
    runtimes = list_runtimes()
    name, arch = environ.get("RUNTIME") or read_table()["chosen"], environ.get("ARCH") or "x86_64"
    if name not in runtimes:
        raise SystemExit(f"RUNTIME={name}: Lambda's are {', '.join(runtimes)} (infra/deploy/runtimes.toml).")
    if arch not in MACHINES:
        raise SystemExit(f"ARCH={arch}: Lambda's are {' and '.join(MACHINES)}.")
    if (today or datetime.now(UTC).date()) > runtimes[name].updates:
        raise SystemExit(f"RUNTIME={name}: AWS has taken no code for it since {runtimes[name].updates}.")
    return Target(runtimes[name], arch)


def tell_end(runtime: Runtime, today: date) -> str:
    """Return when AWS's support of a runtime ends, as a sentence; "" where that is more than a year ahead."""
    left = (runtime.ends - today).days
    if left > SOON_DAYS:
        return ""
    if left < 0:
        return f"AWS ended its support of {runtime.name} on {runtime.ends}: no security fixes since."
    return f"AWS ends its support of {runtime.name} on {runtime.ends}, in {left} days."


def find_python(runtime: Runtime) -> str:
    """Return a Python of a runtime's version: this one, or one on the path; raise SystemExit where there is none."""
    if runtime.name == OWN:
        return sys.executable
    found = shutil.which(runtime.name)
    if found and is_version(found, runtime):  # a name may be on the path and start nothing
        return found
    raise SystemExit(explain_absence(runtime))


def is_version(program: str, runtime: Runtime) -> bool:
    """Return whether a program starts and is a Python of a runtime's version."""
    command = [program, "-I", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode == 0 and done.stdout.strip() == runtime.version


def explain_absence(runtime: Runtime) -> str:
    """Return what to do where no Python of a runtime's version is here."""
    lines = [
        f"Not packaged: Lambda is to run {runtime.name}, and no Python {runtime.version} is here to compile for it.",
        f"  Install Python {runtime.version}, so that `{runtime.name}` starts it, and run this again;",
    ]
    if own := list_runtimes().get(OWN):
        lines.append(
            f"  or say RUNTIME={OWN}: Lambda then runs the Python that is here; AWS supports it until {own.ends}."
        )
    return "\n".join(lines)
