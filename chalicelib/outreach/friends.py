"""The link for friends in a mail."""

from chalicelib.campaigns.definition import Campaign
from chalicelib.mails.words import MailWords
from chalicelib.people.person import Person
from chalicelib.people.referrals import list_codes, write_link
from chalicelib.shop.referrals import find_referrals


def tell_friends(words: MailWords, person: Person, campaign: Campaign, public_url: str) -> MailWords:
    """Return the words of a mail with the link, where the campaign asks for it and the shop takes codes of friends."""
    decided = find_referrals() if campaign.friends else None
    if decided is None:
        return words
    link = write_link(public_url, decided.form, list_codes(person.profile)[0])
    return MailWords.model_validate({**dict(words), "friend_link": link})
