"""The template as it is deployed, made in seconds: Chalice writes it without any library."""

import tempfile
from contextlib import redirect_stdout
from functools import cache
from os import devnull
from pathlib import Path
from typing import Any

import yaml

from infra.deploy.package import copy_project, run_chalice


@cache
def make_template() -> dict[str, Any]:
    """Return the template that `make package` writes."""
    with tempfile.TemporaryDirectory() as scratch, open(devnull, "w") as nowhere, redirect_stdout(nowhere):
        folder = Path(scratch)
        run_chalice("dev", copy_project(folder), folder / "out")
        content: dict[str, Any] = yaml.safe_load((folder / "out" / "sam.yaml").read_text())
    return content
