"""A run that an operator's call carries out at once: it holds the shop's lease, and stands in the history of runs.

No synchronization time moves. Business Central is looked at before anything is created: nobody knows how old the links
are that an operator asks about.
"""
from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from shared.clock import from_iso, iso_exact
from shared.connector import Connector
from shared.errors import ConnectorError
from shared.shops.card import ShopCard
from shared.storage.lease import Lease
from shared.stores.sync_runs import SyncRun
from shared.sync.context import JobContext, fingerprint, job_context
from shared.sync.shop_lease import shop_lease
from shared.texts import Text


@contextmanager
def operators_run(connector: Connector, card: ShopCard, type: str, started_by: Text) -> Iterator[JobContext]:
    """The surroundings of the run; its row tells how it ended and what it spent.

    ShopTaken when another run holds the shop; what the caller raises goes on.
    """
    with shop_lease(connector, card.code) as lease:
        run = connector.runs.begin(card.code, [type], started_by)
        try:
            with _surroundings(connector, card, type, run, lease) as context:
                yield context
            run.state = "succeeded"
        except ConnectorError as problem:
            run.note_failure(problem)
            raise
        finally:
            run.state = "failed" if run.state == "running" else run.state
            run.ended_at = iso_exact(connector.clock.now())
            connector.runs.save(run)


@contextmanager
def _surroundings(
    connector: Connector, card: ShopCard, type: str, run: SyncRun, lease: Lease
) -> Iterator[JobContext]:
    log = connector.log(card, run.id)
    shopify, bc = connector.shopify(card, log), connector.business_central(card, log)
    informations = connector.informations
    moment = informations.begun(informations.get(card.code, type), from_iso(run.started_at)).first_began
    try:
        with ThreadPoolExecutor(connector.settings.bc_concurrency, thread_name_prefix="bc") as lanes:
            yield job_context(connector, card, run, lease, shopify, bc, lanes)._replace(
                card_fingerprint=fingerprint(card, moment), history_before=from_iso(moment))
    finally:
        log.close()
        run.shopify_calls, run.shopify_points = shopify.usage.calls, shopify.usage.actual_points
        run.bc_calls, run.bc_writes = bc.calls, bc.writes
        run.log_entries, run.log_entries_lost = log.written, log.lost
