"""The lists of items whose mail is due: one for each form on file, so that a flood of one form hides no other."""

from chalicelib.forms.library import list_forms
from chalicelib.store.unconfirmed import Wait


def name_lists() -> dict[str, str]:
    """Return the list of new items of each form, by its name in the inbox's index."""
    return {f"{Wait.ASKING}#{form}": form for form in list_forms()}


def choose_list(form: str) -> str:
    """Return the list of a new item; what came by a form that is gone waits in the list of those asked again."""
    own = f"{Wait.ASKING}#{form}"
    return own if own in name_lists() else Wait.ASKING.value
