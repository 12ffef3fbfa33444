"""Writes the style sheet of the mails into their templates, since mail programs read only styles on the elements.

The result is checked in, and not made per mail: the inliner is a compiled package of 2 MB, one for each kind of
processor, and Lambda does not need it. A test fails when html/ differs from the result of styled/ and mail.css.
"""

from pathlib import Path

from infra.places import ROOT

MAILS = ROOT / "chalicelib" / "mails"
# A .jinja of parts is a piece of a page: a list of macros; a whole page begins with its doctype.
PAGE = "<!doctype html>"
# Colours of mail.css that are the shop's own: the mail is rendered with the shades of its brand (`shop/brand.py`).
SHADES = {
    "#1d5f50": "{{ look.accent }}",
    "#fffffe": "{{ look.on }}",
    "#eaf2ee": "{{ look.tint }}",
    "#6f9c8e": "{{ look.edge }}",
}


def inline_styles(folder: Path = MAILS) -> dict[Path, str]:
    """Return each template of html/ with its styles inlined."""
    style = (folder / "mail.css").read_text("utf-8")
    return {
        folder / "html" / path.name: name_shades(inline_template(path.read_text("utf-8"), style))
        for path in sorted((folder / "styled").glob("*.jinja"))
    }


def inline_template(source: str, style: str) -> str:
    """Put the rules on the elements; Jinja's own text stays as text or as an attribute's value."""
    from css_inline import CSSInliner

    inliner = CSSInliner(load_remote_stylesheets=False, extra_css=style)
    if source.startswith(PAGE):
        return inliner.inline(source).replace(' data-css-inline="keep"', "") + "\n"
    return CSSInliner(load_remote_stylesheets=False).inline_fragment(source, style)


def name_shades(template: str) -> str:
    """Return a template in which the shop's colours are names."""
    for colour, name in SHADES.items():
        template = template.replace(colour, name)
    return template


def write_templates() -> None:
    for path, content in inline_styles().items():
        path.write_text(content, "utf-8")


if __name__ == "__main__":
    write_templates()
