"""What synchronizations leave behind for the next one: links, times, and what is parked, announced or followed.

It belongs to one store and one company. Border: counting and removing rows; when that is right, forgetting.py says.
"""
from __future__ import annotations

from collections.abc import Callable

import msgspec

from shared.storage.row_removal import pages_of_keys, remove_rows
from shared.storage.tables import Table
from shared.stores.changed_records import TABLE as CHANGED_TABLE
from shared.stores.links import ITEMS
from shared.stores.links import TABLE as LINK_TABLE
from shared.stores.merged_customers import TABLE as MERGED_TABLE
from shared.stores.payments import DISPUTES, PAYOUTS
from shared.stores.skipped_records import TABLE as SKIPPED_TABLE
from shared.stores.synchronization_info import RECORDS
from shared.stores.synchronization_info import TABLE as INFORMATION_TABLE

LINKED = (*RECORDS, ITEMS)
"""Every kind of link."""

Tables = Callable[[str], Table]
"""A table by its name."""


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """How many rows of each."""

    links: int
    synchronization_times: int
    skipped_records: int
    announced_records: int
    payouts: int
    disputes: int


def is_synchronized(tables: Tables, shop: str) -> bool:
    """Whether links are kept under this code, or times other than those that an operator set before the first run."""
    if any(next(tables(LINK_TABLE).partition(f"{shop}|{kind}"), None) for kind in LINKED):
        return True
    return any(_has_begun(row) for row in tables(INFORMATION_TABLE).partition(shop))


def number_of_links(tables: Tables, shop: str) -> int:
    """How many links are kept under this code."""
    pages = (pages_of_keys(tables(LINK_TABLE), "PartitionKey eq @p", {"p": f"{shop}|{kind}"}) for kind in LINKED)
    return sum(len(rows) for kind in pages for rows in kind)


def remove_kept(tables: Tables, shop: str) -> Kept:
    """Remove it all, links last: while there are any, the card may not be about another store or company."""

    def gone(table: str, *partitions: str) -> int:
        return sum(remove_rows(tables(table), "", partition) for partition in partitions)

    gone(MERGED_TABLE, shop)
    return Kept(
        skipped_records=gone(SKIPPED_TABLE, shop),
        announced_records=gone(CHANGED_TABLE, *(f"{shop}|{kind}" for kind in RECORDS)),
        payouts=gone(PAYOUTS, shop),
        disputes=gone(DISPUTES, shop),
        synchronization_times=gone(INFORMATION_TABLE, shop),
        links=gone(LINK_TABLE, *(f"{shop}|{kind}" for kind in LINKED)),
    )


def _has_begun(row: dict[str, object]) -> bool:
    reached = row.get("last_sync_time") and not row.get("exact")
    return bool(row.get("first_began") or row.get("run_until") or reached)
