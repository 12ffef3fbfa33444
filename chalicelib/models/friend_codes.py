"""The code by which a customer brings a friend: ten signs and a check, a hash of the customer's random id.

So a code says nothing of its customer, needs no row of its own, and means nobody once the customer was forgotten. Two
customers may have the same code by chance: among 50,000 customers the chance is less than 1 in 20,000. Such a code
counts for neither of them.
"""

import hashlib

from chalicelib.models.check_signs import BASE, find_check, read_checked
from chalicelib.text import CLEAR_SIGNS

SIGNS, GROUP = 10, 4
QUERY = "friend_code"  # the name of the code in an address and in a post


def make_code(customer_id: str) -> str:
    """Return the code of a customer."""
    left = int.from_bytes(hashlib.sha256(b"regulars friend\n" + customer_id.encode()).digest())
    signs = ""
    for _ in range(SIGNS):
        left, place = divmod(left, BASE)
        signs += CLEAR_SIGNS[place]
    return signs + find_check(signs)


def read_code(typed: str) -> str:
    """Return a code as it is compared, however it was typed, or "" for what is no code."""
    return read_checked(typed, SIGNS)


def write_code(code: str) -> str:
    """Return a code in groups, as it is shown."""
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))
