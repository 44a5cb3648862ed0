"""Whether records come sooner in bulk than page by page; reckoned from points, not guessed from a number of records.

Page by page, what a page costs must flow into the bucket first ("Shopify API rate limits"). In bulk, starting and
looking cost next to nothing, but Shopify works in the background and says nothing of how long that takes: FIXED_SECONDS
stands for it, for fetching the file, and for the looks that come too late. What bulk does not give costs its points
(shapes.py). Only where bulk takes at most half as long is it worth its further ways to fail. See docs/decisions/0048.
Border: numbers in, yes or no out; the count is asked by counting.py.
"""
from __future__ import annotations

from shared.shopify.documents import document
from shared.shopify.listing import IDS_PER_CALL
from shared.shopify.shapes import SHAPES

FIXED_SECONDS = 60.0
SECONDS_PER_CALL = 0.5
"""What a page takes beside its points: the way there and back."""

ADVANTAGE = 2.0


def seconds_by_pages(type: str, count: int, restore_rate: float) -> float:
    """How long `count` records take page by page, the bucket being empty; restore_rate in points per second."""
    shape = SHAPES[type]
    return _seconds(count / shape.page_size, document(shape.changed).cost, restore_rate)


def seconds_in_bulk(type: str, count: int, restore_rate: float) -> float:
    """How long `count` records take in bulk, with what is to be read beside them."""
    beside = (_seconds(count / IDS_PER_CALL, document(name).cost, restore_rate)
              for name in SHAPES[type].not_in_bulk.values())
    return FIXED_SECONDS + sum(beside)


def worth_it(type: str, count: int, restore_rate: float) -> bool:
    """Whether to read `count` records of this type in bulk."""
    return seconds_by_pages(type, count, restore_rate) >= ADVANTAGE * seconds_in_bulk(type, count, restore_rate)


def _seconds(calls: float, points: float, restore_rate: float) -> float:
    return calls * max(SECONDS_PER_CALL, points / restore_rate)
