"""The Counter page: the shop's forms filled in by staff, kept as theirs, exactly once."""

import re

import pytest

from chalicelib.models import ConsentState
from chalicelib.store.staff import Role
from tests.builders.desk import read_id
from tests.builders.shop import read_all_events

MARKUP = "<b>&\"'x</b>"
SIGN_UP = {"email": "ana@example.org", "consent_marketing": "2026-11-30", "language": "en"}
CARD = {"email": "ana@example.org", "language": "en"}


def fill_in(browser, form, **fields):
    """Open a form and send it filled in."""
    submission = read_id(browser.read(f"/counter/{form}"))
    return browser.post(f"/counter/{form}", **{"submission": submission, **fields})


def test_a_sign_up_waits_for_its_confirmation_as_online(taking, shop):
    staff = taking.hire("staff")
    answer = fill_in(staff, "sign-up", **SIGN_UP)
    page = answer.body.decode()
    assert answer.status_code == 200
    assert "An email is on its way" in page
    assert "Your reference number" in page or 'dir="ltr"' in page
    assert "ana@example.org" not in page  # the summary is masked
    assert shop.list_customers() == []  # nobody before the mailbox said yes
    assert [row["state"]["S"] for row in taking.stage.read_all("inbox")] == ["unconfirmed"]


def test_the_evidence_names_the_counter_and_the_member_of_staff(taking, shop, single_optin):
    till = taking.hire("till")
    answer = fill_in(till, "sign-up", **SIGN_UP)
    assert "It is in the customer" in answer.body.decode()
    consent = shop.read_profile("ana@example.org").consents["marketing"]
    assert (consent.state, consent.channel, consent.staff) == (ConsentState.GIVEN, "counter", till.staff_id)
    assert (consent.words_version, consent.language, consent.network, consent.script) == ("2026-11-30", "en", "", "")
    assert consent.words.startswith("I agree that Corner Shop may")


def test_whoever_may_open_customers_is_told_the_id_and_a_till_is_not(taking, shop, single_optin):
    page = fill_in(taking.hire("staff"), "sign-up", **SIGN_UP).body.decode()
    assert shop.find_id("ana@example.org") in page
    page = fill_in(taking.hire("till", "Till 1"), "sign-up", **SIGN_UP).body.decode()
    assert shop.find_id("ana@example.org") not in page


def test_a_double_press_counts_once_and_two_forms_count_twice(taking, shop, single_optin):
    staff = taking.hire("staff")
    submission = read_id(staff.read("/counter/sign-up"))
    first = staff.post("/counter/sign-up", submission=submission, **SIGN_UP)
    again = staff.post("/counter/sign-up", submission=submission, **SIGN_UP)
    assert (first.status_code, again.status_code) == (200, 200)
    assert "counts once" in again.body.decode()
    assert len(read_all_events(shop)) == 1
    fill_in(staff, "sign-up", **SIGN_UP)
    assert len(read_all_events(shop)) == 2


def test_without_the_id_of_a_shown_form_nothing_is_kept(taking):
    staff = taking.hire("staff")
    assert staff.post("/counter/sign-up", **SIGN_UP).status_code == 422
    assert taking.stage.read_all("inbox") == []


def test_what_is_wrong_is_told_and_what_was_typed_stays(taking):
    staff = taking.hire("staff")
    submission = read_id(staff.read("/counter/sign-up"))
    answer = staff.post("/counter/sign-up", submission=submission, email="no address", name=MARKUP, language="fa")
    page = answer.body.decode()
    assert answer.status_code == 422
    assert "&lt;b&gt;&amp;&#34;&#39;x&lt;/b&gt;" in page
    assert MARKUP not in page
    assert read_id(page) == submission
    assert 'lang="fa" dir="rtl" aria-labelledby="form-title"' in page
    assert "<details open>" in page  # an optional part with an answer in it
    answer = staff.post("/counter/sign-up", submission=submission, email="", name="", phone="", language="fa")
    assert "<details>" in answer.body.decode()
    assert taking.stage.read_all("inbox") == []


def test_no_colon_stands_after_a_question(taking):
    staff = taking.hire("staff")
    submission = read_id(staff.read("/counter/pre-order"))
    page = staff.post("/counter/pre-order", submission=submission, email="none").body.decode()
    assert ">What would you like?</a> Please" in page
    assert ">Email</a>: Please" in page


