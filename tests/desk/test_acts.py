"""What staff do on a person's page: each act with its line in the audit, and none by somebody who was dismissed."""

import json
import secrets

import pytest

from chalicelib.erasure.run import advance_erasures
from chalicelib.models import ConsentState
from tests.builders.desk import press
from tests.builders.shop import a_submission

ASHA = "asha@example.com"
CONSENT = {"purpose": "marketing", "words": "Yes, please.", "words_version": "1", "language": "en"}
MARKER = "<b onmouseover=alert(1)>"
ACTS = {
    "note": {"note": "Allergic to dogs"},
    "withdraw": {"purpose": "marketing"},
    "forget": {},
    "purchase": {"item": "Teapot", "quantity": "2", "total": "30", "bought_on": "2026-02-20"},
    "details": {"name": "Asha R. Rao"},
    "consent": {"purpose": "marketing", "version": "2026-11-30", "language": "en", "channel": "counter"},
    "preferences": {},
    "export": {},
    "doubles": {},
}
WITHOUT_ID = ("export", "doubles")  # what is pressed twice there changes nothing


@pytest.fixture
def ben(desk):
    return desk.hire("staff", "Ben Okafor")


@pytest.fixture
def asha(desk):
    assert desk.shop.take(a_submission(email=ASHA, name="Asha Rao", consents=[CONSENT])) == "settled"
    return desk.shop.find_id(ASHA)


def list_reasons(desk, customer):
    return [line.reason for line in desk.services.audit.list_accesses("2026-03", customer)]


def test_a_note_is_kept_in_the_record_and_shown(desk, ben, asha):
    before = desk.shop.open_profile(asha).last_seen
    answer = press(ben, f"/people/{asha}/note", note="  Likes Assam.\r\nCalls on Mondays \u202e")
    page = answer.body.decode()
    assert answer.status_code == 200
    assert "The note is saved." in page
    assert "Likes Assam.\nCalls on Mondays" in page
    entries = [one.entry for one in desk.shop.open_record(asha).entries.values()]
    assert [(one.kind, one.values) for one in entries] == [("note", {"note": "Likes Assam.\nCalls on Mondays"})]
    assert desk.shop.open_profile(asha).last_seen == before  # a note is no sign of life
    assert list_reasons(desk, asha) == ["added a note"]


def test_a_warning_stands_before_anything_else(desk, ben, asha):
    press(ben, f"/people/{asha}/note", note="Plain one")
    page = press(ben, f"/people/{asha}/note", note=f"{MARKER}Owes us a kettle", warn="yes").body.decode()
    main = page.partition("<main")[2]
    assert main.index("Owes us a kettle") < main.index("<h1>") < main.index("Plain one")
    assert MARKER not in page


@pytest.mark.parametrize(("note", "told"), [(" \n ", "write the note"), ("x" * 1_001, "shorter note")])
def test_a_note_that_cannot_be_kept_says_why(desk, ben, asha, note, told):
    answer = press(ben, f"/people/{asha}/note", note=note)
    assert answer.status_code == 422
    assert told in answer.body.decode()
    assert list_reasons(desk, asha) == []


def test_a_consent_is_withdrawn_at_once_by_the_channel_staff(desk, ben, asha):
    assert desk.shop.open_profile(asha).consents["marketing"].state is ConsentState.GIVEN
    before = desk.now
    page = press(ben, f"/people/{asha}/withdraw", purpose="marketing").body.decode()
    assert "The consent is withdrawn." in page
    assert f'action="/people/{asha}/withdraw"' not in page
    consent = desk.shop.open_profile(asha).consents["marketing"]
    assert (consent.state, consent.channel) == (ConsentState.WITHDRAWN, "staff")
    assert before < consent.at <= desk.now
    assert desk.shop.open_profile(asha).last_seen == consent.at
    assert list_reasons(desk, asha) == ["withdrew a consent, as the person asked"]


def test_a_purpose_that_the_shop_does_not_know_is_refused(desk, ben, asha):
    assert press(ben, f"/people/{asha}/withdraw", purpose="other").status_code == 422
    assert len(desk.shop.read_history(asha)) == 1


