"""One group, as its file defines it."""

import hashlib
from functools import cached_property
from typing import Any

from pydantic import Field, model_validator

from chalicelib.groups.rule import Rule
from chalicelib.models import Language, Model, Name
from chalicelib.shop.products import read_products
from chalicelib.shop.purposes import Text, choose_text
from chalicelib.strictjson import dump_json


class Group(Model):
    """A group: its title in some languages, or as one text for all of them, and its rule."""

    name: Name
    title: Text | dict[Language, Text] = Field(min_length=1)
    rule: Rule = Rule()

    def name_title(self, language: str) -> str:
        """Return the title in a language, else in the first one of the file."""
        return self.title if isinstance(self.title, str) else choose_text(self.title, language)

    @model_validator(mode="after")
    def check_sensitive(self) -> "Group":
        """Refuse a group of sensitive answers: groups are counted, listed and handed over."""
        if self.rule.sensitive:
            raise ValueError("a group asks for no sensitive answer; a campaign's audience may, for those who agreed")
        return self

    @cached_property
    def edition(self) -> str:
        """Return a name for what the rule says, with the shop's categories where it asks for one: a count is of it."""
        categories = any(each.category for each in self.rule.bought)
        told = [self.rule.model_dump(mode="json"), dump_categories() if categories else {}]
        return hashlib.sha256(dump_json(told)).hexdigest()[:12]


def dump_categories() -> dict[str, Any]:
    """Return which products the shop's file puts into which category."""
    return read_products().model_dump(mode="json", include={"products": {"__all__": {"name", "starts", "category"}}})
