"""Checks of what the account may do at once."""

from infra.account.preflight import FEW_CONCURRENT
from infra.watch.finding import Finding, amber, green
from infra.watch.stage import Stage


def check_concurrency(stage: Stage) -> Finding:
    """Look how many functions Lambda runs at once."""
    most = stage.client("lambda").get_account_settings()["AccountLimit"]["ConcurrentExecutions"]
    if most < FEW_CONCURRENT:
        do = "Ask AWS for 1,000 (Service Quotas, Lambda, Concurrent executions)."
        return amber(f"Lambda runs {most} functions at once: the door waits behind the scheduled ones.", do)
    return green(f"Lambda runs {most} functions at once.")
