"""From an occasion to a mail: its links, its code, its words. Nothing is written or sent here.

The rows of the links and of their owner are written in the transaction of the intent, so that no mail is sent whose
links do not exist.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from chalicelib.campaigns.definition import Campaign
from chalicelib.campaigns.offer import SLOT, CodeSource
from chalicelib.campaigns.offer import Offer as CampaignOffer
from chalicelib.config import Settings
from chalicelib.errors import UnfitMailError
from chalicelib.mails.language import find_mail_language
from chalicelib.mails.mail import Mail
from chalicelib.mails.rendering import render_mail
from chalicelib.mails.words import MailWords, Offer
from chalicelib.models.numbers import write_number
from chalicelib.numbers.learned import Learn
from chalicelib.outreach.destinations import build_destination
from chalicelib.outreach.entries import ConfirmedEntry, find_entry
from chalicelib.outreach.friends import tell_friends
from chalicelib.outreach.offer_codes import take_code
from chalicelib.outreach.products import tell_products, tell_tips
from chalicelib.people.entries import read_day
from chalicelib.people.mailbox import read_address
from chalicelib.people.person import Person
from chalicelib.services import Services
from chalicelib.shop.brand import name_shop, write_address
from chalicelib.shop.periods import KEEP_LINKS
from chalicelib.store.links import Ask, Link, LinkKind, make_token, name_over, name_token
from chalicelib.store.mails import MailRow
from chalicelib.store.table import Part

CHOICES = (LinkKind.STOP, LinkKind.CHOOSE)  # of marketing: a customer cannot unsubscribe from news of an order


@dataclass(frozen=True)
class OutgoingMail:
    """One mail to be sent: to whom, its row, what is written with its intent, how it reads, which entry it confirms."""

    address: str
    row: MailRow
    parts: tuple[Part, ...]
    rendered: Mail
    entry: ConfirmedEntry | None = None


def compose_mail(
    person: Person, campaign: Campaign, row: MailRow, services: Services, now: datetime, learn: Learn
) -> OutgoingMail:
    """Return the mail of one attempt, with new links of its own; raise UnfitMailError or NoCodeError.

    It is rendered before its intent is written: a mail that cannot be sent must not leave an intent behind.
    """
    settings = services.settings
    entry = find_entry(person, row.entry, services) if row.entry else None
    if campaign.confirms and entry is None:
        raise UnfitMailError("its entry is gone")
    # One of the languages on file: it is part of the addresses of the mail's links, and a profile may hold any text.
    spoken = (entry.submission.language if entry else "") or read_text(person, "language")
    language = find_mail_language(spoken or settings.shop_language).language
    tokens = {kind: make_token() for kind in choose_kinds(campaign)}
    names = [name_token(token) for token in tokens.values()]
    address = entry.address if entry else read_address(person.profile)
    over = [name_over(name_token(token)) for kind, token in tokens.items() if kind is LinkKind.ENTRY]
    owned = (*row.links, *names, *over, f"mail:{row.attempt}")
    taken = take_code(campaign, row, services, now)
    row = replace(row, code=taken.code, links=owned)
    links = {kind: make_link(kind, campaign, row, language, settings, now, entry) for kind in tokens}
    words = choose_words(person, campaign, row.code, language, tokens, settings, now)
    words = tell_products(words, person, campaign, row, services, learn)
    words = tell_friends(tell_tips(words, person, campaign, row, language), person, campaign, settings.public_url)
    return OutgoingMail(
        address=address,
        row=row,
        parts=(
            *(services.links.write_link(tokens[kind], link) for kind, link in links.items()),
            *services.people.claim_links(names, person.id),
            *services.people.claim_attempt(row.attempt, person.id, address),
            *taken.parts,
        ),
        rendered=render_mail(campaign.template, language, tell_entry(words, entry) if entry else words),
        entry=entry,
    )


def choose_kinds(campaign: Campaign) -> tuple[LinkKind, ...]:
    """Return the kinds of the links of a campaign's mail, that of its button first."""
    return (choose_button(campaign), *(CHOICES if campaign.is_marketing else ()))


def choose_button(campaign: Campaign) -> LinkKind:
    """Return the kind of the link behind the button of a campaign's mail."""
    if campaign.confirms:
        return LinkKind.ENTRY
    return LinkKind.ANSWER if campaign.form else LinkKind.GO


