"""The mailbox of a person: the one address that names them now and that mail goes to."""

from chalicelib.addresses import normalise_email
from chalicelib.models import HeldName, HeldValue, Profile

Names = tuple[HeldName, ...]


def find_mailbox(email: HeldValue | None, names: Names) -> str:
    """Return the mailbox, normalised, or "": the address in the profile if it names the person now, else one that does.

    A person without any name by address, such as one folded from history alone, has the address in the profile.
    """
    stated = normalise_email(str(email.value)) if email is not None else ""
    held = [name for name in names if name.kind == "email"]
    current = [name for name in held if name.until is None]
    if not held or stated in (name.value for name in current):
        return stated
    return max(current, key=lambda name: (name.at, name.value)).value if current else ""


def read_mailbox(profile: Profile) -> str:
    """Return the mailbox of a profile, normalised, or ""."""
    return find_mailbox(profile.fields.get("email"), profile.identities)


def read_address(profile: Profile) -> str:
    """Return the mailbox as it was written, or "": what mail is sent to."""
    mailbox, written = read_mailbox(profile), profile.text("email")
    return written if mailbox and normalise_email(written) == mailbox else mailbox
