"""Forgets a person, or a whole shop, in everything we keep. Needs no access to Shopify; doing it twice is harmless.

Source: Shopify, "Privacy law compliance" (customers/redact, shop/redact). The caller holds the shop's lease, so
that nothing is being read meanwhile. What a person's orders became in Business Central is the merchant's
bookkeeping and stays there. Links of orders stay, without their texts: without them an order would be made twice.
Payouts stay too, they are sums; a dispute loses its order.
"""
from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

import msgspec

from shared.connector import Connector
from shared.journal import captures, log_entries
from shared.privacy import export, log_traces
from shared.privacy.capture_traces import CaptureTraces
from shared.privacy.subject import Subject
from shared.privacy.traces import Traces
from shared.storage.tables import Put, Table
from shared.stores import (
    changed_records,
    links,
    merged_customers,
    payments,
    redacted_records,
    skipped_records,
    sync_runs,
    synchronization_info,
)
from shared.stores.kept import is_synchronized
from shared.stores.links import ITEMS

DISMISSED_BY = "privacy request"
_LONGEST_NOTE = 2000

REINSTALLED_WITHIN = timedelta(hours=48)
"""Shopify sends shop/redact so long after the app was removed; access that is younger is a new start."""


def erase_customer(connector: Connector, shop: str, subject: Subject) -> tuple[dict[str, int], str]:
    """Forget the person; what was found, by place, and a remark for the receipt."""
    storage = connector.storage
    captured = CaptureTraces(storage, shop, subject)
    orders = captured.orders
    bc_ids = _ids_in_business_central(storage.tables[links.TABLE], shop, subject, orders)
    traces = Traces(captured.person, orders, bc_ids)
    now = connector.clock.now()
    connector.redacted.remember(shop, "customers", subject.ids, now)
    connector.redacted.remember(shop, "orders", orders, now)
    logged = log_traces.erase(storage, shop, traces)
    found = {
        "log entries": logged.entries,
        "skipped records": _scrub_skipped(connector, shop, subject, orders, traces),
        "runs": _scrub_runs(connector.runs, shop, traces),
        "links": _erase_links(storage.tables[links.TABLE], shop, subject, orders),
        "disputes": payments.forget_orders(connector.disputes, shop, orders),
        "operations": connector.operations.forget_records(
            shop, {*(f"customers {id}" for id in subject.ids), *(f"orders {number}" for number in orders)}),
        "exports": sum(export.remove_exports(connector, shop, id) for id in subject.ids),
        "captures": len(captured.found),
    }
    for id in subject.ids:
        connector.changed.forget(shop, "customers", id)
    # Last: the captures and merges tell who is meant, so an erasure that broke off finds its way again.
    captured.blot_out()
    connector.merged.forget(shop, subject.ids)
    unreadable = (*sorted(captured.packs.unreadable), *logged.unreadable)
    return found | ({"unreadable packs": len(unreadable)} if unreadable else {}), _removed(unreadable)


def _removed(packs: Collection[str]) -> str:
    """Nobody can say that the person is not in them, and nobody can read them: they are gone too."""
    if not packs:
        return ""
    return f"{len(packs)} packs could not be unpacked and were removed: {', '.join(packs)}"[:_LONGEST_NOTE]


def installed_again(connector: Connector, shop: str, *, triggered_at: datetime) -> str:
    """A remark if the merchant has installed the app again since its removal, so that nothing may be erased; or ""."""
    since = connector.tokens.since(shop)
    if since is not None and since > triggered_at - REINSTALLED_WITHIN:
        return f"nothing was erased: access was granted again at {since.isoformat(timespec='seconds')}"
    return ""


def nothing_is_kept(connector: Connector, shop: str) -> bool:
    """Whether no link, no time and no capture is kept of the shop: there is nothing that an erasure could take."""
    storage = connector.storage
    return not is_synchronized(storage.tables.__getitem__, shop) and not storage.blobs.names(
        captures.CONTAINER, f"{shop}/")


def erase_shop(connector: Connector, shop: str) -> dict[str, int]:
    """Forget everything of the shop but its card, which is switched off; what was found."""
    tables, blobs = connector.storage.tables, connector.storage.blobs
    kinds = (*synchronization_info.KINDS, ITEMS)
    found = {
        "links": sum(_drop(tables[links.TABLE], f"{shop}|{kind}") for kind in kinds),
        "captures": sum(_drop(tables[captures.TABLE], f"{shop}|{kind}") for kind in kinds),
        "names of records": sum(_drop(tables[captures.TABLE], captures.names_partition(shop, k)) for k in kinds),
        "changed records": sum(_drop(tables[changed_records.TABLE], f"{shop}|{kind}") for kind in kinds),
        "skipped records": _drop(tables[skipped_records.TABLE], shop),
        "payouts": _drop(tables[payments.PAYOUTS], shop),
        "disputes": _drop(tables[payments.DISPUTES], shop),
        "runs": _drop(tables[sync_runs.TABLE], shop),
        "operations": connector.operations.forget_details(shop),
        "redacted records": _drop(tables[redacted_records.TABLE], shop),
        "merged customers": _drop(tables[merged_customers.TABLE], shop),
        "log entries": sum(_drop(tables[name], shop) for name in tables.names(log_entries.TABLES)),
        "exports": export.remove_exports(connector, shop),
    }
    for kind in kinds:
        _drop(tables[captures.TABLE], captures.names_partition(shop, kind))
    _drop(tables[synchronization_info.TABLE], shop)
    blobs.remove(captures.CONTAINER, blobs.names(captures.CONTAINER, f"{shop}/"))
    for container in log_traces.containers(connector.storage):
        blobs.remove(container, log_traces.packs_of(connector.storage, shop, container))
    connector.tokens.forget(shop)
    if connector.shops.find(shop) is not None:
        connector.shops.save(shop, {"enabled": False})
    else:
        connector.shops.forget_domains(shop)
    return found


