"""What every shape is made of: the frozen base, the patterns of names, JSON values, times as text."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints


def plain_numbers(value: Any) -> Any:
    """Return a JSON value with every Decimal as its text, so that it is the same after storing as before."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, list | tuple):
        return [plain_numbers(part) for part in value]
    if isinstance(value, dict):
        return {name: plain_numbers(part) for name, part in value.items()}
    return value


# str | bool | None | int | list | dict; a Decimal that strictjson read becomes its text
JsonValue = Annotated[Any, AfterValidator(plain_numbers)]


# What definition files name. An Optional... may be "".
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]  # a form, campaign, purpose, kind


OptionalName = Annotated[str, StringConstraints(pattern=r"^([a-z][a-z0-9-]{0,39})?$")]


FieldName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]  # of a form or a profile


Version = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}(\.\d+)?$")]  # 2026-05-01, 2026-05-01.2


Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]  # BCP 47


OptionalLanguage = Annotated[str, StringConstraints(pattern=r"^([a-z]{2,3}(-[A-Za-z0-9]{2,8})*)?$")]


Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]  # ISO 4217


OptionalCurrency = Annotated[str, StringConstraints(pattern=r"^([A-Z]{3})?$")]


class Model(BaseModel):
    """Frozen; unknown names refused; a failed validation never quotes its input (it would reach the log)."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True)


def utc_text(moment: datetime) -> str:
    """Return RFC 3339 UTC text with microseconds: it sorts as time does, which table keys rely on."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
