"""What an answer picks, of the few that its question offers: what a histogram counts."""

from chalicelib.models import JsonValue


def list_picks(kind: str, value: JsonValue) -> list[str]:
    """Return the options that an answer to a question of this type picks; of a ranking the first place alone."""
    if value is None:
        return []
    if not isinstance(value, list):
        return [str(value)]
    return [str(each) for each in (value[:1] if kind == "ranking" else value)]
