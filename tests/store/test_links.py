"""What a link does, how long, and that its token is nowhere but in the mail."""

import base64
from datetime import timedelta

import pytest

from chalicelib.errors import TryAgainLaterError
from chalicelib.store.attributes import load_row
from chalicelib.store.links import Links, make_token, name_token
from chalicelib.store.table import Table
from tests.builders.links import END, NOW, a_link


@pytest.fixture
def links(tables):
    return Links(Table(tables.dynamodb, tables.settings.prefix + "links"))


def keep_link(links, kind, **fields):
    """Keep a link; return its token."""
    token = make_token()
    links.table.commit_parts([links.write_link(token, a_link(kind, **fields))])
    return token


def list_rows(links):
    """Return every row of the table."""
    return [load_row(row) for row in links.table.client.scan(TableName=links.table.name)["Items"]]


def test_a_link_comes_back_as_it_was_kept_and_its_token_is_nowhere(links):
    for kind in ("go", "stop", "choose", "confirm"):
        token = keep_link(links, kind)

        assert links.read_link(token, NOW) == a_link(kind)
        assert token not in str(list_rows(links))
    assert [row for row in list_rows(links) if "stop" in row["link"] and "expires_at" in row] == []


def test_an_expired_link_is_none_though_its_row_is_still_there(links):
    token = keep_link(links, "go", expires_at=END)

    assert links.read_link(token, END - timedelta(seconds=1)) is not None
    assert links.read_link(token, END) is None
    assert len(list_rows(links)) == 1


def test_an_unsubscribe_link_works_after_ten_years(links):
    token = keep_link(links, "stop")

    assert links.read_link(token, NOW + timedelta(days=3653))


def test_every_changed_token_is_another_token(links):
    token = keep_link(links, "stop")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    same_bytes = [token[:-1] + sign for sign in alphabet if sign != token[-1]]
    tampered = [token[:-1], token + "A", token.swapcase(), token[::-1], "", "A" * 10_000, token + "=", f" {token}"]

    decoded = {base64.urlsafe_b64decode(other + "=") for other in same_bytes}
    assert base64.urlsafe_b64decode(token + "=") in decoded  # why the text is hashed and not the bytes
    assert [other for other in (*same_bytes, *tampered) if links.read_link(other, NOW)] == []


def test_tokens_have_256_bits_and_names_do_not_tell_them():
    tokens = {make_token() for _ in range(1_000)}

    assert len(tokens) == len({name_token(token) for token in tokens}) == 1_000
    assert {len(base64.urlsafe_b64decode(token + "=")) for token in tokens} == {32}


def test_a_link_that_cannot_be_read_is_not_an_unknown_link(links):
    absent = Links(Table(links.table.client, "no-such-table"))
    with pytest.raises(TryAgainLaterError):
        absent.read_link(make_token(), NOW)
    with pytest.raises(TryAgainLaterError):
        absent.read_part("name", NOW)


def test_a_part_of_a_package_is_replaced_by_the_next_and_ends_at_its_time(links):
    links.put_part("name#0", b"sealed", END - timedelta(days=1))
    links.put_part("name#0", b"sealed again", END)

    assert links.read_part("name#0", END - timedelta(seconds=1)) == b"sealed again"
    assert links.read_part("name#0", END) is None
    assert links.read_part("name#1", NOW) is None


def test_deleted_links_are_gone_and_the_others_are_found(links):
    tokens = [keep_link(links, "stop") for _ in range(3)]
    names = [name_token(token) for token in tokens]
    links.delete_rows(names[:1])
    links.table.commit_parts([links.delete_link(names[1])])

    assert links.find_rows(names) == names[2:]
    assert [links.read_link(token, NOW) is None for token in tokens] == [True, True, False]
