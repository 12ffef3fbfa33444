"""From an occasion to a letter: its links, its code, its words, and the one call that would send it.

Nothing is written or sent here. The links' rows and whose links they are go into the transaction of the intent, so
that no mail is ever out whose links lead nowhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from chalicelib.campaigns.definition import Campaign
from chalicelib.config import Settings
from chalicelib.mails.codes import derive_code
from chalicelib.mails.language import find_mail_language
from chalicelib.mails.mail import Mail
from chalicelib.mails.rendering import render_mail
from chalicelib.mails.ses import Mailer, Outcome
from chalicelib.mails.words import MailWords, Offer, Reason
from chalicelib.models import Identity
from chalicelib.outreach.destinations import build_destination
from chalicelib.people.directory import People, Person
from chalicelib.shop.periods import KEEP_LINKS
from chalicelib.store.links import Link, LinkKind, Links, make_token, name_token
from chalicelib.store.mails import MailRow

REASONS: Mapping[str, Reason] = {
    "inactive": "bought",
    "at-risk": "bought",
    "after-purchase": "bought",
    "after-sign-up": "signed_up",
    "after-warranty": "registered",
    "warranty-ending": "registered",
    "pre-order-shipped": "pre_ordered",
}
ADVERTISING = (LinkKind.GO, LinkKind.STOP, LinkKind.CHOOSE)
SERVICE = (LinkKind.GO,)  # word on an order cannot be unsubscribed from


@dataclass(frozen=True)
class OutgoingMail:
    """What goes out: to whom, its row, what is written with its intent, the rendered mail, the way out."""

    address: str
    mail: MailRow
    parts: tuple[dict[str, Any], ...]
    rendered: Mail
    mailer: Mailer

    def send(self) -> Outcome:
        """Make the one attempt."""
        row = self.mail
        return self.mailer.send_mail(self.address, self.rendered, attempt_id=row.attempt, campaign=row.campaign)


@dataclass(frozen=True)
class Writer:
    """Writes letters. `code_secret` makes codes that are the same for the same person and campaign."""

    people: People
    links: Links
    mailer: Mailer
    shop: Settings
    code_secret: bytes

    def write_letter(self, person: Person, campaign: Campaign, mail: MailRow, now: datetime) -> OutgoingMail:
        """Return the letter of one attempt, with new links of its own; raise UnfitMailError.

        It is rendered here, before its intent is written: a mail that cannot be sent must not leave one behind.
        """
        # One that we speak: whatever a person's says, it stands in the addresses of the mail's links.
        language = find_mail_language(read_text(person, "language") or self.shop.shop_language).language
        code = self.write_code(person, campaign)
        mail = replace(mail, code=code)
        tokens = {kind: make_token() for kind in (ADVERTISING if campaign.is_marketing else SERVICE)}
        owners = [name_token(token) for token in tokens.values()]
        owners.append(f"mail:{mail.attempt}")
        mail = replace(mail, links=(*mail.links, *owners))
        linked = {kind: self.make_link(kind, campaign, mail, language, now) for kind in tokens}
        parts = [self.links.write_link(tokens[kind], link) for kind, link in linked.items()]
        for value in owners:
            rows = self.people.name_rows(Identity(kind="link", value=value))
            parts += [self.people.customers.write_owner(row, person.id) for row in rows]
        return OutgoingMail(
            address=read_text(person, "email"),
            mail=mail,
            parts=tuple(parts),
            rendered=render_mail(
                campaign.template, language, self.choose_words(person, campaign, code, language, tokens, now)
            ),
            mailer=self.mailer,
        )

    def make_link(self, kind: LinkKind, campaign: Campaign, mail: MailRow, language: str, now: datetime) -> Link:
        """Return what one link of a mail does; the one to stop ends the very purpose that the mail was sent for."""
        link = Link(kind=kind, language=language, campaign=mail.campaign, mail_id=mail.mail_id)
        if kind is LinkKind.STOP:
            return link.model_copy(update={"purpose": campaign.purpose or link.purpose})
        expires_at = now + KEEP_LINKS
        if kind is LinkKind.CHOOSE:
            return link.model_copy(update={"expires_at": expires_at})
        utm = {"source": "regulars", "medium": "email", "campaign": mail.campaign}
        hosts = [urlsplit(self.shop.shop_url).netloc]
        destination = build_destination(self.shop.shop_url, hosts, code=mail.code, utm=utm)
        return link.model_copy(update={"expires_at": expires_at, "destination": destination, "code": mail.code})

    def write_code(self, person: Person, campaign: Campaign) -> str:
        """Return the person's code in this campaign, or ""."""
        if campaign.offer is None:
            return ""
        return campaign.offer.write_code(derive_code(self.code_secret, person.id, campaign.name))

    def choose_words(
        self,
        person: Person,
        campaign: Campaign,
        code: str,
        language: str,
        tokens: Mapping[LinkKind, str],
        now: datetime,
    ) -> MailWords:
        """Return what the mail says of the person, the shop and the offer."""
        base = self.shop.public_url
        go = f"{base}/go/{tokens[LinkKind.GO]}"
        return MailWords(
            shop_name=self.shop.shop_name,
            shop_url=self.shop.shop_url,
            shop_address=self.shop.shop_address,
            person_name=read_text(person, "name"),
            offer=make_offer(campaign, code, now.date()),
            link=f"{base}/forms/{campaign.form}?lang={language}" if campaign.form else go,
            unsubscribe_url=f"{base}/unsubscribe/{tokens[LinkKind.STOP]}" if campaign.is_marketing else "",
            preferences_url=f"{base}/preferences/{tokens[LinkKind.CHOOSE]}" if campaign.is_marketing else "",
            privacy_url=f"{base}/privacy?lang={language}",
            reason=REASONS[campaign.when.trigger] if campaign.is_marketing else "served",
        )


def read_text(person: Person, name: str) -> str:
    """Return a profile field that is text, or ""."""
    return person.profile.text(name)


def make_offer(campaign: Campaign, code: str, today: date) -> Offer | None:
    """Return the offer as the mail shows it; it works through its last day."""
    offer = campaign.offer
    if offer is None:
        return None
    expires = today + timedelta(days=offer.expires_days)
    if offer.percent is not None:
        return Offer(percent=offer.percent, code=code, expires=expires)
    return Offer(amount=offer.amount or 0, currency=offer.currency or "", code=code, expires=expires)
