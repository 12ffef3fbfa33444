"""The monthly budget: AWS mails at 80 and 100 per cent of what a month may cost. It is the whole account's."""

from typing import Any

from botocore.exceptions import ClientError

from infra.account.answers import Answers
from infra.account.operator import Operator, is_missing

SHARES = (80.0, 100.0)


def prepare_budget(operator: Operator, answers: Answers) -> None:
    """Make the budget, or set it to what the answers say; no answer, no budget."""
    if not answers["monthly_budget"]:
        return
    budgets: Any = operator.client("budgets")
    name, wanted = f"{operator.names.stack}-month", write_budget(operator, answers)
    try:
        found = budgets.describe_budget(AccountId=answers["account"], BudgetName=name)["Budget"]
    except ClientError as error:
        if not is_missing(error):
            raise
        told = [write_notification(share, answers["alarm_email"]) for share in SHARES]
        budgets.create_budget(AccountId=answers["account"], Budget=wanted, NotificationsWithSubscribers=told)
        operator.say(f"Budget: {answers['monthly_budget']} US dollars a month for the account.")
        return
    if float(found["BudgetLimit"]["Amount"]) != float(answers["monthly_budget"]):
        budgets.update_budget(AccountId=answers["account"], NewBudget=wanted)
        operator.say(f"Budget: {answers['monthly_budget']} US dollars a month from now on.")
    if any([tell_another(budgets, answers, name, share) for share in SHARES]):  # a list: each share has its own
        operator.say("Budget: its mails go to the address of the alarms from now on.")


def tell_another(budgets: Any, answers: Answers, name: str, share: float) -> bool:
    """Have AWS mail the address of the answers at a share; return whether that was new.

    A single other address is replaced. Of several nobody knows which one the answers named before, so they all stay. An
    alert that was deleted by hand is made again.
    """
    wanted = write_notification(share, answers["alarm_email"])
    alert = {"AccountId": answers["account"], "BudgetName": name, "Notification": wanted["Notification"]}
    new, found = wanted["Subscribers"][0], list_told(budgets, alert)
    if new in found:
        return False
    if not found:
        budgets.create_notification(**alert, Subscribers=[new])
    elif len(found) == 1:
        budgets.update_subscriber(**alert, OldSubscriber=found[0], NewSubscriber=new)
    else:
        budgets.create_subscriber(**alert, Subscriber=new)
    return True


def list_told(budgets: Any, alert: dict[str, Any]) -> list[dict[str, str]]:
    """Return the subscribers of an alert, none where there is no such alert."""
    try:
        found: list[dict[str, str]] = budgets.describe_subscribers_for_notification(**alert)["Subscribers"]
    except ClientError as error:
        if not is_missing(error):
            raise
        return []
    return found


def write_budget(operator: Operator, answers: Answers) -> dict[str, Any]:
    """Return the budget as AWS takes it."""
    return {
        "BudgetName": f"{operator.names.stack}-month",
        "BudgetLimit": {"Amount": answers["monthly_budget"], "Unit": "USD"},
        "TimeUnit": "MONTHLY",
        "BudgetType": "COST",
    }


def write_notification(share: float, address: str) -> dict[str, Any]:
    """Return who is told when a share of the budget is spent."""
    told = {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": share}
    subscribers = [{"SubscriptionType": "EMAIL", "Address": address}]
    return {"Notification": told | {"ThresholdType": "PERCENTAGE"}, "Subscribers": subscribers}
