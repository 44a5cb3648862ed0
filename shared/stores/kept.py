"""What synchronizations leave behind for the next one: links, times, and what is parked, announced or followed.

It belongs to one store and one company. Border: counting and removing rows; when that is right, forgetting.py says.
"""
from __future__ import annotations

import msgspec

from shared.storage.account import Storage
from shared.stores import (
    changed_records,
    links,
    merged_customers,
    payments,
    record_names,
    skipped_records,
    synchronization_info,
)

KEPT = {
    "merged_customers": merged_customers.HOLDING,
    "skipped_records": skipped_records.HOLDING,
    "announced_records": changed_records.HOLDING,
    "payouts": payments.PAYOUTS_HELD,
    "disputes": payments.DISPUTES_HELD,
    "synchronization_times": synchronization_info.HOLDING,
    "record_names": record_names.HOLDING,
    "links": links.HOLDING,
}
"""What belongs to one store and one company, links last: while there are any, the card may not be about another."""


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """How many rows of each."""

    links: int
    synchronization_times: int
    skipped_records: int
    announced_records: int
    payouts: int
    disputes: int
    merged_customers: int
    record_names: int


def is_synchronized(storage: Storage, shop: str) -> bool:
    """Whether links are kept under this code, or times other than those that an operator set before the first run."""
    return any(links.keys_of_shop(storage, shop)) or synchronization_info.has_begun(storage, shop)


def number_of_links(storage: Storage, shop: str) -> int:
    """How many links are kept under this code."""
    return sum(map(len, links.keys_of_shop(storage, shop)))


def remove_kept(storage: Storage, shop: str) -> Kept:
    """Remove it all."""
    removed = {name: one.of_shop(storage, shop) for name, one in KEPT.items() if not isinstance(one.of_shop, str)}
    return Kept(**removed)
