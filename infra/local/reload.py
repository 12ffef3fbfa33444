"""Watches the shop's own files: a local run reads a changed one without being started again.

As a program it prints each mistake of a definition: the run itself would remember what it read before.
"""

import subprocess
import sys

from chalicelib.shop import own
from chalicelib.shop.brand import LOGOS
from infra.deploy.shop_files import list_mistakes
from infra.places import ROOT

READ = (".toml", ".jinja", *LOGOS)  # an editor's own copies are not read


def read_stamps() -> dict[str, int]:
    """Return when each of the shop's own files was changed, in nanoseconds."""
    stamps = {}
    for path in own.FOLDER.rglob("*"):
        if path.suffix not in READ:
            continue
        try:
            stamps[str(path)] = path.stat().st_mtime_ns
        except FileNotFoundError:  # an editor replaces a file by renaming another
            continue
    return stamps


def tell_mistakes() -> None:
    """Print each mistake of a definition, as a new process reads it."""
    subprocess.run([sys.executable, "-m", "infra.local.reload"], cwd=ROOT, check=False)


if __name__ == "__main__":
    for mistake in list_mistakes():
        print(f"A mistake: {mistake}", file=sys.stderr)
