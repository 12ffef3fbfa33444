"""The template as it is deployed, made in seconds: Chalice writes it without any library."""

import tempfile
from contextlib import redirect_stdout
from functools import cache
from os import devnull
from pathlib import Path
from typing import Any

from infra.deploy.package import write_template
from infra.deploy.runtime import read_target
from infra.template import load_yaml


@cache
def make_template() -> dict[str, Any]:
    """Return the template that `make package` writes."""
    with tempfile.TemporaryDirectory() as scratch, open(devnull, "w") as nowhere, redirect_stdout(nowhere):
        return load_yaml(write_template("dev", Path(scratch), read_target()).read_text())
