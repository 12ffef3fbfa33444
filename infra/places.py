"""The folders of the repository and of a local run's data (LOCAL_FOLDER; `.local/` unless set)."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCAL = Path(os.environ.get("LOCAL_FOLDER") or ROOT / ".local").absolute()


def show_path(path: Path) -> str:
    """Return a path as a person at the repository's root would type it."""
    return os.path.relpath(path, ROOT)
