"""The till: a device that hands in sealed entries, each counted once, and reads nothing."""

import gzip
import json
import re
from base64 import b64decode
from datetime import datetime, timedelta

import pytest

from chalicelib.desk import console
from chalicelib.desk.answers import FOLDER
from chalicelib.desk.rights import Right
from chalicelib.models import ConsentState, Identity, ReadingKind
from chalicelib.senders import till as sender
from chalicelib.senders.till import SEALED
from chalicelib.settling.dispatch import settle_keys, sweep_inbox
from chalicelib.shop.brand import find_brand
from chalicelib.store.inbox import State
from chalicelib.words import list_languages
from tests.builders.desk import FORM_TOKEN, fill
from tests.builders.latin import LANGUAGES, find_latin
from tests.builders.shop import a_submission, read_all_events
from tests.builders.till import SIGN_UP, an_entry, enrol, hand_in, make_id, read_link, seal, take, use_link

MARKUP = "<b>&\"'x</b>"


@pytest.fixture
def owner(taking):
    return taking.hire("owner")


@pytest.fixture
def till(taking, owner):
    return enrol(taking, owner)


def read_inbox(desk):
    return [(row["state"]["S"], row.get("reason", {}).get("S", "")) for row in desk.stage.read_all("inbox")]


def settle(desk, shop):
    """Settle what the stream brings."""
    keys = [row["pk"]["S"] for row in desk.stage.read_all("inbox")]
    return settle_keys(keys, shop.services(), desk.now)


def test_an_entry_takes_effect_as_one_of_the_counter(taking, shop, till, single_optin):
    assert take(taking, shop, till).status_code == 200
    assert settle(taking, shop) == {"settled": 1}
    consent = shop.read_profile("ana@example.org").consents["marketing"]
    assert (consent.state, consent.channel, consent.staff) == (ConsentState.GIVEN, "till", till.device_id)
    assert consent.words.startswith("I agree that Corner Shop may")
    ((_, submission, reading),) = read_all_events(shop)
    assert (submission.sender, submission.topic, reading.kind) == ("form", "sign-up", "sign-up")
    assert json.loads(submission.body)["taken"]["by"] == "ML"


def test_a_sign_up_waits_for_its_confirmation_and_reads_the_same_after_the_form_changed(
    taking, shop, till, monkeypatch
):
    take(taking, shop, till)
    assert settle(taking, shop) == {"unconfirmed": 1}
    monkeypatch.setattr("chalicelib.settling.till.read_entry", None)  # nothing reads the entry by the form again
    (row,) = taking.stage.read_all("inbox")
    kept = shop.services().opener.open_submission(row["pk"]["S"], row["sealed"]["B"])
    assert kept.sender == "form"
    assert json.loads(kept.body)["consents"][0]["words_version"] == "2026-11-30"


def test_fifty_entries_of_which_three_come_twice_are_fifty_events(taking, shop, till, single_optin):
    sent = []
    for number in range(50):
        entry = make_id()
        said = an_entry(taking, email=[f"guest{number}@example.org"], consent_marketing=["2026-11-30"], language=["en"])
        sent.append((seal(shop, till.device_id, entry, said), entry))
    for sealed, entry in [*sent, *sent[7:10]]:
        assert hand_in(till, sealed, entry).status_code == 200
    assert settle(taking, shop) == {"settled": 50}
    assert len(read_all_events(shop)) == 50


def test_an_id_that_was_sealed_twice_takes_effect_once(taking, shop, till, single_optin):
    entry = make_id()
    for by in ("ML", "BO"):
        assert hand_in(till, seal(shop, till.device_id, entry, an_entry(taking, by=by)), entry).status_code == 200
    assert settle(taking, shop) == {"settled": 1, "duplicate": 1}
    assert len(read_all_events(shop)) == 1


