"""Products in a mail: the one that is needed again, and those that go with what the customer bought."""

from chalicelib.campaigns.definition import Campaign
from chalicelib.campaigns.needs import list_needs
from chalicelib.campaigns.reasons import hash_source
from chalicelib.errors import UnfitMailError
from chalicelib.mails.words import MOST_SUGGESTED, MailWords
from chalicelib.numbers.learned import Learn
from chalicelib.numbers.shelf import Shelf, is_sayable
from chalicelib.people.activity import is_whole, list_bought
from chalicelib.people.orders import name_items
from chalicelib.people.person import Person
from chalicelib.services import Services
from chalicelib.shop.products import read_products
from chalicelib.store.mails import MailRow


def tell_products(
    words: MailWords, person: Person, campaign: Campaign, row: MailRow, services: Services, learn: Learn
) -> MailWords:
    """Return the words of a mail with the products that it names; raise UnfitMailError where it has lost its own."""
    if not campaign.learns:
        return words
    shelf = learn()
    told = tell_need(person, campaign, row, shelf) if campaign.trigger.learns else {}
    had = list_had(person, services) if campaign.suggest else set()
    told["suggested"] = shelf.suggest_products(had, campaign.suggest) if had else ()
    return MailWords.model_validate({**dict(words), **told})


def tell_tips(words: MailWords, person: Person, campaign: Campaign, row: MailRow, language: str) -> MailWords:
    """Return the words of a mail with how to care for what its order has, of the products that have a tip on file.

    Raise DefinitionError where the file of products has a mistake: a sensitive product might be named.
    """
    if not campaign.tips:
        return words
    products, latest = read_products(), person.profile.latest.items()
    order = next((mark for key, mark in latest if row.occasion == f"{campaign.name}:{hash_source(key)}"), None)
    named = [name for name in (order.items if order else ()) if is_sayable(name)]
    told = [{"product": name, "text": products.find_tip(name, language)} for name in named]
    return MailWords.model_validate({**dict(words), "tips": [each for each in told if each["text"]][:MOST_SUGGESTED]})


def tell_need(person: Person, campaign: Campaign, row: MailRow, shelf: Shelf) -> dict[str, object]:
    """Return the words about the product of a mail's occasion.

    Raise UnfitMailError where it was bought again, or nothing is known of it any more.
    """
    for need in list_needs(person.profile, shelf.demands, campaign.when.again_share or 1):
        if row.occasion == f"{campaign.name}:{hash_source(need.source)}":
            return {"bought": need.product, "day": need.bought_on, "again_days": need.usual}
    raise UnfitMailError("its product is not needed again")


def list_had(person: Person, services: Services) -> set[str]:
    """Return all that a customer ever ordered; the core knows the latest orders alone."""
    had = set(list_bought(person.profile))
    if not is_whole(person.profile):
        for record in services.people.list_orders(person):
            had.update(name_items(record.order) if record.order else ())
    return had
