"""What staff write down on a person's page: purchases, corrections, consents; what they send and hand out."""

import io
import json
import secrets
import zipfile
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from chalicelib.data_requests.run import answer_requests
from chalicelib.models import ConsentState, Grade, OrderState
from chalicelib.people.activity import judge_activity
from tests.builders.mails import Post
from tests.builders.orders import an_order
from tests.builders.shop import NOW, a_submission

ASHA, BO = "asha@example.com", "bo@example.com"
YES = {"purpose": "marketing", "words": "Yes, please.", "words_version": "1", "language": "en"}
BOUGHT = {"item": "Teapot", "quantity": "2", "total": "29,90", "bought_on": "2026-02-20"}
AGREES = {"purpose": "marketing", "version": "2026-11-30", "language": "en", "channel": "telephone"}


@pytest.fixture
def ben(desk):
    return desk.hire("staff", "Ben Okafor")


@pytest.fixture
def asha(desk):
    desk.shop.take(a_submission(email=ASHA, phone="2025550123", name="Asha Rao", language="en"))
    return desk.shop.find_id(ASHA)


def press(browser, customer, act, **fields):
    answer = browser.post(f"/people/{customer}/{act}", submission=secrets.token_urlsafe(16), **fields)
    return answer.status_code, answer.body.decode()


def list_reasons(desk, customer):
    return [line.reason for line in desk.services.audit.list_accesses("2026-03", customer)]


def test_a_purchase_counts_like_any_order(desk, ben, asha):
    for days in (41, 21):
        desk.shop.take(an_order(ASHA, at=NOW - timedelta(days=days), number=days))
    desk.services.clock = desk.services.clock.model_copy(update={"time_zone": "Asia/Kolkata"})
    status, page = press(ben, asha, "purchase", **BOUGHT)
    assert status == 200
    assert "The purchase is recorded." in page
    assert "20\xa0February 2026 · 2 × \u2068Teapot\u2069, $14.95 each · $29.90" in page
    order = next(one.order for name, one in desk.shop.open_record(asha).orders.items() if name.startswith("staff:"))
    assert (order.total, order.currency, order.state) == (Decimal("29.90"), "USD", OrderState.PAID)
    profile = desk.shop.open_profile(asha)
    assert profile.last_purchase == order.placed_at == datetime(2026, 2, 20, 6, 30, tzinfo=UTC)
    assert profile.totals.purchases == 3
    assert judge_activity(profile, NOW).reason == "usual gap 16 days, now 9"
    assert list_reasons(desk, asha) == ["recorded a purchase"]


@pytest.mark.parametrize(
    ("wrong", "field", "told"),
    [
        ({"item": " "}, "item", ""),
        ({"quantity": "0"}, "quantity", ""),
        ({"quantity": "many"}, "quantity", ""),
        ({"total": "a lot"}, "total", "amount in digits"),
        ({"total": "-5"}, "total", "amount in digits"),
        ({"total": "1.005"}, "total", "amount in digits"),
        ({"bought_on": "2026-03-02"}, "bought_on", "in the future"),
        ({"bought_on": "yesterday"}, "bought_on", ""),
    ],
)
def test_a_purchase_with_a_mistake_names_the_field_and_keeps_what_was_typed(desk, ben, asha, wrong, field, told):
    status, page = press(ben, asha, "purchase", **{**BOUGHT, **wrong})
    assert status == 422
    assert f'href="#f-{field}"' in page
    assert told in page
    assert 'value="Teapot"' in page or field == "item"
    assert ASHA not in page
    assert list_reasons(desk, asha) == []
    assert desk.shop.open_record(asha).orders == {}


def test_digits_of_every_script_are_an_amount(desk, ben, asha):
    press(ben, asha, "purchase", **{**BOUGHT, "total": "۱۲٫۵۰", "quantity": "১"})
    (record,) = desk.shop.open_record(asha).orders.values()
    assert (record.order.total, record.order.items[0].quantity) == (Decimal("12.50"), 1)


def test_a_correction_says_what_changed_and_outranks_a_shop_system(desk, ben, asha):
    desk.shop.take(an_order(ASHA, at=NOW))
    before = len(desk.shop.read_history(asha))
    details = {"name": "Asha Rao-Lind", "address": "1 Mill Lane", "email": ASHA, "phone": "+12025550123"}
    status, page = press(ben, asha, "details", **details)
    assert status == 200
    assert "The details are corrected. Changed: Name, Postal address." in page
    profile = desk.shop.open_profile(asha)
    assert (profile.text("name"), profile.text("address")) == ("Asha Rao-Lind", "1 Mill Lane")
    assert profile.fields["name"].grade is Grade.SIGNED
    assert len(desk.shop.read_history(asha)) == before + 1
    assert list_reasons(desk, asha) == ["corrected details, as the person asked"]