def test_an_altered_entry_is_parked_and_holds_up_no_other(taking, shop, till, single_optin):
    entry = make_id()
    sealed = seal(shop, till.device_id, entry, an_entry(taking))
    for place in (5, len(sealed) // 2, len(sealed) - 1):
        altered = bytearray(sealed)
        altered[place] ^= 1
        assert hand_in(till, bytes(altered), entry).status_code == 200
    assert hand_in(till, sealed, entry).status_code == 200
    assert settle(taking, shop) == {"settled": 1, "parked": 3}
    assert len(read_all_events(shop)) == 1
    assert {reason.partition(":")[0] for state, reason in read_inbox(taking) if state == "parked"} == {
        "SealBrokenError"
    }


def test_an_entry_of_another_till_or_under_another_id_cannot_be_opened(taking, shop, owner, till):
    other, entry = enrol(taking, owner, "Back counter"), make_id()
    sealed = seal(shop, till.device_id, entry, an_entry(taking))
    assert hand_in(other, sealed, entry, device=till.device_id).status_code == 422
    assert read_inbox(taking) == []
    hand_in(other, sealed, entry)
    hand_in(till, sealed, make_id())
    assert settle(taking, shop) == {"parked": 2}


def test_the_desk_keeps_what_it_cannot_read(taking, shop, till, monkeypatch):
    monkeypatch.setattr("chalicelib.vault.envelope.InboxOpener.__init__", None)
    assert take(taking, shop, till).status_code == 200
    assert "ana@example" not in str(taking.stage.read_all("inbox"))


def test_what_does_not_fit_the_form_is_parked_for_staff_without_a_value_in_its_reason(taking, shop, till):
    take(taking, shop, till, email=["no address"], nickname=[MARKUP], language=["en"])
    take(taking, shop, till, email=["ana@example.org"], consent_marketing=["2020-01-01"], language=["en"])
    take(taking, shop, till, "gone", email=["ana@example.org"])
    entry = make_id()
    hand_in(till, seal(shop, till.device_id, entry, b'{"form": 7}'), entry)
    assert settle(taking, shop) == {"parked": 4}
    assert sorted(reason for _, reason in read_inbox(taking)) == [
        "UnreadableError: till: no such form",
        "UnreadableError: till: not of the shape that the page writes",
        "UnreadableError: till: sign-up: consent_marketing: words_changed",
        "UnreadableError: till: sign-up: nickname: unknown; email: invalid; consent_marketing: missing",
    ]
    staff = taking.hire("staff")
    assert "no address" not in staff.read("/today")
    for row in taking.stage.read_all("inbox"):
        look = staff.post(f"/today/items/{row['pk']['S']}/look")
        assert look.status_code == 200
        assert b"ana@example.org" not in look.body


def test_a_parked_entry_is_looked_at_released_and_settled_once_the_form_fits(
    taking, shop, till, single_optin, monkeypatch
):
    known = sender.find_form
    monkeypatch.setattr(sender, "find_form", lambda _: None)
    take(taking, shop, till)
    assert settle(taking, shop) == {"parked": 1}
    (row,) = taking.stage.read_all("inbox")
    key = row["pk"]["S"]
    kept = shop.services().opener.open_submission(key, row["sealed"]["B"])
    assert (kept.topic, json.loads(kept.body)["sent"]) == ("opened", SIGN_UP)
    monkeypatch.setattr(sender, "find_form", known)
    shop.services().inbox.release_item(key, State.PARKED)
    assert settle(taking, shop) == {"settled": 1}
    assert len(read_all_events(shop)) == 1


def test_an_erasure_finds_a_parked_entry_by_the_address_in_it(taking, shop, till):
    take(taking, shop, till, email=["ana@example.org"], nickname=["Ana"], language=["en"])
    settle(taking, shop)
    services = shop.services()
    rows = services.people.name_rows(Identity(kind="email", value="ana@example.org"))
    assert len(list(services.waits.list_waits(rows))) == 1


def test_the_time_is_that_of_the_counter_and_never_later_than_the_arrival(taking, shop, till, single_optin):
    before = taking.now
    early, late = make_id(), make_id()
    taking.wait(hours=5)
    hand_in(till, seal(shop, till.device_id, early, an_entry(taking, at=before)), early)
    said = an_entry(taking, at=taking.now.replace(year=2030), **{**SIGN_UP, "email": ["bo@example.org"]})
    hand_in(till, seal(shop, till.device_id, late, said), late)
    settle(taking, shop)
    first, second = sorted(submission.occurred_at for _, submission, _ in read_all_events(shop))
    assert first == before
    assert before < second <= taking.now


def test_a_note_and_a_purchase_reach_a_customer_who_is_known(taking, shop, till, single_optin):
    take(taking, shop, till)
    settle(taking, shop)
    take(taking, shop, till, "till-note", email=["ana@example.org"], note=["Likes green tea"], language=["en"])
    take(taking, shop, till, "till-purchase", email=["ANA@example.org"], bought=["Kettle"], amount=["۱۲٫۵۰"])
    settle(taking, shop)
    readings = [reading for _, _, reading in read_all_events(shop)]
    assert len(shop.list_customers()) == 1
    (note,) = [each for each in readings if each.kind is ReadingKind.NOTE]
    (bought,) = [each for each in readings if each.kind is ReadingKind.ORDER]
    assert note.entry.values == {"note": "Likes green tea"}
    order = bought.orders[0]
    assert (str(order.total), order.currency, order.items[0].title) == ("12.50", "USD", "Kettle")
    assert {name: str(spent) for name, spent in shop.read_profile("ana@example.org").totals.spent.items()} == {
        "USD": "12.50"
    }


@pytest.mark.parametrize("amount", ["5\u00b2", "12.505"])
def test_an_amount_that_is_none_in_the_currency_of_the_shop_is_parked(taking, shop, till, single_optin, amount):
    take(taking, shop, till)
    settle(taking, shop)
    take(taking, shop, till, "till-purchase", email=["ana@example.org"], bought=["Kettle"], amount=[amount])
    assert settle(taking, shop)["parked"] == 1
    assert ("parked", "UnreadableError: till: purchase: amount: invalid") in read_inbox(taking)


def test_an_entry_that_was_typed_longer_ago_than_a_quarter_is_parked_and_counts_in_no_month(
    taking, shop, till, single_optin
):
    for days in (91, 93):
        said = an_entry(taking, at=taking.now - timedelta(days=days), **{**SIGN_UP, "email": [f"a{days}@example.org"]})
        entry = make_id()
        assert hand_in(till, seal(shop, till.device_id, entry, said), entry).status_code == 200
    assert settle(taking, shop) == {"settled": 1, "parked": 1}
    assert ("parked", "UnreadableError: till: at: too_old") in read_inbox(taking)
    assert [shop.find_id(f"a{days}@example.org") is None for days in (91, 93)] == [False, True]


def test_a_note_about_somebody_unknown_makes_no_customer_and_waits(taking, shop, till):
    take(taking, shop, till, "till-note", phone=["+1 212 555 0100"], note=["Call back"], language=["en"])
    take(taking, shop, till, "till-purchase", email=["ana@example.org"], bought=["Tea"], amount=["12.5.0"])
    assert settle(taking, shop) == {"nameless": 1, "parked": 1}
    assert shop.list_customers() == []


def test_a_till_takes_no_name_from_the_customer_who_holds_it(taking, shop, till, single_optin):
    phone = Identity(kind="phone", value="+12125550100")
    shop.take(a_submission(phone="+1 212 555 0100"))
    first = shop.services().people.find_customer(phone)
    take(taking, shop, till, email=["bo@example.org"], phone=["+1 212 555 0100"], consent_marketing=["2026-11-30"])
    settle(taking, shop)
    assert first
    assert shop.services().people.find_customer(phone) == first != shop.find_id("bo@example.org")


def test_a_lost_till_is_ended_by_one_button_also_within_what_it_is_sending(taking, shop, owner, till, monkeypatch):
    wrap = sender.wrap_entry
    owner.touch()

    def end_first(*given):
        assert owner.post(f"/devices/{till.device_id}/end").status_code == 303
        return wrap(*given)

    monkeypatch.setattr(sender, "wrap_entry", end_first)
    assert take(taking, shop, till).status_code == 409
    monkeypatch.setattr(sender, "wrap_entry", wrap)
    assert take(taking, shop, till).status_code == 403
    assert till.get("/till/key").status_code == 403
    assert read_inbox(taking) == []
    assert (owner.staff_id, f"ended the till {till.device_id}") in taking.list_audit()


def test_a_new_link_makes_the_same_till_again_and_what_it_sealed_before_counts(taking, shop, owner, till, single_optin):
    entry = make_id()
    sealed = seal(shop, till.device_id, entry, an_entry(taking))
    owner.touch()
    owner.post(f"/devices/{till.device_id}/end")
    assert hand_in(till, sealed, entry).status_code == 403
    path = read_link(owner.post(f"/devices/{till.device_id}/link"))
    assert hand_in(till, sealed, entry).status_code == 403  # the link alone is no credential
    old = dict(till.cookies)
    use_link(taking, path, till)
    assert hand_in(till, sealed, entry).status_code == 200
    assert settle(taking, shop) == {"settled": 1}
    till.cookies = old
    assert hand_in(till, sealed, entry).status_code == 403


def test_a_link_works_once_for_an_hour_and_looking_uses_nothing_up(taking, owner):
    owner.touch()
    path, later = (read_link(owner.post("/devices", name=name)) for name in ("One", "Two"))
    page = taking.open_browser().read(path)
    assert "Make this device the till One" in page
    use_link(taking, path)
    assert taking.open_browser().post(path, token="").status_code == 404
    taking.wait(hours=1, seconds=1)
    assert taking.open_browser().get(later).status_code == 404
    assert taking.open_browser().post(later, token="").status_code == 404
    assert taking.open_browser().post(f"{path[:-3]}xyz", token="").status_code == 404
    assert taking.open_browser().call("POST", path, site="cross-site").status_code == 403


def read_ends(desk):
    """Return when DynamoDB removes the rows of tills and until when their links work, in seconds."""
    rows = [row for row in desk.stage.read_all("desk") if row["pk"]["S"] == "till"]
    return [(int(row["expires_at"]["N"]), int(datetime.fromisoformat(row["until"]["S"]).timestamp())) for row in rows]


def test_the_row_of_a_till_that_no_device_is_yet_ends_with_its_latest_link(taking, owner):
    owner.touch()
    device = read_link(owner.post("/devices", name="One")).rpartition("/")[2].partition(".")[0]
    [(first, until)] = read_ends(taking)
    assert first == until
    taking.wait(minutes=4)
    assert owner.post(f"/devices/{device}/link").status_code == 200
    [(second, until)] = read_ends(taking)
    assert second == until == first + 240


def test_a_session_that_ended_meanwhile_loses_nothing(taking, shop, owner, till, single_optin):
    member = taking.hire("till", "Saturday")
    till.cookies |= member.cookies
    owner.touch()
    assert owner.post(f"/staff/{member.staff_id}/dismiss").status_code == 303
    assert take(taking, shop, till).status_code == 200
    assert settle(taking, shop) == {"settled": 1}


READABLE = sorted(
    (method, path)
    for (method, path), rule in console.RULES.items()
    if rule.right is not Right.OPEN and path not in ("/till/key", "/till/entries")
)


def test_the_credential_of_a_till_opens_no_other_route(taking, till):
    before = taking.stage.read_all("desk")
    for method, path in READABLE:
        answer = till.get(fill(path)) if method == "GET" else till.post(fill(path), token="0" * 64)
        found = (answer.status_code, answer.headers.get("Location", "").partition("?")[0])
        assert found == (303, "/sign-in"), (method, path)
    assert len(READABLE) > 30
    assert taking.stage.read_all("desk") == before


def test_nobody_without_the_credential_hands_anything_in(taking, shop, owner, till):
    entry = make_id()
    sealed = seal(shop, till.device_id, entry, an_entry(taking))
    strangers = [taking.open_browser(), owner, taking.hire("till", "Saturday")]
    forged = taking.open_browser()
    forged.cookies["__Host-till"] = f"{till.device_id}.{'x' * 43}"
    for browser in (*strangers, forged):
        assert browser.get("/till/key").status_code == 403
        assert hand_in(browser, sealed, entry, till.device_id).status_code == 403
    assert read_inbox(taking) == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"[]", 400),
        (b'{"entry": 7}', 422),
        (b'{"entry": "../x"}', 422),
        (b'{"entry": "%s", "device": "DEVICE", "sealed": "*"}' % b"0" * 8, 400),
        (b'{"entry": "00000000-0000-0000-0000-000000000000", "device": "DEVICE", "sealed": "*"}', 422),
        (b'{"entry": "00000000-0000-0000-0000-000000000000", "device": "DEVICE", "sealed": 7}', 422),
        (b'{"entry": "00000000-0000-0000-0000-000000000000", "device": "DEVICE", "sealed": ""}', 422),
        (b'{"entry": "00000000-0000-0000-0000-000000000000", "device": {}, "sealed": "eA=="}', 422),
        (b'{"sealed": "' + b"x" * 262_144 + b'"}', 413),
    ],
    ids=["empty", "list", "number", "path", "broken", "base64", "type", "nothing", "device", "large"],
)
def test_what_is_no_entry_is_refused(taking, till, body, status):
    body = body.replace(b"DEVICE", till.device_id.encode())
    answer = till.call("POST", "/till/entries", body, Content_Type="application/json")
    assert answer.status_code == status, answer.body
    assert read_inbox(taking) == []


