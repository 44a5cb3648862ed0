"""Links: which Business Central record a Shopify record became, and what was last applied.

Table Links, partition `<shop>|<type>`, row key = Shopify id as shopify_ids.py writes keys, so that they
sort as the ids do. A link is also the claim that makes order creation happen once (orders/claims.py):
`sending` is written (with the row's etag) before a POST, `applied` after it.
"""
from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import islice
from typing import Any

import msgspec

from shared.json_text import decoded
from shared.record_names import several_called
from shared.shopify_ids import id_of_key, key_behind, key_of
from shared.storage.account import Storage
from shared.storage.holding import DataSubject, HandedOut, Holding, OfPerson, rows_of
from shared.storage.lease import LeaseLost
from shared.storage.row_removal import pages_of_keys
from shared.storage.tables import Put, Row, RowChanged, RowExists, Table
from shared.stores.told_texts import at_rest, text_in
from shared.telemetry import side_by_side
from shared.texts import Text, sentence

TABLE = "Links"
ITEMS = "items"
"""Type of the links of variants, beside "products" for the products themselves."""

_SCAN = 1000
_SPARSE = 20
"""Rows of a range that may be read for each one that is wanted: reading single rows side by side takes less beyond."""
_SPARSE_KEPT = 50
"""The same where all that is read is kept: what one page does not want, a later one does."""
_MOST_KEPT = 20_000
"""Links that one job keeps of a type: some 8 MB."""

KeptLinks = dict[str, bytes | None]
"""Links that were read, packed, for a link's fields take thrice as much apart; None where there is none. Of a job that
holds the shop, so that nobody else writes them."""


class LinkState(StrEnum):
    """`lost`: it was applied, and Business Central no longer has it (restoring.py); never stored."""

    APPLIED = "applied"
    SENDING = "sending"
    PARKED = "parked"
    LEFT_OUT = "left-out"
    IMPORTED = "imported"
    LOST = "lost"


class Wish(StrEnum):
    """What an operator asked for with an order, whatever would leave it out by itself."""

    NONE = ""
    ALSO_HISTORY = "also history"
    IN_ANY_CASE = "in any case"


