"""The tables of a stage, their rows, its queues and parameters, each made on first use and imported there."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.services.clients import WORK_TIMEOUTS, Clients

if TYPE_CHECKING:
    from chalicelib.store.audit import Audit
    from chalicelib.store.budgets import Budgets
    from chalicelib.store.erasures import Erasures
    from chalicelib.store.facts import Facts
    from chalicelib.store.identities import Identities
    from chalicelib.store.inbox import Inbox
    from chalicelib.store.joins import Joins
    from chalicelib.store.keys import Keys
    from chalicelib.store.ledger import Ledger
    from chalicelib.store.links import Links
    from chalicelib.store.mail_limits import MailLimits
    from chalicelib.store.mails import MailRows
    from chalicelib.store.old_links import OldLinks
    from chalicelib.store.outbox import Outbox
    from chalicelib.store.parameters import Parameters
    from chalicelib.store.people_rows import PeopleRows
    from chalicelib.store.queues import Queue
    from chalicelib.store.reputation import MailReputation
    from chalicelib.store.requests import RequestRows
    from chalicelib.store.retention_counts import RetentionCounts
    from chalicelib.store.retention_queue import RetentionQueue
    from chalicelib.store.shop_erasures import ShopErasures
    from chalicelib.store.suppressions import Suppressions
    from chalicelib.store.table import Table
    from chalicelib.store.unconfirmed import Unconfirmed
    from chalicelib.store.waits import Waits


class Tables(Clients):
    """Tables, their rows, queues and parameters."""

    def open_table(self, name: str) -> Table:
        """Return one of the stage's tables, e.g. `customers`."""
        from chalicelib.store.table import Table

        return Table(self.dynamodb, f"{self.settings.prefix}{name}")

    def open_queue(self, name: str) -> Queue:
        """Return one of the stage's queues, e.g. `outreach`."""
        from chalicelib.store.queues import Queue

        return Queue(self.sqs, f"{self.settings.prefix}{name}")

    @cached_property
    def table(self) -> Table:
        """Return the Customers table, which most rows are in."""
        return self.open_table("customers")

    @cached_property
    def inbox(self) -> Inbox:
        from chalicelib.store.inbox import Inbox

        return Inbox(self.open_table("inbox"))

    @cached_property
    def links(self) -> Links:
        from chalicelib.store.links import Links

        return Links(self.open_table("links"))

    @cached_property
    def ledger(self) -> Ledger:
        from chalicelib.store.ledger import Ledger

        return Ledger(self.open_table("ledger"))

    @cached_property
    def joins(self) -> Joins:
        from chalicelib.store.joins import Joins

        return Joins(self.table)

    @cached_property
    def keys(self) -> Keys:
        from chalicelib.store.keys import Keys
        from chalicelib.vault.root import RootSeal

        return Keys(self.open_table("keys"), RootSeal(split_names(self.settings.root_key), self.kms))

    @cached_property
    def signing_secrets(self) -> Parameters:
        """Return the secrets that sign events to the shop's own systems."""
        from chalicelib.store.parameters import Parameters

        return Parameters(self.connect("ssm", WORK_TIMEOUTS), self.settings.downstream_path)

    @cached_property
    def outreach_queue(self) -> Queue:
        return self.open_queue("outreach")

    @cached_property
    def downstream_queue(self) -> Queue:
        return self.open_queue("downstream")

    @cached_property
    def people_rows(self) -> PeopleRows:
        from chalicelib.store.people_rows import PeopleRows

        return PeopleRows(self.table)

    @cached_property
    def identities(self) -> Identities:
        from chalicelib.store.identities import Identities

        return Identities(self.table)

    @cached_property
    def mails(self) -> MailRows:
        from chalicelib.store.mails import MailRows

        return MailRows(self.table)

    @cached_property
    def suppressions(self) -> Suppressions:
        from chalicelib.store.suppressions import Suppressions

        return Suppressions(self.table)

    @cached_property
    def budgets(self) -> Budgets:
        from chalicelib.store.budgets import Budgets

        return Budgets(self.open_table("offers"))

    @cached_property
    def facts(self) -> Facts:
        from chalicelib.store.facts import Facts

        return Facts(self.table)

    @cached_property
    def reputation(self) -> MailReputation:
        from chalicelib.store.reputation import MailReputation

        return MailReputation(self.table)

    @cached_property
    def mail_limits(self) -> MailLimits:
        from chalicelib.store.mail_limits import MailLimits

        return MailLimits(self.table)

    @cached_property
    def requests(self) -> RequestRows:
        from chalicelib.store.requests import RequestRows

        return RequestRows(self.table)

    @cached_property
    def erasures(self) -> Erasures:
        from chalicelib.store.erasures import Erasures

        return Erasures(self.table)

    @cached_property
    def shop_erasures(self) -> ShopErasures:
        from chalicelib.store.shop_erasures import ShopErasures

        return ShopErasures(self.table)

    @cached_property
    def retention_queue(self) -> RetentionQueue:
        from chalicelib.store.retention_queue import RetentionQueue

        return RetentionQueue(self.table)

    @cached_property
    def retention_counts(self) -> RetentionCounts:
        from chalicelib.store.retention_counts import RetentionCounts

        return RetentionCounts(self.table)

    @cached_property
    def old_links(self) -> OldLinks:
        from chalicelib.store.old_links import OldLinks

        return OldLinks(self.table)

    @cached_property
    def audit(self) -> Audit:
        from chalicelib.store.audit import Audit

        return Audit(self.open_table("audit"))

    @cached_property
    def outbox(self) -> Outbox:
        from chalicelib.store.outbox import Outbox

        return Outbox(self.table, wanted=bool(self.settings.downstream))

    @cached_property
    def unconfirmed(self) -> Unconfirmed:
        from chalicelib.store.unconfirmed import Unconfirmed

        return Unconfirmed(self.inbox)

    @cached_property
    def waits(self) -> Waits:
        from chalicelib.store.waits import Waits

        return Waits(self.table)


def split_names(names: str) -> list[str]:
    """Split a setting of key names, newest first, at commas."""
    return [name.strip() for name in names.split(",") if name.strip()]
