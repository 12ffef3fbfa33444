"""Notes of mails in a profile: what became of the latest ones, for caps and cooldowns. The rows of mails have all."""

from collections.abc import Mapping

from chalicelib.models import MailNote, MailState, Reading

MOST_MAILS = 40  # the latest notes, kept in the profile


def join_mails(held: Mapping[str, MailNote], reading: Reading) -> dict[str, MailNote]:
    """Move each mail forward through its states, never back; at one state keep the earlier time. Keep the latest."""
    new = reading.mail
    if new is None:
        return dict(held)
    old = held.get(new.occasion, new)
    notes = {**held, new.occasion: max(old, new, key=rank_mail)}
    return dict(sorted(notes.items(), key=lambda pair: (pair[1].at, pair[0]))[-MOST_MAILS:])


def rank_mail(note: MailNote) -> tuple[int, float, str]:
    return (list(MailState).index(note.state), -note.at.timestamp(), note.model_dump_json())
