"""Posts of forms, by a program and by a browser without scripts. Builders for tests."""

import json
import re
from datetime import timedelta
from urllib.parse import urlencode

from chalicelib.door import open_door
from chalicelib.forms.interface import find_interface
from chalicelib.forms.library import find_form
from chalicelib.forms.page_token import sign_page_token
from tests.builders.shop import NOW

OWN = "https://forms.shop.example"
FORM = "application/x-www-form-urlencoded"
PAGE = "text/html,application/xhtml+xml,*/*;q=0.8"
ANSWERS = {"email": "asha@example.com", "consent_marketing": "yes"}


def post(api, form="sign-up", answers=None, **headers):
    """Post as a program does."""
    body = json.dumps({**ANSWERS, **(answers or {})}).encode()
    return api.post(f"/forms/{form}", body, **headers)


def browse(api, form="sign-up", answers=None, **headers):
    """Post as a browser without scripts does."""
    given = ANSWERS if answers is None else answers
    given_headers = {"accept": PAGE, "content_type": FORM, "origin": OWN, **headers}
    return api.post(f"/forms/{form}", urlencode(given, doseq=True).encode(), **given_headers)


def fresh_token(form="sign-up", age=60):
    return sign_page_token(find_form(form), NOW - timedelta(seconds=age), open_door().page_token_keys(NOW)[0])


def read_token(page):
    """Return the render token of a page."""
    found = re.search(r'name="page_token" value="([^"]+)"', page.body.decode())
    assert found
    return found[1]


def solve_question(sentence, language="en"):
    """Return the answer to a page's question, as a person finds it: by its words."""
    numbers = find_interface(language).numbers
    words = re.split(r"[\s?؟]+", sentence.casefold())
    first, second = (numbers.index(word) + 1 for word in words if word in numbers)
    return str(first + second)


def read_inbox(shop):
    opener = shop.services().opener
    return [opener.open_submission(row["pk"]["S"], row["sealed"]["B"]) for row in shop.read_all("inbox")]
