"""One worker at a time: a lease is a row that names its holder and an end.

A blob lease cannot be shorter than 15 seconds nor longer than a minute; a row can be held for
whatever a job needs and shows an operator who holds it. Whoever loses the lease notices at the
next `check`, and the rows it wanted to write are guarded by their own etags. Ends are compared by storage's
time (the clock that is given hears the Date of its answers): a worker whose own clock is ahead takes nobody's.
"""
from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from uuid import uuid4

from shared.clock import Clock, from_iso, iso, iso_exact
from shared.errors import ConnectorError, ServiceUnavailable
from shared.storage.tables import Row, RowChanged, RowExists, Table
from shared.texts import sentence

TABLE = "Leases"
_log = logging.getLogger(__name__)


class LeaseTaken(Exception):
    """Somebody else holds the lease; `until` says how long at least (UTC, ISO 8601)."""

    def __init__(self, name: str, until: str) -> None:
        super().__init__(f"{name} is held until {until}")
        self.until = until


class LeaseLost(ConnectorError):
    """Another worker took over; nothing more may be written."""


class Lease:
    """A lease that is held. `check` before anything that must not happen twice."""

    def __init__(self, table: Table, name: str, seconds: float, clock: Clock) -> None:
        self._table, self._name, self._clock = table, name, clock
        self._length = timedelta(seconds=seconds)
        self._owner = uuid4().hex
        self._etag = ""
        self._until = clock.now()
        self._lost = False
        self._writing = threading.Lock()

    def acquire(self) -> None:
        """Take the lease if it is free or has ended; LeaseTaken otherwise."""
        found = self._table.get(self._name, "lease")
        try:
            if found is None:
                self._etag = self._table.insert(self._row())
            elif from_iso(found["until"]) <= self._clock.now():
                self._etag = self._table.replace(self._row(), found["etag"])
            else:
                raise LeaseTaken(self._name, found["until"])
        except (RowExists, RowChanged) as error:
            raise LeaseTaken(self._name, iso(self._clock.now() + self._length)) from error
        self._until = self._clock.now() + self._length

    def renew(self) -> None:
        """Hold it for another full length, unless it was lost. Storage that fails is asked again at the next time;
        once the lease has ended meanwhile, anybody may have taken it."""
        with self._writing:
            try:
                self._etag = self._table.replace(self._row(), self._etag)
            except RowChanged:
                self._lost = True
            except ServiceUnavailable as problem:
                self._lost = self._lost or self._clock.now() >= self._until
                _log.warning("%s could not be renewed: %s", self._name, problem)
            else:
                self._until = self._clock.now() + self._length

    def release(self) -> None:
        """Give it back; if storage fails it ends by itself."""
        with self._writing:
            try:
                self._table.delete(self._name, "lease", self._etag)
            except RowChanged:
                self._lost = True
            except ServiceUnavailable as problem:
                _log.warning("%s could not be given back: %s", self._name, problem)

    def check(self) -> None:
        """LeaseLost if somebody else has taken over. A worker that stood still past its end asks storage first."""
        if not self._lost and self._clock.now() >= self._until:
            self.renew()
        if self._lost:
            raise LeaseLost("sync-already-running", sentence("another worker took over {lease}", lease=self._name))

    def _row(self) -> Row:
        until = self._clock.now() + self._length
        return {
            "PartitionKey": self._name, "RowKey": "lease", "owner": self._owner,
            "until": iso_exact(until),
        }


class Leases:
    """The leases of all names."""

    def __init__(self, table: Table, clock: Clock) -> None:
        self._table, self._clock = table, clock

    def held(self, name: str, *, seconds: float) -> AbstractContextManager[Lease]:
        """Hold the lease for the block; LeaseTaken if it is not free."""
        return held(self._table, name, seconds=seconds, clock=self._clock)

    def until(self, name: str) -> str:
        """How long at least somebody holds it from now on (UTC, ISO 8601); "" where it is free."""
        row = self._table.get(name, "lease")
        return row["until"] if row is not None and from_iso(row["until"]) > self._clock.now() else ""


@contextmanager
def held(table: Table, name: str, *, seconds: float, clock: Clock) -> Iterator[Lease]:
    """Hold the lease `name` for the block, renewed from a thread; LeaseTaken if it is not free."""
    lease = Lease(table, name, seconds, clock)
    lease.acquire()
    done = threading.Event()

    def keep() -> None:
        while not done.wait(seconds / 3):
            lease.renew()

    keeper = threading.Thread(target=keep, name=f"lease {name}", daemon=True)
    keeper.start()
    try:
        yield lease
    finally:
        done.set()
        keeper.join()
        lease.release()
