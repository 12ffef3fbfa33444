"""One version brought into the stack: first built, or changed, each time by a change set that is shown before."""

import time
from dataclasses import dataclass

from infra.account.answers import Answers
from infra.account.blueprint import VERSION
from infra.account.bucket import Bucket
from infra.account.operator import Operator
from infra.account.package import ADOPTED, FIRST, WHOLE, list_parameters
from infra.account.stack import Stack


@dataclass
class Release:
    """A version on its way into a stage; `agreed` once the operator said yes to the first change set."""

    operator: Operator
    answers: Answers
    bucket: Bucket
    stack: Stack
    version: str
    agreed: bool = False

    def build_first(self) -> bool:
        """Build the stack where there is none, without schedules; return whether it was built now."""
        if "EndpointURL" in self.stack.read_outputs():
            return False
        file = ADOPTED if self.stack.read() else FIRST
        return self.apply(file, self.gather_parameters({}))

    def update(self, addresses: dict[str, str]) -> bool:
        """Bring the stack to the version; return whether anything changed."""
        return self.apply(WHOLE, self.gather_parameters(addresses))

    def gather_parameters(self, addresses: dict[str, str]) -> dict[str, str | None]:
        """Return a value for each parameter of the version's template; None keeps the one that the stack has."""
        given = {"Stage": self.operator.names.stage, **self.answers.name_parameters(), **addresses}
        return {name: given.get(name) for name in list_parameters(self.bucket, self.version)}

    def apply(self, file: str, parameters: dict[str, str | None]) -> bool:
        """Plan, show and carry out one change; return False where nothing would change."""
        label = f"v{self.version}-{int(time.time() * 1000)}"
        url, tags = self.bucket.name_url(self.version, file), {VERSION: self.version}
        if not self.stack.plan(url, parameters, tags, label, self.answers["build_role"]):
            self.operator.say(f"{self.stack.name}: no change.")
            return False
        self.stack.show(label)
        if not self.agreed and not self.operator.agree("Carry this out?"):
            self.stack.api.delete_change_set(StackName=self.stack.name, ChangeSetName=label)
            raise SystemExit("Nothing was changed.")
        self.agreed = True
        self.stack.carry_out(label)
        return True
