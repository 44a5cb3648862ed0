"""The connector as a value: stores, clients, settings and clock, handed to whoever carries out a step.

It knows no use case: the rooms that do know it, and get it handed. root.py makes it. A client is imported when the
first one is made: a webhook is taken in without.
"""
from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import TYPE_CHECKING, NamedTuple, Protocol

from shared.access.request import AccessRequests
from shared.access.tokens import AccessTokens, ShopToken
from shared.clock import Clock
from shared.environment import HttpPermission
from shared.errors import ConnectorError
from shared.exchange import Observer, both
from shared.journal.captures import DataCaptures
from shared.journal.log_entries import LogEntries
from shared.journal.log_purge import LogPurges
from shared.journal.log_writer import LogWriter, written_at_once
from shared.journal.purges import Purges
from shared.journal.retention import Retention
from shared.patience import Patience
from shared.settings import Settings
from shared.shops.card import ShopCard
from shared.shops.card_fields import caption
from shared.shops.store import Shops
from shared.storage.account import Storage
from shared.storage.layout import StorageLayout
from shared.storage.lease import Leases
from shared.stores.arrivals import Arrivals
from shared.stores.asked_runs import AskedRuns
from shared.stores.changed_records import ChangedRecords, Waking
from shared.stores.enabled_shops import EnabledShops
from shared.stores.links import LinksOfAll
from shared.stores.merged_customers import MergedCustomers
from shared.stores.operations import Operations
from shared.stores.payments import Dispute, Payments, Payout
from shared.stores.privacy_receipts import Receipts
from shared.stores.record_names import RecordNames
from shared.stores.redacted_records import RedactedRecords
from shared.stores.refused_deliveries import RefusedDeliveries
from shared.stores.skipped_records import SkippedRecords
from shared.stores.sync_runs import SyncRuns
from shared.stores.synchronization_info import SynchronizationInfos
from shared.texts import sentence
from shared.told_clock import WORTH_TELLING, ToldClock, ahead_of

if TYPE_CHECKING:
    from shared.business_central.client import BusinessCentral
    from shared.business_central.sign_in import TokenProvider
    from shared.shopify.bulk_folder import LeftFile
    from shared.shopify.client import ShopifyClient
    from shared.storage.event_queue import EventQueue


class Types(Protocol):
    """The record types there are, by name; what the engine does with each, it knows by itself (sync/record_type.py)."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all, in the order of a run."""
        ...

    @property
    def brought(self) -> tuple[str, ...]:
        """The names of those whose records go to Business Central."""
        ...


class Connector(NamedTuple):
    """Everything a trigger may call.

    clock          ours, set right by the Date of storage's answers
    shopify_clock  Shopify's, as its answers tell it
    links          by shop and type
    left_file      of this process: what a run that goes on has not read yet
    book           what was removed of anything, and by whom
    patience       seconds that a client may spend on tries that fail; a run has all the time there is
    """

    settings: Settings
    record_types: Callable[[], Types]
    clock: Clock
    shopify_clock: ToldClock
    storage: Storage
    layout: StorageLayout
    leases: Leases
    shops: Shops
    tokens: AccessTokens
    access_requests: AccessRequests
    permission: HttpPermission
    informations: SynchronizationInfos
    arrivals: Arrivals
    operations: Operations
    runs: SyncRuns
    links: LinksOfAll
    captures: DataCaptures
    skipped: SkippedRecords
    names: RecordNames
    payouts: Payments[Payout]
    disputes: Payments[Dispute]
    logs: LogEntries
    book: Purges
    purges: LogPurges
    retention: Retention
    changed: ChangedRecords
    redacted: RedactedRecords
    merged: MergedCustomers
    waking: Waking
    asked_runs: AskedRuns
    enabled_shops: EnabledShops
    refused: RefusedDeliveries
    receipts: Receipts
    observe: Observer
    sign_in: Callable[[], TokenProvider]
    event_queue: Callable[[], EventQueue]
    left_file: Callable[[], LeftFile]
    patience: float = inf

    @property
    def types(self) -> Types:
        """The record types there are."""
        return self.record_types()

    def log(self, card: ShopCard, run: str) -> LogWriter:
        """The log of one run; to be flushed after each page and closed at the end."""
        return LogWriter(self.logs, card, run)

    def observer(self, card: ShopCard, log: Observer | None = None) -> Observer:
        """Who is told of each call: the log of a run, or without one the log entries at once."""
        return both(self.observe, log or written_at_once(self.logs, lambda: card))

    def shopify(self, card: ShopCard, log: Observer | None = None) -> ShopifyClient:
        """A client for the card's shop; its calls go to the run's log, if there is one."""
        from shared.shopify.client import ShopifyClient

        token = ShopToken(self.tokens, card.code)
        return ShopifyClient(
            self.settings.shopify_base_url.replace("{shop}", card.host),
            token=token,
            on_unauthorized=token.renew,
            clock=self.clock,
            their_clock=self.shopify_clock,
            http_gate=self.permission,
            observe=self.observer(card, log),
            mutation_gate=lambda: _may_write_to_shopify(card),
            lacks=lambda scopes: self.tokens.lacks(card.code, scopes),
            patience=Patience(self.patience),
        )

    def business_central(self, card: ShopCard, log: Observer | None = None) -> BusinessCentral:
        """A client for the card's company; its calls go to the run's log, if there is one."""
        if not card.company_id:
            raise ConnectorError("bc-company-unknown", sentence(
                "shop {shop}: {setting} is not filled in", shop=card.code, setting=caption("company_id")))
        return self.whole_business_central(card, log)

    def whole_business_central(self, card: ShopCard, log: Observer | None = None) -> BusinessCentral:
        """The same, also for a card that names no company yet: for what concerns none of them."""
        from shared.business_central.client import BusinessCentral

        return BusinessCentral(
            self.settings.bc_api_root, card.company_id, self.sign_in(), self.clock,
            http_gate=self.permission, observe=self.observer(card, log), at_once=self.settings.bc_concurrency,
            requests_per_five_minutes=self.settings.bc_requests, patience=Patience(self.patience),
        )

    def clock_ahead(self) -> dict[str, int]:
        """By how many seconds this machine's clock is ahead of storage's and Shopify's (less than 0: behind), where it
        is more than a minute."""
        storage = ahead_of(self.clock)
        ahead = {"storage": storage, "shopify": storage + self.shopify_clock.ahead}
        return {whose: round(by.total_seconds()) for whose, by in ahead.items() if abs(by) > WORTH_TELLING}


def _may_write_to_shopify(card: ShopCard) -> None:
    if not card.allow_data_sync_to_shopify:
        raise ConnectorError("data-sync-to-shopify-disabled", sentence(
            "shop {shop} does not allow data sync to Shopify", shop=card.code))
