"""The Telephone page: a script laid over the shop's forms, its words shown exactly and kept with their version."""

import re

import pytest

import chalicelib.shop.own as own
from chalicelib.data_requests.files import write_files
from chalicelib.data_requests.record import gather_record
from chalicelib.desk.entries.script import SHIPPED, load_script, read_script
from chalicelib.errors import DefinitionError
from chalicelib.models import ConsentState
from chalicelib.people.consent_proof import list_ledgers
from chalicelib.words import list_languages
from infra.staff.consent import write_proof
from tests.builders.desk import read_id
from tests.builders.mails import Post
from tests.builders.readable import list_unsaid, read_visible
from tests.builders.shop import read_all_events

MARKUP = "<b>&\"'x</b>"
CALL = {"email": "ana@example.org", "phone": "+12125550100", "consent_marketing": "2026-11-30", "language": "en"}
OWN = """
version = "2026-12-01"
form = "sign-up"
survey = "survey"

[[lines]]
say.en = "Hello <caller>, this is {shop} {other}."

[[lines]]
fields = ["email"]
consents = ["marketing"]
say.en = "Your mail?"
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Return an empty folder of the shop's own files."""
    monkeypatch.setattr(own, "FOLDER", tmp_path)
    return tmp_path


def call_in(browser, **fields):
    return browser.post("/telephone", **{"submission": read_id(browser.read("/telephone")), **fields})


def test_a_call_waits_for_its_confirmation_with_all_that_was_said(taking, shop):
    answer = call_in(taking.hire("staff"), **CALL, score="9", found_us="friend")
    page = answer.body.decode()
    assert answer.status_code == 200, page
    assert "has a button to undo" in page
    assert "ana@example.org" not in page
    assert shop.list_customers() == []
    assert [row["state"]["S"] for row in taking.stage.read_all("inbox")] == ["unconfirmed"]


def test_the_evidence_names_the_telephone_the_script_and_the_member_of_staff(taking, shop, single_optin):
    staff = taking.hire("staff")
    call_in(staff, **CALL, score="9", found_us="friend")
    consent = shop.read_profile("ana@example.org").consents["marketing"]
    assert (consent.state, consent.channel) == (ConsentState.GIVEN, "telephone")
    assert (consent.staff, consent.script) == (staff.staff_id, read_script().version)
    ((_, submission, reading),) = read_all_events(shop)
    assert (submission.topic, reading.kind) == ("sign-up", "sign-up")
    assert (reading.entry.kind, reading.entry.values) == ("survey", {"score": 9, "found_us": "friend"})


def test_the_proof_and_the_copy_say_who_wrote_it_down_and_by_which_script(taking, shop, single_optin):
    staff = taking.hire("staff")
    call_in(staff, **CALL)
    services, customer = shop.services(Post()), shop.find_id("ana@example.org")
    proof = write_proof("ana@example.org", list_ledgers(shop.read_history(customer)))
    assert "telephone, as typed\n" in proof
    assert f"[version 2026-11-30, en, written down by {staff.staff_id}, script {read_script().version}]" in proof
    sections = gather_record(services.people.load_person(customer), services, taking.now)
    for language in list_languages():
        unsaid = list_unsaid(sections, language, "Corner Shop", taking.now)
        assert [each for each in unsaid if "consent" in each[0]] == []
    files = write_files(sections, language="en", shop="Corner Shop", now=taking.now)
    page = read_visible(files["data.html"].decode())
    assert f"Written down by {staff.staff_id}" in page
    assert "by phone" in page


def test_a_call_without_the_survey_is_a_sign_up_alone(taking, shop, single_optin):
    call_in(taking.hire("staff"), **CALL)
    ((_, _, reading),) = read_all_events(shop)
    assert (reading.entry.kind, reading.entry.values) == ("sign-up", {})  # a mail tells the customer of it


