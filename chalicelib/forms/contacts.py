"""E-mail addresses and phone numbers, as strict as sending to them needs and no stricter."""

from unicodedata import category

from chalicelib.forms.reasons import RefusedValueError
from chalicelib.forms.text import refuse_match
from chalicelib.text import CONTROLS


def clean_email(text: str) -> str:
    """Return exactly one address, its domain in lower case; raise RefusedValueError."""
    from chalicelib.addresses import keep_email  # imported here: most posts have no address

    refuse_match(CONTROLS, text)
    local, _, _ = text.strip().rpartition("@")
    if not local.isascii():
        raise RefusedValueError("not_ascii")
    address = keep_email(text)
    if not address:
        raise RefusedValueError("invalid")
    return address


def clean_phone(text: str, region: str) -> str:
    """Return a number in E.164, read as dialled in `region` (ISO 3166) when it has no country code.

    Possible is enough: numbering plans open new ranges before any library knows them.
    """
    # Imported here: its metadata costs tens of milliseconds, and most forms come without a phone number.
    import phonenumbers

    refuse_match(CONTROLS, text)
    try:
        number = phonenumbers.parse("".join(sign for sign in text if category(sign) != "Cf"), region)
    except phonenumbers.NumberParseException:
        raise RefusedValueError("invalid") from None
    if number.extension or not phonenumbers.is_possible_number(number):
        raise RefusedValueError("invalid")  # E.164 has no place for an extension: keeping half would be wrong
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