def test_the_key_is_the_public_one_and_nothing_else_is_told(taking, shop, till):
    given = json.loads(till.get("/till/key").body)
    key_id, _, pem = shop.public_key.partition("\n")
    assert set(given) == {"id", "spki", "device", "name", "now"}
    assert (given["id"], given["device"], given["name"]) == (key_id, till.device_id, "Front counter")
    assert b64decode(given["spki"])[:2] == b"\x30\x82"
    assert given["spki"] == "".join(pem.splitlines()[1:-1])


def test_the_devices_page_lists_tills_and_escapes_their_names(taking, owner, till):
    owner.touch()
    assert owner.post("/devices", name=MARKUP).status_code == 200
    page = owner.read("/devices")
    assert "&lt;b&gt;&amp;" in page
    assert MARKUP not in page
    assert "in use" in page
    assert "waits for its device" in page
    for name in (" ", "x" * 200):
        refused = owner.post("/devices", name=name)
        assert (refused.status_code, "Make the link" in refused.body.decode()) == (422, True)
    for act in ("end", "link"):
        assert owner.post(f"/devices/nobody/{act}").status_code == 404
    staff = taking.hire("staff")
    assert staff.get("/devices").status_code == 403
    staff.touch()
    for path in ("/devices", f"/devices/{till.device_id}/link", f"/devices/{till.device_id}/end"):
        assert staff.post(path, name="Mine").status_code == 403
    assert till.get("/till/key").status_code == 200


