"""May this environment call out? One switch, off by default outside production.

The same question as Business Central's "Allow HttpClient Requests": a copied environment must not
touch a live shop until somebody says so. Every client asks the gate before a socket opens.
"""
from __future__ import annotations

from datetime import datetime, timedelta

from shared.clock import Clock, iso
from shared.errors import ConnectorError
from shared.storage.tables import Table

TABLE = "Environment"
_REMEMBER = timedelta(seconds=15)


class HttpPermission:
    """The switch *Allow HTTP requests*; call the object to pass or to be refused."""

    def __init__(self, table: Table, environment: str, clock: Clock) -> None:
        self._table, self._environment, self._clock = table, environment, clock
        self._known: tuple[datetime, bool] | None = None

    def allowed(self) -> bool:
        """Whether calls may go out (remembered for 15 seconds)."""
        now = self._clock.now()
        if self._known is None or now - self._known[0] > _REMEMBER:
            row = self._table.get("environment", self._environment)
            allowed = bool(row["http_requests"]) if row else self._environment == "production"
            self._known = (now, allowed)
        return self._known[1]

    def allow(self, allowed: bool, *, by: str) -> None:
        """Set the switch."""
        self._table.put({
            "PartitionKey": "environment", "RowKey": self._environment, "http_requests": allowed,
            "changed_by": by, "changed_at": iso(self._clock.now()),
        })
        self._known = None

    def __call__(self) -> None:
        """Pass, or ConnectorError http-requests-not-allowed."""
        if not self.allowed():
            raise ConnectorError(
                "http-requests-not-allowed",
                f"the environment {self._environment!r} may not make HTTP requests",
            )
