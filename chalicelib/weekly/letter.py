"""What the weekly mail says: figures that changed, else the steadiest, of the latest count."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from chalicelib.mails.mail import Mail
from chalicelib.mails.rendering import render_mail
from chalicelib.mails.words import Figures, MailWords
from chalicelib.services import Services
from chalicelib.shop.brand import name_shop, write_address

if TYPE_CHECKING:
    from chalicelib.numbers.changes import Digest

Learn = Callable[[str], Figures | None]  # by language
FRESH = timedelta(days=2)  # an older count says nothing of this week


def figures_once(services: Services, now: datetime) -> Learn:
    """Return what says the latest count in a language; the count is opened when it is first asked, once for all owners.

    It says None where nobody was counted lately.
    """

    @cache
    def read() -> "tuple[Digest, date] | None":
        return read_digest(services, now)

    def learn(language: str) -> Figures | None:
        found = read()
        return tell_digest(*found, language) if found else None

    return learn


def read_digest(services: Services, now: datetime) -> "tuple[Digest, date] | None":
    """Return what changed by the latest count, and its day by the shop's clock; None where it is old."""
    # Imported here: the function comes each minute, and says figures once a week.
    from chalicelib.numbers.changes import choose_changes, read_changes
    from chalicelib.numbers.counting import read_counted

    sums = read_counted(services)
    if sums is None or sums.lens.now < now - FRESH:
        return None
    counted = sums.lens.now.astimezone(ZoneInfo(services.clock.time_zone)).date()
    return choose_changes(read_changes(sums.tally, sums.lens)), counted


def tell_digest(digest: "Digest", counted: date, language: str) -> Figures:
    """Return the sentences of a count."""
    from chalicelib.telling.changes import tell_change
    from chalicelib.telling.numbers import find_teller

    teller = find_teller(language)
    changed, steady = (tuple(tell_change(each, teller) for each in found) for found in (digest.changed, digest.steady))
    return Figures(changed=changed, steady=steady, compared=digest.compared, counted=counted)


def render_letter(services: Services, language: str, token: str, figures: Figures) -> Mail:
    """Return the weekly mail."""
    desk = services.settings.desk_url
    words = {"figures": figures, "link": f"{desk}/numbers", "unsubscribe_url": f"{desk}/weekly/{token}"}
    return render_mail("weekly", language, address_words(services, language, reason="desk", **words))


def render_question(services: Services, language: str, token: str) -> Mail:
    """Return the mail that asks whether the weekly mail shall come to this address."""
    words = {"confirm_url": f"{services.settings.desk_url}/weekly/{token}"}
    return render_mail("weekly-confirm", language, address_words(services, language, reason="asked", **words))


def address_words(services: Services, language: str, **words: object) -> MailWords:
    """Return the words of such a mail with those of the shop."""
    settings = services.settings
    shop = {
        "shop_name": name_shop(settings, language),
        "shop_url": settings.shop_url,
        "shop_address": write_address(settings, language),
        "privacy_url": f"{settings.public_url}/privacy?lang={language}",
    }
    return MailWords.model_validate({**shop, **words})
