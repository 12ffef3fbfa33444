"""Notes of mails in a profile: what became of the latest ones, for caps and cooldowns. The rows of mails have all."""

from collections.abc import Mapping

from chalicelib.models import MailNote, MailState, Reading

MOST_MAILS = 40  # the latest notes, kept in the profile


def join_mails(held: Mapping[str, MailNote], reading: Reading) -> dict[str, MailNote]:
    """Return the notes with that of a reading; see `merge_notes`."""
    return dict(held) if reading.mail is None else merge_notes(held, {reading.mail.occasion: reading.mail})


def merge_notes(held: Mapping[str, MailNote], more: Mapping[str, MailNote]) -> dict[str, MailNote]:
    """Move each mail forward through its states, never back; at one state keep the earlier time. Keep the latest."""
    notes = {**held, **{name: max(held.get(name, new), new, key=rank_mail) for name, new in more.items()}}
    return dict(sorted(notes.items(), key=lambda pair: (pair[1].at, pair[0]))[-MOST_MAILS:])


def rank_mail(note: MailNote) -> tuple[int, float, str]:
    return (list(MailState).index(note.state), -note.at.timestamp(), note.model_dump_json())
