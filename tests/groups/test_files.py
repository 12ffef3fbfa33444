"""Files of groups: what ships, what a mistake is told as, and the page about them."""

import re
from itertools import product
from pathlib import Path

import pytest

from chalicelib.campaigns.library import load_campaign
from chalicelib.errors import DefinitionError
from chalicelib.groups import library
from chalicelib.groups.group import Group
from chalicelib.groups.library import find_group, list_groups, load_group
from chalicelib.groups.rule import Bought, Member, Rule, Score
from chalicelib.words import list_languages
from infra.deploy.shop_files import list_mistakes
from tests.builders.own import forget_files, open_own, write_own

PAGE = Path(__file__).resolve().parents[2] / "docs" / "groups.md"
SHIPPED = ["bought-but-silent", "happy", "never-click", "regulars"]
PRODUCTS = 'sensitive = ["pharmacy"]\nproducts = [{ name = "Salve", category = "pharmacy" }]\n'


@pytest.fixture
def folder(tmp_path, monkeypatch):
    with open_own(tmp_path, monkeypatch) as own:
        yield own


def test_four_groups_ship_with_a_title_in_every_language_and_their_names_on_the_page():
    assert [group.name for group in list_groups()] == SHIPPED
    assert all(set(group.title) == set(list_languages()) for group in list_groups())
    assert [name for name in SHIPPED if f"| `{name}` |" not in PAGE.read_text()] == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "group.toml: title: Field required"),
        ('title = ""', "group.toml, line 1: title"),
        ("title = {}", "group.toml, line 1: title"),
        ('title = "T"\n[rule]\npurchase = 1', "group.toml, line 3: rule.purchase: Extra inputs"),
        ('title = "T"\n[rule]\nstanding = ["lost"]', "line 3: rule.standing.0: Input should be 'active', 'at-risk'"),
        ('title = "T"\n[rule]\nsenders = ["ses"]', "line 3: rule.senders.0: Input should be 'shopify', 'square'"),
        ('title = "T"\n[rule]\nfound_us = ["tv"]', "rule.found_us.0: no form has this option; there are "),
        ('title = "T"\n[rule]\nconsents = ["orders"]', "rule.consents.0: its basis in purposes.toml is contract"),
        (
            'title = "T"\n[rule.score]\nquestion = "stars"\nat_least = 1',
            "line 3: rule.score.question: no form asks for this score; there are score",
        ),
        ('title = "T"\n[rule.score]\nwithin_days = 3', "rule.score: says nothing: it needs at_least or at_most"),
        ('title = "T"\n[rule.score]\nat_least = 3\nat_most = 2', "no customer fits: at_most is less than at_least"),
        ('title = "T"\n[[rule.bought]]\ncategory = "tea"', "products.toml has no such category; there are pharmacy"),
        ('title = "T"\n[[rule.bought]]\ncategory = "pharmacy"', "products.toml says that it is sensitive"),
        ('title = "T"\n[[rule.bought]]\nproduct = "salve"', "line 2: rule.bought.0: products.toml says that it is"),
        ('title = "T"\n[[rule.bought]]\nproduct = "a"\ncategory = "b"', "either product or category"),
        ('title = "T"\n[[rule.bought]]\nat_least = 2\nat_most = 1', "no customer fits: at_most is less than at_least"),
        ('title = "T"\n[rule]\nage_at_least = 40\nage_at_most = 30', "age_at_most is less than age_at_least"),
        ('title = "T"\n[rule]\nnever_clicked = true\nclicked_within_days = 3', "never_clicked and clicked_within_days"),
        (
            'title = "T"\n[rule]\nfields = { mood = ["low"] }\nsensitive = { mood = "health" }',
            "a group asks for no sensitive answer",
        ),
    ],
)
def test_a_mistake_names_the_file_the_line_the_key_and_what_is_allowed(folder, text, told):
    write_own(folder, "products.toml", PRODUCTS)
    write_own(folder, "group.toml", text)
    with pytest.raises(DefinitionError, match=re.escape(told)):
        load_group(folder / "group.toml")


