"""The pages of data subject requests. They name nobody: a link may have been passed on."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from chalicelib.forms.definition import Form
from chalicelib.models import Model
from chalicelib.pages.form_page import list_switches
from chalicelib.pages.link_pages import Scene
from chalicelib.pages.receipt import ReceiptWords, show_receipt, write_moment
from chalicelib.pages.rendering import render_page
from chalicelib.store.links import Link

WORDS = Path(__file__).parent / "privacywords"
# By the names under which the files are offered.
CHECK = "openssl dgst -sha256 -verify receipt-key.pem -signature receipt.sig receipt.json"


class KindWords(Model):
    """What is said of one kind of request: before its code is typed, and when it is done."""

    title: str
    text: str
    points: tuple[str, ...]
    button: str
    done_title: str = ""
    done: str = ""


class PrivacyWords(Model):
    """The words of one language; see privacywords/en.toml. `files` are by the ends of their names."""

    again: str
    code: str
    code_hint: str
    code_missing: str
    code_shape: str
    code_wrong: str
    ignore: str
    gone_title: str
    gone: str
    spent_title: str
    spent: str
    pending_title: str
    pending: str
    look: str
    until: str
    kinds: Mapping[str, KindWords]
    files: Mapping[str, str]
    receipt: ReceiptWords


@cache
def find_words(language: str) -> PrivacyWords:
    """Return the words in a language that pages speak."""
    return PrivacyWords.model_validate(tomllib.loads((WORDS / f"{language}.toml").read_text("utf-8")))


def render_sent(scene: Scene, form: Form) -> str:
    """Return the answer to every request, whoever it names."""
    title, text = form.thanks_title[scene.language], form.thanks[scene.language]
    return render_outcome(scene, title, text, ways=[ask_again(scene)], switches=())


def render_gone(scene: Scene) -> str:
    """Return the page of a link that is unknown, cut off or over."""
    words = find_words(scene.language)
    return render_outcome(scene, words.gone_title, words.gone, ways=[ask_again(scene)], address="")


def render_spent(scene: Scene) -> str:
    """Return the page of a link whose tries are used up."""
    words = find_words(scene.language)
    return render_outcome(scene, words.spent_title, words.spent, ways=[ask_again(scene)])


def render_pending(scene: Scene) -> str:
    """Return the page of a result that is not there, yet or any more: unknown tokens get it, so it repeats none."""
    words = find_words(scene.language)
    look = (f"?lang={scene.language}", words.look)
    return render_outcome(scene, words.pending_title, words.pending, ways=[look, ask_again(scene)], address="")


def render_code(scene: Scene, link: Link, *, fault: str = "", left: int = 0, typed: str = "", problem: str = "") -> str:
    """Return the page that says what will happen and asks for the code.

    `fault` is `missing`, `shape` or `wrong` (with the tries `left`); `problem` says what is wrong with the whole post.
    """
    words = find_words(scene.language)
    said = words.kinds[link.request]
    told = {"missing": words.code_missing, "shape": words.code_shape, "wrong": words.code_wrong}.get(fault, "")
    return render_privacy(
        scene,
        "code.html",
        said.title,
        said.text,
        points=[point.format(shop=scene.shop) for point in said.points],
        button=said.button,
        fault=told.format(left=scene.interface.write_number(left)),
        typed=typed,
        problem=problem,
    )


def render_done(scene: Scene, link: Link, files: Sequence[str] = ()) -> str:
    """Return the page of what is done, or ready to be fetched as `files`."""
    words = find_words(scene.language)
    said = words.kinds[link.request]
    offered = [(f"{scene.address}/{name}", words.files[name.rpartition(".")[2]]) for name in files]
    ways = [scene.way_home] if scene.way_home else []
    return render_outcome(scene, said.done_title, said.done, files=offered, after=tell_end(scene, link), ways=ways)


def render_receipt(scene: Scene, link: Link) -> str:
    """Return the receipt of an erasure in words, with what it takes to check it."""
    words = find_words(scene.language)
    said, own = words.kinds[link.request], words.receipt
    return render_privacy(
        scene,
        "receipt.html",
        said.done_title,
        said.done,
        receipt=show_receipt(link.receipt, own, scene.language),
        files=[
            (f"{scene.address}/receipt.json", own.file),
            (f"{scene.address}/receipt.sig", own.signature),
            (place_page(scene, "privacy/receipt-key.pem"), own.key),
        ],
        check=CHECK,
        after=tell_end(scene, link),
    )


def tell_end(scene: Scene, link: Link) -> str:
    """Say until when a result stands here; "" where it has nothing to fetch, or no end."""
    words = find_words(scene.language)
    if link.expires_at is None or not (link.parts or link.receipt):
        return ""
    return words.until.format(until=write_moment(link.expires_at, words.receipt, scene.language))


def ask_again(scene: Scene) -> tuple[str, str]:
    """Return the way back to the beginning."""
    return place_page(scene, "privacy/requests"), find_words(scene.language).again


def place_page(scene: Scene, page: str) -> str:
    """Return the address of another page of ours, in the same language."""
    return f"{scene.site}/{page}?lang={scene.language}"


def render_outcome(scene: Scene, title: str, text: str, **shown: object) -> str:
    """Return a page that says something, offers files, and leads on."""
    return render_privacy(scene, "outcome.html", title, text, **{"files": (), "ways": (), "after": "", **shown})


def render_privacy(scene: Scene, template: str, title: str, text: str, **shown: object) -> str:
    """Return a page of templates/privacy.html."""
    words = find_words(scene.language)
    shared: dict[str, object] = {
        "words": scene.interface,
        "own": words,
        "shop": scene.shop,
        "title": title.format(shop=scene.shop),
        "text": text.format(shop=scene.shop),
        "address": scene.address,
        "switches": list_switches(),
    }
    return render_page(template, **{**shared, **shown})
