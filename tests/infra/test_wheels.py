"""The libraries of the package: each file where Python looks for it, each licence in one text."""

import zipfile

import pytest

from infra.deploy.wheels import name_licence, read_about, read_wheel, write_licences


@pytest.fixture
def wheel(tmp_path):
    """Return a wheel with code, data and a licence."""
    path = tmp_path / "thing-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("thing/__init__.py", "x = 1\n")
        archive.writestr("thing-1.0.data/purelib/more.py", "y = 2\n")
        archive.writestr("thing-1.0.data/scripts/thing", "#!python\n")
        archive.writestr("thing-1.0.dist-info/METADATA", "Name: thing\nVersion: 1.0\nLicense-Expression: MIT\n\nText")
        archive.writestr("thing-1.0.dist-info/licenses/LICENSE.txt", "Do as you like.")
    return path


def test_files_stand_where_python_looks_for_them(wheel):
    files = dict(read_wheel(wheel))
    assert files["thing/__init__.py"] == b"x = 1\n"
    assert files["more.py"] == b"y = 2\n"
    assert not any("scripts" in name for name in files)


def test_the_licence_is_named_and_its_text_is_there(wheel):
    text = write_licences([wheel])
    assert "thing 1.0: MIT" in text
    assert "Do as you like." in text


@pytest.mark.parametrize(
    ("metadata", "named"),
    [
        ("License: Zope\n", "Zope"),
        ("Classifier: License :: OSI Approved :: MIT License\nClassifier: Topic :: Text\n", "MIT License"),
        ("Summary: nothing\n", "not named"),
    ],
)
def test_a_licence_is_found_wherever_metadata_names_it(tmp_path, metadata, named):
    path = tmp_path / "a.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a-1.dist-info/METADATA", f"Name: a\nVersion: 1\n{metadata}\n")
    with zipfile.ZipFile(path) as archive:
        assert name_licence(read_about(archive)) == named
