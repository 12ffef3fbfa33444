"""The sender's domain at SES: made where it is not there, with the DNS records that prove it.

Easy DKIM signs each mail with the domain, MAIL FROM makes SPF align, and DMARC tells receivers what to do with
forgeries.
"""

from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from infra.account.operator import Operator, is_missing

SECONDS = 30
PATIENCE = 60  # rounds of waiting, half an hour
BOUNCES = "bounces"  # the label of the MAIL FROM domain; `mail` is often a mail server already


@dataclass(frozen=True)
class Record:
    """A DNS record to be made, and how it stands; SES looks at no DMARC."""

    kind: str
    name: str
    value: str
    state: str = ""


class MailIdentity:
    """The domain of an address that mails are sent from."""

    def __init__(self, operator: Operator, mail_from: str) -> None:
        self.operator = operator
        self.ses: Any = operator.client("sesv2")
        self.domain = mail_from.rpartition("@")[2]
        self.bounces = f"{BOUNCES}.{self.domain}"

    def read(self) -> dict[str, Any]:
        """Return what SES says of the domain, or nothing where it knows none."""
        try:
            found: dict[str, Any] = self.ses.get_email_identity(EmailIdentity=self.domain)
        except ClientError as error:
            if is_missing(error):
                return {}
            raise
        return found

    def make(self) -> dict[str, Any]:
        """Make the identity and its MAIL FROM where they are not there; another MAIL FROM stays."""
        found = self.read()
        if not found:
            self.ses.create_email_identity(EmailIdentity=self.domain)
            found = self.read()
        if not found.get("MailFromAttributes", {}).get("MailFromDomain"):
            self.ses.put_email_identity_mail_from_attributes(
                EmailIdentity=self.domain, MailFromDomain=self.bounces, BehaviorOnMxFailure="USE_DEFAULT_VALUE"
            )
        return self.read()

    def list_records(self, found: dict[str, Any]) -> list[Record]:
        """Return the DNS records of the domain."""
        dkim, bounces = found.get("DkimAttributes", {}), found.get("MailFromAttributes", {})
        host = bounces.get("MailFromDomain") or self.bounces
        signed, aligned = dkim.get("Status", "PENDING"), bounces.get("MailFromDomainStatus", "PENDING")
        feedback = f"10 feedback-smtp.{self.operator.names.region}.amazonses.com"
        keys = [f"{token}._domainkey.{self.domain}" for token in dkim.get("Tokens", ())]
        records = [Record("CNAME", key, f"{key.partition('.')[0]}.dkim.amazonses.com", signed) for key in keys]
        records += [Record("MX", host, feedback, aligned)]
        records += [Record("TXT", host, '"v=spf1 include:amazonses.com ~all"', aligned)]
        return [*records, Record("TXT", f"_dmarc.{self.domain}", '"v=DMARC1; p=none"', "not looked at")]


def is_verified(found: dict[str, Any]) -> bool:
    """Return whether SES sends from the domain, with a MAIL FROM that aligns."""
    aligned = found.get("MailFromAttributes", {}).get("MailFromDomainStatus") == "SUCCESS"
    return bool(found.get("VerifiedForSendingStatus")) and aligned


def prepare_mail(operator: Operator, mail_from: str, *, wait: bool) -> bool:
    """Make the identity, print its records, and wait for them where asked; return whether SES may send."""
    identity = MailIdentity(operator, mail_from)
    found = identity.make()
    if not is_verified(found):
        operator.say(f"Mail from {identity.domain} leaves when these records are in its DNS:")
        tell_records(operator, identity.list_records(found))
    if wait and not is_verified(found):
        operator.say("Waiting for SES to see them, half an hour at most. Ctrl-C ends the waiting.")
    for _ in range(PATIENCE if wait else 0):
        if is_verified(found):
            break
        operator.pause(SECONDS)
        found = identity.read()
    state = "verified, with DKIM and MAIL FROM" if is_verified(found) else "not verified yet (WAIT=yes waits for it)"
    operator.say(f"Mail: {identity.domain} is {state}.")
    return is_verified(found)


def tell_records(operator: Operator, records: list[Record]) -> None:
    """Print DNS records as a table."""
    operator.tell_table([(each.kind, each.name, each.value, each.state.lower()) for each in records])
