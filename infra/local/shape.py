"""The shape of the data that an earlier local run left behind: rows of an older shape cannot be read by this version.

Nothing was released in the first shape, so there is no step that carries its rows over (`chalicelib/people/shapes.py`
has the place for the next one).
"""

import shutil
from pathlib import Path

from chalicelib.store.stored_rows import SHAPE
from infra.local.environ import DATA
from infra.places import LOCAL, show_path

FILE = LOCAL / "shape"


def check_shape(data: Path = DATA, file: Path = FILE, *, anew: bool = False) -> str:
    """Return why the data at rest cannot be used, or ""; with `anew` delete data that cannot be used."""
    held = file.read_text().strip() if file.exists() else "0"
    if held == str(SHAPE) or not data.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{SHAPE}\n")
        return ""
    if anew:
        shutil.rmtree(data)
        return check_shape(data, file)
    return (
        f"The data in {show_path(data)}/ have shape {held}, and this version reads shape {SHAPE}.\n"
        "`make run NEW=yes` deletes them and begins anew."
    )