def make_link(
    kind: LinkKind,
    campaign: Campaign,
    row: MailRow,
    language: str,
    settings: Settings,
    now: datetime,
    entry: ConfirmedEntry | None = None,
) -> Link:
    """Return one link of a mail; the link to unsubscribe ends the purpose that the mail was sent for."""
    link = Link(kind=kind, language=language, campaign=row.campaign, mail_id=row.mail_id)
    if kind is LinkKind.STOP:
        return link.model_copy(update={"purpose": campaign.purpose or link.purpose})
    expires_at = now + KEEP_LINKS
    if kind is LinkKind.CHOOSE:
        return link.model_copy(update={"expires_at": expires_at})
    if entry is not None:
        changed = {"expires_at": expires_at, "entry": entry.key, "form": entry.form, "asks": list_ended(entry)}
        return link.model_copy(update=changed)
    if kind is LinkKind.ANSWER:
        return link.model_copy(update={"expires_at": expires_at, "form": campaign.form})
    utm = {"source": "regulars", "medium": "email", "campaign": row.campaign}
    hosts = [urlsplit(settings.shop_url).netloc]
    address = settings.shop_url
    if campaign.offer:
        address = apply_code(campaign.offer, settings.shop_url)
        hosts.append(urlsplit(address).netloc)
    destination = build_destination(address, hosts, code=row.code, utm=utm)
    return link.model_copy(update={"expires_at": expires_at, "destination": destination, "code": row.code})


def list_ended(entry: ConfirmedEntry) -> tuple[Ask, ...]:
    """Return the consents that end with an entry: those that staff wrote down with it."""
    told = entry.reading.entry
    given = entry.reading.consents if told is not None and told.taken else ()
    return tuple(
        Ask(purpose=one.purpose, words=one.words, words_version=one.words_version, language=one.language)
        for one in given
    )


def apply_code(offer: CampaignOffer, shop_url: str) -> str:
    """Return the address at which the shop applies the code by itself; its host is the shop's, or the file's own.

    Shopify: https://help.shopify.com/en/manual/discounts/managing-discount-codes#shareable-discount-links.
    """
    if offer.apply:
        return offer.apply
    return f"{shop_url.rstrip('/')}/discount/{SLOT}?redirect=/" if offer.codes is CodeSource.SHOPIFY else shop_url


def choose_words(
    person: Person,
    campaign: Campaign,
    code: str,
    language: str,
    tokens: Mapping[LinkKind, str],
    settings: Settings,
    now: datetime,
) -> MailWords:
    """Return the words of the mail about the person, the shop and the offer."""
    base = settings.public_url
    button = choose_button(campaign)
    page = {LinkKind.ENTRY: "entries", LinkKind.ANSWER: f"answer/{campaign.form}", LinkKind.GO: "go"}[button]
    return MailWords(
        shop_name=name_shop(settings, language),
        shop_url=settings.shop_url,
        shop_address=write_address(settings, language),
        person_name="" if campaign.confirms else read_text(person, "name"),  # a stranger may have typed it
        offer=make_offer(campaign, code, now.date()),
        link=f"{base}/{page}/{tokens[button]}",
        form=campaign.form,
        unsubscribe_url=f"{base}/unsubscribe/{tokens[LinkKind.STOP]}" if campaign.is_marketing else "",
        preferences_url=f"{base}/preferences/{tokens[LinkKind.CHOOSE]}" if campaign.is_marketing else "",
        privacy_url=f"{base}/privacy?lang={language}",
        reason=campaign.mail_reason,
    )


def tell_entry(words: MailWords, entry: ConfirmedEntry) -> MailWords:
    """Return the words of a mail with the number of the entry and the answers that a mail may repeat."""
    values = entry.reading.entry.values if entry.reading.entry else {}
    told = {
        "number": write_number(entry.key),
        "product": str(values.get("item") or values.get("product") or ""),
        "quantity": values.get("quantity"),
        "day": read_day(values.get("needed_by") or values.get("purchased_on")),
    }
    return MailWords.model_validate({**dict(words), **told})


def read_text(person: Person, name: str) -> str:
    """Return a profile field that is text, or ""."""
    held = person.profile.fields.get(name)
    return held.value if held is not None and isinstance(held.value, str) else ""


def make_offer(campaign: Campaign, code: str, today: date) -> Offer | None:
    """Return the offer as the mail shows it; it works through its last day."""
    offer = campaign.offer
    if offer is None:
        return None
    expires = today + timedelta(days=offer.expires_days)
    if offer.percent is not None:
        return Offer(percent=offer.percent, code=code, expires=expires)
    return Offer(amount=offer.amount or 0, currency=offer.currency or "", code=code, expires=expires)
