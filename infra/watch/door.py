"""Checks of the door from outside: a form's page, a delivery with a bad signature, its address, its stages."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from chalicelib.forms.library import list_forms
from chalicelib.senders import SENDERS
from infra.watch.finding import Finding, green, list_some, red
from infra.watch.stage import Stage

BODY = b"{}"


def name_logs(stage: Stage) -> str:
    """Return where the reason stands."""
    return f"{stage.name_command('logs FUNCTION=api_handler')} says why (docs/runbook.md#server-errors)."


def list_senders(stage: Stage) -> list[str]:
    """Return the senders that have a signing secret; no secret is read."""
    path = f"{stage.operator.names.path}door/senders/"
    asked = {"ParameterFilters": [{"Key": "Name", "Option": "BeginsWith", "Values": [path]}]}
    every: Iterable[dict[str, str]] = stage.list_pages("ssm", "describe_parameters", "Parameters", **asked)
    names = {each["Name"].removeprefix(path) for each in every}
    return [str(sender) for sender in SENDERS if sender in names]


def check_form(stage: Stage) -> Finding:
    """Open the page of a form."""
    name = list_forms()[0]
    url = f"{stage.settings.public_url}/forms/{name}"
    try:
        status = stage.fetch(url, None)
    except OSError:
        do = "`make run`, and look again." if stage.local else name_logs(stage)
        return red(f"Nothing answers at {url}.", do)
    if status == 200:
        return green(f"The form {name} is shown.")
    return red(f"The form {name} is answered {status}.", name_logs(stage))


def check_signature(stage: Stage) -> Finding | None:
    """Post a delivery without a valid signature; without a sender that is set up there is none to try."""
    senders = list_senders(stage)
    if not senders:
        return None
    status = stage.fetch(f"{stage.settings.public_url}/hooks/{senders[0]}", BODY)
    if status == 401:
        return green(f"A delivery of {senders[0]} without a valid signature is refused.")
    if status < 300:
        return red(f"A delivery of {senders[0]} without a valid signature was taken.", "Take the door offline.")
    return red(f"A delivery of {senders[0]} is answered {status}, not 401.", name_logs(stage))


def check_address(stage: Stage) -> Finding:
    """Compare the address in links with where the API is."""
    url, own = stage.settings.public_url, stage.outputs.get("EndpointURL", "").rstrip("/")
    do = f"{stage.name_command('deploy')} sets it."
    if not stage.stack.read_parameters().get("PublicUrl"):
        return red("PublicUrl is empty: the door answers 503 and no mail goes out.", do)
    if url == own:
        return green("Links lead to the stack's own address; those in mails end with the stack.")
    found = stage.client("apigatewayv2").get_api_mappings(DomainName=urlsplit(url).netloc).get("Items", ())
    if any(each["ApiId"] == stage.outputs.get("RestAPIId") for each in found):
        return green(f"Links lead to {url}, a domain that leads to this API.")
    return red(f"Links lead to {url}, which does not lead to this API.", do)


def check_stages(stage: Stage) -> Finding:
    """Look for a stage of the API that no limit and no log covers."""
    found = stage.client("apigateway").get_stages(restApiId=stage.outputs["RestAPIId"])["item"]
    if others := [each["stageName"] for each in found if each["stageName"] != "api"]:
        do = f"aws apigateway delete-stage --rest-api-id {stage.outputs['RestAPIId']} --stage-name {others[0]}"
        return red(f"The API has stages without limits: {list_some(others)}.", do)
    return green("The API has one stage, with limits and logs.")
