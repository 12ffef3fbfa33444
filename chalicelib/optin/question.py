"""The mail that asks a person to confirm what they sent, and what stands behind its link."""

from datetime import datetime

from chalicelib.config import Settings
from chalicelib.mails.mail import Mail
from chalicelib.mails.rendering import render_mail
from chalicelib.mails.words import MailWords
from chalicelib.models import PARENT, Reading
from chalicelib.shop.brand import name_shop, write_address
from chalicelib.store.links import SEPARATOR, Ask, Link, LinkKind


def render_question(reading: Reading, token: str, settings: Settings) -> Mail:
    """Return the mail to the person, or for a child's submission to a parent."""
    parent, language = reading.notes.get("parent"), str(reading.notes["language"])
    words = MailWords(
        shop_name=name_shop(settings, language),
        shop_url=settings.shop_url,
        shop_address=write_address(settings, language),
        confirm_url=f"{settings.public_url}/confirm/{token}",
        privacy_url=f"{settings.public_url}/privacy?lang={language}",
        reason="asked",
        title=str(reading.notes["title"]) if parent else "",
        answers=SEPARATOR.join(parent["answered"]) if parent else "",
    )
    return render_mail("parent" if parent else "confirm", language, words)


def make_link(reading: Reading, until: datetime) -> Link:
    """Return the link of a question: the form's title, and the words of each ticked box."""
    asks = tuple(
        Ask(
            purpose=consent.purpose,
            words=consent.words,
            words_version=consent.words_version,
            language=consent.language,
        )
        for consent in reading.consents
    )
    language = str(reading.notes["language"])
    title = str(reading.notes["title"])
    link = Link(kind=LinkKind.CONFIRM, language=language, title=title, asks=asks, expires_at=until)
    parent = reading.notes.get("parent")
    if not parent:
        return link
    own = Ask(purpose=PARENT, words=parent["words"], words_version=parent["words_version"], language=language)
    return link.model_copy(update={"parent": True, "answers": tuple(parent["answered"]), "asks": (own, *asks)})
