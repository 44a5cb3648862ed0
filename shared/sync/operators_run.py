"""A run that an operator's call carries out at once: it holds the shop's lease, and stands in the history of runs."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from shared.connector import Connector
from shared.errors import ConnectorError
from shared.journal.runs import SyncRun
from shared.storage.lease import TABLE as LEASE_TABLE
from shared.storage.lease import Lease, LeaseTaken, held


@contextmanager
def operators_run(connector: Connector, shop: str, kind: str, started_by: str) -> Iterator[tuple[SyncRun, Lease]]:
    """The run and the lease of the shop; the run's row tells how it ended.

    ConnectorError sync-already-running when another run holds the shop; what the caller raises goes on.
    """
    leases, seconds = connector.storage.tables[LEASE_TABLE], connector.settings.lease_seconds
    try:
        with held(leases, f"sync-{shop}", seconds=seconds, clock=connector.clock) as lease:
            run = connector.runs.begin(shop, [kind], started_by)
            try:
                yield run, lease
                run.state = "succeeded"
            except ConnectorError as problem:
                run.error_code, run.error_detail = problem.code, problem.detail
                raise
            finally:
                run.state = "failed" if run.state == "running" else run.state
                run.ended_at = connector.clock.now().isoformat(timespec="milliseconds")
                connector.runs.save(run)
    except LeaseTaken as taken:
        raise ConnectorError("sync-already-running", f"shop {shop} is being synchronized") from taken
