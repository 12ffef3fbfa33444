"""The shop's products by category: what the file may say, and which product it means."""

import random

import pytest

from chalicelib.errors import DefinitionError
from chalicelib.shop import own
from chalicelib.shop.products import Products, fold_product, load_products, read_products
from infra.places import ROOT

FILE = """\
sensitive = ["health"]

[[products]]
starts = "Colombia"
category = "coffee"

[[products]]
starts = "Colombia decaf"
category = "decaf"

[[products]]
name = "Pregnancy tea"
category = "health"

[[products]]
starts = "Preg"
category = "tea"
"""


def load_text(folder, text):
    path = folder / "products.toml"
    path.write_text(text, "utf-8")
    load_products.cache_clear()
    return load_products(path)


@pytest.mark.parametrize(
    ("product", "category", "sensitive"),
    [
        ("Colombia 250 g", "coffee", False),
        ("  COLOMBIA   Decaf 1 kg", "decaf", False),
        ("pregnancy  TEA", "health", True),
        ("Pregnancy tea 50 g", "tea", False),
        ("House blend", "", False),
    ],
)
def test_the_most_exact_rule_names_the_category(tmp_path, product, category, sensitive):
    products = load_text(tmp_path, FILE)
    assert products.find_category(product) == category
    assert products.is_sensitive(product) is sensitive


def test_a_sensitive_rule_holds_whatever_a_more_exact_one_says(tmp_path):
    more = '[[products]]\nstarts = "Te"\nsensitive = true\n[[products]]\nname = "Tea"\ncategory = "drinks"\n'
    products = load_text(tmp_path, more)
    assert products.is_sensitive("Tea")
    assert products.find_category("Tea") == "drinks"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[[products]]\nname = "Tea"\n', "line 1: products.0: says nothing"),
        ('[[products]]\ncategory = "tea"\n', "line 1: products.0: either name or starts"),
        ('[[products]]\nname = "A"\nstarts = "B"\ncategory = "c"\n', "either name or starts"),
        ('[[products]]\nname = "   "\ncategory = "c"\n', "either name or starts"),
        ('[[products]]\nname = "Tea"\ncolour = "red"\n', "Extra inputs are not permitted"),
        ('sensitive = ["health"]\n', "line 1: sensitive.0: no product has this category"),
        (
            '[[products]]\nname = "Tea"\ncategory = "a"\n[[products]]\nname = "TEA"\ncategory = "b"\n',
            "line 4: products.1: an earlier entry is about the same products",
        ),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path, text, told):
    with pytest.raises(DefinitionError) as caught:
        load_text(tmp_path, text)
    assert told.replace("products.0", "products") in str(caught.value).replace("products.0", "products")


def test_without_a_file_nothing_is_sensitive(tmp_path, monkeypatch):
    monkeypatch.setattr(own, "FOLDER", tmp_path)
    assert not read_products().is_sensitive("Tea")
    assert read_products().find_category("Tea") == ""


def test_the_example_can_be_read():
    products = load_products(ROOT / "docs" / "examples" / "own" / "products.toml")
    assert products.is_sensitive("Pregnancy tea 100 g")
    assert products.find_category("Colombia 250 g") == "coffee"
    assert not products.is_sensitive("Colombia 250 g")


@pytest.mark.parametrize("seed", range(20))
def test_the_rules_about_a_product_are_those_of_a_search_by_hand(seed):
    chance = random.Random(seed)
    names = ["".join(chance.choices("aAb ", k=chance.randint(1, 4))) for _ in range(40)]
    pairs = {(chance.choice(["name", "starts"]), fold_product(name)) for name in names if name.strip()}
    rules = [{key: name.upper(), "category": "some"} for key, name in pairs]
    products = Products.model_validate({"products": rules})
    for product in names:
        folded = fold_product(product)
        exact = [rule for rule in products.products if fold_product(rule.name) == folded and rule.name]
        longer = [rule for rule in products.products if rule.starts and folded.startswith(fold_product(rule.starts))]
        longer.sort(key=lambda rule: -len(rule.starts))
        assert products.list_rules(product) == exact + longer
