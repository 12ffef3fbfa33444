"""What a change set would do, in words; and what of it no command carries out: the end of a table or a key."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from infra.account.blueprint import DATA

WORDS = {"Add": "added", "Modify": "changed", "Remove": "removed", "Import": "adopted", "Dynamic": "changed"}
LISTED = 12  # more of one sort are counted


@dataclass(frozen=True)
class Change:
    """What happens to one resource."""

    action: str
    name: str
    kind: str
    replacement: str = "False"  # True, False, or Conditional: AWS knows it only while it works
    scopes: tuple[str, ...] = ()

    @property
    def replaces(self) -> bool:
        return self.action == "Modify" and self.replacement != "False"

    @property
    def is_stamp(self) -> bool:
        """Return whether nothing but the tag with the version changes."""
        return self.action == "Modify" and not self.replaces and self.scopes == ("Tags",)

    @property
    def word(self) -> str:
        return "replaced" if self.replaces else WORDS.get(self.action, self.action)

    @property
    def ends_data(self) -> bool:
        """Return whether a table or a key would be left behind or lost."""
        return self.kind in DATA and (self.replaces or self.action == "Remove")


def read_change(entry: dict[str, Any]) -> Change:
    """Read one change as CloudFormation describes it."""
    told = entry["ResourceChange"]
    scopes = tuple(told.get("Scope", ()))
    return Change(
        told["Action"], told["LogicalResourceId"], told["ResourceType"], told.get("Replacement", "False"), scopes
    )


def tell_changes(changes: Sequence[Change]) -> Iterable[str]:
    """Yield what changes, sort by sort; tables and keys by name in any case."""
    stamps = sum(change.is_stamp for change in changes)
    for word in ("replaced", "removed", "changed", "added", "adopted"):
        found = [change for change in changes if change.word == word and not change.is_stamp]
        if found:
            yield f"  {word}: {len(found)}"
            yield from (f"    {line}" for line in list_names(found))
    if stamps:
        yield f"  {stamps} more get the tag of the new version."


def list_names(changes: Sequence[Change]) -> Iterable[str]:
    """Yield the names of changes, or how many there are of each type where they are many."""
    data = [change for change in changes if change.kind in DATA]
    rest = [change for change in changes if change.kind not in DATA]
    yield from (f"{change.name} ({change.kind})" for change in data)
    if len(rest) <= LISTED:
        yield from (f"{change.name} ({change.kind})" for change in rest)
    else:
        yield from (f"{count} x {kind}" for kind, count in sorted(Counter(change.kind for change in rest).items()))