def test_forgetting_asks_for_the_passkey_and_ends_with_a_receipt(desk, ben, asha):
    desk.wait(minutes=6)
    answer = press(ben, f"/people/{asha}/forget")
    assert answer.headers["Location"] == f"/touch?next=%2Fpeople%2F{asha}"
    assert desk.services.keys.has_key(asha)
    assert ben.touch(next=f"/people/{asha}").headers["Location"] == f"/people/{asha}"

    answer = press(ben, f"/people/{asha}/forget")
    place = answer.headers["Location"]
    assert answer.status_code == 303
    assert place.startswith("/erasures/")
    assert not desk.services.keys.has_key(asha)
    assert "within a minute" in ben.read(place)
    assert list_reasons(desk, asha) == ["forgot: asked in person"]

    advance_erasures(desk.services, desk.now)
    page = ben.read(place)
    assert "within a minute" not in page
    row = desk.services.erasures.read_row(place.rpartition("/")[2])
    assert row.receipt
    assert row.counts["records"] == 1
    assert json.loads(row.receipt)["receipt"] in page
    assert ASHA not in page
    assert press(ben, f"/people/{asha}/forget").status_code == 404


@pytest.mark.parametrize("act", ACTS)
def test_somebody_dismissed_meanwhile_changes_nothing(desk, ben, asha, act, monkeypatch, single_optin):
    member, token = desk.services.staff.read_member(ben.staff_id), ben.read_token()
    look = desk.services.staff.__class__.require_active

    def dismiss_first(self, staff_id, number):
        """Let the dismissal come between reading the session and the transaction."""
        part = look(self, staff_id, number)
        if self.read_member(staff_id).is_active:
            self.table.commit_parts(self.write_dismissal(member, desk.now))
        return part

    monkeypatch.setattr(desk.services.staff.__class__, "require_active", dismiss_first)
    before = desk.stage.read_all("customers")
    answer = press(ben, f"/people/{asha}/{act}", token=token, **ACTS[act])
    assert answer.status_code == 409
    assert desk.stage.read_all("customers") == before
    assert desk.services.keys.has_key(asha)


@pytest.mark.parametrize("act", ACTS)
def test_an_act_on_nobody_is_not_found(desk, ben, act, single_optin):
    assert press(ben, f"/people/{'x' * 22}/{act}", **ACTS[act]).status_code == 404
    assert list_reasons(desk, "x" * 22) == []


def test_a_second_press_of_a_form_counts_once(desk, ben, asha):
    form = secrets.token_urlsafe(16)
    first = press(ben, f"/people/{asha}/note", note="Likes Assam", submission=form).body.decode()
    second = press(ben, f"/people/{asha}/note", note="Likes Assam", submission=form).body.decode()
    assert "This was sent before" not in first
    assert "The note is saved. This was sent before, and counts once." in second
    assert len(desk.shop.open_record(asha).entries) == 1
    assert list_reasons(desk, asha) == ["added a note"]
    press(ben, f"/people/{asha}/note", note="Likes Assam, and Darjeeling", submission=form)  # corrected, by going back
    assert len(desk.shop.open_record(asha).entries) == 2


@pytest.mark.parametrize("act", [act for act in ACTS if act not in (*WITHOUT_ID, "forget")])
def test_two_posts_of_a_form_at_once_count_once(desk, ben, asha, act, monkeypatch, single_optin):
    form, token, commit, rivals = secrets.token_urlsafe(16), ben.read_token(), desk.services.table.commit_parts, []

    def come_first(parts):
        """Let the same post, sent a moment later, be the first to be written."""
        parts = list(parts)
        if not rivals and len(parts) > 3:
            rivals.append(True)
            assert press(ben, f"/people/{asha}/{act}", token=token, submission=form, **ACTS[act]).status_code == 200
        commit(parts)

    monkeypatch.setattr(desk.services.table, "commit_parts", come_first)
    page = press(ben, f"/people/{asha}/{act}", token=token, submission=form, **ACTS[act]).body.decode()
    assert rivals
    assert "This was sent before, and counts once." in page
    assert len(desk.shop.read_history(asha)) == (1 if act == "preferences" else 2)
    assert len(desk.services.requests.list_requests(asha)) == (act == "preferences")
    assert len(list_reasons(desk, asha)) == 1


def test_a_second_press_of_forget_leads_to_the_receipt_of_the_first(desk, ben, asha):
    form = secrets.token_urlsafe(16)
    places = [press(ben, f"/people/{asha}/forget", submission=form).headers["Location"] for _ in range(2)]
    assert places[0] == places[1]
    assert list_reasons(desk, asha) == ["forgot: asked in person"]


@pytest.mark.parametrize("form", ["", "short", "<b>" * 9])
@pytest.mark.parametrize("act", [act for act in ACTS if act not in WITHOUT_ID])
def test_a_post_without_the_id_of_its_form_is_refused(desk, ben, asha, act, form, single_optin):
    assert press(ben, f"/people/{asha}/{act}", submission=form, **ACTS[act]).status_code == 422
    assert list_reasons(desk, asha) == []
    assert desk.services.keys.has_key(asha)
