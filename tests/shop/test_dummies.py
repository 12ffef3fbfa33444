"""The addresses and numbers that a till enters for nobody: what the file may say."""

import pytest

from chalicelib.errors import DefinitionError
from chalicelib.shop.dummies import FILE, is_dummy_email, is_dummy_phone, load_dummies


@pytest.mark.parametrize(
    ("address", "dummy"),
    [
        ("x@noemail.invalid", True),
        ("x@invalid", True),
        ("invalid@example.org", False),
        ("x@invalid.example", False),
        ("x@notinvalid", False),
        ("none@none.com", False),
        ("", False),
    ],
)
def test_only_what_is_certain_is_a_dummy_from_the_start(address, dummy):
    assert is_dummy_email(address) is dummy


def test_no_phone_is_a_dummy_from_the_start():
    assert load_dummies(FILE).phones == frozenset()
    assert not is_dummy_phone("+12025550123")


def test_addresses_and_domains_are_read_in_the_form_that_is_compared(tmp_path):
    path = tmp_path / "dummies.toml"
    path.write_text('emails = [" <WalkIn@B\u00dcCHER.example.> "]\nemail_domains = ["B\u00fccher.example."]\n', "utf-8")

    read = load_dummies(path)
    assert read.emails == {"walkin@xn--bcher-kva.example"}
    assert read.email_domains == {"xn--bcher-kva.example"}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('emails = ["walkin"]', r"line 1: emails\.0: is no e-mail address"),
        ('email_domains = ["a@b.example"]', r"line 1: email_domains\.0: is no e-mail address"),
        ('email_domains = [""]', r"line 1: email_domains\.0: is no e-mail address"),
        ('phones = ["202 555 0123"]', r"line 1: phones\.0: String should match"),
        ('walkins = ["walkin@shop.example"]', "line 1: walkins: Extra inputs"),
    ],
)
def test_what_is_no_address_is_refused_by_its_place_and_without_its_value(tmp_path, text, fault):
    path = tmp_path / "dummies.toml"
    path.write_text(text)

    with pytest.raises(DefinitionError, match=fault) as told:
        load_dummies(path)
    assert "walkin@" not in str(told.value)
