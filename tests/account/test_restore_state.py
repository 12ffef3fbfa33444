"""While a restore is under way nothing else changes the stage."""

import pytest

from infra.account.restore_state import name_progress, refuse_meanwhile


def test_a_restore_under_way_holds_up_a_deployment(tmp_path):
    refuse_meanwhile(tmp_path, "prod")
    name_progress(tmp_path, "prod").write_text("")
    refuse_meanwhile(tmp_path, "dev")
    with pytest.raises(SystemExit, match="A restore of prod is under way"):
        refuse_meanwhile(tmp_path, "prod")
