"""Log entries: list them, look at one, tell Shopify's support of it, remove them before their time."""
from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

import msgspec

from shared.clock import iso, iso_exact
from shared.connector import Connector
from shared.journal.escalation import EscalationReport, can_escalate, escalation_report
from shared.journal.json_tree import Node, tree
from shared.journal.log_entries import LogEntry, WholeLogEntry
from shared.journal.log_list import MOST_CALLS, LogFilter, list_log_entries
from shared.journal.purges import Purge

CALLS_OF_A_PAGE = 30
"""About how many calls of storage a page of the portal takes: what it has not come to stands on the next one."""

MOST_EXPORTED = 1_000
"""Log entries of a file."""

MOST_PAGES = 40

LONGEST_SHOWN = 20_000
"""Characters of a body that is no JSON."""


class EntriesView(msgspec.Struct, frozen=True, kw_only=True):
    """Log entries, newest first; ask again with `continuation` while it is not null."""

    entries: list[LogEntry]
    continuation: str | None


class EntryView(WholeLogEntry, frozen=True, kw_only=True):
    """A log entry with both bodies, and whether a report for Shopify's support is offered."""

    can_escalate: bool


class BodyView(msgspec.Struct, frozen=True, kw_only=True):
    """A body for reading: its tree, or (None) its text, cut where nobody reads on; size: characters of the whole."""

    text: str
    tree: Node | None
    size: int


class EntryPage(msgspec.Struct, frozen=True, kw_only=True):
    """A log entry for reading."""

    entry: EntryView
    request: BodyView
    response: BodyView


class KeptView(msgspec.Struct, frozen=True, kw_only=True):
    """modes: shop -> the logging mode in force; retention_days: after how many an entry is removed by itself."""

    modes: dict[str, str]
    retention_days: int


class RemovalView(msgspec.Struct, frozen=True, kw_only=True):
    """Entries of `until` or older (UTC, ISO 8601), of one shop or ("") of every one; `days` old, or (None) all.

    entries   how many; at least so many where `at_least`
    """

    shop: str
    days: int | None
    until: str
    entries: int
    at_least: bool


def list_entries(
    connector: Connector, shop: str, wanted: LogFilter, continuation: str, *, most_calls: int = MOST_CALLS
) -> EntriesView:
    """Those that fit, of one shop or ("") of every one; ConnectorError shop-unknown, input-invalid."""
    shop = connector.shops.known(shop) if shop else ""
    shops = [shop] if shop else connector.shops.codes()
    page = list_log_entries(
        connector.logs, shops, msgspec.structs.replace(wanted, shop=shop), continuation, most_calls=most_calls)
    return EntriesView(entries=list(page.entries), continuation=page.continuation or None)


def newest_entries(connector: Connector, shop: str, wanted: LogFilter) -> list[LogEntry]:
    """The newest of those that fit, at most MOST_EXPORTED, found by at most MOST_PAGES lists; ConnectorError
    shop-unknown."""
    found, continuation = list[LogEntry](), ""
    for _ in range(MOST_PAGES):
        page = list_entries(connector, shop, wanted, continuation)
        found, continuation = found + page.entries, page.continuation or ""
        if not continuation or len(found) >= MOST_EXPORTED:
            break
    return found[:MOST_EXPORTED]


def get_entry(connector: Connector, id: str) -> EntryView:
    """One entry; ConnectorError not-found."""
    entry = connector.logs.get(id)
    offered = can_escalate(entry, connector.clock.now()) and connector.shops.readable(entry.shop) is not None
    return EntryView(**msgspec.structs.asdict(entry), can_escalate=offered)


def look_at(connector: Connector, id: str) -> EntryPage:
    """One entry with its bodies for reading; ConnectorError not-found."""
    entry = get_entry(connector, id)
    return EntryPage(
        entry=entry, request=BodyView(text=_readable(entry.request), tree=tree(entry.request), size=len(entry.request)),
        response=BodyView(text=_readable(entry.response), tree=tree(entry.response), size=len(entry.response)))


def _readable(body: str) -> str:
    return body if len(body) <= LONGEST_SHOWN else f"{body[:LONGEST_SHOWN]}…"


def escalate(connector: Connector, id: str) -> EscalationReport:
    """The report for Shopify's support; ConnectorError not-found, escalation-not-offered."""
    entry = connector.logs.get(id)
    return escalation_report(entry, connector.shops.get(entry.shop), connector.clock.now())


def escalate_on_a_page(connector: Connector, number: str) -> EscalationReport:
    """The same for reading: long bodies are cut, and handed over as files; ConnectorError as `escalate`."""
    report = escalate(connector, number)
    return msgspec.structs.replace(
        report, request=_readable(report.request), response=_readable(report.response))


def kept(connector: Connector) -> KeptView:
    """What is kept of calls at all."""
    now = connector.clock.now()
    modes = {card.code: card.logging_mode_at(now).value for card in connector.shops.all()}
    return KeptView(modes=modes, retention_days=connector.purges.retention_days)


def removal(connector: Connector, shop: str, days: int | None) -> RemovalView:
    """What would go if log entries of this age were removed, or (None) all; ConnectorError shop-unknown."""
    until = connector.clock.now() - timedelta(days=days or 0)
    code = connector.shops.known(shop) if shop else ""
    number, more = connector.purges.count(code, until, most_calls=CALLS_OF_A_PAGE)
    return RemovalView(shop=code, days=days, until=iso_exact(until), entries=number, at_least=more)


def remove_until(connector: Connector, shop: str, until: datetime, *, by: str) -> Purge:
    """Remove what is of this moment or older, of one shop or ("") of every one; ConnectorError as LogPurges."""
    with connector.operations.recorded("remove_log_entries", by=by, shop=shop) as operation:
        operation.after = {"until": iso(until)}
        code = connector.shops.known(shop) if shop else ""
        purge = connector.purges.remove_until(until, by=by, shop=code)
        operation.after |= {"purge": purge.id, "entries": purge.entries, "hours": purge.hours}
    return purge


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
        code = connector.shops.known(shop) if shop else ""
        if older_than_days is None:
            purge = connector.purges.remove_all(confirm, by=by, shop=code)
        else:
            purge = connector.purges.remove_older_than(older_than_days, by=by, shop=code)
        operation.after |= {"purge": purge.id, "entries": purge.entries, "hours": purge.hours}
    return purge
