"""May this environment call out? One switch, off by default outside production.

The same question as Business Central's "Allow HttpClient Requests": a copied environment must not
touch a live shop until somebody says so. Every client asks the gate before a socket opens.
"""
from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from shared.clock import Clock, iso
from shared.errors import ConnectorError
from shared.storage.tables import Table
from shared.texts import sentence

TABLE = "Environment"
_REMEMBER = timedelta(seconds=15)


class Permitted(NamedTuple):
    """Whether calls may go out, and when (UTC, ISO 8601) and by whom that was set last; "" where nobody has."""

    allowed: bool
    at: str
    by: str


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
        allowed = self.stands().allowed
        self._allowed_at = now if allowed else None
        return allowed

    def stands(self) -> Permitted:
        """How the switch stands in storage now."""
        row = self._table.get("environment", self._environment) or {}
        allowed = row.get("http_requests", self._environment == "production")
        return Permitted(bool(allowed), str(row.get("changed_at", "")), str(row.get("changed_by", "")))

    def allow(self, allowed: bool, *, by: str) -> None:
        """Set the switch."""
        self._table.put({
            "PartitionKey": "environment", "RowKey": self._environment, "http_requests": allowed,
            "changed_by": by, "changed_at": iso(self._clock.now()),
        })
        self._allowed_at = None

    def __call__(self) -> None:
        """Pass, or ConnectorError http-requests-not-allowed."""
        if not self.allowed():
            raise ConnectorError("http-requests-not-allowed", sentence(
                "the environment {environment} may not make HTTP requests", environment=repr(self._environment)))
