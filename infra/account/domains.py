"""The shop's own domains for the door and the desk, which lie outside the stack: links in mails must outlive it.

Each has a certificate, which AWS gives when a DNS record proves the domain; then a custom domain of API Gateway; then a
mapping to the API of the present stack.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import ClientError

from infra.account.mail_identity import Record, tell_records
from infra.account.operator import Operator, is_missing, list_pages

SECONDS = 5
ROUNDS = 12  # until a certificate names its record
USABLE = ("PENDING_VALIDATION", "ISSUED")


@dataclass(frozen=True)
class Target:
    """An API and the stage of it that a domain leads to."""

    host: str
    api: str
    stage: str


class Domain:
    """A custom domain of API Gateway."""

    def __init__(self, operator: Operator, url: str) -> None:
        self.operator = operator
        self.host = urlsplit(url).netloc
        self.acm: Any = operator.client("acm")
        self.gateway: Any = operator.client("apigatewayv2")  # its mappings lead to REST APIs as well

    def find_certificate(self) -> str:
        """Return the ARN of the domain's certificate; ask for one where there is none."""
        every = list_pages(self.acm, "list_certificates", "CertificateSummaryList", CertificateStatuses=[*USABLE])
        found = [each["CertificateArn"] for each in every if each["DomainName"] == self.host]
        if found:
            return str(found[0])
        return str(self.acm.request_certificate(DomainName=self.host, ValidationMethod="DNS")["CertificateArn"])

    def read_certificate(self, arn: str) -> dict[str, Any]:
        """Return a certificate, as soon as it names the record that proves the domain."""
        for _ in range(ROUNDS):
            found: dict[str, Any] = self.acm.describe_certificate(CertificateArn=arn)["Certificate"]
            if any("ResourceRecord" in each for each in found.get("DomainValidationOptions", ())):
                break
            self.operator.pause(SECONDS)
        return found

    def read(self) -> dict[str, Any]:
        """Return the custom domain, or nothing where there is none."""
        try:
            found: dict[str, Any] = self.gateway.get_domain_name(DomainName=self.host)
        except ClientError as error:
            if is_missing(error):
                return {}
            raise
        return found

    def make(self, certificate: str) -> str:
        """Make the custom domain where there is none; return the host that its DNS record points to."""
        settings = {"CertificateArn": certificate, "EndpointType": "REGIONAL", "SecurityPolicy": "TLS_1_2"}
        found = self.read() or self.gateway.create_domain_name(
            DomainName=self.host, DomainNameConfigurations=[settings]
        )
        return str(found["DomainNameConfigurations"][0].get("ApiGatewayDomainName", ""))


def map_target(operator: Operator, target: Target) -> None:
    """Lead a domain to an API; what it led to before, to an earlier stack say, it leads to no more."""
    gateway = operator.client("apigatewayv2")
    found = gateway.get_api_mappings(DomainName=target.host).get("Items", [])
    for mapping in found:
        if (mapping["ApiId"], mapping["Stage"]) == (target.api, target.stage):
            return
    asked = {"DomainName": target.host, "ApiId": target.api, "Stage": target.stage}
    if found:
        gateway.update_api_mapping(ApiMappingId=found[0]["ApiMappingId"], **asked)
    else:
        gateway.create_api_mapping(**asked)
    operator.say(f"{target.host} leads to this stack.")


def prepare_domain(operator: Operator, url: str, api: str, stage: str) -> bool:
    """Do the next steps for a domain of the shop's own; return whether it leads to the API."""
    domain = Domain(operator, url)
    arn = domain.find_certificate()
    certificate = domain.read_certificate(arn)
    if certificate["Status"] != "ISSUED":
        proofs = [each["ResourceRecord"] for each in certificate["DomainValidationOptions"] if "ResourceRecord" in each]
        operator.say(f"{domain.host} gets its certificate when this record is in its DNS; then repeat this command:")
        tell_records(operator, [Record(each["Type"], each["Name"], each["Value"]) for each in proofs])
        return False
    points_to = domain.make(arn)
    map_target(operator, Target(domain.host, api, stage))
    if not operator.opens(url):
        operator.say(f"{domain.host} is reached when this record is in its DNS:")
        tell_records(operator, [Record("CNAME", domain.host, points_to)])
    return True


def unmap_domain(operator: Operator, url: str) -> None:
    """Lead a domain nowhere, so that its API can be deleted; the domain and its certificate stay."""
    gateway, host = operator.client("apigatewayv2"), urlsplit(url).netloc
    try:
        found = gateway.get_api_mappings(DomainName=host).get("Items", [])
    except ClientError as error:
        if is_missing(error):
            return
        raise
    for mapping in found:
        gateway.delete_api_mapping(ApiMappingId=mapping["ApiMappingId"], DomainName=host)
