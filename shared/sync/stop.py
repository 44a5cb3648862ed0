"""What ends a run while pages of it are being brought: whoever meets it says so, and nobody sends anything further."""
from __future__ import annotations

import threading

from shared.errors import ConnectorError
from shared.storage.lease import LeaseLost


class Stop:
    """Why nothing further is sent, if so; safe for several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._problem: ConnectorError | None = None

    @property
    def problem(self) -> ConnectorError | None:
        """What concerns more than one record; None: go on."""
        with self._lock:
            return self._problem

    def because(self, problem: ConnectorError) -> None:
        """Stop. The first problem stands, but for a lost lease: then nothing may be written either."""
        with self._lock:
            if self._problem is None or isinstance(problem, LeaseLost):
                self._problem = problem
