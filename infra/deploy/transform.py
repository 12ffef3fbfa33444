"""Reads a SAM template from standard input and writes it as CloudFormation gets it. Run by the scan's own Python."""

import json
import sys
from typing import Any

from samtranslator.translator.transform import transform


class NoPolicies:
    """AWS's managed policies by name: the template names none."""

    def load(self) -> dict[str, str]:
        """Return no policy."""
        return {}


def transform_text(text: str) -> str:
    """Return the template, transformed; the zip gets a place in S3, as `aws cloudformation package` gives it one."""
    template: dict[str, Any] = json.loads(text)
    for resource in template["Resources"].values():
        if str(resource.get("Properties", {}).get("CodeUri", "")).startswith("./"):
            resource["Properties"]["CodeUri"] = "s3://bucket/deployment.zip"
    return json.dumps(transform(template, {}, NoPolicies()), indent=1)


if __name__ == "__main__":
    sys.stdout.write(transform_text(sys.stdin.read()))
