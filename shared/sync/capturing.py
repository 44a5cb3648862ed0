"""Keeping captures during a run: always, and never at the price of a record.

A capture that storage does not take, after all its tries, stops nothing: the run counts the record in
`captures_lost`, and the record's link is left without the hash of what was sent. So it does not count as seen, and
is captured the next time it is read. Border: what a capture is and where it lies: shared/journal/captures.py.
"""
from __future__ import annotations

import logging
from collections.abc import Sequence

from shared.errors import ServiceUnavailable
from shared.shopify.reading import Record
from shared.sync.context import JobContext

_log = logging.getLogger(__name__)


def capture(kind: str, records: Sequence[Record], context: JobContext) -> frozenset[int]:
    """Keep what Shopify sent of these records; the ids of those that storage did not take."""
    return capture_sent(kind, [(record.number, record.raw) for record in records], context)


def capture_sent(kind: str, records: Sequence[tuple[int, bytes]], context: JobContext) -> frozenset[int]:
    """The same of (id, JSON as sent)."""
    if context.captures is None:
        return frozenset()
    try:
        context.captures.keep(context.card.code, kind, records)
    except ServiceUnavailable as problem:
        context.run.captures_lost += len(records)
        _log.warning("%d captures of %s of %s are lost: %s", len(records), kind, context.card.code, problem)
        return frozenset(number for number, _ in records)
    return frozenset()
