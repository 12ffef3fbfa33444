"""A package opens with its token and nothing else, whole or not at all, and not after its seven days."""

import secrets
from datetime import timedelta

import pytest

from chalicelib.data_requests.package import (
    MOST_PARTS,
    PART_BYTES,
    name_parts,
    pack_files,
    pick_file,
    read_package,
    seal_package,
)
from chalicelib.errors import SealBrokenError, TooLargeError
from chalicelib.shop.periods import KEEP_PACKAGE
from chalicelib.store.links import Link, LinkKind, Links, make_token, name_token
from chalicelib.store.table import Table
from tests.builders.links import END as LATER

NOW = LATER - KEEP_PACKAGE
NOISE = secrets.token_bytes(2 * PART_BYTES + 1)


@pytest.fixture
def links(tables):
    return Links(Table(tables.dynamodb, tables.settings.prefix + "links"))


def keep(links, token, packed) -> Link:
    """Write a package's parts; return the link that announces them."""
    sealed = seal_package(token, packed)
    for name, part in zip(name_parts(token, len(sealed)), sealed, strict=True):
        links.put_part(name, part, NOW + KEEP_PACKAGE)
    return Link(kind=LinkKind.RESULT, request="access", parts=len(sealed), expires_at=NOW + KEEP_PACKAGE)


def test_what_was_packed_comes_out_of_several_rows_in_order(links):
    token, packed = make_token(), pack_files({"data.json": b"{}", "noise": NOISE}, NOW)

    link = keep(links, token, packed)

    assert link.parts == 3
    again = read_package(token, link, links, NOW)
    assert again == packed
    assert (pick_file(again, "noise"), pick_file(again, "data.json"), pick_file(again, "?")) == (NOISE, b"{}", None)


def test_no_row_is_over_350_000_bytes_and_none_shows_what_is_in_it(links, tables):
    token = make_token()
    keep(links, token, pack_files({"data.json": b"asel@example.org", "noise": NOISE}, NOW))

    rows = tables.read_all("links")
    assert all(len(row["part"]["B"]) <= 350_000 for row in rows)
    assert not any(b"asel" in row["part"]["B"] for row in rows)
    assert not any(token in str(row) for row in rows)


@pytest.mark.parametrize("change", ["another token", "swapped", "counted short", "flipped"])
def test_anything_but_the_whole_package_of_this_token_is_refused(links, tables, change):
    token = make_token()
    link = keep(links, token, pack_files({"noise": NOISE}, NOW))
    names = name_parts(token, 3)
    parts = [links.read_part(name, NOW) for name in names]
    if change == "another token":
        token = make_token()
        names = name_parts(token, 3)
    if change == "swapped":
        parts[:2] = parts[1::-1]
    if change == "counted short":
        link = link.model_copy(update={"parts": 2})
    if change == "flipped":
        parts[1] = parts[1][:-1] + bytes([parts[1][-1] ^ 1])
    for name, part in zip(names, parts, strict=True):
        links.put_part(name, part, NOW + KEEP_PACKAGE)

    with pytest.raises(SealBrokenError):
        read_package(token, link, links, NOW)


def test_after_seven_days_it_is_gone_even_where_ttl_lags(links, tables):
    token = make_token()
    link = keep(links, token, pack_files({"a": b"b"}, NOW))

    assert read_package(token, link, links, NOW + KEEP_PACKAGE - timedelta(seconds=1)) is not None
    assert read_package(token, link, links, NOW + KEEP_PACKAGE) is None
    [row] = tables.read_all("links")
    assert int(row["expires_at"]["N"]) == (NOW + KEEP_PACKAGE).timestamp()


def test_package_with_a_row_missing_is_gone_and_a_link_without_parts_is_none(links):
    token = make_token()
    link = keep(links, token, pack_files({"noise": NOISE}, NOW))
    links.delete_rows([name_parts(token, 3)[1]])

    assert read_package(token, link, links, NOW) is None
    assert read_package(token, link.model_copy(update={"parts": 0}), links, NOW) is None


def test_what_could_not_be_downloaded_is_refused_before_it_is_kept():
    with pytest.raises(TooLargeError):
        seal_package(make_token(), b"x" * (MOST_PARTS * PART_BYTES + 1))


def test_rows_are_named_by_the_hash_of_the_token():
    token = make_token()

    assert name_parts(token, 2) == [f"{name_token(token)}#0", f"{name_token(token)}#1"]
