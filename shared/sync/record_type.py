"""What a record type has to offer, so that the engine can read, bring, retry, replay and reset its records.

The engine knows types by this and imports none of them: the wiring hands them in (shared/record_types.py).
"""
from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.connector import Connector
from shared.errors import ConnectorError, RecordRefused
from shared.record_names import several_called
from shared.shopify.reading import Record
from shared.shops.card import ShopCard
from shared.stores.links import Link
from shared.stores.payments import Payments
from shared.stores.record_names import What
from shared.sync.context import JobContext
from shared.sync.decision import Decision, Surroundings
from shared.sync.outcome import Outcome
from shared.sync.stop import Stop
from shared.texts import sentence

Apply = Callable[[Sequence[Record], Mapping[str, Link], JobContext], list[Outcome]]
"""Decides on records that are new or changed and carries that out; the links have an entry for each of them."""

Work = Callable[[Stop], list[Outcome]]
Plan = Callable[[Sequence[Record], Mapping[str, Link], JobContext], Work]
"""What of Apply may be done while records before these are still being brought, and the rest as a function, which is
called by a thread of its own; it sends nothing further, and raises why, once it is told to stop."""

Decide = Callable[[Record, Link, Surroundings], Decision[Any]]
"""What happens to one record; nothing is written."""

Gone = Callable[[Sequence[Record], Mapping[str, Link], Surroundings], set[str]]
"""Which of these applied records Business Central no longer has."""


@dataclass(frozen=True)
class RecordType:
    """Records that go to Business Central.

    name          the word of the API, of tables and of paths; its shape is that of shopify/shapes.py
    needs         types without which its records cannot be brought: it waits where they cannot be read
    out_of_reach  which of the records that Shopify answered nothing for may still be there, and why
    selection     what the card chooses among its records, as a text: what was left out by another is decided again
    document_key  id -> external number of the document that a record becomes; None where it becomes none
    names         a record -> what people look it up by: its e-mail address (which an erasure takes along for orders and
                  customers only, stores/record_names.py), its SKUs; "" is none
    items         a record -> by id what people call those of its parts that become something each; None: none does
    is_booked     one that is not settled is brought though it was erased on a person's request: bookkeeping goes on
    planned       the two halves of `apply`, where most of its time is Business Central's
    is_pictured   those that were never seen before are counted by the hour, for the overview's picture; of one type
    """

    name: str
    apply: Apply
    decided: Decide
    gone: Gone
    needs: frozenset[str] = frozenset()
    out_of_reach: Callable[[Collection[str], JobContext], Mapping[str, RecordRefused]] = lambda missing, context: {}
    selection: Callable[[ShopCard], str] = lambda card: ""
    document_key: Callable[[str], str] | None = None
    names: Callable[[Any], Iterable[tuple[What, str]]] = lambda value: ()
    items: Callable[[Any], Mapping[str, str]] | None = None
    is_booked: bool = False
    planned: Plan | None = None
    is_pictured: bool = False


@dataclass(frozen=True)
class KeptType:
    """Records that are read and kept in rows, and do not go to Business Central; the shape is that of
    shopify/payments.py.

    row     a record and the hash of what was sent -> its row
    rows    where the rows are kept
    listed  the fields of a row that a list shows; () for all of them
    """

    name: str
    row: Callable[[Any, str], Any]
    rows: Callable[[Connector], Payments[Any]]
    listed: tuple[str, ...] = ()
    needs: frozenset[str] = frozenset()


AnyType = RecordType | KeptType


@dataclass(frozen=True)
class RecordTypes:
    """The types of a connector, in the order of a run."""

    types: tuple[AnyType, ...]
    by_name: Mapping[str, AnyType] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {one.name: one for one in self.types})

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all, in the order of a run."""
        return tuple(self.by_name)

    @property
    def brought(self) -> tuple[str, ...]:
        """The names of those whose records go to Business Central."""
        return tuple(one.name for one in self.types if isinstance(one, RecordType))

    @property
    def pictured(self) -> str:
        """The name of the one whose new records the overview shows by the hour; "" for none."""
        return next((one.name for one in self.types if isinstance(one, RecordType) and one.is_pictured), "")

    def waits(self, name: str, failed: Iterable[str]) -> bool:
        """Whether this type needs one of these."""
        return not self.by_name[name].needs.isdisjoint(failed)

    def going(self, name: str) -> RecordType:
        """The type of this name; ConnectorError input-invalid if its records do not go to Business Central."""
        one = self.by_name.get(name)
        if not isinstance(one, RecordType):
            raise ConnectorError("input-invalid", sentence(
                "{types} do not go to Business Central: there is nothing to replay", types=several_called(name)))
        return one


def types_of(connector: Connector) -> RecordTypes:
    """The types that the wiring handed in."""
    assert isinstance(connector.types, RecordTypes)
    return connector.types
