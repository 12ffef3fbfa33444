"""E-mail addresses and phone numbers, as strict as sending to them needs and no stricter."""

from unicodedata import category

from chalicelib.forms.reasons import RefusedValueError
from chalicelib.forms.text import refuse_match
from chalicelib.text import CONTROLS


def clean_email(text: str) -> str:
    """Return exactly one address, its domain in lower case; raise RefusedValueError."""
    from chalicelib.addresses import keep_email, trim_email  # imported here: most posts have no address

    refuse_match(CONTROLS, text)
    local, _, _ = trim_email(text).rpartition("@")
    if not local.isascii():
        raise RefusedValueError("not_ascii")
    address = keep_email(text)
    if not address:
        raise RefusedValueError("invalid")
    return address


def clean_phone(text: str, region: str) -> str:
    """Return a number in E.164, read as dialled in `region` (ISO 3166) when it has no country code.

    Possible is enough: numbering plans open new ranges before any library knows them. But where a number without a
    country code is none of `region`, its country is unknown: it is returned as typed, and names nobody.
    """
    # Imported here: its metadata costs tens of milliseconds, and most forms come without a phone number.
    import phonenumbers

    refuse_match(CONTROLS, text)
    text = "".join(sign for sign in text if category(sign) != "Cf").strip()
    try:
        number = phonenumbers.parse(text, region, keep_raw_input=True)
    except phonenumbers.NumberParseException:
        raise RefusedValueError("invalid") from None
    if number.extension or not phonenumbers.is_possible_number(number):
        raise RefusedValueError("invalid")  # E.164 has no place for an extension: keeping half would be wrong
    guessed = number.country_code_source != phonenumbers.CountryCodeSource.FROM_NUMBER_WITH_PLUS_SIGN
    if guessed and not phonenumbers.is_valid_number(number):
        return text
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
