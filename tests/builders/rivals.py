"""Another function that acts in the middle of the one that a test looks at."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any


def act_as_rival(act: Callable[..., Any], *args: Any, **named: Any) -> Any:
    """Do something in a thread of its own, so that no policy of the function around it is asked; return the result."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(act, *args, **named).result()