def test_of_two_devices_that_open_one_link_at_once_one_becomes_the_till(taking, owner, monkeypatch):
    owner.touch()
    path = read_link(owner.post("/devices", name="One"))
    tills = type(taking.services.tills)
    use_offer, slow = tills.use_offer, taking.open_browser()

    def let_the_other_be_first(self, *given):
        monkeypatch.setattr(tills, "use_offer", use_offer)
        assert taking.open_browser().post(path, token="").status_code == 303
        return use_offer(self, *given)

    monkeypatch.setattr(tills, "use_offer", let_the_other_be_first)
    assert slow.post(path, token="").status_code == 409
    assert "__Host-till" not in slow.cookies


def test_an_ended_till_and_its_open_link_are_nothing(taking, owner, till):
    owner.touch()
    path = read_link(owner.post(f"/devices/{till.device_id}/link"))
    assert owner.post(f"/devices/{till.device_id}/end").status_code == 303
    assert taking.open_browser().get(path).status_code == 404
    assert taking.open_browser().post(path, token="").status_code == 404


def test_the_page_is_the_same_for_everybody_and_names_nobody(taking, owner, till):
    page = taking.open_browser().read("/till?lang=en")
    assert owner.read("/till?lang=en") == till.read("/till?lang=en") == page
    assert "Mara Lind" not in page
    assert not FORM_TOKEN.search(page)
    for name in ("sign-up", "newsletter", "pre-order", "survey", "warranty", "till-note", "till-purchase"):
        assert f'<template data-form="{name}">' in page
    assert 'href="/counter"' in page
    assert "JavaScript" in page


