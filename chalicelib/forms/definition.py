"""One form, as its file defines it.

Every key is documented in docs/forms.md; a test holds that page to this model.
"""

from typing import Annotated, Literal

from pydantic import Field as Key
from pydantic import StringConstraints, model_validator

from chalicelib.forms.anonymity import Anonymity, judge_poll, judge_questions
from chalicelib.forms.field import AGES, Field
from chalicelib.forms.step import Step, judge_steps
from chalicelib.forms.words import Words, fill_shop, walk_words
from chalicelib.models import FieldName, Model, Name, Version

# Exact origins only (RFC 6454): no wildcard, no path. Plain http is for a developer's machine.
Origin = Annotated[
    str,
    StringConstraints(pattern=r"^(https://[a-z0-9.-]+(:\d{1,5})?|http://(localhost|127\.0\.0\.1)(:\d{1,5})?)$"),
]
# Printable ASCII without backslash, userinfo or fragment: every reader parses it alike.
Target = Annotated[str, StringConstraints(pattern=r"^https://[a-z0-9.-]+(/[!-?A-\[\]-~]*)?$")]

RESERVED = ("language", "page_token", "page_answer", "submission", "redirect", "friend_code")
CONSENT_PREFIX = "consent_"


class Agreement(Model):
    """Words that somebody agrees to. A change of `words` needs a new `version`: both are kept as evidence."""

    version: Version
    words: Words

    def say(self, language: str, shop: str) -> str:
        """Return the words with the shop's name for `{shop}`: a consent names its controller (GDPR, recital 42)."""
        return fill_shop(self.words[language], shop)


class ConsentAsk(Agreement):
    """One consent asked for."""

    purpose: Name
    required: bool = False

    @property
    def name(self) -> str:
        """Return the checkbox's name in a post; its value is the version of the words shown."""
        return CONSENT_PREFIX + self.purpose.replace("-", "_")


class Parent(Agreement):
    """The parent's consent that a child needs: `field` is that of the parent's e-mail address."""

    field: FieldName


class Spam(Model):
    """How a form recognises machines. A suspicious post is answered with a question, and kept once it is answered."""

    honeypot: FieldName = "referral_note"
    min_seconds: int = Key(2, ge=0, le=60)
    max_age_hours: int = Key(24, ge=1, le=720)
    posts_per_minute: int = Key(20, ge=1, le=600)


class Form(Model):
    """A form. Its languages are those of its title; every other text must have the same ones."""

    name: Name
    kind: Literal["sign-up", "pre-order", "warranty", "survey", "response"]
    version: Version
    title: Words
    intro: Words
    submit: Words
    thanks_title: Words
    thanks: Words
    next: Words | None = None
    fields: tuple[Field, ...] = Key(min_length=1, max_length=60)
    one_of: tuple[tuple[FieldName, ...], ...] = ()
    consents: tuple[ConsentAsk, ...] = ()
    steps: tuple[Step, ...] = ()
    origins: tuple[Origin, ...] = ()
    redirects: tuple[Target, ...] = ()
    ignored: tuple[str, ...] = ("submit",)
    spam: Spam = Spam()
    confirm: bool = False
    parent: Parent | None = None
    anonymous: Anonymity | None = None
    poll: bool = False

    @property
    def languages(self) -> tuple[str, ...]:
        """Return the languages this form speaks, the first being its own default."""
        return self.title.languages

    def choose_language(self, language: str) -> str:
        """Return the language if this form speaks it, else the form's own default."""
        return language if language in self.languages else self.languages[0]

    def find_field(self, name: str) -> Field | None:
        """Return the field of that name."""
        return next((field for field in self.fields if field.name == name), None)

    def find_age(self) -> Field | None:
        """Return the field that asks for an age."""
        return next((field for field in self.fields if field.name in AGES), None)

    def list_sensitive(self) -> dict[str, str]:
        """Return the sensitive fields with the purposes that they are kept for."""
        return {field.name: field.sensitive for field in self.fields if field.sensitive}

    def takes_many(self, name: str) -> bool:
        """Return whether a post may repeat this name."""
        field = self.find_field(name)
        return field is not None and field.kind.many

    @model_validator(mode="after")
    def check_names(self) -> "Form":
        """Refuse two fields or consents of one name, and names that are reserved in a post."""
        names = [field.name for field in self.fields]
        names += [ask.name for ask in self.consents] + [self.spam.honeypot]
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise ValueError(f"used twice: {', '.join(sorted(twice))}")
        taken = {name for name in names if name in RESERVED or name in self.ignored}
        taken |= {field.name for field in self.fields if field.name.startswith(CONSENT_PREFIX)}
        if taken:
            raise ValueError(f"names that a post uses for something else: {', '.join(sorted(taken))}")
        unknown = {name for group in self.one_of for name in group} - set(names)
        if unknown:
            raise ValueError(f"one_of names no field: {', '.join(sorted(unknown))}")
        return self

    @model_validator(mode="after")
    def check_steps(self) -> "Form":
        """Refuse steps that leave a question out, require something optional, or lack a title."""
        fields = {field.name: field.required for field in self.fields}
        consents = {ask.purpose: ask.required for ask in self.consents}
        if self.steps and (problem := judge_steps(self.steps, fields, consents)):
            raise ValueError(problem)
        return self

    @model_validator(mode="after")
    def check_confirm(self) -> "Form":
        """Refuse a form that asks for confirmation by mail, but takes answers without an address."""
        email = self.find_field("email")
        if self.confirm and (email is None or not email.required):
            raise ValueError("confirm needs the field email, required")
        return self

    @model_validator(mode="after")
    def check_sensitive(self) -> "Form":
        """Refuse a sensitive field whose consent the form does not ask for, or requires."""
        asked = {ask.purpose: ask.required for ask in self.consents}
        for name, purpose in self.list_sensitive().items():
            if asked.get(purpose, True):
                raise ValueError(f"{name} is sensitive: consents must ask for {purpose}, not required")
        return self

    @model_validator(mode="after")
    def check_parent(self) -> "Form":
        """Refuse a form that asks parents without a field for an age, or without one for the parent's address."""
        age, ages = self.find_age(), [field.name for field in self.fields if field.name in AGES]
        if len(ages) > 1:
            raise ValueError(f"one age is enough: {', '.join(ages)}")
        if self.parent is None:
            return self
        field = self.find_field(self.parent.field)
        if field is None or (field.type, field.place, field.required) != ("email", "entry", False):
            raise ValueError("parent.field must name a field: type email, place entry, not required")
        if age is None or not age.required:
            raise ValueError("parent needs age_band or birth_year, required")
        return self

    @model_validator(mode="after")
    def check_anonymous(self) -> "Form":
        """Refuse an anonymous survey that asks who answers, and a poll that is not counted alone."""
        if self.poll and self.anonymous is not Anonymity.COUNTS_ONLY:
            raise ValueError('poll needs anonymous = "counts-only"')
        if self.anonymous is None:
            return self
        if self.kind != "survey" or self.consents or self.confirm or self.parent:
            raise ValueError("anonymous belongs to a survey without consents, confirm and parent: these need a name")
        problem = judge_questions(self.anonymous, self.fields) or (judge_poll(self.fields) if self.poll else "")
        if problem:
            raise ValueError(problem)
        return self

    @model_validator(mode="after")
    def check_languages(self) -> "Form":
        """Refuse a text that lacks a language, or has one more than the title."""
        for place, words in walk_words(self):
            odd = sorted(set(words.languages) ^ set(self.languages))
            if odd:
                raise ValueError(f"{place}: not the title's languages: {', '.join(odd)}")
        return self
