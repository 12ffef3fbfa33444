"""Fetches one package of npm into a folder, once; its archive must be the file that is known."""

import hashlib
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path


def fetch_package(package: str, sha256: str, home: Path, inner: str = "") -> str:
    """Put the folder `inner` of a package to `home`, unless it is there; return why that failed, or the empty text."""
    if home.exists():
        return ""
    if shutil.which("npm") is None:
        return f"no npm to fetch {package} with"
    home.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home.parent) as folder:
        packed = subprocess.run(
            ["npm", "pack", "--silent", package], cwd=folder, capture_output=True, text=True, check=False
        )
        if packed.returncode:
            return f"npm could not fetch {package}"
        archive = next(Path(folder).glob("*.tgz"))
        if hashlib.sha256(archive.read_bytes()).hexdigest() != sha256:
            return f"{package} is not the file we know"
        with tarfile.open(archive) as content:
            content.extractall(folder, filter="data")
        # One rename, so that two runs at once cannot see half a folder.
        if not home.exists():
            (Path(folder) / "package" / inner).rename(home)
    return ""
