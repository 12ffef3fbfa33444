"""Which stage a command is asked for: STAGE in the environment, where make puts it; else the local stack."""

import os

LOCAL_STAGE = "local"


def name_stage() -> str:
    """Return the stage that the command is asked for."""
    return os.environ.get("STAGE") or LOCAL_STAGE


def is_local() -> bool:
    """Return whether the command is asked for the local stack."""
    return name_stage() == LOCAL_STAGE


def require_local() -> None:
    """Raise SystemExit where another stage is named: a command of the local stack must not answer for it."""
    if not is_local():
        raise SystemExit(f"STAGE={name_stage()}: this command works on the local stack alone. Leave STAGE out.")
