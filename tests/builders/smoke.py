"""A stage for the smoke test in one process: the app answers, and its functions run whenever the test waits."""

from datetime import datetime
from urllib.parse import urlsplit

from chalicelib.door import open_door
from chalicelib.erasure.run import advance_erasures
from chalicelib.optin.ask import ask_waiting
from chalicelib.senders.ses import parse_notification
from chalicelib.services import Services
from chalicelib.settling.dispatch import settle_keys
from chalicelib.store.inbox import name_shards
from infra.deploy.secrets import write_pem
from infra.local.keys import read_public, sender_secret
from infra.local.simulator import list_events
from infra.smoke.trial import Limits, Trial
from infra.smoke.web import Answer
from tests.builders.mails import Post

OWN = "https://forms.shop.example"
# DynamoDB Local removes what has expired by the machine's own clock: these tests happen far ahead of it.
START = datetime.fromisoformat("2090-03-01T12:00:00+00:00")
SHORT = Limits(settling=0.5, asking=0.5, events=0.5, erasing=0.5, pause=0)


class PlayedStage:
    """A stage whose functions can be out of order: `broken` holds settling, asking, events, erasing."""

    def __init__(self, api, shop, cloud, folder):
        self.api, self.shop, self.ssm, self.api_client = api, shop, cloud.ssm, cloud.client
        self.post, self.broken, self.told, self.asked = Post(), set(), 0, []
        self.api.millis = int(START.timestamp() * 1000)
        path = self.shop.settings.parameter_path
        self.put(f"{path}senders/webhooks", sender_secret("webhooks"))
        self.put(f"{path}receipt-key", write_pem(read_public(folder / "receipt.pem")))

    def put(self, name, value):
        """Write a parameter; the door reads it at once."""
        self.ssm.put_parameter(Name=name, Value=value, Type="String", Overwrite=True)
        open_door().parameters.read_at = None

    def build(self, clients=None):
        """Return what a new container works with, or the operator, whose clients may be other ones."""
        made = self.shop.services(self.post)
        clients = clients or {"dynamodb": self.shop.dynamodb, "ssm": self.ssm}
        services = Services(made.settings, lambda service, *_: clients.get(service))
        services.mailer, services.campaigns = self.post, ()
        return services

    def read_now(self):
        return self.api.now

    def send(self, url, body, headers):
        """Ask the app, as a sender or a browser does; a second passes."""
        self.asked.append(url)
        named = {name.replace("-", "_").lower(): value for name, value in headers.items()}
        self.api.millis += 1_000
        answer = self.api.call("GET" if body is None else "POST", urlsplit(url).path, body or b"", **named)
        return Answer(answer.status_code, answer.body.decode())

    def turn(self, seconds):
        """Let a second pass, and each function of the stage run once."""
        self.api.millis += 1_000
        services, now = self.build(), self.read_now()
        for name in ("settling", "asking", "events", "erasing"):
            if name not in self.broken:
                getattr(self, f"run_{name}")(services, now)

    def run_settling(self, services, now):
        settle_keys([key for shard in name_shards() for key in services.inbox.list_pending(shard)], services, now)

    def run_asking(self, services, now):
        ask_waiting(services, now)

    def run_events(self, services, now):
        """Publish what SES says of the mails since the last turn."""
        new, self.told = self.post.sent[self.told :], len(self.post.sent)
        for to, _, attempt in new:
            request = {"Destination": {"ToAddresses": [to]}, "EmailTags": [{"Name": "attempt", "Value": attempt}]}
            for place, event in enumerate(list_events(request)):
                sns = {"MessageId": f"{attempt}-{place}", "Timestamp": now.isoformat(), "Message": event}
                self.shop.accept(parse_notification({"Sns": sns}, now))

    def run_erasing(self, services, now):
        advance_erasures(services, now)

    def try_out(self, **changes):
        """Return a run of the smoke test against this stage."""
        given = {"limits": SHORT, "rest": self.turn, "send": self.send, **changes}
        return Trial(self.build(), self.read_now, local=False, **given)