def test_a_correction_of_nothing_writes_no_event(desk, ben, asha):
    _, page = press(ben, asha, "details", name="Asha Rao", email=ASHA.upper(), phone="(202) 555-0123", address="")
    assert "Nothing was changed." in page
    assert len(desk.shop.read_history(asha)) == 1
    assert list_reasons(desk, asha) == ["another reason"]  # the record was shown, and not corrected


@pytest.mark.parametrize(
    ("details", "told"),
    [
        ({"name": "Asha Rao-Lind"}, "The details are corrected."),
        ({"email": "asha@example.net"}, "An email is on its way to the new address."),
        ({"email": "asha@example.net", "name": "Asha Rao-Lind"}, "An email is on its way to the new address."),
    ],
)
def test_a_second_press_of_a_correction_writes_nothing_more(desk, ben, asha, details, told):
    form = secrets.token_urlsafe(16)
    pages = [ben.post(f"/people/{asha}/details", submission=form, **details).body.decode() for _ in range(2)]
    assert all(told in page for page in pages)
    assert ["This was sent before, and counts once." in page for page in pages] == [False, True]
    assert list_reasons(desk, asha) == ["corrected details, as the person asked"]
    assert len(desk.services.requests.list_requests(asha)) == ("email" in details)


def test_a_form_that_was_corrected_by_going_back_counts_as_another(desk, ben, asha):
    form = secrets.token_urlsafe(16)
    for name in ("Asha Rao-Lind", "Asha Lind"):
        ben.post(f"/people/{asha}/details", submission=form, name=name)
    assert desk.shop.open_profile(asha).text("name") == "Asha Lind"
    assert len(list_reasons(desk, asha)) == 2


def test_a_new_number_finds_the_customer_and_the_old_one_does_not(desk, ben, asha):
    press(ben, asha, "details", phone="(202) 555-0177")
    assert desk.services.people.find_all(name_phone("+12025550177")) == (asha,)
    assert desk.services.people.find_customer(name_phone("+12025550177")) == asha
    assert desk.services.people.find_customer(name_phone("+12025550123")) is None


def name_phone(number):
    from chalicelib.models import Identity

    return Identity(kind="phone", value=number)


def test_the_number_of_somebody_else_is_kept_and_not_taken_over(desk, ben, asha):
    desk.shop.take(a_submission(phone="2025550199", name="Bo"))
    bo = desk.services.people.find_customer(name_phone("+12025550199"))
    _, page = press(ben, asha, "details", phone="2025550199")
    assert "belongs to another customer too" in page
    assert desk.services.people.find_customer(name_phone("+12025550199")) == bo
    assert desk.shop.open_profile(asha).text("phone") == "+12025550199"
    assert [kind for *_, kind in desk.services.identities.list_suggestions()] == ["phone"]


def test_the_address_of_somebody_else_is_refused(desk, ben, asha):
    desk.shop.take(a_submission(email=BO))
    status, page = press(ben, asha, "details", email=BO, name="Asha Rao-Lind")
    assert status == 422
    assert "belongs to another customer" in page
    assert desk.shop.find_id(BO) != asha
    assert desk.shop.open_profile(asha).text("name") == "Asha Rao"
    assert list_reasons(desk, asha) == []


def test_a_new_address_waits_for_its_mail(desk, ben, asha):
    _, page = press(ben, asha, "details", email="asha@example.net")
    assert "An email is on its way to the new address." in page
    assert desk.shop.find_id("asha@example.net") is None
    (row,) = desk.services.requests.list_requests(asha)
    assert (row.kind, row.state) == ("move", "asking")
    post = Post()
    services = desk.shop.services(post)
    assert answer_requests(services, desk.now) == {"asked": 1}
    assert [mail[0] for mail in post.sent] == ["asha@example.net"]


def test_somebody_without_an_address_gets_one_at_once(desk, ben):
    desk.shop.take(a_submission(phone="2025550188", name="Bo"))
    bo = desk.services.people.find_customer(name_phone("+12025550188"))
    _, page = press(ben, bo, "details", email=BO)
    assert "The details are corrected." in page
    assert desk.shop.find_id(BO) == bo


@pytest.mark.parametrize(("field", "value"), [("email", "nobody"), ("phone", "12"), ("age_band", "99")])
def test_a_detail_that_its_type_refuses_is_named(desk, ben, asha, field, value):
    status, page = press(ben, asha, "details", **{field: value})
    assert status == 422
    assert f'href="#f-{field}' in page
    assert list_reasons(desk, asha) == []


