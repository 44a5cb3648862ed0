"""A person in the data captures: found in every pack of the shop, and blotted out there and in the index.

The packs are read rather than the index: the index knows a record's id, not whom an order is for, and a pack
may have lost its index rows in a crash. Customers and orders are taken by whose they are; companies, payouts and
disputes by the customer or the orders that they name; products name nobody. Border: captures only.
"""
from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import chain
from typing import Any, NamedTuple

import msgspec

from shared.journal import captures
from shared.journal.capture_list import record_id_of
from shared.journal.captures import CONTAINER, TABLE
from shared.json_text import decoded
from shared.privacy.packs import Packs
from shared.privacy.subject import (
    CUSTOMERS,
    ORDERS,
    Person,
    Subject,
    address,
    is_of,
    may_be_anothers,
    names_one_of,
    owner_of,
)
from shared.privacy.traces import Traces
from shared.storage.account import Storage
from shared.storage.holding import DataSubject, Holding

BLOTTED = b"{}"
_NAMES_NOBODY = ("products",)
"""Types whose records are about no person. A type that is not listed here is searched."""


class Found(NamedTuple):
    """One captured record; `id` is "" and `record` empty where its JSON is broken."""

    blob: str
    line: int
    type: str
    id: str
    record: dict[str, Any]
    text: str


class CaptureTraces:
    """What the captures of one shop hold of one person."""

    def __init__(self, storage: Storage, shop: str, subject: Subject) -> None:
        self._storage, self._shop = storage, shop
        self.packs = Packs(storage.blobs, CONTAINER)
        self.person, anothers, had_others = self._person(subject)
        people = [one for type in (CUSTOMERS, ORDERS) for one in self._records(type) if self._is_of_person(one)]
        found = {one.id for one in people if one.type == ORDERS and one.id}
        self.orders = self.person.named | (found - anothers)
        self.moved = (self.orders | found) & had_others
        others = set(storage.blobs.folders(CONTAINER, f"{shop}/")) - {CUSTOMERS, ORDERS, *_NAMES_NOBODY}
        self.found = people + [one for type in sorted(others) for one in self._records(type) if self._names_person(one)]

    def data_subject(self, at: str, bc_ids: Iterable[str] = ()) -> DataSubject:
        """The person as stores are told of him at this moment, with the ids that Business Central gave his records."""
        traces = Traces(self.person, self.orders, bc_ids)
        return DataSubject(self._shop, self.person.ids, self.orders, self.moved, at, traces.are_in, [])

    def may_be_anothers(self, one: Found) -> bool:
        """Whether this record was another customer's when it was captured: it is erased, and handed out to nobody."""
        return one.type == ORDERS and may_be_anothers(self.person, owner_of(one.type, one.id, one.record))

    def blot_out(self) -> None:
        """Make them unreadable and unfindable; a pack that cannot be unpacked goes as a whole."""
        gone: dict[str, set[int]] = {}
        for one in self.found:
            gone.setdefault(one.blob, set()).add(one.line)
        for blob, lines in sorted(gone.items()):
            self.packs.blot(blob, lines, BLOTTED)
        for type, id in sorted({(one.type, one.id) for one in self.found if one.id}):
            captures.remove_index(self._storage, self._shop, type, id, gone)
        for blob in sorted({one.blob for one in self.found if not one.id} | self.packs.unreadable):
            captures.remove_index_of_pack(self._storage, blob, gone.get(blob))
        self.packs.remove_unreadable()

    def _person(self, subject: Subject) -> tuple[Person, frozenset[str], frozenset[str]]:
        """With what is the person's alone; the orders that are another customer's by now, and those that ever were.

        An order can be given to another customer: whose it is, its newest capture says.
        """
        own, others = {address(subject.email)}, {""}
        bought, customer_of, had_others = set[str](), dict[str, str](), set[str]()
        for one in chain(self._records(CUSTOMERS), self._records(ORDERS)):
            owner = owner_of(one.type, one.id, one.record)
            is_own = owner.customer in subject.ids
            if is_own:
                own |= owner.emails
            elif owner.customer:
                others |= owner.emails
            if one.type == ORDERS and one.id:
                customer_of[one.id] = owner.customer
                if owner.customer:
                    (bought if is_own else had_others).add(one.id)
        anothers = frozenset(id for id, customer in customer_of.items() if customer not in ("", *subject.ids))
        person = Person(
            id=subject.id, merged=frozenset(subject.merged), named=frozenset(subject.orders),
            bought=frozenset(bought - anothers), emails=frozenset(own - others), addresses=frozenset(own - {""}),
        )
        return person, anothers, frozenset(had_others)

    def _records(self, type: str) -> Iterator[Found]:
        """Every capture of the type, oldest first."""
        for blob in self._storage.blobs.names(CONTAINER, f"{self._shop}/{type}/"):
            for line, raw in enumerate(self.packs.lines_of(blob)):
                if raw.strip() != BLOTTED:
                    yield _found(blob, line, type, raw)

    def _is_of_person(self, one: Found) -> bool:
        if not one.id:
            return Traces(self.person).are_in(one.text)
        return is_of(self.person, one.type, one.id, owner_of(one.type, one.id, one.record))

    def _names_person(self, one: Found) -> bool:
        if not one.id:
            return Traces(self.person, self.orders).are_in(one.text)
        return names_one_of(one.record, self._gids)

    @cached_property
    def _gids(self) -> frozenset[str]:
        orders = {f"gid://shopify/Order/{id}" for id in self.orders}
        return frozenset(orders | {f"gid://shopify/Customer/{id}" for id in self.person.ids})


def _found(blob: str, line: int, type: str, raw: bytes) -> Found:
    text = raw.decode("utf-8", "replace")
    try:
        record = decoded(raw, type=dict[str, Any])
    except msgspec.DecodeError:
        record = {}
    return Found(blob, line, type, record_id_of(raw) if record else "", record, text)


HOLDING = Holding(
    "captures", (TABLE, CONTAINER), of_shop=captures.remove_all,
    of_person="they tell who is meant, so erasure.py blots them out last; export.py hands them out with their lines",
)
