"""Addresses that get no confirmation mail: nobody signs up with them, and such mails are counted against the sender.

Roles that no person reads mail of (RFC 2142: postmaster, abuse), senders that take no answer, and the shop's own
address. Other roles, such as info@, may be a small firm's only address. Addresses of throw-away services are asked like
any other: a person who presses the button has the mailbox.
"""

UNASKED = frozenset(
    ("abuse", "bounce", "bounces", "donotreply", "do-not-reply", "hostmaster", "mailer-daemon", "no-reply", "noreply")
) | {"no_reply", "postmaster", "root", "spam", "unsubscribe"}


def is_unasked(address: str, own: str) -> bool:
    """Return whether a normalised address gets no confirmation mail; `own` is the shop's, normalised."""
    return address == own or address.rpartition("@")[0] in UNASKED