def test_a_consent_is_kept_with_words_channel_and_staff(desk, ben, asha, single_optin):
    assert "I agree that Corner Shop may send me news" in ben.post(f"/people/{asha}", why="counter").body.decode()
    status, page = press(ben, asha, "consent", **AGREES)
    assert (status, "The consent is recorded." in page) == (200, True)
    consent = desk.shop.open_profile(asha).consents["marketing"]
    assert (consent.state, consent.channel, consent.staff) == (ConsentState.GIVEN, "telephone", ben.staff_id)
    assert (consent.words_version, consent.language) == ("2026-11-30", "en")
    assert consent.words.startswith("I agree that Corner Shop may")
    assert list_reasons(desk, asha)[-1] == "wrote down a consent"
    assert 'value="2026-11-30"' not in page  # what stands is not asked again


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"purpose": "other"}, "one of the consents"),
        ({"version": "2020-01-01"}, "has changed"),
        ({"language": "xx"}, "has changed"),
        ({"channel": "street"}, "where the customer said yes"),
    ],
)
def test_a_consent_to_other_words_is_refused(desk, ben, asha, single_optin, wrong, told):
    status, page = press(ben, asha, "consent", **{**AGREES, **wrong})
    assert (status, told in page) == (422, True)
    assert desk.shop.open_profile(asha).consents == {}


def take_customer(shop, **said):
    assert shop.take(a_submission(email=ASHA, name="Asha Rao", language="en", **said)) == "settled"
    return shop.find_id(ASHA)


def test_double_optin_asks_by_mail_and_changes_nothing_before(taking, shop):
    asha, ben = take_customer(shop), taking.hire("staff")
    _, page = press(ben, asha, "consent", **AGREES)
    assert "asks the customer to confirm" in page
    assert shop.open_profile(asha).consents == {}
    assert [row["state"]["S"] for row in taking.stage.read_all("inbox") if "ask_at" in row] == ["unconfirmed"]
    assert list_reasons(taking, asha) == ["wrote down a consent"]


def test_a_yes_after_a_no_asks_by_mail_whatever_the_form_says(taking, shop, single_optin):
    asha, ben = take_customer(shop, consents=[YES]), taking.hire("staff")
    press(ben, asha, "withdraw", purpose="marketing")
    _, page = press(ben, asha, "consent", **AGREES)
    assert "asks the customer to confirm" in page
    assert shop.open_profile(asha).consents["marketing"].state is ConsentState.WITHDRAWN


def test_who_has_no_address_cannot_be_asked_by_mail(desk, ben):
    desk.shop.take(a_submission(phone="2025550188"))
    bo = desk.services.people.find_customer(name_phone("+12025550188"))
    status, page = press(ben, bo, "consent", **AGREES)
    assert (status, "no address of their own is known" in page) == (422, True)
    status, _ = press(ben, bo, "preferences")
    assert status == 422


def test_a_child_is_asked_nothing(desk, ben, single_optin):
    desk.shop.take(a_submission(email=ASHA, age_band="under-16"))
    asha = desk.shop.find_id(ASHA)
    assert "/consent" not in ben.post(f"/people/{asha}", why="counter").body.decode()
    assert press(ben, asha, "consent", **AGREES)[0] == 422


def test_the_page_of_preferences_is_mailed_to_the_customer_alone(desk, ben, asha):
    _, page = press(ben, asha, "preferences")
    assert "An email is on its way to the customer." in page
    post = Post()
    services = desk.shop.services(post)
    assert answer_requests(services, desk.now) == {"asked": 1}
    ((address, mail, *_),) = post.sent
    assert address == ASHA
    assert "/privacy/" in mail.text
    assert "/privacy/" not in page
    for _ in range(9):
        press(ben, asha, "preferences")
        desk.wait(seconds=1)
        answer_requests(services, desk.now)
    assert len(post.sent) <= 3  # the caps of an address hold for staff too


def test_the_export_is_noted_and_given_as_a_file(desk, ben, asha):
    answer = ben.post(f"/people/{asha}/export")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="data.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
        assert {"data.html", "data.json"} <= set(archive.namelist())
        data = json.loads(archive.read("data.json"))
        assert ASHA in archive.read("data.html").decode()
    assert "export" in {row["why"] for row in data["readings"]}  # noted before it was made
    assert list_reasons(desk, asha) == ["export"]


def test_an_export_that_cannot_be_noted_is_not_made(desk, ben, asha, monkeypatch):
    token, made = ben.read_token(), []
    monkeypatch.setattr("chalicelib.data_requests.export.gather_record", lambda *given: made.append(given))
    monkeypatch.setattr(desk.services.staff.__class__, "require_active", lambda self, *_: refuse(self))
    assert ben.post(f"/people/{asha}/export", token=token).status_code == 409
    assert made == []


def refuse(staff):
    return staff.table.delete_part({"pk": "none", "sk": "none"}, "attribute_exists(pk)")


def test_an_export_asks_for_the_passkey(desk, ben, asha):
    desk.wait(minutes=6)
    assert ben.post(f"/people/{asha}/export").headers["Location"] == f"/touch?next=%2Fpeople%2F{asha}"


def test_the_customer_reads_of_it_in_the_copy(desk, ben, asha):
    press(ben, asha, "purchase", **BOUGHT)
    press(ben, asha, "details", name="Asha Rao-Lind")
    answer = ben.post(f"/people/{asha}/export")
    with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
        page = archive.read("data.html").decode()
    for told in ("Teapot", "Asha Rao-Lind", "your details were corrected, as you asked", "wrote down what you bought"):
        assert told in page
