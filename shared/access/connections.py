"""How each shop's connection stands: connected, disconnected or to be connected again, and why.

Table ShopAccess, one row a shop, nothing secret in it. A shop that is not connected is paused: the
schedule leaves it alone, and a run that is started all the same ends at once with the row's code.
Border: the row; who writes it holds the shop's access lease (tokens.py).
"""
from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from shared.clock import Clock, from_iso, iso
from shared.errors import ConnectorError
from shared.json_text import decoded
from shared.storage.tables import Row, Table
from shared.texts import Sentence, as_said

TABLE = "ShopAccess"
ANOTHER_CHANCE = timedelta(hours=1)
"""A refusal that may pass by itself is put to the test again after this time."""


class State(StrEnum):
    """As the shop card shows it."""

    NONE = "none"
    CONNECTED = "connected"
    DISCONNECTED = "disconnected"
    RECONNECT_REQUIRED = "reconnect-required"


class Connection(msgspec.Struct, frozen=True, kw_only=True):
    """A row; times are ISO 8601, "" means none.

    state        connected, disconnected or reconnect-required
    reason       code of the problem, "" when connected
    detail       why, in English
    said         the same as key and values, as JSON; "" in rows of earlier versions
    retry_at     from here on the schedule may try again; "" = only a new access helps
    migrated_at  last try to exchange an endless token
    pending_host, pending_until   a store that answered instead of the card's, waiting for the operator
    """

    state: State = State.CONNECTED
    reason: str = ""
    detail: str = ""
    said: str = ""
    at: str = ""
    retry_at: str = ""
    migrated_at: str = ""
    pending_host: str = ""
    pending_until: str = ""

    @property
    def final(self) -> bool:
        """Only a new access helps."""
        return self.state is not State.CONNECTED and not self.retry_at

    @property
    def problem(self) -> ConnectorError:
        """Why the shop is paused."""
        return ConnectorError(self.reason, self.sentence)

    @property
    def sentence(self) -> Sentence:
        """Why, to be said in the reader's language."""
        return decoded(self.said, type=Sentence) if self.said else as_said(self.detail)


class Connections:
    """The rows by shop code."""

    def __init__(self, table: Table, clock: Clock) -> None:
        self._table, self._clock = table, clock

    def get(self, shop: str) -> Connection:
        """The row; one that is missing stands for nothing wrong."""
        row = self._table.get("access", shop)
        return _connection(row) if row else Connection()

    def save(self, shop: str, connection: Connection) -> None:
        """Write the row."""
        self._table.put({"PartitionKey": "access", "RowKey": shop} | msgspec.to_builtins(connection))

    def paused(self, shop: str) -> bool:
        """Whether the schedule should leave the shop alone."""
        return self._is_paused(self.get(shop))

    def all_paused(self) -> frozenset[str]:
        """Every shop that the schedule should leave alone; a page of rows a call of storage, not one a shop."""
        return frozenset(row["RowKey"] for row in self._table.partition("access") if self._is_paused(_connection(row)))

    def _is_paused(self, connection: Connection) -> bool:
        if connection.state is State.CONNECTED:
            return False
        return not connection.retry_at or self._clock.now() < from_iso(connection.retry_at)

    def broken(self, shop: str, problem: ConnectorError, at: datetime, *, may_pass: bool = False) -> ConnectorError:
        """Note that the shop is not connected any more; the problem, for raising it."""
        state = State.DISCONNECTED if problem.code == "shop-disconnected" else State.RECONNECT_REQUIRED
        self.save(shop, msgspec.structs.replace(
            self.get(shop), state=state, reason=problem.code, detail=problem.detail,
            said=msgspec.json.encode(problem.sentence).decode(), at=iso(at),
            retry_at=iso(at + ANOTHER_CHANCE) if may_pass else "",
        ))
        return problem

    def recovered(self, shop: str) -> None:
        """What was wrong has passed."""
        self.save(shop, msgspec.structs.replace(
            self.get(shop), state=State.CONNECTED, reason="", detail="", said="", at="", retry_at=""))

    def pending(self, shop: str, host: str, until: str) -> None:
        """Another store than the card's has answered and waits for the operator; "" for none any more."""
        self.save(shop, msgspec.structs.replace(self.get(shop), pending_host=host, pending_until=until))

    def forget(self, shop: str) -> None:
        """Drop the row: nothing is known to be wrong."""
        self._table.delete("access", shop)


def _connection(row: Row) -> Connection:
    return msgspec.convert(row, Connection, strict=False)
