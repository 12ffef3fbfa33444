"""What a customer's page says of friends: the link and code to pass on, whom they brought, and by whom they came."""

from dataclasses import dataclass

from chalicelib.data_requests.values import Row
from chalicelib.desk.people.friend_words import FriendWords
from chalicelib.forms.interface import Interface
from chalicelib.models.friend_codes import make_code, write_code
from chalicelib.shop.referrals import find_referrals


@dataclass(frozen=True)
class FriendsOf:
    """The link and the code, and sentences about whom the customer brought and who brought them."""

    link: str
    code: str
    told: tuple[str, ...]
    hint: str


def tell_friends(row: Row, say: FriendWords, words: Interface) -> FriendsOf | None:
    """Return what to say; None where the shop takes no codes of friends.

    `row` is what `data_requests.status` makes of the customer.
    """
    decided = find_referrals()
    if decided is None:
        return None
    counts = {name: words.write_number(int(str(row[f"friends_{name}"]))) for name in ("came", "credited")}
    told = [say.brought.format(**counts) if row["friends_came"] else say.none]
    told += [say.came.format(code=row["brought_by"])] if row["brought_by"] else []
    hint = say.hint.format(days=words.write_number(decided.refund_days))
    return FriendsOf(str(row["friend_link"]), write_code(make_code(str(row["customer_id"]))), tuple(told), hint)
