"""A purpose has a legal basis or is none, and whoever asks for consent asks for a purpose that is on file."""

from datetime import UTC, datetime

import pytest

from chalicelib.campaigns import library as campaigns
from chalicelib.errors import DefinitionError
from chalicelib.forms import library as forms
from chalicelib.routes.preferences import DEFINITION, TOPIC
from chalicelib.senders import form_maps
from chalicelib.senders.shopify.reading import read_consents
from chalicelib.shop.purposes import FILE, Basis, judge_consent, load_purposes
from chalicelib.words import list_languages

ADDED = '[purposes.raffle]\nbasis = "consent"\ntitle.en = "Raffle"\nwords.en = "Once a year."\n'
CONSENTED = {name for name, each in load_purposes().purposes.items() if each.basis is Basis.CONSENT}


def write_file(folder, change):
    path = folder / "purposes.toml"
    path.write_text(change(FILE.read_text("utf-8")), "utf-8")
    return path


def test_every_purpose_has_a_basis_and_words_in_every_language():
    found = load_purposes().purposes

    assert {each.basis for each in found.values()} == set(Basis)
    for name, each in found.items():
        assert sorted(each.title) == sorted(each.words) == list(list_languages()), name


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda text: text.replace('basis = "consent"\n', "", 1), r"purposes\.marketing\.basis: Field required"),
        (lambda text: text.replace('"consent"', '"because"', 1), r"purposes\.marketing\.basis: Input should be"),
        (lambda text: text.replace("title.fa", "title.xx", 1), "not in every language: .*marketing"),
        (lambda text: text + ADDED, "not in every language: raffle"),
        (lambda text: text.replace('version = "', 'version = "soon', 1), "version: String should match"),
        (lambda text: text + "[", "Expected|Invalid"),
    ],
)
def test_a_purpose_without_basis_or_words_is_refused_with_file_and_place(tmp_path, change, fault):
    with pytest.raises(DefinitionError, match=rf"^purposes\.toml(, line \d+)?: .*({fault})"):
        load_purposes(write_file(tmp_path, change))


@pytest.mark.parametrize(
    ("purpose", "fault"),
    [("raffle", "no purpose of that name in purposes.toml"), ("orders", "its basis in purposes.toml is contract")],
)
def test_a_form_that_asks_consent_for_anything_else_is_not_loaded(tmp_path, purpose, fault):
    text = (forms.DEFINITIONS / "sign-up.toml").read_text("utf-8")
    path = tmp_path / "sign-up.toml"
    path.write_text(text.replace('"marketing"', f'"{purpose}"'), "utf-8")

    with pytest.raises(DefinitionError, match=rf"^sign-up\.toml, line \d+: consents\.0\.purpose: {fault}"):
        forms.load_form(path)


@pytest.mark.parametrize("purpose", ["raffle", "measuring"])
def test_a_campaign_for_anything_else_is_not_loaded_and_its_line_is_told(tmp_path, purpose):
    path = tmp_path / "welcome.toml"
    text = (campaigns.DEFINITIONS / "welcome.toml").read_text("utf-8")
    path.write_text(f'purpose = "{purpose}"\n{text}', "utf-8")

    with pytest.raises(DefinitionError, match=r"^welcome\.toml, line 1: purpose: "):
        campaigns.load_campaign(path)


def test_a_mapping_of_a_foreign_form_is_held_to_the_same(tmp_path):
    [path] = (form_maps.MAPPINGS / "typeform").glob("*.toml")
    (tmp_path / "Form1.toml").write_text(path.read_text("utf-8").replace('"marketing"', '"raffle"'), "utf-8")

    with pytest.raises(DefinitionError, match=r"^Form1\.toml, line \d+: consents\.0\.purpose: no purpose"):
        form_maps.load_mapping(tmp_path / "Form1.toml")


def test_what_the_preferences_page_offers_and_what_senders_speak_of_can_be_consented_to():
    topics = {field.name.removeprefix(TOPIC) for field in forms.load_form(DEFINITION).fields if TOPIC in field.name}
    body = {f"{channel}_marketing_consent": {"state": "subscribed"} for channel in ("email", "sms")}
    told = {consent.purpose for consent in read_consents(body, datetime(2026, 1, 5, tzinfo=UTC))}

    assert topics == {"marketing"}
    assert told == {"marketing", "sms"}
    assert topics | told <= CONSENTED
    assert all(judge_consent(name) == "" for name in topics | told)


def test_marketing_campaigns_all_need_a_consent():
    for campaign in campaigns.list_campaigns():
        assert not campaign.is_marketing or campaign.purpose in CONSENTED, campaign.name
