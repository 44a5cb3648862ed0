"""The root: settings in, a wired connector out. The only place that wires, and no module of shared/ imports it.

Built on first use, not at import, so that a missing setting stops one call and not every function of the app. The
parameters of `build_connector` are the seams that tests use.
"""
from __future__ import annotations

import os
from functools import cache, lru_cache, partial
from typing import TYPE_CHECKING

from shared.access.app import ShopifyApp
from shared.access.connections import TABLE as ACCESS_TABLE
from shared.access.connections import Connections
from shared.access.grant import Grant, Grants
from shared.access.oauth import OAuth
from shared.access.request import AccessRequests
from shared.access.state import TABLE as STATE_TABLE
from shared.access.state import States
from shared.access.tokens import AccessTokens
from shared.access.vault import TABLE as TOKEN_TABLE
from shared.access.vault import EncryptedTable, Vault
from shared.clock import Clock, SystemClock
from shared.connector import Connector
from shared.environment import TABLE as ENVIRONMENT_TABLE
from shared.environment import HttpPermission
from shared.exchange import Observer, both, unobserved
from shared.journal.captures import TABLE as CAPTURE_TABLE
from shared.journal.captures import DataCaptures
from shared.journal.log_entries import LogEntries
from shared.journal.log_purge import LogPurges
from shared.journal.log_writer import written_at_once
from shared.journal.purges import TABLE as PURGE_TABLE
from shared.journal.purges import Purges
from shared.journal.retention import Further, Retention, remove_operations
from shared.privacy.export_files import EXPORTS, remove_expired
from shared.record_types import TYPE_NAMES, record_types
from shared.settings import Settings, read_settings
from shared.shops.store import TABLE as SHOP_TABLE
from shared.shops.store import Shops
from shared.storage.account import Storage, storage_from_connection_string, storage_from_identity
from shared.storage.layout import StorageLayout
from shared.storage.lease import TABLE as LEASE_TABLE
from shared.storage.lease import Leases
from shared.stores.arrivals import TABLE as ARRIVAL_TABLE
from shared.stores.arrivals import Arrivals
from shared.stores.asked_runs import TABLE as ASKED_TABLE
from shared.stores.asked_runs import AskedRuns
from shared.stores.changed_records import TABLE as CHANGED_TABLE
from shared.stores.changed_records import ChangedRecords, Waking
from shared.stores.enabled_shops import EnabledShops
from shared.stores.kept import is_synchronized
from shared.stores.links import TABLE as LINK_TABLE
from shared.stores.links import LinksOfAll
from shared.stores.merged_customers import TABLE as MERGED_TABLE
from shared.stores.merged_customers import MergedCustomers
from shared.stores.operations import OPERATIONS, Operations
from shared.stores.operations import TABLE as OPERATION_TABLE
from shared.stores.payments import DISPUTES, PAYOUTS, Dispute, Payments, Payout
from shared.stores.privacy_receipts import TABLE as RECEIPT_TABLE
from shared.stores.privacy_receipts import Receipts
from shared.stores.record_names import TABLE as NAMES_TABLE
from shared.stores.record_names import RecordNames
from shared.stores.redacted_records import TABLE as REDACTED_TABLE
from shared.stores.redacted_records import RedactedRecords
from shared.stores.refused_deliveries import TABLE as REFUSED_TABLE
from shared.stores.refused_deliveries import RefusedDeliveries
from shared.stores.skipped_records import TABLE as SKIPPED_TABLE
from shared.stores.skipped_records import SkippedRecords
from shared.stores.sync_runs import TABLE as RUN_TABLE
from shared.stores.sync_runs import SyncRuns
from shared.stores.synchronization_info import TABLE as INFORMATION_TABLE
from shared.stores.synchronization_info import SynchronizationInfos
from shared.told_clock import ToldClock

if TYPE_CHECKING:
    from shared.business_central.sign_in import TokenProvider
    from shared.shopify.bulk_folder import LeftFile
    from shared.storage.event_queue import EventQueue
    from shared.sync.record_type import RecordTypes


