"""The facts of the privacy page, read from the forms, senders, campaigns, purposes and periods on file.

`describe_policy` is the page's JSON, and the page is rendered from that same JSON. Pure but for reading definitions.
"""

import hashlib
from collections.abc import Iterable, Mapping
from functools import cache

from chalicelib.campaigns.definition import Campaign
from chalicelib.campaigns.library import list_running
from chalicelib.config import Settings
from chalicelib.forms.definition import Form
from chalicelib.forms.interface import find_interface
from chalicelib.models import ASKABLE, Consent, JsonValue, Profile
from chalicelib.pages.policy_sources import FACTS, list_all_forms, list_foreign_forms, list_sources, name_field
from chalicelib.pages.policy_words import PolicyWords, find_policy_words
from chalicelib.senders.source import Source
from chalicelib.shop.brand import name_shop, write_address
from chalicelib.shop.purposes import choose_text, load_purposes
from chalicelib.shop.retention import Ends, Period, load_retention
from chalicelib.strictjson import dump_json
from chalicelib.words import list_languages

# The services of AWS that process personal data, by their names in infra/template.yaml.
SERVICES = ("dynamodb", "kms", "lambda", "apigateway", "sqs", "sns", "ses", "ssm", "logs")
# Kept of every submission; see `models.Submission`.
NOTED = ("received_at", "occurred_at", "language", "network", "fields.language")
Facts = dict[str, JsonValue]


def describe_policy(language: str, settings: Settings, senders: tuple[str, ...]) -> Facts:
    """Return all facts in one language; `senders` are those that the shop has set up."""
    version = name_version(settings, senders)
    return {"version": version, "date": find_date(), **describe_facts(language, settings, senders)}


@cache
def name_version(settings: Settings, senders: tuple[str, ...]) -> str:
    """Return a hash of the facts in every language: 12 hexadecimal digits."""
    facts = [describe_facts(language, settings, senders) for language in list_languages()]
    return hashlib.sha256(dump_json(facts)).hexdigest()[:12]


def find_date() -> str:
    """Return the newest date among the versions of the definitions behind the page."""
    versions = [load_purposes().version, load_retention().version]
    for form, _ in list_all_forms():
        versions += [form.version, *(ask.version for ask in form.consents)]
    return max(version[:10] for version in versions)


def describe_facts(language: str, settings: Settings, senders: Iterable[str]) -> Facts:
    """Return the facts that the version is a hash of."""
    words = find_policy_words(language)
    return {
        "language": language,
        "controller": {
            "name": name_shop(settings, language),
            "address": write_address(settings, language),
            "site": settings.shop_url,
            "contact": settings.privacy_contact or settings.mail_from,
        },
        "forms": [describe_form(form, purposes, language, settings) for form, purposes in list_all_forms()],
        "sources": [describe_source(source, words) for source in list_sources(senders)],
        "noted": {"kept_as": list(NOTED), "words": words.noted},
        "evidence": name_words(Consent.model_fields, words.evidence),
        "record": name_words(Profile.model_fields, words.record),
        "purposes": describe_purposes(language, list_running(try_out=settings.try_out)),
        "kept": [describe_period(each, language) for each in load_retention().kept.values()],
        "recipients": {
            "region": settings.aws_region,
            "services": name_words(SERVICES, words.services),
            "downstream": list_names(settings.downstream),
            "sold_to": list_names(settings.data_sold_to),
        },
        "rights": name_words(ASKABLE, words.rights),
        "requests": f"{settings.public_url.rstrip('/')}/privacy/requests?lang={language}",
    }


def describe_form(form: Form, purposes: Iterable[str], language: str, settings: Settings) -> Facts:
    """Return the facts of one form, in its first language where it lacks this one."""
    spoken = form.choose_language(language)
    shop = name_shop(settings, spoken)
    return {
        "name": form.name,
        "title": form.title[spoken],
        "language": spoken,
        "kind": form.kind,
        "confirmed_by_mail": form.confirm,
        "anonymous": form.anonymous.value if form.anonymous else "",
        "promise": find_interface(language).anonymous[form.anonymous] if form.anonymous else "",
        "purposes": list(purposes),
        "fields": [
            {
                "name": field.name,
                "kept_as": name_field(form, field),
                "label": field.label[spoken],
                "personal": field.personal,
                "sensitive": field.sensitive,
                "required": field.required,
            }
            for field in form.fields
        ],
        "consents": [
            {"purpose": ask.purpose, "words": ask.say(spoken, shop), "version": ask.version, "required": ask.required}
            for ask in form.consents
        ],
    }


def describe_source(source: Source, words: PolicyWords) -> Facts:
    """Return the facts of one source."""
    return {
        "name": source.name,
        "title": words.sources[source.name],
        "kinds": list(source.kinds),
        "purposes": list(source.purposes),
        "facts": [{"name": name, "kept_as": list(FACTS[name]), "words": words.facts[name]} for name in source.facts],
        "forms": [{"name": form_id, "kept_as": list(names)} for form_id, names in list_foreign_forms(source.name)],
    }


def describe_purposes(language: str, running: Iterable[Campaign]) -> list[Facts]:
    """Return every purpose with its basis, and the campaigns that write for it."""
    return [
        {
            "name": name,
            "title": choose_text(each.title, language),
            "words": choose_text(each.words, language),
            "basis": each.basis.value,
            "basis_words": find_policy_words(language).basis[each.basis],
            "campaigns": [campaign.name for campaign in running if name_purpose(campaign) == name],
        }
        for name, each in load_purposes().purposes.items()
    ]


def name_purpose(campaign: Campaign) -> str:
    """Return the purpose that a campaign's mails belong to; transactional mails name none, but their trigger does."""
    return campaign.purpose or campaign.trigger.serves


def describe_period(period: Period, language: str) -> Facts:
    """Return one line of the table of periods."""
    words = find_policy_words(language)
    return {
        "name": period.name,
        "store": period.store,
        "store_words": words.stores[period.store],
        "words": choose_text(period.words, language),
        "ends": period.ends.value,
        "days": period.span.days if period.span else None,
        "how_long": write_span(period, language, words),
    }


def write_span(period: Period, language: str, words: PolicyWords) -> str:
    """Return the length of a period in words, in this language's digits."""
    if period.ends is not Ends.AGE:
        return words.ends[period.ends]
    if period.days == 1:
        return words.day
    pattern, count = (words.months, period.months) if period.months else (words.days, period.days)
    return pattern.format(n=find_interface(language).write_number(count or 0))


def name_words(names: Iterable[str], words: Mapping[str, str]) -> list[Facts]:
    """Return names with their words; raise KeyError for a name without words."""
    return [{"name": str(name), "words": words[name]} for name in names]


def list_names(text: str) -> list[str]:
    """Split a setting at commas; of `name=address` the name counts."""
    return [part.partition("=")[0].strip() for part in text.split(",") if part.strip()]
