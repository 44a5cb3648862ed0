"""Keeping captures during a run: always, and never at the price of a record.

A capture that cannot be kept, whatever storage says to it, stops nothing: the run counts the record in
`captures_lost`, and the record's link is left without the hash of what was sent. So it does not count as seen, and the
next run is told to read it again, and captures it then.
Border: what a capture is and where it lies: shared/journal/captures.py.
"""
from __future__ import annotations

import logging
from collections.abc import Sequence

from shared.errors import ServiceUnavailable
from shared.shopify.reading import Record
from shared.shopify_ids import key_of
from shared.sync.context import JobContext

_log = logging.getLogger(__name__)


def capture(type: str, records: Sequence[Record], context: JobContext) -> frozenset[str]:
    """Keep what Shopify sent of these records; the ids of those that storage did not take, which the next run reads."""
    lost = capture_sent(type, [(record.id, record.raw) for record in records], context)
    try:
        context.changed.add_uncaptured(context.card.code, type, sorted(lost, key=key_of))
    except ServiceUnavailable as problem:
        _log.warning("no run is told to read again what was lost: %s", problem)
    return lost


def capture_sent(type: str, records: Sequence[tuple[str, bytes]], context: JobContext) -> frozenset[str]:
    """The same of (id, JSON as sent)."""
    if context.captures is None:
        return frozenset()
    try:
        context.captures.keep(context.card.code, type, records)
    except Exception as problem:
        # Not even a fault of ours may stop the work here; one of storage's needs no trace.
        ours = not isinstance(problem, ServiceUnavailable)
        context.run.captures_lost += len(records)
        shop = context.card.code
        _log.warning("%d captures of %s of %s are lost: %s", len(records), type, shop, problem, exc_info=ours)
        return frozenset(id for id, _ in records)
    return frozenset()


def last_hash(type: str, id: str, context: JobContext) -> str:
    """The hash of the record's newest capture; "" if there is none, or none to be had now."""
    if context.captures is None:
        return ""
    try:
        return next((one.hash for one in context.captures.of_record(context.card.code, type, id)), "")
    except ServiceUnavailable as problem:
        _log.warning("the last capture of %s %s of %s is not known: %s", type, id, context.card.code, problem)
        return ""
