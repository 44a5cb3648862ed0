"""Forgets a person, or a whole shop, in everything we keep. Needs no access to Shopify; doing it twice is harmless.

Source: Shopify, "Privacy law compliance" (customers/redact, shop/redact). The caller holds the shop's lease, so
that nothing is being read meanwhile. What a person's orders became in Business Central is the merchant's
bookkeeping and stays there. Links of orders stay, without their texts: without them an order would be made twice.
Payouts stay too, they are sums; a dispute loses its order.
"""
from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from shared.connector import Connector
from shared.journal import captures, log_entries, payments, runs, skipped
from shared.json_text import decoded
from shared.privacy import capture_traces, export, log_traces
from shared.privacy.subject import Subject, Traces, known_as
from shared.storage.tables import Put, Row, Table
from shared.sync import changed_records, information, links
from shared.sync.products import ITEMS

REINSTALLED_WITHIN = timedelta(hours=48)
"""Shopify sends shop/redact so long after the app was removed; access that is younger is a new start."""


def erase_customer(connector: Connector, shop: str, subject: Subject) -> dict[str, int]:
    """Forget the person; what was found, by place."""
    storage = connector.storage
    reached = traces_of(connector, shop, subject)
    orders = set(subject.orders) | {
        one.number for one in capture_traces.find(storage, shop, reached) if one.kind == "orders"
    }
    captured = list(capture_traces.find(storage, shop, reached.and_orders(orders)))
    everything = reached.and_orders(orders).and_words(names_of(captured, subject)).and_words(
        _ids_in_business_central(storage.tables[links.TABLE], shop, subject, orders)
    )
    found = {
        "log entries": log_traces.erase(storage, shop, everything),
        "skipped records": _scrub_skipped(storage.tables[skipped.TABLE], shop, subject, everything),
        "runs": _scrub_runs(connector.runs, shop, everything),
        "links": _erase_links(storage.tables[links.TABLE], shop, subject, orders),
        "disputes": payments.forget_orders(connector.disputes, shop, orders),
        "exports": export.remove_exports(connector, shop, subject.id),
        "captures": len(captured),
    }
    connector.changed.forget(shop, "customers", subject.id)
    # Last: the captures tell who is meant, so an erasure that broke off finds its way again.
    capture_traces.blot_out(storage, shop, captured)
    return found


def traces_of(connector: Connector, shop: str, subject: Subject) -> Traces:
    """By what the person can be told for sure: number, and the e-mail addresses and phones ever captured."""
    asked = Traces({subject.id}, {subject.email, subject.phone})
    own = [
        one.raw for one in capture_traces.find(connector.storage, shop, asked)
        if one.kind == "customers" and one.number == subject.id
    ]
    return asked.and_words(word for raw in own for word in known_as(decoded(raw)).contacts)


def names_of(captured: Iterable[capture_traces.Found], subject: Subject) -> set[str]:
    """The names that the person's own captures hold."""
    own = [one.raw for one in captured if one.kind == "customers" and one.number == subject.id]
    return {name for raw in own for name in known_as(decoded(raw)).names}


def erase_shop(connector: Connector, shop: str, *, triggered_at: datetime) -> tuple[dict[str, int], str]:
    """Forget everything of the shop but its card, which is switched off; what was found, and a remark.

    Nothing happens if the merchant has installed the app again meanwhile.
    """
    since = connector.tokens.since(shop)
    if since is not None and since > triggered_at - REINSTALLED_WITHIN:
        return {}, f"nothing was erased: access was granted again at {since.isoformat(timespec='seconds')}"
    tables, blobs = connector.storage.tables, connector.storage.blobs
    kinds = (*information.KINDS, ITEMS)
    found = {
        "links": sum(_drop(tables[links.TABLE], f"{shop}|{kind}") for kind in kinds),
        "captures": sum(_drop(tables[captures.TABLE], f"{shop}|{kind}") for kind in kinds),
        "names of records": sum(_drop(tables[captures.TABLE], captures.names_partition(shop, k)) for k in kinds),
        "changed records": sum(_drop(tables[changed_records.TABLE], f"{shop}|{kind}") for kind in kinds),
        "skipped records": _drop(tables[skipped.TABLE], shop),
        "payouts": _drop(tables[payments.PAYOUTS], shop),
        "disputes": _drop(tables[payments.DISPUTES], shop),
        "runs": _drop(tables[runs.TABLE], shop),
        "log entries": sum(_drop(tables[name], shop) for name in tables.names(log_entries.TABLES)),
        "exports": export.remove_exports(connector, shop),
    }
    for kind in kinds:
        _drop(tables[captures.TABLE], captures.names_partition(shop, kind))
    _drop(tables[information.TABLE], shop)
    blobs.remove(captures.CONTAINER, blobs.names(captures.CONTAINER, f"{shop}/"))
    for container in log_traces.containers(connector.storage):
        blobs.remove(container, log_traces.packs_of(connector.storage, shop, container))
    connector.tokens.forget(shop)
    if connector.shops.find(shop) is not None:
        connector.shops.save(shop, {"enabled": False})
    return found, ""


def _ids_in_business_central(table: Table, shop: str, subject: Subject, orders: Iterable[int]) -> set[str]:
    """What the person's records became: a call about one of them may name nothing else of the person."""
    linked = [
        *links.Links(table, shop, "customers").of([subject.id]).values(),
        *links.Links(table, shop, "orders").of(orders).values(),
    ]
    return {link.bc_id for link in linked} | {link.bc_number for link in linked}


def _scrub_skipped(table: Table, shop: str, subject: Subject, traces: Traces) -> int:
    """The person's own row goes; a sentence about somebody's order loses its words."""
    rows = [row for row in table.partition(shop) if any(map(traces.are_in, _texts(row)))]
    own = f"customers|{subject.id:020d}"
    table.write(
        Put("delete", row) if row["RowKey"] == own
        else Put("put", row | {name: log_traces.ERASED for name in ("detail", "note") if row.get(name)})
        for row in rows
    )
    return len(rows)


def _texts(row: Row) -> Iterable[str]:
    return (value for name, value in row.items() if isinstance(value, str) and name not in ("PartitionKey", "etag"))


def _scrub_runs(history: runs.SyncRuns, shop: str, traces: Traces) -> int:
    told = [run for run in history.all(shop) if traces.are_in(run.error_detail)]
    for run in told:
        history.save(msgspec.structs.replace(run, error_detail=log_traces.ERASED))
    return len(told)


def _erase_links(table: Table, shop: str, subject: Subject, orders: Iterable[int]) -> int:
    store = links.Links(table, shop, "orders")
    told = [link for link in store.of(orders).values() if link.header]
    store.save([link.with_(header="") for link in told])
    known = links.Links(table, shop, "customers").of([subject.id])
    for number in known:
        table.delete(f"{shop}|customers", f"{number:020d}")
    return len(told) + len(known)


def _drop(table: Table, partition: str) -> int:
    """Remove a whole partition; how many rows it had."""
    keys = list(table.rows("PartitionKey eq @p", {"p": partition}, select=("PartitionKey", "RowKey")))
    table.write(Put("delete", key) for key in keys)
    return len(keys)
