"""The pages of data subject requests. They name no customer: a link may have been passed on."""

from collections.abc import Mapping, Sequence

from chalicelib.forms.definition import Form
from chalicelib.models import Model, RequestKind
from chalicelib.pages.context import PageContext
from chalicelib.pages.form_page import list_switches
from chalicelib.pages.receipt import ReceiptWords, show_receipt, write_moment
from chalicelib.pages.rendering import render_page
from chalicelib.store.links import Link
from chalicelib.words import find_words

# By the names of the files.
CHECK = "openssl dgst -sha256 -verify receipt-key.pem -signature receipt.sig receipt.json"


class KindWords(Model):
    """The words of one kind of request: before its code is typed, and when it is done."""

    title: str
    text: str
    points: tuple[str, ...]
    button: str
    done_title: str = ""
    done: str = ""


class PrivacyWords(Model):
    """The words of one language; see words/en/requests.toml. `files` are by the ends of their names."""

    again: str
    code: str
    code_hint: str
    code_missing: str
    code_shape: str
    code_wrong: str
    keep: str
    keep_hint: str
    ignore: str
    gone_title: str
    gone: str
    spent_title: str
    spent: str
    pending_title: str
    pending: str
    waiting_title: str
    waiting: str
    waiting_still: str
    look: str
    look_no_more: str
    until: str
    kinds: Mapping[str, KindWords]
    files: Mapping[str, str]
    receipt: ReceiptWords


def find_request_words(language: str) -> PrivacyWords:
    """Return the words in a language that pages speak."""
    return find_words(language, "requests", PrivacyWords)


def render_sent(context: PageContext, form: Form) -> str:
    """Return the answer to every request: it is the same for known and unknown addresses."""
    title, text = form.thanks_title[context.language], form.thanks[context.language]
    return render_outcome(context, title, text, ways=[ask_again(context)], switches=())


def render_gone(context: PageContext) -> str:
    """Return the page of a link that is unknown, cut off or expired."""
    words = find_request_words(context.language)
    return render_outcome(context, words.gone_title, words.gone, ways=[ask_again(context)], address="")


def render_spent(context: PageContext) -> str:
    """Return the page of a link whose tries are used up."""
    words = find_request_words(context.language)
    return render_outcome(context, words.spent_title, words.spent, ways=[ask_again(context)])


def render_pending(context: PageContext) -> str:
    """Return the page of a result that is not ready, or gone. Unknown tokens get it too, so it repeats no token."""
    words = find_request_words(context.language)
    look = (f"?lang={context.language}", words.look)
    return render_outcome(context, words.pending_title, words.pending, ways=[look, ask_again(context)], address="")


def render_code(
    context: PageContext,
    link: Link,
    *,
    fault: str = "",
    left: int = 0,
    typed: str = "",
    wish: bool = False,
    problem: str = "",
) -> str:
    """Return the page that explains the request and asks for the code.

    `wish` ticks the box that an erasure has. `fault` is `missing`, `shape` or `wrong` (with the tries `left`);
    `problem` says what is wrong with the whole post.
    """
    words = find_request_words(context.language)
    kind = words.kinds[link.request]
    explained = {"missing": words.code_missing, "shape": words.code_shape, "wrong": words.code_wrong}.get(fault, "")
    return render_privacy(
        context,
        "code.html",
        kind.title,
        kind.text,
        points=[point.format(shop=context.interface.isolate(context.shop)) for point in kind.points],
        button=kind.button,
        fault=explained.format(left=context.interface.write_number(left)),
        typed=typed,
        box=words.keep if link.request == RequestKind.ERASE.value else "",
        wish=wish,
        problem=problem,
    )


def render_done(context: PageContext, link: Link, files: Sequence[str] = ()) -> str:
    """Return the page of a request that is done, with the `files` to be fetched."""
    words = find_request_words(context.language)
    kind = words.kinds[link.request]
    offered = [(f"{context.address}/{name}", words.files[name.rpartition(".")[2]]) for name in files]
    ways = [context.way_home] if context.way_home else []
    return render_outcome(context, kind.done_title, kind.done, files=offered, after=write_end(context, link), ways=ways)


def render_receipt(context: PageContext, link: Link, *, saved: bool = False) -> str:
    """Return the receipt of an erasure in words, with the files to check it.

    A `saved` one is a file beside those files: it offers no other language, and no end of its link.
    """
    words = find_request_words(context.language)
    kind, own = words.kinds[link.request], words.receipt
    return render_privacy(
        context,
        "receipt.html",
        kind.done_title,
        kind.done,
        receipt=show_receipt(link.receipt, own, context.language),
        files=[
            (f"{context.address}/receipt.json", own.file),
            (f"{context.address}/receipt.sig", own.signature),
            (place_page(context, "privacy/receipt-key.pem"), own.key),
        ],
        check=CHECK,
        after="" if saved else write_end(context, link),
        switches=() if saved else list_switches(),
    )


def write_end(context: PageContext, link: Link) -> str:
    """Return until when a result can be fetched; "" where it has no files, or no end."""
    words = find_request_words(context.language)
    if link.expires_at is None or not (link.parts or link.receipt):
        return ""
    return words.until.format(until=write_moment(link.expires_at, words.receipt, context.language))


def ask_again(context: PageContext) -> tuple[str, str]:
    """Return the address and the words of a link to a new request."""
    return place_page(context, "privacy/requests"), find_request_words(context.language).again


def place_page(context: PageContext, page: str) -> str:
    """Return the address of another page of ours, in the same language."""
    return f"{context.site}/{page}?lang={context.language}"


def render_outcome(context: PageContext, title: str, text: str, **shown: object) -> str:
    """Return a page with a message, files and a link."""
    return render_privacy(context, "outcome.html", title, text, **{"files": (), "ways": (), "after": "", **shown})


def render_privacy(context: PageContext, template: str, title: str, text: str, **shown: object) -> str:
    """Return a page of templates/privacy.html."""
    words, named = find_request_words(context.language), context.interface.isolate(context.shop)
    shared: dict[str, object] = {
        "words": context.interface,
        "own": words,
        "shop": context.shop,
        "title": title.format(shop=named),
        "text": text.format(shop=named),
        "address": context.address,
        "switches": list_switches(),
    }
    return render_page(template, **{**shared, **shown})
