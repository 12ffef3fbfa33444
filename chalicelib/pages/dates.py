"""Days and moments on a page, in a time zone and in the words and digits of a language."""

from datetime import date, datetime, tzinfo


def write_day(moment: datetime, zone: tzinfo, language: str) -> str:
    """Write a day in full."""
    from chalicelib.mails.language import find_mail_language  # only a day needs the months of mails

    return find_mail_language(language).write_day(moment.astimezone(zone).date())


def write_local(moment: datetime, zone: tzinfo, language: str) -> str:
    """Write a day and a time of day."""
    from chalicelib.mails.language import find_mail_language

    time = find_mail_language(language).write_digits(f"{moment.astimezone(zone):%H:%M}")
    return f"{write_day(moment, zone, language)} {time}"


def write_month(month: str, language: str) -> str:
    """Write a month (yyyy-mm) in words of the language."""
    from chalicelib.mails.language import find_mail_language

    words, (year, number) = find_mail_language(language), month.split("-")
    return f"{words.months[int(number) - 1]} {words.write_digits(year)}"


def write_date(day: str, language: str) -> str:
    """Write a day (RFC 3339) in full."""
    from chalicelib.mails.language import find_mail_language

    return find_mail_language(language).write_day(date.fromisoformat(day))
