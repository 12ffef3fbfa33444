"""Which versions a stage had, in the order in which they were deployed: the file history.json of its bucket."""

import json

from infra.account.bucket import Bucket

FILE = "history.json"
KEPT = 5  # packages that stay; those of older versions expire


def read_history(bucket: Bucket) -> list[str]:
    """Return the versions, the present one last."""
    history: list[str] = json.loads(bucket.read(FILE) or "[]")
    return history


def note_version(bucket: Bucket, version: str) -> None:
    """Note that a version is deployed; one that was deployed before ends what came after it."""
    history = read_history(bucket)
    if history and history[-1] == version:
        return
    before = history[: history.index(version)] if version in history else history
    bucket.write(json.dumps([*before, version]), FILE)
    bucket.retire([*before, version][-KEPT:])


def find_previous(history: list[str]) -> str:
    """Return the version before the present one, or nothing."""
    return history[-2] if len(history) > 1 else ""
