"""Fetches the CDNOW sample once: 2,357 customers who first bought in the first quarter of 1997, until June 1998.

The list is not ours to hand on, so each machine fetches its own copy, out of the package `lifetimes`, into an ignored
folder. It is P. Fader's and B. Hardie's one in ten of the customers of a shop for compact discs.
"""

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from infra.places import ROOT

WHEEL = "lifetimes==0.11.3 --hash=sha256:261e3dc89977c2b60767ca6728aaa29d429de0c814635070a749c36555895da8"
INNER = "lifetimes/datasets/CDNOW_sample.txt"
SHA256 = "6fae10155c0b0ba363c2c386e30f77990d22328220efd862a5edd1443420d94a"
SAMPLE = ROOT / ".cache" / "cdnow" / "CDNOW_sample.txt"
# Repeat purchases in the first 39 weeks of 1997, and how many customers made so many; 7 stands for 7 and more.
# P. S. Fader, B. G. S. Hardie, K. L. Lee, Marketing Science 24(2), 2005, figure 1.
REPEATED = {0: 1_411, 1: 439, 2: 214, 3: 100, 4: 62, 5: 38, 6: 29, 7: 64}


def explain_sample() -> str:
    """Return why the sample cannot be read here, or ""; nothing is fetched."""
    if not SAMPLE.exists():
        return "the CDNOW sample is not here: `make prove-numbers` fetches it"
    return "" if hashlib.sha256(SAMPLE.read_bytes()).hexdigest() == SHA256 else f"{SAMPLE.name} is not the file we know"


def fetch_sample() -> str:
    """Put the sample into the cache, unless it is there; return why that failed, or ""."""
    if SAMPLE.exists():
        return explain_sample()
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder) / "wanted.txt"
        wanted.write_text(f"{WHEEL}\n")
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
        command += ["--require-hashes", "--dest", folder, "-r", str(wanted)]
        if subprocess.run(command, capture_output=True, check=False).returncode:
            return "pip could not fetch lifetimes, or it is not the file we know"
        SAMPLE.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(next(Path(folder).glob("*.whl"))) as wheel:
            SAMPLE.write_bytes(wheel.read(INNER))
    return explain_sample()


def read_sample() -> Iterator[tuple[str, datetime, Decimal]]:
    """Yield each transaction: the customer, its day, what was paid in dollars."""
    for line in SAMPLE.read_text().splitlines():
        if line.strip():
            _, customer, day, _, paid = line.split()
            yield customer, datetime.strptime(day, "%Y%m%d").replace(tzinfo=UTC), Decimal(paid)
