"""The shop's own files are laid over what ships; each mistake is told with its place, and breaks nothing else."""

import sys

import pytest

from chalicelib.campaigns import library as campaigns
from chalicelib.errors import DefinitionError
from chalicelib.forms import library
from chalicelib.forms.library import find_form, list_forms
from chalicelib.mails import templates
from chalicelib.senders import form_maps
from chalicelib.shop import ages, brand, dummies, own, purposes, retention
from chalicelib.words import find_words, list_languages
from infra.deploy import package, shop_files
from infra.places import ROOT

EXAMPLE = ROOT / "docs" / "examples" / "own"
CACHED = (
    brand.load_brand,
    brand.read_brand,
    library.load_form,
    campaigns.list_campaigns,
    campaigns.load_shop,
    templates.list_templates,
    templates.find_template,
    form_maps.load_mapping,
    purposes.load_purposes,
    retention.load_retention,
    ages.read_rules,
    dummies.load_dummies,
)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Return an empty folder of the shop's own."""

    def forget():
        for function in CACHED:
            function.cache_clear()

    with monkeypatch.context() as patch:
        patch.setattr(own, "FOLDER", tmp_path / "own")
        forget()
        yield tmp_path / "own"
    forget()


@pytest.fixture
def run(monkeypatch, capsys):
    """Return a function that runs the command and returns its status and what it printed."""

    def run_command(*arguments):
        monkeypatch.setattr(sys, "argv", ["shop_files", *arguments])
        status = shop_files.main()
        told = capsys.readouterr()
        return status, told.out + told.err

    return run_command


def write(folder, name, text):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def test_what_ships_has_no_mistake_and_the_folder_ships_empty(run):
    status, told = run("check")
    assert (status, "0 of the shop's own" in told) == (0, True)
    real = shop_files.Path(shop_files.forms.__file__).parents[1] / "own"
    assert [path.name for path in real.iterdir()] == ["README.md"] or "own" not in str(real)


def test_the_starts_are_forms_and_campaigns_as_they_are(folder, run):
    assert run("form", "--name", "tasting", "--today", "2026-11-29")[0] == 0
    assert run("campaign", "--name", "spring")[0] == 0
    assert run("check")[0] == 0
    assert "tasting" in list_forms()
    assert find_form("tasting").title["en"] == "Ask us anything"
    assert campaigns.find_campaign("spring").offer.code == "COMEBACK10"
    assert "sign-up" in list_forms()
    assert campaigns.find_campaign("win-back") is not None


def test_the_example_of_an_own_folder_has_no_mistake(folder, monkeypatch, api, run):
    monkeypatch.setattr(own, "FOLDER", EXAMPLE)
    status, told = run("check")
    assert (status, "de lacks" in told) == (0, True)
    assert ("tasting" in list_forms(), "warranty" in list_forms()) == (True, False)
    assert campaigns.find_campaign("spring").offer.code == "SPRING10"
    page = api.call("GET", "/forms/tasting?lang=de", accept="text/html")
    assert page.status_code == 200
    for words in ("Kommen Sie zur Verkostung", "Asel&#39;s Teas", "Wie wir mit Ihren Daten umgehen", "#7a1f5c"):
        assert words in page.body.decode()
    assert [api.call("GET", path).status_code for path in ("/", "/privacy?lang=de", "/forms/survey")] == [200] * 3


def test_a_start_is_written_over_nothing_and_takes_a_plain_name(folder, run):
    assert run("form", "--name", "tasting", "--today", "2026-11-29")[0] == 0
    assert run("form", "--name", "tasting")[0] == 1
    for name in ("", "../evil", "Caps", "a b"):
        assert run("form", "--name", name)[0] == 2


def test_a_form_of_a_shipped_name_takes_its_place_and_others_can_be_switched_off(folder):
    text = (shop_files.forms.DEFINITIONS / "sign-up.toml").read_text("utf-8")
    write(folder, "forms/sign-up.toml", text.replace("confirm = true\n", ""))
    write(folder, "off.toml", 'forms = ["survey"]\ncampaigns = ["survey-invitation", "welcome"]\n')
    assert find_form("sign-up").confirm is False
    assert "survey" not in list_forms()
    assert find_form("survey") is None
    names = [campaign.name for campaign in campaigns.list_campaigns()]
    assert "win-back" in names
    assert "welcome" not in names


def test_with_every_campaign_switched_off_there_is_none(folder):
    names = [campaign.name for campaign in campaigns.list_campaigns()]
    campaigns.list_campaigns.cache_clear()
    write(folder, "off.toml", f"campaigns = {names}\n")
    own.read_off.cache_clear()
    assert campaigns.list_campaigns() == ()


def test_a_mistake_in_what_is_switched_off_sends_nothing_and_breaks_no_other_page(folder, api):
    write(folder, "off.toml", "campaigns = 7\n")
    with pytest.raises(DefinitionError, match=r"off\.toml, line 1: campaigns"):
        campaigns.list_campaigns()
    assert [api.call("GET", path).status_code for path in ("/", "/privacy", "/forms/survey")] == [200, 200, 503]


def test_a_mistake_in_a_campaign_keeps_nobody_from_stopping_letters(folder, caplog):
    write(folder, "campaigns/spring.toml", "purpose = 7\n")
    assert campaigns.list_advertised() == ("marketing",)
    assert "campaign_unusable" in caplog.text
    write(folder, "off.toml", "campaigns = 7\n")
    own.read_off.cache_clear()
    assert campaigns.list_advertised() == ()


