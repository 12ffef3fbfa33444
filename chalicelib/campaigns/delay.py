"""The delay of a trigger: the keys of `[when]` that set it."""

from datetime import timedelta

from pydantic import Field

from chalicelib.models import Model


class Delay(Model):
    """The time between a trigger's moment and its mail; a day is 24 hours."""

    days: int = Field(0, ge=0, le=3660)
    hours: int = Field(0, ge=0, le=23)
    warranty_months: int | None = Field(None, ge=1, le=600)
    again_share: float | None = Field(None, gt=0, lt=1)

    @property
    def delay(self) -> timedelta:
        """Return the time after the trigger, or before the end of a warranty."""
        return timedelta(days=self.days, hours=self.hours)
