"""What one type of one run came to: a line of telemetry when it ends or hands over.

A run that goes on in another invocation tells of each part, so figures of several lines can be added up.
"""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from shared.business_central.client import BusinessCentral
from shared.clock import Clock
from shared.errors import ConnectorError
from shared.shopify.client import ShopifyClient
from shared.stores.sync_runs import Counts, SyncRun
from shared.sync.deadline import OutOfTime
from shared.sync.in_bulk import Waiting
from shared.sync.job import Overruled
from shared.telemetry import about, record

Figures = dict[str, float]


@contextmanager
def recorded_as(type: str, run: SyncRun, shopify: ShopifyClient, bc: BusinessCentral, clock: Clock) -> Iterator[None]:
    """Lines of the block say which type they are about, and its end is recorded, however it ends."""
    with about(type=type):
        before, began, outcome = _spent(type, run, shopify, bc), clock.now(), "succeeded"
        try:
            yield
        except BaseException as error:
            outcome = _outcome(error)
            raise
        finally:
            spent = {name: value - before[name] for name, value in _spent(type, run, shopify, bc).items()}
            record("type", outcome=outcome, started_by=str(run.started_by), only_changed=run.only_changed,
                   seconds=(clock.now() - began).total_seconds(), **spent)


def _spent(type: str, run: SyncRun, shopify: ShopifyClient, bc: BusinessCentral) -> Figures:
    counts: Figures = msgspec.to_builtins(run.counts.get(type, Counts()))
    usage = shopify.usage
    return counts | {
        "shopify_calls": usage.calls, "points": usage.actual_points, "throttled": usage.throttled,
        "bc_calls": bc.calls, "bc_writes": bc.writes,
    }


def _outcome(error: BaseException) -> str:
    if isinstance(error, OutOfTime | Waiting):
        return "continuing"
    if isinstance(error, Overruled):
        return "reset"
    return error.code if isinstance(error, ConnectorError) else "internal-error"
