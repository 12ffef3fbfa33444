"""The shop's own files are laid over what ships; each mistake is told with its place, and breaks nothing else."""

import sys

import pytest

from chalicelib.campaigns import library as campaigns
from chalicelib.errors import DefinitionError
from chalicelib.forms.library import find_form, list_forms
from chalicelib.senders import form_maps
from chalicelib.shop import purposes
from chalicelib.words import find_words, list_languages
from infra.deploy import package, shop_files
from infra.places import ROOT
from tests.builders.own import forget_files, open_own, write_own
from tests.builders.surveys import write_survey

EXAMPLE = ROOT / "docs" / "examples" / "own"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Return an empty folder of the shop's own."""
    with open_own(tmp_path / "own", monkeypatch) as opened:
        yield opened


@pytest.fixture
def run(monkeypatch, capsys):
    """Return a function that runs the command and returns its status and what it printed."""

    def run_command(*arguments):
        monkeypatch.setattr(sys, "argv", ["shop_files", *arguments])
        status = shop_files.main()
        told = capsys.readouterr()
        return status, told.out + told.err

    return run_command


def test_what_ships_has_no_mistake(folder, run):
    status, told = run("check")
    assert (status, "0 of the shop's own" in told) == (0, True)


def test_a_cap_above_what_the_consents_promise_is_told(folder, run):
    assert "promise two a week" not in run("check")[1]
    shop = (campaigns.DEFINITIONS / "_shop.toml").read_text("utf-8").replace("mails = 2", "mails = 3")
    write_own(folder, "campaigns/_shop.toml", shop)
    forget_files()
    told = run("check")[1]
    assert "allows 3 mails within 7 days; the consents of these forms promise two a week at most" in told
    assert "survey, warranty, preferences (docs/forms.md)" in told


@pytest.mark.parametrize(("form", "faults"), [("newsletter", 0), ("absent", 1), ("secret", 1)])
def test_a_link_for_friends_leads_to_a_form_that_takes_a_name(folder, run, form, faults):
    write_survey(folder, "secret")
    write_own(folder, "referrals.toml", f'form = "{form}"\nrefund_days = 14\n')
    forget_files()
    assert run("check")[1].count("no form of that name takes a name; there are ") == faults


def test_the_starts_are_forms_and_campaigns_as_they_are(folder, run):
    assert run("form", "--name", "tasting", "--today", "2026-11-29")[0] == 0
    assert run("campaign", "--name", "spring")[0] == 0
    assert run("check")[0] == 0
    assert "tasting" in list_forms()
    assert find_form("tasting").title["en"] == "Ask us anything"
    assert "sign-up" in list_forms()
    spring = next(campaign for campaign in campaigns.list_campaigns() if campaign.name == "spring")
    assert spring.offer is None  # money is given away once the shop has said how much


@pytest.fixture
def example(monkeypatch):
    """Let the example of the docs be the shop's own folder."""
    with open_own(EXAMPLE, monkeypatch):
        yield


def test_the_example_of_an_own_folder_has_no_mistake(example, api, run):
    status, told = run("check")
    assert (status, "de lacks" in told) == (0, True)
    assert ("tasting" in list_forms(), "warranty" in list_forms()) == (True, False)
    running = {campaign.name: campaign for campaign in campaigns.list_campaigns()}
    assert running["spring"].offer.code == "SPRING10"
    assert "welcome" in running
    assert "post-purchase" not in running
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
    write_own(folder, "forms/sign-up.toml", text.replace("confirm = true\n", ""))
    write_own(folder, "off.toml", 'forms = ["survey"]\n')
    assert find_form("sign-up").confirm is False
    assert "survey" not in list_forms()
    assert find_form("survey") is None


def test_a_mistake_in_what_is_switched_off_sends_nothing_and_breaks_no_other_page(folder, api):
    write_own(folder, "off.toml", "campaigns = 7\n")
    with pytest.raises(DefinitionError, match=r"off\.toml, line 1: campaigns"):
        campaigns.list_campaigns()
    assert [api.call("GET", path).status_code for path in ("/", "/privacy", "/forms/survey")] == [200, 200, 503]


def test_a_mistake_in_a_campaign_keeps_nobody_from_stopping_letters(folder, caplog):
    write_own(folder, "campaigns/spring.toml", "purpose = 7\n")
    assert campaigns.list_advertised() == ("marketing",)
    assert "campaign_unusable" in caplog.text
    campaigns.list_on_file.cache_clear()
    write_own(folder, "off.toml", "campaigns = 7\n")
    assert campaigns.list_advertised() == ("marketing",)  # what is off may run tomorrow


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("words/de/interface.toml", "digits = 7\n", "words: de/interface.toml: digits"),
        ("words/en/policy.toml", "title =\n", "words: en/policy.toml, line 1"),
        ("words/fa/links.toml", "gone = []\n", "words: fa/links.toml: gone"),
    ],
)
def test_a_mistake_in_words_breaks_no_page_and_is_told(folder, api, run, caplog, name, text, told):
    write_own(folder, name, text)
    language = name.split("/")[1]
    pages = ("/", "/forms/survey", "/privacy", "/privacy/requests", "/unsubscribe/none")
    answers = [api.call("GET", f"{page}?lang={language}", accept="text/html").status_code for page in pages]
    assert answers == [200, 200, 200, 200, 404]
    assert "words_unusable" in caplog.text
    status, shown = run("check")
    assert (status, told in shown) == (1, True)