def test_a_file_with_a_mistake_is_left_out_and_told(folder):
    write_own(folder, "groups/odd.toml", 'title = "T"\n[rule]\npurchase = 1')
    write_own(folder, "groups/fine.toml", 'title = "T"')
    assert [group.name for group in list_groups()] == sorted([*SHIPPED, "fine"])
    assert [fault.partition(":")[0] for fault in library.list_mistakes()] == ["odd.toml, line 3"]
    assert any(fault.startswith("group odd: odd.toml, line 3: rule.purchase") for fault in list_mistakes())


def test_a_group_of_the_shops_own_takes_the_place_of_one_that_ships_and_off_leaves_out(folder):
    write_own(folder, "groups/happy.toml", 'title = "Ours"')
    write_own(folder, "off.toml", 'groups = ["regulars"]')
    assert find_group("happy").name_title("kk") == "Ours"
    assert find_group("regulars") is None
    write_own(folder, "off.toml", 'groups = ["regular"]')
    forget_files()
    assert list_groups() == ()
    assert "no group of that name" in library.list_mistakes()[0]


def test_a_campaign_names_a_group_that_is_there(folder):
    text = '[when]\ntrigger = "inactive"\ndays = 30\n[audience]\ngroup = "NAME"\n'
    head = 'kind = "marketing"\ntemplate = "welcome"\ngood_for_days = 14\n'
    for name in ("regulars", "irregulars"):
        write_own(folder, f"campaigns/{name}.toml", head + text.replace("NAME", name))
    assert load_campaign(folder / "campaigns/regulars.toml").audience.group == "regulars"
    with pytest.raises(DefinitionError, match=r"audience\.group: no group of that name that can be read; there are b"):
        load_campaign(folder / "campaigns/irregulars.toml")


def test_the_edition_is_of_the_rule_and_of_the_categories_that_it_asks_for(folder):
    text = 'title = "T"\n[[rule.bought]]\n{asked}'
    found = []
    for asked, category in product(("category = 'a'", "product = 'x'"), "bc"):
        products = f'products = [{{ name = "x", category = "a" }}, {{ name = "y", category = "{category}" }}]'
        write_own(folder, "products.toml", products)
        write_own(folder, "groups/some.toml", text.format(asked=asked))
        forget_files()
        found.append(find_group("some").edition)
    one, other, named, same = found
    assert len({one, other, named}) == 3
    assert same == named


def test_the_edition_is_not_of_what_else_the_file_says_of_products(folder):
    write_own(folder, "groups/some.toml", 'title = "T"\n[[rule.bought]]\ncategory = "a"')
    found = set()
    for more in ("", "cost = { EUR = 1 }", 'tip.en = "Keep it dry."'):
        write_own(folder, "products.toml", f'[[products]]\nname = "x"\ncategory = "a"\n{more}\n')
        forget_files()
        found.add(find_group("some").edition)
    assert len(found) == 1


def test_page_and_models_name_the_same_keys():
    models = (("group", Group), ("rule", Rule), ("bought", Bought), ("score", Score), ("member", Member))
    wanted = {f"{place}.{name}" for place, model in models for name in model.model_fields} - {"group.name"}
    rows = re.findall(r"^\| `([a-z]+\.[a-z_]+)` \|", PAGE.read_text(), re.MULTILINE)
    assert set(rows) == wanted
    assert len(rows) == len(wanted)


def test_the_pages_example_can_be_read(folder):
    (example,) = re.findall(r"```toml\n# tea-friends\.toml\n(.*?)```", PAGE.read_text(), re.DOTALL)
    write_own(folder, "tea-friends.toml", example)
    assert len(load_group(folder / "tea-friends.toml").rule.clauses) == 9
