"""The mails on file: each a .toml of words in every language beside a .jinja that says in which order they come."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pydantic import ValidationError

from chalicelib.errors import DefinitionError
from chalicelib.forms.words import Words
from chalicelib.mails.words import MailWords
from chalicelib.models import Model

TEMPLATES = Path(__file__).parent / "templates"
# Whatever advertises needs these (RFC 8058, CAN-SPAM, GDPR article 14).
MARKETING_NEEDS = ("unsubscribe_url", "shop_address", "reason")
EVERY_NEEDS = ("privacy_url",)  # GDPR article 13


class MailTemplate(Model):
    """One mail in all its languages. `needs` are words of MailWords without which it has no sense.

    `preview` is the line that mail programs show beside the subject; `preview_offer` stands for it where there is an
    offer. `phrases` are what the template's .jinja asks for by name.
    """

    name: str
    marketing: bool
    needs: tuple[str, ...] = ()
    subject: Words
    preview: Words
    preview_offer: Words
    phrases: Mapping[str, Words]

    def choose_language(self, language: str) -> str:
        """Return the language if the mail has it, else the first one of its file."""
        return language if language in self.subject.languages else self.subject.languages[0]

    def list_needs(self) -> tuple[str, ...]:
        """Return the names of the words that it may not go out without."""
        return (*self.needs, *EVERY_NEEDS, *(MARKETING_NEEDS if self.marketing else ()))

    def list_missing(self, words: MailWords) -> list[str]:
        """Return the names of needed words that are empty."""
        return [name for name in self.list_needs() if not getattr(words, name)]


@cache
def list_templates() -> tuple[str, ...]:
    """Return the names of the mails on file, sorted."""
    return tuple(sorted(path.stem for path in TEMPLATES.glob("*.toml")))


@cache
def find_template(name: str) -> MailTemplate:
    """Return the template of that name; raise DefinitionError where there is none or its file has a mistake."""
    if name not in list_templates():
        raise DefinitionError("no mail of that name")
    path = TEMPLATES / f"{name}.toml"
    try:
        given = tomllib.loads(path.read_text("utf-8"))
        preview = {"preview_offer": given.get("preview")} | given
        template = MailTemplate.model_validate({"name": name, **preview})
    except ValidationError as error:
        places = [".".join(map(str, problem["loc"])) for problem in error.errors(include_input=False)]
        raise DefinitionError(f"{path.name}: {', '.join(places)}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DefinitionError(f"{path.name}: {error}") from None
    unknown = set(template.needs) - set(MailWords.model_fields)
    if unknown:
        raise DefinitionError(f"{path.name}: needs: {', '.join(sorted(unknown))}")
    return template
