"""The words in Latin letters on a page in another script. For tests."""

import re
from collections.abc import Iterator

import html5lib

from chalicelib.forms.interface import find_interface
from chalicelib.words import list_languages

# None of these languages is written in Latin letters.
LANGUAGES = ("bn", "fa", "hi", "kk")
WORD = re.compile(r"[A-Za-z]{2,}")
SHOP = ("Corner Shop", "1 Market Square, Springfield")
AMAZON: tuple[str, ...] = (
    "Amazon Web Services",
    "Amazon API Gateway",
    "Amazon CloudWatch",
    "Amazon DynamoDB",
    "Amazon SES",
)
AMAZON += ("Amazon SNS", "Amazon SQS", "AWS KMS", "AWS Lambda", "AWS Systems Manager", "Amazon")
SENDERS = ("Shopify", "Square", "Stripe", "Tally", "Typeform", "WooCommerce")
PLATFORMS = ("Google", "Meta")
OTHERS = ("SHA-256", "UTC", "PDF", "IP", "Ctrl", "Mac")
ADDRESS = re.compile(r"https?://\S+|\S+@\S+|\b[0-9a-f]{12,}\b|\b[a-z]{2}-[a-z]+-\d\b")
# of pages and mailboxes; hashes; regions of AWS
SPOKEN = ("alt", "aria-label", "placeholder", "title")  # attributes that are read aloud or shown


def list_texts(node, language: str) -> Iterator[str]:
    """Yield the texts of a page in its own language: what says that it is in another one is left out."""
    if node.tag in ("style", "script", "pre", "code") or node.attrib.get("lang", language) != language:
        return
    yield from (node.attrib[name] for name in SPOKEN if name in node.attrib)
    yield node.text or ""
    for child in node:
        if isinstance(child.tag, str):
            yield from list_texts(child, language)
        yield child.tail or ""


def find_latin(page: str, language: str) -> list[str]:
    """Return the words in Latin letters that a page has beside names and addresses."""
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    text = ADDRESS.sub(" ", " ".join(list_texts(tree, language)))
    endonyms = [find_interface(each).language_name for each in list_languages()]
    for name in sorted((*SHOP, *AMAZON, *SENDERS, *PLATFORMS, *OTHERS, *endonyms), key=len, reverse=True):
        text = re.sub(rf"\b{re.escape(name)}\b", " ", text)
    return WORD.findall(text)