def test_words_that_an_upgrade_dropped_are_told_and_break_no_page(folder, api, run):
    write_own(folder, "words/de/interface.toml", 'language_name = "Deutsch"\nold_key = "x"\n[reasons]\ngone = "y"\n')
    assert api.call("GET", "/?lang=de", accept="text/html").status_code == 200
    status, shown = run("check")
    assert (
        status,
        "de has words that nothing shows (any more): interface: old_key, interface: reasons.gone" in shown,
    ) == (
        0,
        True,
    )


def test_a_mistake_in_a_mapping_breaks_no_page(folder, api, caplog):
    write_own(folder, "mappings/typeform/abc.toml", 'kind = "nothing"\n')
    assert api.call("GET", "/privacy").status_code == 200
    assert "mapping_unusable" in caplog.text


def test_a_language_in_part_and_one_sentence_are_laid_over_the_words(folder):
    write_own(folder, "words/eo/interface.toml", 'language_name = "Esperanto"\n[reasons]\nmissing = "Mankas."\n')
    write_own(folder, "words/en/interface.toml", '[reasons]\nmissing = "We need this."\n')
    from chalicelib.forms.interface import Interface

    assert "eo" in list_languages()
    assert find_words("eo", "interface", Interface).reasons["missing"] == "Mankas."
    english = find_words("en", "interface", Interface)
    assert english.reasons["missing"] == "We need this."
    assert english.language_name == "English"


def test_a_file_of_rules_takes_the_place_of_the_shipped_one(folder):
    text = purposes.FILE.read_text("utf-8")
    version = purposes.load_purposes().version
    write_own(folder, "purposes.toml", text.replace(f'version = "{version}"', 'version = "2031-01-01"', 1))
    purposes.load_purposes.cache_clear()
    assert purposes.load_purposes().version == "2031-01-01"


def test_the_site_counts_for_every_form_beside_what_the_form_says(folder, api):
    site, form = "https://www.shop.example", (shop_files.forms.DEFINITIONS / "survey.toml").read_text("utf-8")
    write_own(folder, "forms/mine.toml", f'origins = ["https://other.shop.example"]\n{form}')
    write_own(folder, "site.toml", f'origins = ["{site}"]\nredirects = ["{site}/thanks"]\n')
    assert find_form("mine").origins == ("https://other.shop.example", site)
    for name in ("sign-up", "mine"):
        answer = api.call("GET", f"/forms/{name}/schema", Origin=site)
        assert answer.headers["Access-Control-Allow-Origin"] == site
    assert find_form("survey").redirects == (f"{site}/thanks",)


def test_the_privacy_page_names_the_shops_mapped_forms_and_no_example(folder, api):
    example = (form_maps.MAPPINGS / "typeform" / "Rg7TeaQz.toml").read_text("utf-8")
    write_own(folder, "mappings/typeform/Own7Tea.toml", example.replace("example = true", ""))
    shown = api.call("GET", "/privacy", accept="application/json").body.decode()
    assert ("Own7Tea" in shown, "Rg7TeaQz" in shown) == (True, False)


def test_a_mistake_of_the_site_breaks_no_form_and_lets_no_site_in(folder, api, caplog):
    write_own(folder, "site.toml", "origins = 7\n")
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
        ("off.toml", 'forms = ["tea"]', "off: off.toml, line 1: forms.0: no form of that name; there are newsletter, "),
        ("off.toml", 'campaigns = ["tea"]', "off: off.toml, line 1: campaigns.0: no campaign of that name; there are "),
        ("on.toml", 'campaigns = "welcome"', "on: on.toml, line 1: campaigns"),
        ("on.toml", 'forms = ["survey"]', "on: on.toml, line 1: forms"),
        ("on.toml", 'campaigns = ["welcome", "tea"]', "on: on.toml, line 1: campaigns.1: no campaign of that name; "),
        ("on.toml", 'campaigns = ["win-back"]', "on: on.toml, line 1: campaigns.0: it gives money away: `make new-"),
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
    write_own(folder, name, text)
    status, shown = run("check")
    assert status == 1
    assert told in shown
    with pytest.raises(SystemExit, match="Not packaged"):
        package.package_stage("never")


def test_a_broken_form_answers_with_its_mistake_and_breaks_no_other_page(folder, api):
    write_own(folder, "forms/bad.toml", 'kind = "response"\nversion = "soon"\n')
    answer = api.call("GET", "/forms/bad")
    assert answer.status_code == 503
    assert b"bad.toml, line 2: version" in answer.body
    assert [api.call("GET", path).status_code for path in ("/", "/privacy", "/forms/survey")] == [200, 200, 200]


def test_a_page_of_a_mistake_is_a_definition_error(folder):
    write_own(folder, "forms/bad.toml", "kind =\n")
    with pytest.raises(DefinitionError, match=r"bad\.toml, line 1"):
        find_form("bad")
