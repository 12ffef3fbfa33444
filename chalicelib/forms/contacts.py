"""E-mail addresses and phone numbers, as strict as sending to them needs and no stricter."""

from unicodedata import category, normalize

from chalicelib.forms.reasons import RefusedValueError
from chalicelib.forms.text import CONTROLS, refuse_match


def clean_email(text: str) -> str:
    """Return exactly one address, its domain in lower case; raise RefusedValueError.

    Judged as typed, before any normalisation: NFC turns the Kelvin sign into K, and a stranger's address would
    become somebody else's. The local part must be ASCII: SES takes no SMTPUTF8. No network look-up.
    """
    # Imported here: a survey without an address, and every webhook, do without it.
    from email_validator import EmailNotValidError, validate_email

    refuse_match(CONTROLS, text)
    text = text.strip()
    local, _, domain = text.rpartition("@")
    if local and not local.isascii():
        raise RefusedValueError("not_ascii")
    try:
        address = validate_email(text, check_deliverability=False, allow_smtputf8=False, strict=True)
    except EmailNotValidError:
        raise RefusedValueError("invalid") from None
    encoded_word = local.startswith("=?")  # RFC 2047: a mail program may decode it into another address
    if encoded_word or is_disguised(domain, (address.domain, address.ascii_domain)):
        raise RefusedValueError("invalid")
    return address.normalized


def is_disguised(domain: str, understood: tuple[str, ...]) -> bool:
    """Tell a domain that is not read as it looks: full-width letters, ligatures, soft hyphens, the Kelvin sign.

    IDNA mapping (UTS 46) drops or replaces these without a word.
    """
    if any(not sign.isascii() and normalize("NFKC", sign).isascii() for sign in domain):
        return True
    return normalize("NFC", domain).lower() not in understood


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
