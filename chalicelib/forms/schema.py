"""A form's JSON Schema (2020-12): the keys that a JSON post may hold, and those that it must hold."""

from typing import Any

from chalicelib.forms.definition import RESERVED, ConsentAsk, Form
from chalicelib.forms.field import Field
from chalicelib.shop.ages import AGE_BAND, read_least, read_rules

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def write_schema(form: Form, language: str, address: str, shop: str) -> dict[str, Any]:
    """Return the schema of a JSON post to `address`, its texts in one of the form's languages.

    `shop` is the shop's name in it.
    """
    properties = {field.name: describe_field(field, language) for field in form.fields}
    properties |= {ask.name: describe_consent(ask, language, shop) for ask in form.consents}
    properties |= {name: {"type": "string"} for name in RESERVED}
    properties["language"]["enum"] = list(form.languages)
    required = [field.name for field in form.fields if field.required]
    groups: list[dict[str, Any]] = [{"anyOf": [{"required": [name]} for name in group]} for group in form.one_of]
    groups += list_conditions(form)
    return {
        "$schema": DIALECT,
        "$id": f"{address}/schema",
        "title": form.title[language],
        "description": form.intro[language],
        "type": "object",
        "properties": properties,
        "required": required + [ask.name for ask in form.consents if ask.required],
        **({"allOf": groups} if groups else {}),
        "additionalProperties": False,
    }


def list_conditions(form: Form) -> list[dict[str, Any]]:
    """Return the conditions between answers: a sensitive answer needs its consent, a child's age a parent's address."""
    conditions = []
    for ask in form.consents:
        ticked = {"required": [ask.name], "properties": {ask.name: {"enum": [True, ask.version]}}}
        for name, purpose in form.list_sensitive().items():
            if purpose == ask.purpose:
                given = {"required": [name], "properties": {name: {"not": {"enum": ["", []]}}}}
                conditions.append({"if": given, "then": ticked})
    age = form.find_age()
    if form.parent and age and age.name == AGE_BAND:
        young = [option.value for option in age.options if read_least(option.value) < read_rules().limit]
        child = {"required": [age.name], "properties": {age.name: {"enum": young}}}
        conditions.append({"if": child, "then": {"required": [form.parent.field]}})
    return conditions


def describe_field(field: Field, language: str) -> dict[str, Any]:
    """Return one field's schema. A required answer must not be empty."""
    texts = {"title": field.label[language]}
    if explained := field.explain(language):
        texts["description"] = explained
    if field.sensitive:
        texts["x-sensitive"] = field.sensitive
    return {**texts, **field.kind.schema(field)}


def describe_consent(ask: ConsentAsk, language: str, shop: str) -> dict[str, Any]:
    """Return a consent's schema: true, or the version of the words that were shown."""
    given: list[bool | str] = [True, ask.version]
    return {"description": ask.say(language, shop), "enum": given if ask.required else [*given, False]}
