"""A stage in moto that the doctor finds well; answers that moto lacks are played. Builders for tests."""

from datetime import UTC, datetime, timedelta

from chalicelib.config import read_settings
from chalicelib.services import Services
from infra.account.names import Names
from infra.account.operator import Operator
from infra.watch.stage import Stage
from tests.builders.deployed import ACCOUNT, REGION, STAGE

EVENTS = ["SEND", "REJECT", "BOUNCE", "COMPLAINT", "DELIVERY", "DELIVERY_DELAY", "RENDERING_FAILURE"]


def measure_runs(params):
    """Answer GetMetricData: every function ran a minute before the end, and none failed."""
    return {
        "MetricDataResults": [
            {"Id": each["Id"], "Timestamps": [params["EndTime"] - timedelta(minutes=1)], "Values": [count_runs(each)]}
            for each in params["MetricDataQueries"]
        ]
    }


def count_runs(query):
    return float(query["MetricStat"]["Metric"]["MetricName"] == "Invocations")


PLAYED = {
    "GetAccountSettings": {"AccountLimit": {"ConcurrentExecutions": 1000}},
    "GetAccount": {
        "ProductionAccessEnabled": True,
        "SendingEnabled": True,
        "EnforcementStatus": "HEALTHY",
        "SendQuota": {"Max24HourSend": 50000.0, "MaxSendRate": 14.0, "SentLast24Hours": 12.0},
        "SuppressionAttributes": {"SuppressedReasons": ["BOUNCE", "COMPLAINT"]},
    },
    "GetEmailIdentity": {
        "VerifiedForSendingStatus": True,
        "DkimAttributes": {"Status": "SUCCESS", "SigningEnabled": True},
        "MailFromAttributes": {"MailFromDomainStatus": "SUCCESS"},
    },
    "GetConfigurationSetEventDestinations": {
        "EventDestinations": [{"Enabled": True, "SnsDestination": {"TopicArn": "t"}, "MatchingEventTypes": EVENTS}]
    },
    "GetStages": {"item": [{"stageName": "api"}]},
    "GetMetricData": measure_runs,
}


class Web:
    """The door and DNS from outside: what they answer, and what was asked."""

    def __init__(self):
        self.statuses = {"/forms/": 200, "/hooks/": 401}
        self.records = {"_dmarc.corner.example.org": ["v=DMARC1; p=quarantine"]}
        self.asked = []

    def fetch(self, url, body):
        self.asked.append((url, body))
        status = next(status for part, status in self.statuses.items() if part in url)
        if isinstance(status, Exception):
            raise status
        return status

    def resolve(self, name):
        if isinstance(self.records, Exception):
            raise self.records
        return self.records.get(name, [])


def open_ward(clients, environ, now=None):
    """Return the stage, as `make doctor` looks at it, and its web."""
    web = Web()
    services = Services(read_settings(environ), lambda service, *_: clients(service))
    operator = Operator(Names(STAGE, ACCOUNT, REGION), clients={})
    return Stage(operator, services, now or datetime.now(UTC), False, web.fetch, web.resolve), web
