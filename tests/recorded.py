"""Telemetry as it was recorded: the lines that real code logged, and KQL queries over them.

A line is stamped with the house's clock, and a query's present moment is the house's too. The lines stand in the table
`traces` of an engine for KQL on DuckDB; what that engine does not know of KQL it refuses.
"""
from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import duckdb_kql

from shared.clock import Clock
from shared.telemetry import tell_what_lines_are_about


class Recorded(logging.Handler):
    """Every line that was logged, oldest first, as (time, text)."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(logging.INFO)
        self._clock = clock
        self.lines: list[tuple[datetime, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append((self._clock.now(), record.getMessage()))

    def facts(self, event: str) -> list[dict[str, Any]]:
        """What was recorded of this event."""
        found = (json.loads(text) for _, text in self.lines if text.startswith("{"))
        return [facts for facts in found if facts["event"] == event]

    def answer(self, query: str) -> list[dict[str, Any]]:
        """The rows of a query's answer; times are UTC, without saying so."""
        connection = duckdb_kql.connect()
        connection.execute("CREATE TABLE traces (timestamp TIMESTAMP, message VARCHAR)")
        if self.lines:
            connection.executemany(
                "INSERT INTO traces VALUES (?, ?)", [(at.replace(tzinfo=None), text) for at, text in self.lines]
            )
        found = duckdb_kql.query(connection, at_moment(query, self._clock.now()))
        return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]


@contextmanager
def recording(clock: Clock) -> Iterator[Recorded]:
    """Record what is logged in the block."""
    recorded, root, factory = Recorded(clock), logging.getLogger(), logging.getLogRecordFactory()
    level = root.level
    root.addHandler(recorded)
    root.setLevel(logging.INFO)
    tell_what_lines_are_about()
    try:
        yield recorded
    finally:
        root.removeHandler(recorded)
        root.setLevel(level)
        logging.setLogRecordFactory(factory)


def at_moment(query: str, now: datetime) -> str:
    """The query with a fixed present moment."""
    moment = f"datetime({now:%Y-%m-%dT%H:%M:%S.%fZ})"
    return re.sub(r"\bago\((\w+)\)", rf"({moment} - \1)", query).replace("now()", moment)
