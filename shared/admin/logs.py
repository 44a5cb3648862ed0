"""Log entries: list them, look at one, tell Shopify's support of it, remove them before their time."""
from __future__ import annotations

from typing import Literal

import msgspec

from shared.connector import Connector
from shared.journal.escalation import EscalationReport, can_escalate, escalation_report
from shared.journal.log_entries import LogEntry, WholeLogEntry
from shared.journal.log_list import LogFilter, list_log_entries
from shared.journal.purges import Purge


class EntriesView(msgspec.Struct, frozen=True, kw_only=True):
    """Log entries, newest first; ask again with `continuation` while it is not null."""

    entries: list[LogEntry]
    continuation: str | None


class EntryView(WholeLogEntry, frozen=True, kw_only=True):
    """A log entry with both bodies, and whether a report for Shopify's support is offered."""

    can_escalate: bool


def list_entries(connector: Connector, shop: str, wanted: LogFilter, continuation: str) -> EntriesView:
    """Those that fit, of one shop or ("") of every one; ConnectorError shop-unknown, input-invalid."""
    shops = [connector.shops.get(shop).code] if shop else [card.code for card in connector.shops.all()]
    page = list_log_entries(connector.logs, shops, wanted, continuation)
    return EntriesView(entries=list(page.entries), continuation=page.continuation or None)


def get_entry(connector: Connector, number: str) -> EntryView:
    """One entry; ConnectorError not-found."""
    entry = connector.logs.get(number)
    return EntryView(
        **msgspec.structs.asdict(entry), can_escalate=can_escalate(entry, connector.clock.now()))


def escalate(connector: Connector, number: str) -> EscalationReport:
    """The report for Shopify's support; ConnectorError not-found, escalation-not-offered."""
    entry = connector.logs.get(number)
    return escalation_report(entry, connector.shops.get(entry.shop), connector.clock.now())


def list_purges(connector: Connector) -> list[Purge]:
    """What was removed, by a night or by somebody, newest first."""
    return connector.retention.latest()


def remove_log_entries(
    connector: Connector, shop: str, *, older_than_days: int | Literal[""] | None, confirm: int | None, by: str
) -> Purge:
    """Remove those of this age, ("") what the retention does not keep, or (None) all; ConnectorError as LogPurges.

    Of one shop, or ("") of every one.
    """
    if older_than_days == "":
        older_than_days = connector.purges.retention_days
    with connector.operations.recorded("remove_log_entries", by=by, shop=shop) as operation:
        operation.after = {"older_than_days": older_than_days}
        code = connector.shops.get(shop).code if shop else ""
        if older_than_days is None:
            purge = connector.purges.remove_all(confirm, by=by, shop=code)
        else:
            purge = connector.purges.remove_older_than(older_than_days, by=by, shop=code)
        operation.after |= {"purge": purge.number, "entries": purge.entries, "hours": purge.hours}
    return purge
