"""Checks of SES: the account, the sender's domain, the events about mails, and how mails are received."""

from botocore.exceptions import ClientError

from infra.account.operator import is_missing
from infra.watch.finding import Finding, amber, green, red, unknown
from infra.watch.stage import Stage

FULL = 0.8  # of a day's quota
REASONS = {"BOUNCE", "COMPLAINT"}
EVENTS = {"BOUNCE", "COMPLAINT", "DELIVERY", "REJECT"}


def name_records(stage: Stage) -> str:
    """Return where the DNS records are that are lacking."""
    return f"{stage.name_command('deploy')} prints the DNS records; make them, and wait up to three days."


def name_domain(stage: Stage) -> str:
    """Return the domain that mails come from."""
    return stage.settings.mail_from.rpartition("@")[2]


def check_access(stage: Stage) -> Finding:
    """Look whether SES sends to everybody."""
    account = stage.mail_account
    if not account.get("SendingEnabled", True):
        return red("SES has stopped sending for this account.", "Read why: SES console, Account dashboard.")
    if not account.get("ProductionAccessEnabled"):
        do = "Ask for production access (SES console, Account dashboard)."
        return red("SES is in its sandbox: mail to every address that is not verified is refused.", do)
    return green("SES sends to every address.")


def check_standing(stage: Stage) -> Finding:
    """Look what SES thinks of the account, and how much of a day's quota is used."""
    account = stage.mail_account
    if (standing := account.get("EnforcementStatus", "HEALTHY")) != "HEALTHY":
        return red(f"SES has the account under {standing}.", "Answer AWS's case (Support Center) before it stops mail.")
    quota = account.get("SendQuota", {})
    used, most = quota.get("SentLast24Hours", 0), quota.get("Max24HourSend", 0)
    if most > 0 and used > FULL * most:
        return amber(f"{used:.0f} of {most:.0f} mails of a day are used.", "Ask AWS for more (SES, Sending quotas).")
    return green(f"SES takes {most:.0f} mails a day, {quota.get('MaxSendRate', 0):.0f} a second.")


def check_suppression(stage: Stage) -> Finding:
    """Look whether SES itself keeps addresses that bounced or complained."""
    kept = set(stage.mail_account.get("SuppressionAttributes", {}).get("SuppressedReasons", ()))
    if lacking := sorted(REASONS - kept):
        do = "aws sesv2 put-account-suppression-attributes --suppressed-reasons BOUNCE COMPLAINT"
        return amber(f"SES's suppression list of the account does not keep {' and '.join(lacking).lower()}.", do)
    return green("SES itself stops addresses that bounced for good or complained.")


def check_identity(stage: Stage) -> Finding:
    """Look whether SES sends from the sender's domain."""
    if not (found := stage.mail_identity):
        return red(f"SES does not know {name_domain(stage)}: no mail leaves.", f"{stage.name_command('deploy')}.")
    if not found.get("VerifiedForSendingStatus"):
        return red(f"{name_domain(stage)} is not verified: no mail leaves.", name_records(stage))
    return green(f"SES sends from {name_domain(stage)}.")


def check_dkim(stage: Stage) -> Finding:
    """Look whether mails are signed with the domain."""
    dkim = stage.mail_identity.get("DkimAttributes", {})
    if dkim.get("Status") == "SUCCESS" and dkim.get("SigningEnabled", True):
        return green("Mails are signed (DKIM).")
    return amber(f"Mails are not signed (DKIM is {dkim.get('Status', 'off')}): many land in spam.", name_records(stage))


def check_mail_from(stage: Stage) -> Finding:
    """Look whether bounces come back under the sender's domain."""
    bounces = stage.mail_identity.get("MailFromAttributes", {})
    if bounces.get("MailFromDomainStatus") == "SUCCESS":
        return green("The MAIL FROM domain is the sender's: SPF aligns.")
    return amber(
        f"The MAIL FROM domain is {bounces.get('MailFromDomainStatus', 'not set')}: no SPF.", name_records(stage)
    )


def check_dmarc(stage: Stage) -> Finding:
    """Look for a DMARC record of the domain, or of the one above it (RFC 7489, section 6.6.3)."""
    domain = name_domain(stage)
    for name in (domain, domain.partition(".")[2]):
        try:
            records = [text for text in stage.resolve(f"_dmarc.{name}") if text.startswith("v=DMARC1")]
        except OSError as fault:
            return unknown(f"DNS did not answer ({fault}).", f"Look with: dig TXT _dmarc.{domain}")
        if len(records) > 1:
            return amber(f"_dmarc.{name} has several DMARC records, so none counts.", "Keep one.")
        if records:
            return green(f"_dmarc.{name} says {records[0]}.")
    return amber(f"{domain} has no DMARC record: large mailboxes want one.", name_records(stage))


def check_events(stage: Stage) -> Finding:
    """Look whether SES tells of bounces and complaints."""
    name = stage.settings.configuration_set
    do = f"{stage.name_command('deploy')} makes it again."
    try:
        found = stage.client("sesv2").get_configuration_set_event_destinations(ConfigurationSetName=name)
    except ClientError as error:
        if is_missing(error):
            return red(f"The configuration set {name} is not there: every mail is refused.", do)
        raise
    every = [each for each in found.get("EventDestinations", ()) if each.get("Enabled") and "SnsDestination" in each]
    told = {kind for each in every for kind in each.get("MatchingEventTypes", ())}
    if lacking := sorted(EVENTS - told):
        return red(f"SES does not tell of {', '.join(lacking).lower()}: bounces are not counted.", do)
    return green("SES tells of bounces and complaints.")


def check_rates(stage: Stage) -> Finding:
    """Look whether so many mails bounced or were complained of that marketing stands still."""
    rates = stage.services.reputation.read_rates(stage.now)
    told = f"Of {rates.sent:,} mails in seven days {rates.bounced:,} bounced, {rates.complained:,} were complained of"
    if rates.stops_marketing:
        return red(f"{told}: marketing has stopped itself.", "Look where the addresses come from (docs/mails.md).")
    return green(f"{told}.")
