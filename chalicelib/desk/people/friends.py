"""What a customer's page says of friends: the link and code to pass on, whom they brought, and by whom they came."""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.desk.people.friend_words import FriendWords
from chalicelib.forms.interface import Interface
from chalicelib.models import Profile
from chalicelib.models.friend_codes import write_code
from chalicelib.numbers.learned import read_friends
from chalicelib.numbers.referrals import add_friends
from chalicelib.people.referrals import find_friend, list_codes, write_link
from chalicelib.services import Services
from chalicelib.shop.referrals import find_referrals


@dataclass(frozen=True)
class FriendsOf:
    """The link and the code, and sentences about whom the customer brought and who brought them."""

    link: str
    code: str
    told: tuple[str, ...]
    hint: str


def tell_friends(
    profile: Profile, services: Services, say: FriendWords, words: Interface, now: datetime
) -> FriendsOf | None:
    """Return what to say; None where the shop takes no codes of friends."""
    decided = find_referrals()
    if decided is None:
        return None
    codes = list_codes(profile)
    found, friend = add_friends(read_friends(services), codes), find_friend(profile, now)
    counts = {name: words.write_number(count) for name, count in (("came", found.came), ("credited", found.credited))}
    told = [say.brought.format(**counts) if found.came else say.none]
    told += [say.came.format(code=write_code(friend.code))] if friend else []
    hint = say.hint.format(days=words.write_number(decided.refund_days))
    link = write_link(services.settings.public_url, decided.form, codes[0])
    return FriendsOf(link, write_code(codes[0]), tuple(told), hint)
