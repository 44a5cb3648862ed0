"""A shop card that no version can read, for as long as a test looks at what becomes of the other shops."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.house import House


@contextmanager
def unreadable_card(house: House, shop: str) -> Iterator[None]:
    """The card's row holds half of its JSON; it is as before afterwards, for houses may share their storage."""
    table = house.storage.tables["Shops"]
    row = table.get("shop", shop)
    assert row is not None
    table.put(row | {"card": row["card"][: len(row["card"]) // 2]})
    try:
        yield
    finally:
        table.put(row)
