"""A local run says that data of another shape are in its way, and begins anew only when it is told to."""

import pytest

from chalicelib.store.stored_rows import SHAPE
from infra.local.shape import check_shape


@pytest.fixture
def places(tmp_path):
    data = tmp_path / "dynamodb"
    data.mkdir()
    (data / "shared-local-instance.db").write_text("rows")
    return data, tmp_path / "shape"


@pytest.mark.parametrize("held", [None, "0\n", "", f"{SHAPE + 1}\n"])
def test_data_of_another_shape_are_told_and_stay(places, held):
    data, file = places
    if held is not None:
        file.write_text(held)
    fault = check_shape(data, file)
    assert f"reads shape {SHAPE}" in fault
    assert "NEW=yes" in fault
    assert list(data.iterdir())


def test_a_new_beginning_deletes_them(places):
    data, file = places
    assert check_shape(data, file, anew=True) == ""
    assert not data.exists()
    assert check_shape(data, file) == ""


def test_data_of_this_shape_and_a_first_run_go_on(places, tmp_path):
    data, file = places
    file.write_text(f"{SHAPE}\n")
    assert check_shape(data, file, anew=True) == ""
    assert list(data.iterdir())
    assert check_shape(tmp_path / "none", tmp_path / "new-shape") == ""
    assert (tmp_path / "new-shape").read_text() == f"{SHAPE}\n"