def _ids_in_business_central(table: Table, shop: str, subject: Subject, orders: Iterable[int]) -> set[str]:
    """What the person's records alone became: a call about one of them may name nothing else of the person."""
    own = links.Links(table, shop, "customers").of(subject.ids).values()
    made = list(links.Links(table, shop, "orders").of(orders).values())
    made += [link for link in own if not _is_shared(table, shop, link, subject)]
    return {link.bc_id for link in made} | {link.bc_number for link in made}


def _is_shared(table: Table, shop: str, own: links.Link, subject: Subject) -> bool:
    """Whether other people of the shop are the same customer in Business Central: it tells nobody apart."""
    rows = table.rows("PartitionKey eq @p and bc_id eq @id", {"p": f"{shop}|customers", "id": own.bc_id})
    return any(int(row["RowKey"]) not in subject.ids for row in rows)


def _scrub_skipped(
    connector: Connector, shop: str, subject: Subject, orders: Collection[int], traces: Traces
) -> int:
    """The person's own row goes; one of the person's orders is dismissed, else its retry would read it all again.

    A sentence about something else that names the person loses its words.
    """
    found = [(one, one.kind == "orders" and one.number in orders) for one in connector.skipped.of(shop)
             if _is_about(one, subject, orders) or traces.are_in(one.detail) or traces.are_in(one.note)]
    now = connector.clock.now().isoformat(timespec="seconds")
    own = [one.number for one, _ in found if _is_customer(one, subject)]
    connector.skipped.clear(shop, "customers", own)
    connector.skipped.park(
        msgspec.structs.replace(
            one, detail=log_traces.ERASED, note=log_traces.ERASED if one.note or is_order else "",
            dismissed_at=(one.dismissed_at or now) if is_order else one.dismissed_at,
            dismissed_by=(one.dismissed_by or DISMISSED_BY) if is_order else one.dismissed_by,
        )
        for one, is_order in found if not _is_customer(one, subject)
    )
    return len(found)


def _is_about(one: skipped_records.SkippedRecord, subject: Subject, orders: Collection[int]) -> bool:
    return _is_customer(one, subject) or (one.kind == "orders" and one.number in orders)


def _is_customer(one: skipped_records.SkippedRecord, subject: Subject) -> bool:
    return one.kind == "customers" and one.number in subject.ids


def _scrub_runs(history: sync_runs.SyncRuns, shop: str, traces: Traces) -> int:
    """No sentence of a run says any more what speaks of the person; which operator began it stays."""
    told = [(run, scrubbed) for run in history.all(shop) if (scrubbed := _scrubbed(run, traces)) != run]
    for _, scrubbed in told:
        history.save(scrubbed)
    return len(told)


def _scrubbed(run: sync_runs.SyncRun, traces: Traces) -> sync_runs.SyncRun:
    by, order, step = run.started_by.rpartition(", order ")
    return msgspec.structs.replace(
        run,
        started_by=f"{by}, {log_traces.ERASED}" if order and traces.are_in(f"order {step}") else run.started_by,
        error_detail=log_traces.ERASED if traces.are_in(run.error_detail) else run.error_detail,
        warnings=[log_traces.ERASED if traces.are_in(one) else one for one in run.warnings],
    )


def _erase_links(table: Table, shop: str, subject: Subject, orders: Iterable[int]) -> int:
    store = links.Links(table, shop, "orders")
    told = [link for link in store.of(orders).values() if link.header or link.sold]
    store.save([link.with_(header="", sold="") for link in told])
    known = links.Links(table, shop, "customers").of(subject.ids)
    for number in known:
        table.delete(f"{shop}|customers", f"{number:020d}")
    return len(told) + len(known)


def _drop(table: Table, partition: str) -> int:
    """Remove a whole partition; how many rows it had."""
    keys = list(table.rows("PartitionKey eq @p", {"p": partition}, select=("PartitionKey", "RowKey")))
    table.write(Put("delete", key) for key in keys)
    return len(keys)
