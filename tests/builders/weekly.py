"""The weekly mail of a test's own. Builders for tests."""

import re
from urllib.parse import urlsplit

ADDRESS = "mara.lind@example.org"


def find_link(mail):
    """Return the path of the link to the desk's page in a mail."""
    return urlsplit(re.search(r"http\S+/weekly/[\w-]+", mail.text)[0]).path
