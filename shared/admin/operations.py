"""The book of operations, read: each by its caption, since its name is for programs."""
from __future__ import annotations

from datetime import datetime

import msgspec

from shared.connector import Connector
from shared.record_names import caption_of_several
from shared.shops.card_fields import FIELDS
from shared.stores.kept import KEPT
from shared.stores.operations import Operation
from shared.texts import Sentence, as_said, sentence

CAPTIONS = {
    "back_fill_orders": sentence("Back-fill of orders"),
    "check_set_up": sentence("Set-up check"),
    "confirm_access": sentence("Confirm another store"),
    "confirm_erasure": sentence("Confirm the erasure of a shop"),
    "create_order_again": sentence("Unlink and create again"),
    "dismiss_skipped_record": sentence("Dismiss a skipped record"),
    "forget_links": sentence("Forget links"),
    "grant_access": sentence("Access granted in Shopify"),
    "renew_webhook_subscriptions": sentence("Renew webhook subscriptions"),
    "remove_log_entries": sentence("Delete log entries"),
    "remove_shop": sentence("Remove a shop card"),
    "replay_data_capture": sentence("Replay a data capture"),
    "request_access": sentence("Request access"),
    "reset_synchronization_info": sentence("Reset sync"),
    "resolve_order": sentence("Mark as resolved"),
    "retry_skipped_record": sentence("Retry a skipped record"),
    "retry_skipped_records": sentence("Retry skipped records"),
    "revoke_access": sentence("Give the access back"),
    "save_shop": sentence("Change the shop card"),
    "set_access_token": sentence("Paste an access token"),
    "set_environment": sentence("Change the environment"),
    "set_synchronization_info": sentence("Reset sync to a time"),
    "start_sync": sentence("Synchronize now"),
    "sync_order": sentence("Synchronize an order"),
}
"""What people call each operation, by its name."""

_VALUES = {
    "allow_http_requests": sentence("Allow HTTP requests"), "capture": sentence("Data capture"),
    "code": sentence("Reason"), "countries": sentence("Countries"), "dismissed": sentence("Dismissed"),
    "dry_run": sentence("Dry run"), "due": sentence("To be tried"), "entries": sentence("Log entries"),
    "even_if_left_out": sentence("In any case"), "from": sentence("From"), "hours": sentence("Hours"),
    "last_sync_time": sentence("Last synchronization time"), "number": sentence("Number"),
    "older_than_days": sentence("Older than days"), "purge": sentence("Purge"), "ready": sentence("Ready"),
    "result": sentence("Result"), "run": sentence("Run"), "to": sentence("Until"), "types": sentence("Types"),
    "until": sentence("Until"), "whole": sentence("All steps"),
    "links": sentence("Links"), "synchronization_times": sentence("Synchronization times"),
    "skipped_records": sentence("Skipped records"), "announced_records": sentence("Announced records"),
    "merged_customers": sentence("Merged customers"), "record_names": sentence("Names of records"),
    "access.state": sentence("Access"), "access.missing": sentence("Scopes not granted"),
    "access.pending": sentence("Another store that waits"),
    "made": sentence("Made"), "removed": sentence("Removed"), "refused": sentence("Refused"),
}


class OperationView(Operation, kw_only=True):
    """An operation with its caption."""

    caption: Sentence


class OperationsView(msgspec.Struct, frozen=True, kw_only=True):
    """Operations, newest first; ask again with `continuation` while it is not null."""

    operations: list[OperationView]
    continuation: str | None


def list_operations(
    connector: Connector, *, shop: str = "", operation: str = "", since: datetime | None = None,
    continuation: str = "",
) -> OperationsView:
    """Of one shop, of one name, since a time; also of shops that are no more. ConnectorError input-invalid."""
    page = connector.operations.page(shop=shop, operation=operation, since=since, continuation=continuation)
    shown = [OperationView(**msgspec.structs.asdict(one), caption=operation_called(one.operation))
             for one in page.operations]
    return OperationsView(operations=shown, continuation=page.continuation or None)


def operation_called(name: str) -> Sentence:
    """An operation as people call it; one that only an earlier version knew by its name."""
    return CAPTIONS.get(name) or as_said(name)


def value_called(name: str) -> Sentence:
    """What an operation changed, as people call it: a field of the shop card by its caption, rows by their type."""
    if name in FIELDS:
        return FIELDS[name].caption
    return _VALUES.get(name) or (caption_of_several(name) if name in KEPT else as_said(name))
