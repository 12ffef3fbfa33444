"""Settings, typed, read from the environment once. The only reader of os.environ."""

import os
from collections.abc import Mapping
from functools import cache

from pydantic import Field

from chalicelib.models import Model


class Settings(Model):
    """Every setting with its default; the environment variable is the name in capitals.

    `inbox_key` and `root_key` are KMS key ARNs, or `file:` paths of local key files; the door needs neither.
    """

    stage: str = Field("local", description="Names the tables, parameters and keys: `regulars-<stage>-...`")
    public_url: str = Field("http://127.0.0.1:8000", description="Where people reach us; every link starts with it")
    desk_url: str = Field(
        "http://localhost:8003", description="Where the desk is reached; its passkeys hang on the host name"
    )
    shop_name: str = Field(
        "Corner Shop", description="Shown on pages and in mails; `brand.toml` can name it by language"
    )
    shop_country: str = Field("US", description="Region for phone numbers written without a country code (ISO 3166)")
    shop_language: str = Field("en", description="Language of pages when a visitor names none we have")
    shop_url: str = Field("https://shop.example", description="The shop's own site; links in mails lead there")
    shop_address: str = Field(
        "1 Market Square, Springfield", description="Postal address under every mail; `brand.toml` comes first"
    )
    mail_from: str = Field("shop@example.com", description="Sender of mails, gets answers; verify its domain in SES")
    privacy_contact: str = Field("", description="Who answers questions about data, on /privacy; empty for MAIL_FROM")
    data_sold_to: str = Field("", description="Whom the shop sells data to, named on /privacy; empty for nobody")
    aws_region: str = Field("", description="Set by Lambda; named on /privacy, empty for the shop's own machine")
    configuration_set: str = Field("", description="SES configuration set that publishes what becomes of mails")
    inbox_key: str = Field(
        "", description="KMS ARN or `file:` path: its private half opens the inbox; settling and desk only"
    )
    root_key: str = Field("", description="KMS ARN (or `file:` path) that seals customer keys; settling and desk only")
    receipt_key: str = Field(
        "", description="KMS ARN (or `file:` path) that signs the receipts of erasures; `forget_people` only"
    )
    downstream: str = Field(
        "", description="The shop's own systems that hear of events: `name=https://...`, separated by commas"
    )
    max_body_bytes: int = Field(262_144, description="Largest post of a form or page taken, in bytes after decoding")
    try_out: bool = Field(
        False, description="`yes` runs every campaign that ships as it ships and holds nobody out, as a local run does"
    )
    posts_per_minute: int = Field(60, description="Form posts taken from one network address per minute and container")

    @property
    def prefix(self) -> str:
        """Return the beginning of every table's name."""
        return f"regulars-{self.stage}-"

    @property
    def parameter_path(self) -> str:
        """Return the SSM path that holds the door's secrets and public keys."""
        return f"/regulars/{self.stage}/door/"

    @property
    def downstream_path(self) -> str:
        """Return the SSM path of the secrets that sign events to the shop's own systems."""
        return f"/regulars/{self.stage}/downstream/"

    @property
    def offers_path(self) -> str:
        """Return the SSM path of the addresses and tokens of the shop systems at which codes are made."""
        return f"/regulars/{self.stage}/offers/"


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Build settings from environment variables; raise ValidationError naming the bad one, never its value."""
    given = {name: environ[name.upper()] for name in Settings.model_fields if environ.get(name.upper())}
    if "AWS_LAMBDA_FUNCTION_NAME" in environ:
        given.setdefault("public_url", "")  # the default is a machine's own address: no link of a shop may lead there
    return Settings.model_validate(given)


@cache
def current_settings() -> Settings:
    return read_settings(os.environ)


def serves_requests() -> bool:
    """Return whether this is a Lambda container that answers HTTP: its handler is the app itself."""
    return os.environ.get("_HANDLER") == "app.app"


def handles_events() -> bool:
    """Return whether this is a Lambda container of a stream, schedule, queue or topic: it needs no routes."""
    return os.environ.get("_HANDLER", "app.app") != "app.app"