def test_the_page_and_its_scripts_stay_small(taking):
    scripts = b"".join((FOLDER / "till" / name).read_bytes() for name in ("till.js", "seal.js", "worker.js"))
    assert len(gzip.compress(scripts)) < 8_000
    for language in list_languages():
        assert len(gzip.compress(taking.open_browser().get(f"/till?lang={language}").body)) < 30_000


@pytest.mark.parametrize("logo", ["", "logo.svg"])
def test_only_the_till_may_have_a_worker(taking, owner, monkeypatch, logo):
    brand = find_brand().model_copy(update={"logo": logo})
    monkeypatch.setattr("chalicelib.desk.answers.find_brand", lambda: brand)
    policy = taking.open_browser().get("/till").headers["Content-Security-Policy"]
    assert [part.strip() for part in policy.split(";") if "img-src" in part] == ["img-src 'self' data:"]
    assert "worker-src 'self'; manifest-src 'self'; img-src 'self' data:" in policy
    assert "default-src 'none'; script-src 'self'; connect-src 'self'" in policy
    assert "worker-src" not in owner.get("/").headers["Content-Security-Policy"]


def test_the_worker_keeps_the_shell_alone_and_its_name_changes_with_it(taking, monkeypatch):
    answer = taking.open_browser().get("/till/worker.js")
    assert answer.headers["Service-Worker-Allowed"] == "/till"
    script = answer.body.decode()
    (shell,) = re.findall(r"SHELL = (\[.*\]);", script)
    assert json.loads(shell) == [
        *(f"/till?lang={language}" for language in ("bn", "en", "fa", "hi", "kk")),
        "/till/till.js",
        "/till/seal.js",
        "/till/manifest.json",
        "/till/icon.svg",
    ]
    monkeypatch.setattr("chalicelib.desk.till.page.write_manifest", lambda _: "{}")
    other = taking.open_browser().get("/till/worker.js").body.decode()
    assert other.splitlines()[0] != script.splitlines()[0]
    assert other.splitlines()[1:] == script.splitlines()[1:]


def test_nothing_of_a_customer_stands_in_the_outer_submission(taking, shop, till):
    take(taking, shop, till)
    (row,) = taking.stage.read_all("inbox")
    outer = shop.services().opener.open_submission(row["pk"]["S"], row["sealed"]["B"])
    assert (outer.sender, outer.topic, outer.shop) == ("till", SEALED, till.device_id)
    assert b"ana" not in outer.body
    taking.wait(minutes=2)
    assert sweep_inbox(shop.services(), taking.now) == {"unconfirmed": 1}  # what the stream missed is opened too


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_english_word_stands_on_the_pages_in_another_language(taking, owner, language):
    owner.touch()
    path = read_link(owner.post("/devices", name="1"))
    owner.post("/account/language", language=language)
    assert find_latin(taking.open_browser().read(f"/till?lang={language}"), language) == []
    assert find_latin(taking.open_browser().read(f"{path}?lang={language}"), language) == []
    page = owner.read("/devices").replace("Mara Lind", "")
    assert find_latin(page, language) == []