def build_connector(
    settings: Settings, *, clock: Clock | None = None, storage: Storage | None = None, observe: Observer = unobserved,
    types: RecordTypes | None = None,
) -> Connector:
    """Wire a connector; what is not given is made from the settings. A clock that is given is taken as it is."""
    if clock is None:
        clock = told = ToldClock(SystemClock())
        storage = storage or _storage(settings, told)
    storage = storage or _storage(settings)
    tables = storage.tables
    names, types_of = (types.names, lambda: types) if types else (TYPE_NAMES, record_types)
    permission = HttpPermission(tables[ENVIRONMENT_TABLE], settings.environment, clock)
    logs = LogEntries(storage, known_secrets=(
        settings.bc_client_secret, settings.bc_web_service_key, settings.token_key, settings.shopify_client_secret,
        settings.shopify_previous_client_secret, settings.event_queue_secret_access_key,
    ))
    book, leases = Purges(tables[PURGE_TABLE], clock), Leases(tables[LEASE_TABLE], clock)
    purges, runs = LogPurges(logs, book, clock, settings.log_retention_days), SyncRuns(tables[RUN_TABLE], clock)
    operations = Operations(tables[OPERATION_TABLE], clock)
    captures = DataCaptures(tables[CAPTURE_TABLE], storage.blobs, clock)
    shops = Shops(
        tables[SHOP_TABLE], lambda shop: is_synchronized(storage, shop),
        lambda shop: leases.held(f"sync-{shop}", seconds=settings.lease_seconds),
    )
    vault, app = _vault(settings, storage), _app(settings)

    def oauth(shop: str) -> OAuth:
        told = both(observe, written_at_once(logs, lambda: shops.get(shop)))
        return OAuth(app, settings.shopify_base_url, clock, http_gate=permission, observe=told)

    def store_of(shop: str, grant: Grant) -> str:
        from shared.shopify.client import ShopifyClient
        from shared.shopify.shop_info import read_shop_id

        client = ShopifyClient(
            settings.shopify_base_url.replace("{shop}", grant.host), token=lambda: grant.access_token, clock=clock,
            http_gate=permission, observe=both(observe, written_at_once(logs, lambda: shops.get(shop))),
        )
        try:
            return read_shop_id(client)
        finally:
            client.close()

    tokens = AccessTokens(
        Grants(vault, clock), Connections(tables[ACCESS_TABLE], clock), tables[LEASE_TABLE], oauth, clock
    )

    return Connector(
        settings=settings,
        record_types=types_of,
        clock=clock,
        shopify_clock=ToldClock(clock),
        storage=storage,
        layout=StorageLayout(tables[ENVIRONMENT_TABLE], clock),
        leases=leases,
        shops=shops,
        tokens=tokens,
        access_requests=AccessRequests(
            app, States(tables[STATE_TABLE], app, clock), oauth, tokens, vault, shops, clock, store_of
        ),
        permission=permission,
        informations=SynchronizationInfos(tables[INFORMATION_TABLE], clock, runs, names),
        arrivals=Arrivals(tables[ARRIVAL_TABLE], clock),
        operations=operations,
        runs=runs,
        links=LinksOfAll(tables[LINK_TABLE]),
        captures=captures,
        skipped=SkippedRecords(tables[SKIPPED_TABLE]),
        names=RecordNames(tables[NAMES_TABLE]),
        payouts=Payments(tables[PAYOUTS], Payout),
        disputes=Payments(tables[DISPUTES], Dispute),
        logs=logs,
        book=book,
        purges=purges,
        retention=Retention(
            book, clock, purges, captures, runs, capture_days=settings.capture_retention_days,
            further=_further(settings, storage, operations),
        ),
        changed=ChangedRecords(tables[CHANGED_TABLE], clock),
        redacted=RedactedRecords(tables[REDACTED_TABLE]),
        merged=MergedCustomers(tables[MERGED_TABLE]),
        enabled_shops=EnabledShops(shops, clock),
        refused=RefusedDeliveries(tables[REFUSED_TABLE], clock),
        receipts=Receipts(tables[RECEIPT_TABLE]),
        asked_runs=AskedRuns(tables[ASKED_TABLE], clock),
        waking=Waking(tables[CHANGED_TABLE], clock, settings.webhook_delay_seconds),
        observe=observe,
        sign_in=cache(partial(_sign_in, settings, clock, permission)),
        event_queue=cache(partial(_event_queue, settings)),
        left_file=cache(_left_file),
    )


def _further(settings: Settings, storage: Storage, operations: Operations) -> dict[str, Further]:
    """What the night removes besides logs, captures and runs; operations are kept for ever where 0 days are set."""
    exports = partial(remove_expired, storage.blobs, Receipts(storage.tables[RECEIPT_TABLE]))
    parts = {EXPORTS: Further(settings.export_retention_days, exports)}
    if settings.operation_retention_days:
        parts[OPERATIONS] = Further(settings.operation_retention_days, partial(remove_operations, operations))
    return parts


@lru_cache(maxsize=1)
def connector() -> Connector:
    """The connector of this process, from its environment; built at the first call. It asks storage for nothing."""
    return build_connector(read_settings(os.environ))


def ready_connector() -> Connector:
    """The same, once storage has said that this version can read it; ConnectorError storage-layout."""
    ready = connector()
    ready.layout.check()
    return ready


def _storage(settings: Settings, clock: ToldClock | None = None) -> Storage:
    if settings.storage_connection:
        return storage_from_connection_string(settings.storage_connection, clock=clock)
    client_id = settings.storage_client_id or settings.identity_client_id
    return storage_from_identity(settings.storage_account, client_id or None, clock=clock)


def _vault(settings: Settings, storage: Storage) -> Vault:
    if not settings.key_vault_url:
        return EncryptedTable(storage.tables[TOKEN_TABLE], settings.token_key)
    from shared.access.key_vault import key_vault

    return key_vault(settings.key_vault_url, settings.identity_client_id)


def _sign_in(settings: Settings, clock: Clock, permission: HttpPermission) -> TokenProvider:
    from shared.business_central.sign_in import ClientCredentials, basic, managed_identity

    if settings.bc_user:
        return basic(settings.bc_user, settings.bc_web_service_key)
    if not settings.bc_client_secret:
        return managed_identity(clock, settings.identity_client_id)
    return ClientCredentials(
        settings.bc_token_url, settings.bc_client_id, settings.bc_client_secret, clock, http_gate=permission
    )


def _event_queue(settings: Settings) -> EventQueue:
    from shared.storage.event_queue import Key, event_queue

    return event_queue(
        settings.event_queue_url, settings.event_queue_region,
        Key(settings.event_queue_access_key_id, settings.event_queue_secret_access_key), settings.event_queue_endpoint,
    )


def _left_file() -> LeftFile:
    from shared.shopify.bulk_folder import LeftFile

    return LeftFile()


def _app(settings: Settings) -> ShopifyApp:
    return ShopifyApp(
        client_id=settings.shopify_client_id, client_secret=settings.shopify_client_secret,
        previous_client_secret=settings.shopify_previous_client_secret, public_url=settings.public_url,
    )
