"""`make import` tells rows that would join strangers before anything is written."""

import resource
import sys

import pytest

from chalicelib.models import Identity
from infra.staff import imports
from infra.staff.clashes import Clashes
from infra.staff.import_files import list_files
from tests.builders.api import open_api, start_container
from tests.builders.imports import make_map
from tests.builders.shop import NOW
from tests.builders.stages import open_here

MAP = 'name = "ids"\nas_of = 2026-05-01\nids_of = "webshop"\n[columns]\nid = "id"\nemail = "email"\n'


def run(tmp_path, monkeypatch, rows, *flags, accepted=None):
    """Run the command over rows of id and address; return its status and the list of clashes."""
    monkeypatch.setattr(imports, "FOLDER", tmp_path)
    (tmp_path / "map.toml").write_text(MAP)
    (tmp_path / "people.csv").write_text("id,email\n" + "".join(f"{row}\n" for row in rows))
    files = ["--file", str(tmp_path / "people.csv"), "--map", str(tmp_path / "map.toml")]
    monkeypatch.setattr(sys, "argv", ["imports", *files, *flags])
    monkeypatch.setattr(imports, "open_stage", open_here)
    status = imports.main()
    return status, (tmp_path / "ids-clashes.csv").read_text().split()[1:]


@pytest.mark.parametrize(
    ("rows", "listed"),
    [
        (["7,a@example.org", "7,b@example.org", "8,c@example.org"], ["one_id,2,2", "one_id,2,3"]),
        (["7,a@example.org", " 7 ,b@example.org"], ["one_id,2,2", "one_id,2,3"]),
        (["7,a@example.org", "8,A@Example.org."], ["one_address,2,2", "one_address,2,3"]),
        (["7,a@example.org", "007,a@example.org"], ["one_address,2,2", "one_address,2,3"]),
        (["a7,a@example.org", "A7,a@example.org"], ["one_address,2,2", "one_address,2,3"]),
        (["7,a@example.org", "7,A@EXAMPLE.org", "7,", "7,<a@example.org>"], []),
        (["7,a@example.org", "007,b@example.org"], []),
        (["0,a@example.org", "0,b@example.org", "N/A,c@example.org"], []),
        (["1.2E+12,a@example.org", "1.2E+12,b@example.org"], []),
        (["7,x@till.invalid", "8,x@till.invalid", "7,a@example.org"], []),
        ([",a@example.org", ",a@example.org", "7,", "8,"], []),
    ],
)
def test_a_dry_run_lists_the_lines_of_rows_that_clash(tmp_path, monkeypatch, capsys, rows, listed):
    status, found = run(tmp_path, monkeypatch, rows)
    told = capsys.readouterr().out

    assert (status, found) == (0, listed)
    assert ("ANYWAY=yes" in told) == bool(listed)
    assert "Nothing was written" in told
    assert "@" not in told


def test_stand_ins_and_damage_are_counted_in_the_report(tmp_path, monkeypatch, capsys):
    run(tmp_path, monkeypatch, ["0,a@example.org", "NULL,b@example.org", "1.2E+12,c@example.org", "0,"])
    told = capsys.readouterr().out

    assert "3 times the customer's number is a stand-in" in told
    assert "1 times the customer's number is damaged" in told
    assert "1 nobody" in told


def test_a_row_that_has_the_tills_dummy_alone_is_nobody(tmp_path, monkeypatch, capsys):
    run(tmp_path, monkeypatch, [",x@till.invalid", "7,x@till.invalid"])
    told = capsys.readouterr().out

    assert "1 would be accepted" in told
    assert "1 nobody" in told


def test_rows_that_clash_are_written_only_where_that_is_said(shop, tables, cloud, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(imports, "FOLDER", tmp_path)
    rules = make_map(columns={"id": "id", "email": "email"}, consents=[])

    def write(*rows, anyway):
        path = tmp_path / "people.csv"
        path.write_text("id,email\n" + "".join(f"{row}\n" for row in rows))
        return imports.run_import(list_files(path), rules, NOW, apply=True, anyway=anyway), len(shop.read_all("inbox"))

    with open_api(shop, tables, cloud, monkeypatch):
        clashing = "7,a@example.org", "7,b@example.org"
        assert write(*clashing, anyway=False) == (1, 0)
        assert "Nothing was written" in capsys.readouterr().out
        assert write("8,c@example.org", anyway=False) == (0, 1)
        assert write(*clashing, anyway=True) == (0, 3)
        assert "Nothing was written" not in capsys.readouterr().out
    start_container()


def test_a_long_list_takes_little_memory(tmp_path):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with Clashes() as clashes:
        for number in range(200_000):
            names = (("id", f"import:till:{number}"), ("email", f"p{number // 2}@example.org"))
            clashes.add(number + 2, [Identity(kind=kind, value=value) for kind, value in names])
        told = clashes.write_report(tmp_path / "clashes.csv")
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024

    assert told.startswith("100000 addresses")
    assert "and 99990 more" in told
    assert grown < 40, f"{grown} MB"
    print(f"{grown} MB")
