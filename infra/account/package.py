"""A version's package in the bucket: made and uploaded where it is not there whole, its templates written."""

import json
from collections.abc import Callable
from pathlib import Path

from infra.account.blueprint import read_package, write_blueprint, write_first
from infra.account.bucket import Bucket
from infra.account.version import Version

ZIP, WHOLE, FIRST, ADOPTED = "deployment.zip", "template.json", "first.json", "adopted.json"


def provide_package(bucket: Bucket, version: Version, pack: Callable[[str], Path]) -> str:
    """Return the version's name, its files in the bucket. A commit whose files are there is not packaged again."""
    if not version.changed and bucket.has(version.commit, WHOLE):
        bucket.operator.say(f"Package {version.commit}: in the bucket already.")
        return version.commit
    folder = pack(bucket.stage)
    name = version.name_package(folder / ZIP)
    bucket.upload(folder / ZIP, name, ZIP)
    template = write_blueprint(read_package(folder), name, bucket.name, bucket.name_key(name, ZIP))
    bucket.write(write_first(template), name, FIRST)
    bucket.write(write_first(template, adopted=True), name, ADOPTED)
    bucket.write(template, name, WHOLE)  # last: where it is, all is
    bucket.operator.say(f"Package {name}: uploaded.")
    return name


def list_parameters(bucket: Bucket, name: str) -> list[str]:
    """Return the parameters that a version's template takes."""
    return list(json.loads(bucket.read(name, WHOLE)).get("Parameters", {}))
