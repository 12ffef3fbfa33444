"""A folder of the shop's own files for one test. Builders for tests."""

from contextlib import contextmanager

from chalicelib.campaigns import library as campaigns
from chalicelib.forms import library as forms
from chalicelib.groups import library as groups
from chalicelib.mails import templates
from chalicelib.senders import form_maps
from chalicelib.shop import ages, brand, dummies, own, products, purposes, referrals, retention

CACHED = (
    brand.load_brand,
    brand.read_brand,
    forms.load_form,
    campaigns.list_campaigns,
    campaigns.list_on_file,
    campaigns.load_shop,
    groups.judge_files,
    templates.list_templates,
    templates.find_template,
    form_maps.load_mapping,
    purposes.load_purposes,
    retention.load_retention,
    ages.read_rules,
    dummies.load_dummies,
    products.load_products,
    referrals.load_referrals,
)


def forget_files():
    """Forget what was read, as a new container has read nothing."""
    for function in CACHED:
        function.cache_clear()


@contextmanager
def open_own(folder, monkeypatch):
    """Let a folder be the shop's own, empty as it ships; yield it."""
    with monkeypatch.context() as patch:
        patch.setattr(own, "FOLDER", folder)
        forget_files()
        yield folder
    forget_files()


def write_own(folder, name, text):
    """Write one of the shop's own files."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
