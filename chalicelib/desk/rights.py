"""What each role may do: one table. Every route names one of these rights; pages hide what a role may not."""

from enum import StrEnum

from chalicelib.store.staff import Role


class Right(StrEnum):
    """What a member must be allowed to do before a route answers."""

    OPEN = "open"  # nothing: signing in, joining, the files of the pages
    SELF = "self"  # to be signed in: one's own passkeys, sessions and language
    NUMBERS = "numbers"  # to see figures, which name no customer
    PUT = "put"  # to hand in entries that are sealed: a till's credential has this right alone, and no role has it
    ENTER = "enter"  # to put in what a customer says: a sign-up, a purchase
    PEOPLE = "people"  # to find and open customers
    CAMPAIGNS = "campaigns"  # to stop a campaign and let it go on: staff who see a wrong mail stop it
    STAFF = "staff"  # to invite, change and dismiss the shop's own people; to see who opened what
    EXPORT = "export"  # to take a list of customers out of the shop


MAY: dict[Role, frozenset[Right]] = {
    Role.OWNER: frozenset(
        {Right.SELF, Right.NUMBERS, Right.ENTER, Right.PEOPLE, Right.CAMPAIGNS, Right.STAFF, Right.EXPORT}
    ),
    Role.STAFF: frozenset({Right.SELF, Right.NUMBERS, Right.ENTER, Right.PEOPLE, Right.CAMPAIGNS}),
    Role.VIEWER: frozenset({Right.SELF, Right.NUMBERS}),
    Role.TILL: frozenset({Right.SELF, Right.ENTER}),
}


def may(role: Role, right: Right) -> bool:
    """Return whether a role has a right."""
    return right is Right.OPEN or right in MAY[role]
