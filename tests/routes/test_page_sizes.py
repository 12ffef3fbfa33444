"""No page for customers is over 30 KB on the wire (gzip), in any language, with a logo of the largest size."""

import gzip

import pytest

from chalicelib.forms.library import list_forms
from chalicelib.shop.brand import LARGEST_LOGO
from chalicelib.words import list_languages
from tests.builders.links import browse, put_link
from tests.builders.own import open_own, write_own

MOST = 30_000  # bytes


@pytest.mark.parametrize("language", list_languages())
def test_no_page_is_over_thirty_kilobytes(api, tables, tmp_path, monkeypatch, language):
    noise = bytes((number * number * 131) % 251 for number in range(LARGEST_LOGO))  # compresses badly, as pictures do
    with open_own(tmp_path / "own", monkeypatch) as folder:
        write_own(folder, "brand.toml", 'logo = "logo.png"\n')
        (folder / "logo.png").write_bytes(noise)
        pages = ["/", "/privacy", "/privacy/requests"]
        pages += [f"/forms/{name}{end}" for name in list_forms() for end in ("", "/thanks")]
        pages += [
            f"/{page}/{put_link(tables, kind)}" for page, kind in (("preferences", "choose"), ("unsubscribe", "stop"))
        ]
        sizes = {page: len(gzip.compress(browse(api, f"{page}?lang={language}").body, 6)) for page in pages}
    print(max(sizes.values()))
    assert {page: size for page, size in sizes.items() if size > MOST} == {}
