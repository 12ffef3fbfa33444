"""How the desk writes days and moments: in the language of who reads, by the shop's clock."""

from datetime import datetime
from typing import Any

from chalicelib.desk.request import DeskRequest
from chalicelib.desk.words import find_desk_words
from chalicelib.forms.interface import find_interface
from chalicelib.pages.dates import write_date, write_day, write_local


def tell_times(request: DeskRequest) -> dict[str, Any]:
    """Return what writes numbers, days and moments for a page, in the shop's time zone."""
    zone, language, say = request.services.zone, request.language, find_desk_words(request.language)

    def tell_left(until: datetime) -> str:
        """Say how many days are left."""
        days = (until - request.now).days
        words = say.today.days_left if days >= 0 else say.today.days_late
        return words.format(n=find_interface(language).write_number(abs(days)))

    return {
        "write_moment": lambda at: write_local(datetime.fromisoformat(at), zone, language),
        "write_day": lambda at: write_day(at, zone, language),
        "write_date": lambda day: write_date(day, language),
        "tell_left": tell_left,
    }
