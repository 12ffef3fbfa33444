"""A person asks for their data, from the form to the copy, through the door and the functions as they are wired."""

import io
import json
import zipfile
from datetime import timedelta

import pytest

from chalicelib.data_requests.run import answer_requests
from chalicelib.functions import answer_requests as answer_requests_function
from chalicelib.models import utc_text
from chalicelib.settling.dispatch import sweep_inbox
from tests.builders.mails import Post
from tests.builders.privacy import post, type_code
from tests.builders.requests import ASEL, START, read_mail
from tests.builders.shop import a_submission

PAUSE = timedelta(minutes=2)


@pytest.fixture
def api(api):
    api.millis = int(START.timestamp() * 1000)
    return api


def wait(shop, api, pause=PAUSE):
    """Let minutes go by, and everything be settled."""
    api.millis += int(pause.total_seconds() * 1000)
    now = START + timedelta(milliseconds=api.millis) - timedelta(seconds=START.timestamp())
    sweep_inbox(shop.services(), now)
    return now


def get_code(shop, api, kind):
    """Ask, and read the mail."""
    assert post(api, "/privacy/requests", email=ASEL.upper(), kind=kind).status_code == 202
    mails = Post()
    assert answer_requests(shop.services(mails), wait(shop, api)) == {"asked": 1}
    return read_mail(mails)


def test_from_the_form_to_the_copy(shop, api):
    shop.take(a_submission(email=ASEL, name="Асель"))
    token, code = get_code(shop, api, "access")

    page = api.call("GET", f"/privacy/confirm/{token}", accept="text/html")
    assert page.status_code == 200
    assert type_code(api, token, "222222").status_code == 422
    done = type_code(api, token, code.lower())
    assert done.status_code == 303
    result = done.headers["Location"].partition("?")[0].removeprefix("http://127.0.0.1:8000")
    assert api.call("GET", result, accept="text/html").status_code == 404
    now = wait(shop, api)

    # SES cannot be reached here, which is no matter to a package.
    assert answer_requests_function.handle({"time": utc_text(now)}) == {"done": 1}

    assert api.call("GET", result, accept="text/html").status_code == 200
    told = json.loads(api.call("GET", f"{result}/data.json").body)
    assert {"name": "email", "value": ASEL}.items() <= told["fields"][0].items()
    with zipfile.ZipFile(io.BytesIO(api.call("GET", f"{result}/data.zip").body)) as archive:
        assert {"data.html", "data.json", "csv/fields.csv"} <= set(archive.namelist())
    api.millis += int(timedelta(days=7).total_seconds() * 1000)
    assert api.call("GET", f"{result}/data.json").status_code == 404


def test_from_the_form_to_the_correction(shop, api):
    shop.take(a_submission(email=ASEL, name="Асель"))
    token, code = get_code(shop, api, "correct")
    result = type_code(api, token, code).headers["Location"].partition("?")[0].rpartition("/")[2]
    wait(shop, api)

    form = api.call("GET", f"/preferences/{result}", accept="text/html")
    assert form.status_code == 200
    assert "Асель" not in form.body.decode()
    assert post(api, f"/preferences/{result}", frequency="monthly").status_code == 200
    wait(shop, api)
    assert shop.read_profile(ASEL).fields["frequency"].value == "monthly"


def test_right_code_after_three_wrong_ones_does_nothing(shop, api):
    shop.take(a_submission(email=ASEL))
    token, code = get_code(shop, api, "erase")
    for _ in range(3):
        type_code(api, token, "222222")

    assert type_code(api, token, code).status_code == 429
    wait(shop, api)
    assert shop.find_id(ASEL)
