"""The mails on file: each is a .toml of words in every language and a .jinja that sets their order."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import model_validator

from chalicelib.definitions import Fault, load_definition
from chalicelib.errors import DefinitionError
from chalicelib.forms.words import Words
from chalicelib.mails.words import MailWords
from chalicelib.models import Model
from chalicelib.shop import own

TEMPLATES = Path(__file__).parent / "templates"
# Every advertising mail needs these (RFC 8058, CAN-SPAM, GDPR article 14).
MARKETING_NEEDS = ("unsubscribe_url", "shop_address", "reason")
EVERY_NEEDS = ("privacy_url",)  # GDPR article 13


class MailTemplate(Model):
    """One mail in all its languages. `needs` are the words of MailWords that it cannot be sent without.

    `preview` is the line that mail programs show beside the subject; `preview_offer` replaces it where there is an
    offer. `phrases` are the words that the template's .jinja names. `suggests` tells that it has a place for
    products that the person may like, `tips` for how to care for what they bought, `friends`
    for their link for friends.
    """

    name: str
    marketing: bool
    suggests: bool = False
    tips: bool = False
    friends: bool = False
    needs: tuple[str, ...] = ()
    subject: Words
    preview: Words
    preview_offer: Words
    phrases: Mapping[str, Words]

    @model_validator(mode="before")
    @classmethod
    def copy_preview(cls, keys: Any) -> Any:
        """Use the preview for offers too where the file has only one."""
        return {"preview_offer": keys.get("preview"), **keys}

    def choose_language(self, language: str) -> str:
        """Return the language if the mail has it, else the first one of its file."""
        return language if language in self.subject.languages else self.subject.languages[0]

    def list_needs(self) -> tuple[str, ...]:
        """Return the names of the words that it may not be sent without."""
        return (*self.needs, *EVERY_NEEDS, *(MARKETING_NEEDS if self.marketing else ()))

    def list_missing(self, words: MailWords) -> list[str]:
        """Return the names of needed words that are empty."""
        return [name for name in self.list_needs() if not getattr(words, name)]


@cache
def list_templates() -> tuple[str, ...]:
    """Return the names of the mails on file, the shop's own among them, sorted."""
    return tuple(own.list_files("mails", TEMPLATES))


@cache
def find_template(name: str) -> MailTemplate:
    """Return the template of that name; raise DefinitionError where there is none or its file has a mistake."""
    if name not in list_templates():
        raise DefinitionError("no mail of that name")
    path = own.list_files("mails", TEMPLATES)[name]
    return load_definition(path, MailTemplate, {"name": name}, judge=judge_needs)


def judge_needs(template: MailTemplate) -> list[Fault]:
    """Return a fault where a template needs words that no mail has."""
    unknown = sorted(set(template.needs) - set(MailWords.model_fields))
    return [(("needs",), f"no words of a mail: {', '.join(unknown)}")] if unknown else []
