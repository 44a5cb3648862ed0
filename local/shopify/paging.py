"""Pages of a connection: first/after, last/before, cursors (GraphQL Cursor Connections).

A Shopify cursor is base64 JSON of the last sort value and the last id: a position, not a snapshot. A
record that changes while someone pages moves to its new place and may be seen again.
"""
from __future__ import annotations

import base64
import binascii
import json
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import Any

from local.shopify.errors import FieldError

MAX_PAGE = 250
Key = tuple[str, int]              # sort value, numeric id


@dataclass(frozen=True)
class Page:
    """The items of a page and their keys; cursors are made only when asked for."""

    items: list[Any]
    keys: list[Key]
    has_next: bool
    has_previous: bool

    def cursor(self, index: int) -> str | None:
        return cursor_of(self.keys[index]) if self.items else None

    @property
    def info(self) -> dict[str, Any]:
        return {"__typename": "PageInfo", "hasNextPage": self.has_next, "hasPreviousPage": self.has_previous,
                "startCursor": self.cursor(0), "endCursor": self.cursor(-1)}


def page_of(items: list[Any], keys: list[Key], arguments: dict[str, Any], *, window_needed: bool = True) -> Page:
    """The page `arguments` ask for of `items`, whose `keys` ascend (or descend when reversed).

    FieldError (BAD_REQUEST) for a missing or double window, a page over 250, a broken cursor.
    """
    first, last = arguments.get("first"), arguments.get("last")
    check_window(first, last, window_needed)
    descending = len(keys) > 1 and keys[0] > keys[-1]
    low, high = _after(keys, arguments.get("after"), descending), len(items)
    if arguments.get("before"):
        high = max(low, _before(keys, arguments["before"], descending))
    if last is not None:
        start, end = max(low, high - last), high
    else:
        start, end = low, high if first is None else min(high, low + first)
    return Page(items[start:end], keys[start:end], end < len(items), start > 0)


def check_window(first: Any, last: Any, needed: bool) -> None:
    if first is None and last is None:
        if needed:
            raise FieldError("you must provide one of first or last", "BAD_REQUEST")
        return
    if first is not None and last is not None:
        raise FieldError("providing both first and last is not supported", "BAD_REQUEST")
    name, size = ("first", first) if first is not None else ("last", last)
    if size > MAX_PAGE:
        raise FieldError(f"{name} cannot exceed {MAX_PAGE}", "BAD_REQUEST")
    if size < 0:
        raise FieldError(f"{name} cannot be negative", "BAD_REQUEST")


def cursor_of(key: Key) -> str:
    text = json.dumps({"last_id": key[1], "last_value": key[0]}, separators=(",", ":"))
    return base64.b64encode(text.encode()).decode()


def key_of(cursor: str) -> Key:
    try:
        content = json.loads(base64.b64decode(cursor, validate=True))
        return str(content["last_value"]), int(content["last_id"])
    except (binascii.Error, ValueError, KeyError, TypeError):
        raise FieldError("Invalid cursor for current pagination sort.", "BAD_REQUEST") from None


def _after(keys: list[Key], cursor: str | None, descending: bool) -> int:
    if not cursor:
        return 0
    key = key_of(cursor)
    return len(keys) - bisect_left(keys[::-1], key) if descending else bisect_right(keys, key)


def _before(keys: list[Key], cursor: str, descending: bool) -> int:
    key = key_of(cursor)
    return len(keys) - bisect_right(keys[::-1], key) if descending else bisect_left(keys, key)
