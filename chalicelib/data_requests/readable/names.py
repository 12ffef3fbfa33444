"""Readable names of where something came from, and what it was for: forms, shop systems, links, purposes, languages."""

from chalicelib.data_requests.readable.labels import find_title
from chalicelib.data_requests.readable.writer import Writer, clean_name
from chalicelib.forms.interface import find_interface
from chalicelib.pages.policy_words import find_policy_words
from chalicelib.shop.purposes import choose_text, load_purposes
from chalicelib.text import isolate_text
from chalicelib.words import list_languages


def name_source(text: str, writer: Writer) -> str:
    """Return the words for a source or channel, e.g. `form:sign-up`, `link:preferences`, `shopify`, `import:list`."""
    head, _, rest = text.partition(":")
    if head == "form":
        return name_form(rest, writer)
    for name in (f"{head}-{rest}", head):
        if name in writer.words.channels:
            return writer.words.channels[name]
    return writer.join_texts([name_sender(head, writer), isolate_text(rest) if head in ("import", "typeform") else ""])


def name_form(name: str, writer: Writer) -> str:
    """Return the words for a form."""
    title = find_title(name, writer) or clean_name(name)
    return writer.words.form.format(title=isolate_text(title))


def name_sender(sender: str, writer: Writer) -> str:
    """Return the words for a sender, as the privacy page has them."""
    return find_policy_words(writer.language).sources.get(sender) or clean_name(sender)


def split_name(text: str, writer: Writer) -> tuple[str, str]:
    """Return the last part of a foreign name (`sender:shop:id`), and the words for whose it is."""
    sender, _, rest = text.partition(":")
    shop, _, own = rest.rpartition(":")
    return own or text, writer.join_texts([name_sender(sender, writer), isolate_text(shop)]) if own else ""


def name_purpose(purpose: str, writer: Writer) -> str:
    """Return the title of a purpose."""
    found = load_purposes().purposes.get(purpose)
    return (
        choose_text(found.title, writer.language)
        if found
        else writer.words.channels.get(purpose) or clean_name(purpose)
    )


def name_language(tag: str) -> str:
    """Return the own name of a language that pages speak, else its code."""
    return find_interface(tag).language_name if tag in list_languages("interface") else tag