class Link(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What we know of one Shopify record.

    bc_id       id of the Business Central record: what is followed and compared; bc_number is only shown
    bc_variant  code of the item variant (items), shown like the number
    bc_variant_id  its id; "" in links of older versions
    owes        what the item still lacks (items, parked), words of products/decision.py; "" in older versions: tariff
    unit        unit of measure the variant is sold in (items), "" = the base unit
    unit_option the option of the product that said so
    capture     SHA-256 of the record as last captured
    card        fingerprint of the shop card it was mapped with
    plan        hash of the plan last applied
    lines       hash of the figures of what is sold (orders), all that earlier versions compared
    sold        who buys what for how much, by Shopify's identities; "" in links of older versions (orders)
    refunds     ids of the refunds that the document nets already, "6001,6002": a credit memo may be made for any other
                refund of the order, never for these (orders; order_changes.Made)
    cancelled   UTC, when the order had been cancelled that the document was made for; "" = it had not (orders)
    order       hash of all that its document follows by, with the shop card; "" in links of older versions (orders)
    header      JSON of the document header last applied, or sent under this claim (orders)
    tax_apart   the rates at which the document's tax is apart from Shopify's, business_central/tax_comparison.py; also
                "" in links of older versions (orders)
    claimed_at  UTC, when `sending` was written: no more than some seconds before the request goes out
    lines_at    UTC, when lines were sent for a document that was there, and no answer came yet (orders)
    wish        what an operator asked for; it holds for every later try (orders)
    decision    what an operator last decided about its document, with time and name; only shown (orders)
    deleted_at  UTC, when Shopify was found to have it no longer
    etag        of the stored row; "" when there is none yet
    """

    id: str
    state: LinkState = LinkState.PARKED
    bc_id: str = ""
    bc_number: str = ""
    bc_set: str = ""
    bc_variant: str = ""
    bc_variant_id: str = ""
    owes: str = ""
    unit: str = ""
    unit_option: str = ""
    capture: str = ""
    card: str = ""
    plan: str = ""
    lines: str = ""
    sold: str = ""
    refunds: str = ""
    cancelled: str = ""
    order: str = ""
    header: str = ""
    tax_apart: str = ""
    claimed_at: str = ""
    lines_at: str = ""
    wish: Wish = Wish.NONE
    decision: Text = ""
    deleted_at: str = ""
    etag: str = ""

    def with_(self, **changes: Any) -> Link:
        """A copy with some fields changed."""
        return msgspec.structs.replace(self, **changes)


NOTHING_SENT = {"lines": "", "sold": "", "refunds": "", "cancelled": "", "header": "", "tax_apart": ""}
"""Fields of an order's link for which no document is there."""


_PACKER, _UNPACKER = msgspec.msgpack.Encoder(), msgspec.msgpack.Decoder(Link)


class LinksOfAll:
    """The links of all shops."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def __call__(self, shop: str, type: str, kept: KeptLinks | None = None) -> Links:
        """Those of this shop's records of one type; `kept` as Links has it."""
        return Links(self._table, shop, type, kept)


class Links:
    """The links of one shop and type of record.

    kept  those that a job has read before, where it asks for the same ones again and again
    """

    def __init__(self, table: Table, shop: str, type: str, kept: KeptLinks | None = None) -> None:
        self._table, self._partition, self._kept = table, f"{shop}|{type}", kept

    def of(self, ids: Iterable[str]) -> dict[str, Link]:
        """The links of these records; missing ones are left out."""
        wanted = sorted(set(ids), key=key_of)
        if self._kept is None:
            asked = set(wanted)
            return {link.id: link for link in self._read(wanted) if link.id in asked}
        if len(self._kept) > _MOST_KEPT:
            self._kept.clear()
        missing = [id for id in wanted if id not in self._kept]
        for link in self._read(missing):
            if link.id not in self._kept:  # what was known before may have been written meanwhile
                self._kept[link.id] = packed(link)
        for id in missing:
            self._kept.setdefault(id, None)
        return {id: _unpacked(kept) for id in wanted if (kept := self._kept[id]) is not None}

    def _read(self, wanted: Sequence[str]) -> Iterator[Link]:
        """A range query as long as the ids lie close together, as they do in an incremental run; point reads for those
        that lie beyond. What lies between them comes with it; all by their ids."""
        if len(wanted) < 2:
            yield from self._one_by_one(wanted)
            return
        keys, found = list(map(key_of, wanted)), 0
        sparse = _SPARSE if self._kept is None else _SPARSE_KEPT
        page = min(_SCAN, sparse * len(wanted))
        rows = self._table.partition(self._partition, keys[0], keys[-1], page_rows=page)
        while some := list(map(_link, islice(rows, page))):
            yield from some
            found += len(some)
            reached = bisect_right(keys, key_of(some[-1].id))
            if len(some) == page and found > sparse * reached:
                yield from self._one_by_one(wanted[reached:])
                return

    def one(self, id: str) -> Link:
        """The link of this record; a blank one if we never met it."""
        return self.of([id]).get(id, Link(id=id))

    def all(self) -> dict[str, Link]:
        """The links of all records of this type: a call of storage for a thousand."""
        rows = self._table.partition(self._partition, "", "~")
        return {link.id: link for link in map(_link, rows)}

    def beyond(self, id: str) -> Iterator[Link]:
        """The links of records with a greater id, or ("") of all, by their ids: a call of storage for a thousand."""
        return map(_link, self._table.partition(self._partition, key_behind(id) if id else ""))

    def page(self, after: str, limit: int, *, state: str = "") -> tuple[list[Link], str]:
        """At most `limit` links of records with a greater id than `after`, in this state, by their ids; and the last of
        these ids if there are more, else ""."""
        question = "PartitionKey eq @p and RowKey ge @a" + (" and state eq @state" if state else "")
        values = {"p": self._partition, "a": key_behind(after) if after else "", "state": state}
        found = list(map(_link, self._table.first(limit + 1, question, values)))
        return found[:limit], found[limit - 1].id if len(found) > limit else ""

    def being_sent(self) -> list[Link]:
        """Those of records that were claimed, and of which no answer is known."""
        question, values = "PartitionKey eq @p and state eq @s", {"p": self._partition, "s": LinkState.SENDING.value}
        return list(map(_link, self._table.rows(question, values)))

    def known_as(self, bc_id: str) -> list[Link]:
        """Those that lead to this row of Business Central."""
        question, values = "PartitionKey eq @p and bc_id eq @id", {"p": self._partition, "id": bc_id}
        return list(map(_link, self._table.rows(question, values)))

    def save(self, links: Sequence[Link]) -> list[Link]:
        """Write links that nobody else may have written since they were read.

        A link without etag must be new. LeaseLost: somebody else was here, and the job is theirs. Returns
        the links with their new etags.
        """
        puts = [Put("replace" if k.etag else "insert", self._row(k), k.etag) for k in links]
        try:
            etags = self._table.write(puts)
        except (RowChanged, RowExists) as error:
            shop, _, type = self._partition.partition("|")
            raise LeaseLost("sync-already-running", sentence(
                "another worker changed {types} of {shop}", types=several_called(type), shop=shop)) from error
        saved = [msgspec.structs.replace(k, etag=etag) for k, etag in zip(links, etags, strict=True)]
        if self._kept is not None:
            self._kept |= {link.id: packed(link) for link in saved}
        return saved

    def _one_by_one(self, ids: Sequence[str]) -> Sequence[Link]:
        rows = side_by_side(lambda id: self._table.get(self._partition, key_of(id)), ids)
        return list(map(_link, filter(None, rows)))

    def _row(self, link: Link) -> Row:
        """What says nothing is left out: a link has many properties, few of each type, and a row is read property by
        property. `state` is asked for by its value."""
        fields: Row = msgspec.to_builtins(link) | at_rest("decision", link.decision)
        key = {"PartitionKey": self._partition, "RowKey": key_of(link.id), "state": link.state.value}
        return {name: value for name, value in fields.items() if value and name not in ("id", "etag")} | key


def packed(link: Link) -> bytes:
    """The link as a job keeps it: its fields that say something."""
    return _PACKER.encode(link)


def keys_of_shop(storage: Storage, shop: str) -> Iterator[list[Row]]:
    """The keys of all links under this code, of whatever type, by the thousand."""
    question, values = "PartitionKey ge @first and PartitionKey lt @last", {"first": f"{shop}|", "last": f"{shop}|~"}
    return pages_of_keys(storage.tables[TABLE], question, values)


def _unpacked(kept: bytes) -> Link:
    return _UNPACKER.decode(kept)


def _link(row: Row) -> Link:
    return msgspec.convert(row | {"id": id_of_key(row["RowKey"]), "decision": text_in(row, "decision")}, Link)


def _erase(storage: Storage, whom: DataSubject) -> int:
    """Links of orders stay without their texts: without them an order would be made twice. Who wanted a parked one in
    any case wanted it before.

    That of an order which is another customer's now stays what it was sold by, so that who buys is still a conflict.
    """
    table = storage.tables[TABLE]
    orders = Links(table, whom.shop, "orders")
    told = [erased for link in orders.of(whom.orders | whom.moved).values()
            if (erased := _erased(link, own=link.id in whom.orders)) != link]
    orders.save(told)
    known = Links(table, whom.shop, "customers").of(whom.customers)
    for id in known:
        table.delete(f"{whom.shop}|customers", key_of(id))
    return len(told) + len(known)


def _erased(link: Link, *, own: bool) -> Link:
    if not own:
        return link.with_(header="", sold=_without_customer(link.sold))
    wish = Wish.NONE if link.state is LinkState.PARKED else link.wish
    return link.with_(header="", sold="", wish=wish)


def _without_customer(sold: str) -> str:
    """What an order was sold by, without saying to whom; a hash says that to nobody."""
    if not sold.startswith("{"):
        return sold
    content = decoded(sold, type=dict[str, msgspec.Raw])
    content.pop("customer", None)
    return msgspec.json.encode(content).decode()


def _handed_out(storage: Storage, whom: DataSubject) -> list[dict[str, str]]:
    """The header of an order that was another customer's as well may have his address."""
    return [
        {"type": type, "id": link.id, "set": link.bc_set, "number": link.bc_number,
         "header": "" if type == "orders" and link.id in whom.moved else link.header}
        for type, ids in (("customers", whom.customers), ("orders", whom.orders))
        for link in Links(storage.tables[TABLE], whom.shop, type).of(ids).values()
    ]


HOLDING = Holding(
    "links", (TABLE,), of_shop=rows_of(TABLE),
    of_person=OfPerson(_erase, HandedOut("records_in_business_central", _handed_out)),
)
