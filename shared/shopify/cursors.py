"""Follows a list from page to page, and never the same way twice.

A list that names the cursor it was just asked with, or an earlier one, would be read for ever. Source: GraphQL Cursor
Connections (`hasNextPage`, `endCursor`). Border: cursors only; what a page holds is the reader's.
"""
from __future__ import annotations

import base64

import msgspec

from shared.json_text import decoded
from shared.shopify.failures import QueryFailed
from shared.shopify.records import PageInfo
from shared.texts import Sentence, sentence


class Trail:
    """The cursors one list was followed by.

    of     names the list in errors
    start  where it was begun
    most   pages that such a list can have; None: whoever follows looks at the time
    """

    def __init__(self, of: Sentence, start: str | None = None, *, most: int | None = None) -> None:
        self._of, self._seen, self._most = of, {start}, most

    def next(self, info: PageInfo) -> str | None:
        """Where the next page begins, None on the last one; QueryFailed as `next_cursor` and `follow`."""
        cursor = next_cursor(info, self._of)
        return None if cursor is None else self.follow(cursor)

    def follow(self, cursor: str) -> str:
        """`cursor`, if the list may be read on from it.

        QueryFailed record-unreadable: it names a place that was read already, or the list is longer than it can be.
        """
        if cursor in self._seen:
            raise QueryFailed("record-unreadable", sentence(
                "Shopify's next page of {list} is one that was read already", list=self._of))
        if self._most and len(self._seen) >= self._most:
            raise QueryFailed("record-unreadable", sentence(
                "Shopify's list of {list} has more than {most} pages", list=self._of, most=self._most))
        self._seen.add(cursor)
        return cursor


def next_cursor(info: PageInfo, of: Sentence) -> str | None:
    """Where the next page begins, None on the last one; QueryFailed record-unreadable if Shopify does not say."""
    if info.has_next_page and not info.end_cursor:
        raise QueryFailed("record-unreadable", sentence(
            "Shopify announces a next page of {list} without its cursor", list=of))
    return info.end_cursor if info.has_next_page else None


class _Place(msgspec.Struct):
    last_id: int


def id_at(cursor: str) -> str | None:
    """The record that a cursor of Shopify's stands at, as far as it says so; nothing promises that it does."""
    try:
        return str(decoded(base64.b64decode(cursor, validate=True), type=_Place).last_id)
    except (ValueError, msgspec.DecodeError):
        return None
