"""The price table and the measured units, as they stand in this room's files."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
MONTH_DAYS = 30.4
MONTH_MINUTES = MONTH_DAYS * 24 * 60


@cache
def load_table(name: str) -> dict[str, Any]:
    """Return one of the two tables, `prices` or `measured`."""
    return tomllib.loads((HERE / f"{name}.toml").read_text())


def find_price(service: str, unit: str) -> float:
    """Return the list price of one unit, in US dollars."""
    return float(load_table("prices")[service][unit])


def list_kinds() -> dict[str, dict[str, Any]]:
    """Return what was measured, by kind."""
    return {name: each for name, each in load_table("measured").items() if isinstance(each, dict)}