@pytest.mark.parametrize("language", list_languages())
def test_the_words_are_read_out_exactly(taking, language):
    from chalicelib.forms.interface import find_interface
    from chalicelib.forms.library import find_form
    from chalicelib.shop.brand import name_shop

    page = taking.hire("staff").read(f"/telephone?speak={language}")
    shown = re.findall(r'<p class="line"[^>]*>(.*?)</p>', page)
    shop = name_shop(taking.services.settings, language)
    named = find_interface(language).isolate(shop)
    assert shown == [line.say.root[language].replace("{shop}", named) for line in read_script().lines]
    assert find_form("sign-up").consents[0].say(language, named) in page
    assert read_script().version in page


def test_every_line_stands_in_every_language():
    for line in load_script(SHIPPED).lines:
        for words in (line.say, line.do) if line.do else (line.say,):
            assert set(words.languages) == set(list_languages())


def test_what_is_wrong_is_told_and_what_was_typed_stays(taking):
    staff = taking.hire("staff")
    answer = call_in(staff, **{**CALL, "email": MARKUP, "phone": MARKUP}, score="11")
    page = answer.body.decode()
    assert answer.status_code == 422
    assert MARKUP not in page
    assert "&lt;b&gt;" in page
    assert 'href="#f-score-0"' in page
    assert taking.stage.read_all("inbox") == []


def test_a_question_that_is_not_in_the_script_is_not_taken(taking):
    answer = call_in(taking.hire("staff"), **CALL, why="because")
    assert answer.status_code == 422
    assert taking.stage.read_all("inbox") == []


def test_a_till_has_no_telephone(taking):
    till = taking.hire("till")
    assert till.get("/telephone").status_code == 403
    assert 'href="/telephone"' not in till.read("/")


def test_a_shops_own_script_takes_the_place_of_the_shipped_one(taking, folder):
    (folder / "telephone.toml").write_text(OWN)
    page = taking.hire("staff").read("/telephone?speak=fa")
    assert "Hello &lt;caller&gt;, this is \u2068Corner Shop\u2069 {other}." in page
    assert 'name="phone"' not in page
    assert "2026-12-01" in page


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('form = "sign-up"', 'form = "sing-up"', "line 3: form: no form of that name"),
        ('survey = "survey"', 'survey = "poll"', "line 4: survey: no form of that name"),
        ('fields = ["email"]', 'fields = ["email", "shoe"]', "line 10: lines.1.fields: shoe: no such question there"),
        ('fields = ["email"]', 'answers = ["name"]', "name: no such question there"),
        ('fields = ["email"]\n', "", "email: the form requires it, and no line asks it"),
        ('consents = ["marketing"]\n', "", "marketing: the form requires it, and no line asks it"),
        ('version = "2026-12-01"', 'version = "new"', "version"),
    ],
)
def test_a_mistake_in_it_is_told_with_its_place(folder, old, new, told):
    from infra.deploy.shop_files import list_mistakes

    assert OWN.count(old) == 1
    (folder / "telephone.toml").write_text(OWN.replace(old, new))
    load_script.cache_clear()
    with pytest.raises(DefinitionError, match=re.escape(told)):
        read_script()
    assert any(each.startswith("telephone: telephone.toml") and told in each for each in list_mistakes())


def test_a_form_that_lacks_a_question_leaves_its_line_out(taking, monkeypatch):
    import chalicelib.forms.library as library

    load = library.load_form
    form = load(library.DEFINITIONS / "sign-up.toml")
    without = [field for field in form.fields if field.name != "phone"]
    needed = [field.model_copy(update={"required": field.name in ("email", "name")}) for field in without]
    changed = form.model_copy(update={"fields": tuple(needed)})
    monkeypatch.setattr(library, "load_form", lambda path: changed if path.stem == "sign-up" else load(path))
    page = taking.hire("staff").read("/telephone")
    assert "your phone number" not in page
    assert "The form also needs:" in page
    assert 'name="name"' in page


def test_a_form_that_is_switched_off_leaves_no_call(taking, folder):
    (folder / "off.toml").write_text('forms = ["sign-up"]')
    answer = taking.hire("staff").get("/telephone")
    assert answer.status_code == 404
    assert "has switched off" in answer.body.decode()
