"""The names of a stage in an account: its stack, its bucket, and what begins with them."""

from dataclasses import dataclass

from infra.deploy.package import STAGE

LOCAL = "local"
LONGEST_STACK = 29  # IAM cuts the names of roles, by which the keys' policies know the stack's own (docs/deploy.md)


@dataclass(frozen=True)
class Names:
    """A stage, and where it is."""

    stage: str
    account: str = ""
    region: str = ""

    @property
    def stack(self) -> str:
        return f"regulars-{self.stage}"

    @property
    def bucket(self) -> str:
        return f"regulars-{self.account}-{self.region}"

    @property
    def prefix(self) -> str:
        """Return the beginning of the names of tables, queues and topics."""
        return f"regulars-{self.stage}-"

    @property
    def path(self) -> str:
        """Return the beginning of the names of parameters and log groups."""
        return f"/regulars/{self.stage}/"

    @property
    def template_host(self) -> str:
        """Return the host at which CloudFormation reads a template."""
        ending = "amazonaws.com.cn" if self.region.startswith("cn-") else "amazonaws.com"
        return f"{self.bucket}.s3.{self.region}.{ending}"


def check_stage(stage: str) -> None:
    """Raise SystemExit for a stage that the template refuses, or whose stack's name is too long."""
    if not STAGE.fullmatch(stage):
        raise SystemExit("STAGE=... has small letters, digits and hyphens, at most 20, such as STAGE=prod.")
    if stage == LOCAL:
        raise SystemExit("STAGE=local is the stack on this machine; name the stage on AWS otherwise, such as prod.")
    if len(Names(stage).stack) > LONGEST_STACK:
        raise SystemExit(f"The stack's name {Names(stage).stack} has more than {LONGEST_STACK} letters.")