def test_a_mistake_in_a_mapping_breaks_no_page(folder, api, caplog):
    write(folder, "mappings/typeform/abc.toml", 'kind = "nothing"\n')
    assert api.call("GET", "/privacy").status_code == 200
    assert "mapping_unusable" in caplog.text


def test_a_language_in_part_and_one_sentence_are_laid_over_the_words(folder):
    write(folder, "words/eo/interface.toml", 'language_name = "Esperanto"\n[reasons]\nmissing = "Mankas."\n')
    write(folder, "words/en/interface.toml", '[reasons]\nmissing = "We need this."\n')
    from chalicelib.forms.interface import Interface

    assert "eo" in list_languages()
    assert find_words("eo", "interface", Interface).reasons["missing"] == "Mankas."
    english = find_words("en", "interface", Interface)
    assert english.reasons["missing"] == "We need this."
    assert english.language_name == "English"


def test_a_file_of_rules_takes_the_place_of_the_shipped_one(folder):
    text = purposes.FILE.read_text("utf-8")
    version = purposes.load_purposes().version
    write(folder, "purposes.toml", text.replace(f'version = "{version}"', 'version = "2031-01-01"', 1))
    purposes.load_purposes.cache_clear()
    assert purposes.load_purposes().version == "2031-01-01"


def test_the_site_counts_for_every_form_beside_what_the_form_says(folder, api):
    site, form = "https://www.shop.example", (shop_files.forms.DEFINITIONS / "survey.toml").read_text("utf-8")
    write(folder, "forms/mine.toml", f'origins = ["https://other.shop.example"]\n{form}')
    write(folder, "site.toml", f'origins = ["{site}"]\nredirects = ["{site}/thanks"]\n')
    assert find_form("mine").origins == ("https://other.shop.example", site)
    for name in ("sign-up", "mine"):
        answer = api.call("GET", f"/forms/{name}/schema", Origin=site)
        assert answer.headers["Access-Control-Allow-Origin"] == site
    assert find_form("survey").redirects == (f"{site}/thanks",)


def test_the_privacy_page_names_the_shops_mapped_forms_and_no_example(folder, api):
    example = (form_maps.MAPPINGS / "typeform" / "Rg7TeaQz.toml").read_text("utf-8")
    write(folder, "mappings/typeform/Own7Tea.toml", example.replace("example = true", ""))
    shown = api.call("GET", "/privacy", accept="application/json").body.decode()
    assert ("Own7Tea" in shown, "Rg7TeaQz" in shown) == (True, False)


def test_a_mistake_of_the_site_breaks_no_form_and_lets_no_site_in(folder, api, caplog):
    write(folder, "site.toml", "origins = 7\n")
    answer = api.call("GET", "/forms/sign-up", Origin="https://www.shop.example")
    assert (answer.status_code, find_form("sign-up").origins) == (200, ())
    assert "site_unusable" in caplog.text


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("forms/bad.toml", 'kind = "response"\nversion = "soon"\n', r"form bad: bad.toml, line 2: version"),
        ("campaigns/bad.toml", "kind = 7\n", "campaign bad: bad.toml, line 1: kind"),
        ("mails/bad.toml", "marketing = true\n", "mail bad: bad.toml: subject"),
        ("mappings/typeform/abc.toml", 'kind = "nothing"\n', "mapping typeform: abc.toml, line 1: kind"),
        ("off.toml", 'forms = "survey"', "off: off.toml, line 1: forms"),
        ("off.toml", "letters = []", "off: off.toml, line 1: letters"),
        ("site.toml", 'origins = ["https://*.shop.example"]', "site: site.toml, line 1: origins.0"),
        ("brand.toml", 'colour = "#ffff00"', "brand: brand.toml, line 1: colour: its contrast"),
        ("ages.toml", "limit = -1\n", "ages: ages.toml"),
        ("purposes.toml", "version = 1\n", "purposes: purposes.toml"),
        ("retention.toml", "[kept]\n", "retention: retention.toml"),
        ("dummies.toml", 'phones = ["1"]\n', "dummies: dummies.toml"),
        ("campaigns/_shop.toml", "time_zone = 7\n", "campaigns of the shop: _shop.toml, line 1: time_zone"),
    ],
)
def test_each_mistake_is_told_with_its_place_and_is_not_packaged(folder, run, name, text, told):
    write(folder, name, text)
    status, shown = run("check")
    assert status == 1
    assert told in shown
    with pytest.raises(SystemExit, match="Not packaged"):
        package.package_stage("never")


def test_a_broken_form_answers_with_its_mistake_and_breaks_no_other_page(folder, api):
    write(folder, "forms/bad.toml", 'kind = "response"\nversion = "soon"\n')
    answer = api.call("GET", "/forms/bad")
    assert answer.status_code == 503
    assert b"bad.toml, line 2: version" in answer.body
    assert [api.call("GET", path).status_code for path in ("/", "/privacy", "/forms/survey")] == [200, 200, 200]


def test_a_page_of_a_mistake_is_a_definition_error(folder):
    write(folder, "forms/bad.toml", "kind =\n")
    with pytest.raises(DefinitionError, match=r"bad\.toml, line 1"):
        find_form("bad")
