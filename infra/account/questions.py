"""The questions that a deployment asks once, and which parameter of the template each answer becomes."""

from dataclasses import dataclass

from infra.account import checks
from infra.account.checks import Check


@dataclass(frozen=True)
class Question:
    """One question; `parameter` is the template's, or empty for what the commands use themselves."""

    key: str
    words: str
    check: Check
    parameter: str = ""
    optional: bool = False


QUESTIONS = (
    Question("account", "AWS account, 12 digits", checks.check_account),
    Question("region", "Region, such as eu-central-1; it can never be changed later", checks.check_region),
    Question("shop_name", "Name of the shop", checks.check_text, "ShopName"),
    Question("shop_url", "The shop's own site, https://...", checks.check_url, "ShopUrl"),
    Question("shop_address", "Postal address of the shop, in one line", checks.check_address, "ShopAddress"),
    Question("shop_country", "Country of the shop, two letters", checks.check_country, "ShopCountry"),
    Question(
        "shop_language",
        "Language of pages and mails, where a customer's is unknown",
        checks.check_language,
        "ShopLanguage",
    ),
    Question("mail_from", "Sender of every mail, at a domain of yours", checks.check_sender, "MailFrom"),
    Question("alarm_email", "Who gets the alarms, by mail", checks.check_mail, "AlarmEmail"),
    Question("monthly_budget", "What a month may cost, in US dollars", checks.check_budget, optional=True),
    Question(
        "public_url",
        "Domain of your own for forms and links, https://...",
        checks.check_host,
        "PublicUrl",
        optional=True,
    ),
    Question("desk_url", "Domain of your own for the desk, https://...", checks.check_host, "DeskUrl", optional=True),
    Question(
        "build_role", "Role with which CloudFormation builds the stack, its ARN", checks.check_role, optional=True
    ),
)
# Parameters of the template that nobody is asked for: the command writes the stage.
WRITTEN = frozenset({"Stage"})
