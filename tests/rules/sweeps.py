"""One test of a rule over many files: a run of the suite pays for each test, whatever it looks at."""

from collections.abc import Callable, Iterable
from functools import wraps
from inspect import Signature, signature
from typing import Any


def for_each(values: Iterable[Any], name: Callable[[Any], str] = str) -> Callable[[Callable[..., None]], Any]:
    """Make one test of a check with one argument: it looks at every value, and names all that fail."""
    held = list(values)
    assert held, "a rule over nothing holds nothing"

    def decorate(check: Callable[[Any], None]) -> Callable[[], None]:
        @wraps(check)
        def sweep() -> None:
            faults = []
            for value in held:
                try:
                    check(value)
                except AssertionError as fault:
                    faults.append(f"{name(value)}: {fault}")
            assert not faults, "\n".join(faults)

        sweep.__signature__ = Signature()  # type: ignore[attr-defined]  # pytest takes arguments for fixtures
        assert len(signature(check).parameters) == 1
        return sweep

    return decorate
