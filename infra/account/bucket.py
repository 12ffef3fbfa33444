"""The bucket of an account's packages: STAGE/VERSION/deployment.zip with its templates, and STAGE/history.json.

It is private, encrypted, versioned and answers TLS alone. Packages of versions that are out of use expire after 90
days; those of the last versions stay, since CloudFormation reads them again when an update is rolled back.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from infra.account.operator import Operator, is_missing, list_pages, name_code

OLD_DAYS = 90
OLD = {"Key": "superseded", "Value": "yes"}
RULES = [
    {
        "ID": "packages-out-of-use",
        "Status": "Enabled",
        "Filter": {"Tag": OLD},
        "Expiration": {"Days": OLD_DAYS},
    },
    {
        "ID": "replaced-files",
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "NoncurrentVersionExpiration": {"NoncurrentDays": OLD_DAYS},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
    },
]
SHUT = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


class Bucket:
    """Reads and writes the packages of a stage."""

    def __init__(self, operator: Operator) -> None:
        self.operator = operator
        self.s3: Any = operator.client("s3")
        self.name = operator.names.bucket
        self.stage = operator.names.stage

    def make(self) -> None:
        """Make the bucket where there is none, and set what it must be, each time."""
        if not self.is_there():
            region = self.operator.names.region
            place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
            self.s3.create_bucket(Bucket=self.name, **place)
            self.operator.say(f"Bucket {self.name}: made.")
        self.s3.put_public_access_block(Bucket=self.name, PublicAccessBlockConfiguration=dict.fromkeys(SHUT, True))
        self.s3.put_bucket_versioning(Bucket=self.name, VersioningConfiguration={"Status": "Enabled"})
        self.s3.put_bucket_policy(Bucket=self.name, Policy=json.dumps(self.write_policy()))
        self.s3.put_bucket_lifecycle_configuration(Bucket=self.name, LifecycleConfiguration={"Rules": RULES})

    def is_there(self) -> bool:
        """Return whether the bucket is there and ours; raise SystemExit where it belongs to another account."""
        try:
            self.s3.head_bucket(Bucket=self.name, ExpectedBucketOwner=self.operator.names.account)
        except ClientError as error:
            if is_missing(error):
                return False
            if name_code(error) == "403":
                raise SystemExit(f"The bucket {self.name} is not yours, or your credentials may not read it.") from None
            raise
        return True

    def write_policy(self) -> dict[str, Any]:
        """Return the policy that refuses what does not come by TLS."""
        partition = self.operator.caller["Arn"].split(":")[1]
        arn = f"arn:{partition}:s3:::{self.name}"
        deny = {"Sid": "TlsOnly", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": [arn, f"{arn}/*"]}
        return {
            "Version": "2012-10-17",
            "Statement": [deny | {"Condition": {"Bool": {"aws:SecureTransport": "false"}}}],
        }

    def name_key(self, *parts: str) -> str:
        """Return the key of a file of the stage."""
        return "/".join([self.stage, *parts])

    def has(self, *parts: str) -> bool:
        """Return whether a file of the stage is there."""
        try:
            self.s3.head_object(Bucket=self.name, Key=self.name_key(*parts))
        except ClientError as error:
            if is_missing(error):
                return False
            raise
        return True

    def read(self, *parts: str) -> str:
        """Return a file of the stage as text, or nothing where it is not there."""
        try:
            answer = self.s3.get_object(Bucket=self.name, Key=self.name_key(*parts))
        except ClientError as error:
            if is_missing(error):
                return ""
            raise
        return str(answer["Body"].read().decode())

    def write(self, text: str, *parts: str) -> None:
        """Write a file of the stage."""
        self.s3.put_object(Bucket=self.name, Key=self.name_key(*parts), Body=text.encode())

    def upload(self, path: Path, *parts: str) -> None:
        """Write a file of the stage from a file here."""
        with path.open("rb") as file:
            self.s3.put_object(Bucket=self.name, Key=self.name_key(*parts), Body=file)

    def name_url(self, *parts: str) -> str:
        """Return the address at which CloudFormation reads a template."""
        return f"https://{self.operator.names.template_host}/{self.name_key(*parts)}"

    def retire(self, kept: Iterable[str]) -> None:
        """Mark the files of every version that is not kept, for the bucket's rules; take the mark from the others."""
        stays = {self.name_key(version) for version in kept}
        for each in list_pages(self.s3, "list_objects_v2", "Contents", Bucket=self.name, Prefix=f"{self.stage}/"):
            version = each["Key"].rpartition("/")[0]
            if version in stays:
                self.s3.delete_object_tagging(Bucket=self.name, Key=each["Key"])
            elif version != self.stage:
                self.s3.put_object_tagging(Bucket=self.name, Key=each["Key"], Tagging={"TagSet": [OLD]})

    def empty(self) -> int:
        """Delete every file of the stage, in every version that the bucket keeps; return how many."""
        deleted = 0
        for page in self.s3.get_paginator("list_object_versions").paginate(Bucket=self.name, Prefix=f"{self.stage}/"):
            found = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
            if marked := [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in found]:
                self.s3.delete_objects(Bucket=self.name, Delete={"Objects": marked, "Quiet": True})
                deleted += len(marked)
        return deleted
