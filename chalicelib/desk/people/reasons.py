"""Why a record is opened: the reasons that staff choose from, as the audit keeps them.

`data_requests/readable/reasons.py` knows them, so that the customer reads them in the customer's own language.
"""

REASONS = {
    "counter": "asked at the counter",
    "telephone": "asked on the telephone",
    "request": "a request about their data",
    "other": "another reason",
}
FOUND = "found by a search, shown masked"
NOTED = "added a note"
WITHDREW = "withdrew a consent, as the person asked"
FORGOT = "forgot: asked in person"
CARDED = "made a card"
EXPORTED = "export"
BOUGHT = "recorded a purchase"
CORRECTED = "corrected details, as the person asked"
AGREED = "wrote down a consent"
OFFERED = "sent the page of preferences"
GROUPED = "looked at their groups"
LOOKED = "looked at sensitive answers"
COMPARED = "compared as a possible double, shown masked"


def read_reason(chosen: str) -> str:
    """Return the reason as the audit keeps it; what no page offers counts as another reason."""
    return REASONS.get(chosen, REASONS["other"])
