"""The proof of erasures, small: `make prove-erasures` runs it with a thousand people."""

import subprocess
import sys

import pytest

from infra.local.emulator import explain_absence


@pytest.mark.skipif(bool(explain_absence()), reason=explain_absence() or "DynamoDB Local is here")
def test_people_who_are_forgotten_in_the_middle_of_things_stay_forgotten():
    sizes = ["--people", "8", "--records", "6", "--rate", "0.03", "--workers", "3", "--seed", "7"]
    command = [sys.executable, "-m", "tests.proofs.erasures", *sizes]
    said = subprocess.run(command, capture_output=True, text=True, check=False, timeout=240)
    assert said.returncode == 0, said.stdout + said.stderr[-2_000:]
    assert "ledger entries                                8\n" in said.stdout
