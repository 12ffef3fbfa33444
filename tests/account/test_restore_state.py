"""While a restore is under way nothing else changes the stage, from whatever machine."""

import json

import pytest

from infra.account.restore_state import open_progress, refuse_meanwhile
from infra.account.rollback import roll_back
from infra.account.uninstall import uninstall_stage


def test_a_restore_under_way_holds_up_whatever_would_change_the_stage(site):
    refuse_meanwhile(site.operator())
    site.deploy()
    progress = open_progress(site.operator()).note(open_progress(site.operator()).read(), at="2026-11-29T08:00:00Z")
    said = "A restore of shop is under way"
    for command in (
        site.deploy,
        lambda: roll_back(site.operator(), site.answers),
        lambda: uninstall_stage(site.operator(), site.answers, "keep", site.folder),
    ):
        made = len(site.aws.calls)
        assert said in site.fail(command)
        assert {call[1] for call in site.aws.calls[made:]} <= {"GetParameter", "GetCallerIdentity"}
    assert open_progress(site.operator()).read() == progress  # another machine's operator reads the same
    for _ in range(2):  # another machine may have ended it already
        open_progress(site.operator()).end()
    refuse_meanwhile(site.operator())


def test_how_far_it_came_is_kept_whole_and_fits_into_a_parameter(site):
    note = open_progress(site.operator())
    names = tuple(f"regulars-shop-SomeLongNamedFunctionRule-{number:013}" for number in range(14))
    kept = note.note(
        note.read(),
        tables=("ledger", "keys", "audit", "offers", "customers"),
        at="2026-11-29T08:00:00Z",
        paused_at="2026-11-30T08:00:00+00:00",
        rules=names,
        mappings=("00000000-0000-4000-8000-000000000001",) * 4,
        reserved={name: 5 for name in names},
        done=("ledger", "keys"),
    )
    assert note.read() == kept
    assert len(note.kept.read()) <= 4096  # what a standard parameter holds


@pytest.mark.parametrize("text", ["{", json.dumps({"another": 1}), "[]"])
def test_a_parameter_of_another_shape_is_told(site, text):
    note = open_progress(site.operator())
    note.kept.write(text)
    assert "is of no restore" in site.fail(note.read)
