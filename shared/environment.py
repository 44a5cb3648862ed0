"""May this environment call out? One switch, off by default outside production.

The same question as Business Central's "Allow HttpClient Requests": a copied environment must not
touch a live shop until somebody says so. Every client asks the gate before a socket opens.
"""
from __future__ import annotations

from datetime import datetime, timedelta

from shared.clock import Clock, iso
from shared.errors import ConnectorError
from shared.storage.tables import Table
from shared.texts import sentence

TABLE = "Environment"
_REMEMBER = timedelta(seconds=15)


class HttpPermission:
    """The switch *Allow HTTP requests*; call the object to pass or to be refused."""

    def __init__(self, table: Table, environment: str, clock: Clock) -> None:
        self._table, self._environment, self._clock = table, environment, clock
        self._allowed_at: datetime | None = None

    def allowed(self) -> bool:
        """Whether calls may go out. Only a yes is remembered, for 15 seconds: what an operator has just allowed, from
        another instance perhaps, is not refused."""
        now = self._clock.now()
        if self._allowed_at is not None and now - self._allowed_at <= _REMEMBER:
            return True
        row = self._table.get("environment", self._environment)
        allowed = bool(row["http_requests"]) if row else self._environment == "production"
        self._allowed_at = now if allowed else None
        return allowed

    def allow(self, allowed: bool, *, by: str) -> None:
        """Set the switch."""
        self._table.put({
            "PartitionKey": "environment", "RowKey": self._environment, "http_requests": allowed,
            "changed_by": by, "changed_at": iso(self._clock.now()),
        })
        self._allowed_at = None

    def last_changed(self) -> tuple[str, str]:
        """When somebody set the switch last (UTC, ISO 8601), and who; "" where nobody has."""
        row = self._table.get("environment", self._environment) or {}
        return str(row.get("changed_at", "")), str(row.get("changed_by", ""))

    def __call__(self) -> None:
        """Pass, or ConnectorError http-requests-not-allowed."""
        if not self.allowed():
            raise ConnectorError("http-requests-not-allowed", sentence(
                "the environment {environment} may not make HTTP requests", environment=repr(self._environment)))
