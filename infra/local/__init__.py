"""The whole service on one machine: stand-ins for AWS, the gateway, the pumps, and commands to try it."""

import os
from pathlib import Path

from chalicelib.shop import own

# A local run of the suite must not depend on what a shop keeps in `chalicelib/own/`.
if "OWN_FOLDER" in os.environ:
    own.FOLDER = Path(os.environ["OWN_FOLDER"])
