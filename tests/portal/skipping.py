"""Skipped records as a page finds them."""
from __future__ import annotations

from shared.stores.skipped_records import SkippedRecord
from tests.house import House


def skip(house: House, number: int, **changes: object) -> None:
    """Let an order be skipped."""
    fields = {"shop": house.shop, "type": "orders", "id": str(number), "code": "item-not-found", "detail": "SKU X",
              "tries": 2, "first_at": "2026-03-10T08:00:00Z", "last_at": "2026-03-10T09:00:00Z",
              "next_try": "2026-03-11T08:00:00+00:00"}
    house.connector.skipped.park([SkippedRecord(**(fields | changes))])  # type: ignore[arg-type]