def test_markup_in_every_field_is_escaped(taking):
    staff = taking.hire("staff")
    names = re.findall(r'name="(\w+)"', staff.read("/counter/pre-order"))
    own = ("form_token", "language", "submission")
    fields = {name: [MARKUP, MARKUP] for name in names if name not in own}
    answer = staff.post("/counter/pre-order", submission="<x>" + MARKUP, **fields)
    assert answer.status_code == 422
    assert MARKUP not in answer.body.decode()
    assert "<b>" not in answer.body.decode()


def test_a_language_is_pressed_and_nothing_is_lost_or_kept(taking):
    staff = taking.hire("staff")
    page = staff.read("/counter/sign-up?speak=kk")
    assert "Тіркел" in page or 'lang="kk" dir="ltr" aria-labelledby' in page
    submission = read_id(page)
    answer = staff.post(
        "/counter/sign-up", submission=submission, language="kk", email="ana@example.org", **{"desk-speak": "fa"}
    )
    page = answer.body.decode()
    assert (answer.status_code, read_id(page)) == (200, submission)
    assert 'value="ana@example.org"' in page
    assert "\u2068Corner Shop\u2069 خبرها" in page
    assert taking.stage.read_all("inbox") == []


def test_what_find_looked_for_in_vain_is_carried_over(taking):
    staff = taking.hire("staff")
    answer = staff.post("/counter", phone="+1 212 555 0100", email="ana@example.org")
    page = answer.body.decode()
    assert answer.status_code == 200
    assert 'value="+1 212 555 0100"' in page
    assert 'value="ana@example.org"' in page
    assert "<details open>" in page
    assert taking.stage.read_all("inbox") == []


def test_no_browser_offers_what_an_earlier_customer_typed(taking):
    page = taking.hire("staff").read("/counter/sign-up")
    found = re.findall(r'<(?:input|textarea) [^>]*name="(?:email|phone|name|address)"[^>]*>', page)
    assert len(found) == 4
    assert all('autocomplete="off"' in each for each in found)


@pytest.mark.parametrize("role", [Role.OWNER, Role.STAFF, Role.TILL])
def test_every_form_of_the_shop_is_offered(taking, role):
    browser = taking.hire(role)
    page = browser.read("/counter")
    for name in ("sign-up", "newsletter", "pre-order", "survey", "warranty"):
        assert f'href="/counter/{name}?speak=en"' in page
        assert browser.get(f"/counter/{name}").status_code == 200
    assert browser.get("/counter/preferences").status_code == 404


def test_a_survey_with_several_answers_and_no_name_is_kept(taking, shop):
    answer = fill_in(taking.hire("staff"), "survey", score="9", why_us=["quality", "people"], language="en")
    assert answer.status_code == 200, answer.body
    (_, submission, reading), *rest = read_all_events(shop)
    assert rest == []
    assert reading.entry.values == {"score": 9, "why_us": ["quality", "people"]}
    assert (submission.topic, submission.network) == ("survey", "")


def test_dismissed_meanwhile_means_not_kept(taking, monkeypatch):
    owner, staff = taking.hire("owner"), taking.hire("staff", "Ben Okafor")
    submission = read_id(staff.read("/counter/sign-up"))
    from chalicelib.door import intake

    name = intake.name_submission

    def dismiss_first(*given):
        if not dismissed:
            dismissed.append(owner.post(f"/staff/{staff.staff_id}/dismiss").status_code)
        return name(*given)

    dismissed = []
    monkeypatch.setattr(intake, "name_submission", dismiss_first)
    answer = staff.post("/counter/sign-up", submission=submission, **SIGN_UP)
    assert dismissed == [303]
    assert answer.status_code == 409
    assert taking.stage.read_all("inbox") == []


def test_what_cannot_be_settled_now_is_kept_for_the_sweeper(taking, shop, single_optin, monkeypatch):
    staff = taking.hire("staff")
    monkeypatch.setattr(taking.services.keys, "read_index", None)  # the root key cannot be used
    page = fill_in(staff, "sign-up", **SIGN_UP).body.decode()
    assert "takes effect within a few minutes" in page
    (row,) = taking.stage.read_all("inbox")
    assert row["state"]["S"] == "new"
    from chalicelib.settling.dispatch import settle_item

    assert settle_item(row["pk"]["S"], shop.services(), taking.now) == "settled"
    assert shop.read_profile("ana@example.org").consents["marketing"].staff == staff.staff_id


def test_no_address_holds_what_was_typed(taking):
    staff = taking.hire("staff")
    for answer in (fill_in(staff, "sign-up", **SIGN_UP), staff.post("/counter", email="ana@example.org")):
        assert "ana" not in answer.headers.get("Location", "")
        assert answer.headers["Cache-Control"] == "no-store"
        assert "ana%40" not in answer.body.decode()
