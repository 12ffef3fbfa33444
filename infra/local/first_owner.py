"""The invitation of the desk's first owner, which `make run` prints as long as there is none."""

import os
from collections.abc import Mapping

from chalicelib.config import read_settings
from chalicelib.desk.signing.invite import invite_first
from chalicelib.services import Services
from infra.local.clock import read_now
from infra.local.environ import set_environ


def invite_owner(environ: Mapping[str, str]) -> str:
    """Return the link of a new invitation, or "" where an owner has joined."""
    with set_environ(environ):
        return invite_first(Services(read_settings(os.environ)), read_now())
