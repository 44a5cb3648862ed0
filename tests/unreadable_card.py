"""A shop card that this version cannot read, for as long as a test looks at what becomes of the other shops."""
from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.house import House


@contextmanager
def unreadable_card(house: House, shop: str, **edited: Any) -> Iterator[None]:
    """The card's row holds half of its JSON, or these properties instead of its own; it is as before afterwards, for
    houses may share their storage."""
    table = house.storage.tables["Shops"]
    row = table.get("shop", shop)
    assert row is not None
    text = json.dumps(json.loads(row["card"]) | edited) if edited else row["card"][: len(row["card"]) // 2]
    table.put(row | {"card": text})
    try:
        yield
    finally:
        table.put(row)
