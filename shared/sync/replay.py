"""A data capture applied again, as if its record had just arrived; Shopify is not asked.

What an order needs besides itself (its customer) is taken from the newest capture of that. A replay holds
the shop's lease, is a run of its own in the history, writes links and skipped records as any run does,
and keeps no new capture. It looks in Business Central before it creates, so nothing is made twice.
"""
from __future__ import annotations

from collections.abc import Sequence

import msgspec

from shared.business_central.directory import Directory
from shared.connector import Connector
from shared.errors import ConnectorError
from shared.shop_card import ShopCard
from shared.shopify.kinds import Kind
from shared.shopify.reading import Record, kept_record
from shared.shops import TABLE as SHOP_TABLE
from shared.stores.links import TABLE as LINK_TABLE
from shared.stores.links import Links, Wish
from shared.stores.sync_runs import SyncRun
from shared.stores.synchronization_info import BEGINNING
from shared.sync.context import JobContext
from shared.sync.dry_run import DryRun, Surroundings
from shared.sync.dry_run import dry_run as what_would_happen
from shared.sync.job import APPLY
from shared.sync.operators_run import operators_run
from shared.sync.page import apply_page
from shared.sync.shop_prices import as_kept


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the record. result: created, updated, unchanged, skipped or parked.

    number  of the record in Business Central, "" if it has none
    code, detail  why it was parked
    """

    run: str
    result: str
    number: str = ""
    code: str = ""
    detail: str = ""


def plan_of_capture(connector: Connector, shop: str, kind: Kind, id: str) -> DryRun:
    """What a replay would do; reads Business Central and writes nothing. Raises as `replay` does."""
    card = _ready(connector, shop, kind)
    record = kept_record(kind, connector.captures.raw(shop, kind, id))
    bc = connector.business_central(card)
    links = connector.storage.tables[LINK_TABLE]
    return what_would_happen(kind, record, Surroundings(
        card, bc, Directory(bc), lambda of: Links(links, shop, of), _Kept(connector, shop).named,
        as_kept(card, connector.storage.tables[SHOP_TABLE]),
    ))


def replay(connector: Connector, shop: str, kind: Kind, id: str, *, by: str) -> Replayed:
    """Apply one capture to Business Central.

    ConnectorError: not-found (no such capture, or none of a customer the order needs), input-invalid (a type
    that does not go to Business Central), shop-disabled,
    http-requests-not-allowed, sync-already-running, and what Business Central's client raises.
    """
    card = _ready(connector, shop, kind)
    record = kept_record(kind, connector.captures.raw(shop, kind, id))
    by = f"{by}, replay of {kind} {record.number}"
    with operators_run(connector, card, kind, by) as context, \
            connector.changed.meanwhile(shop, kind, record.number, by):
        apply_page(kind, APPLY[kind], [record], _from_captures(connector, context), again=True)
    return _result(connector, context.run, kind, record.number)


def _ready(connector: Connector, shop: str, kind: str) -> ShopCard:
    if kind not in APPLY:
        raise ConnectorError("input-invalid", f"{kind} do not go to Business Central: there is nothing to replay")
    card = connector.shops.get(shop)
    if not card.enabled:
        raise ConnectorError("shop-disabled", f"shop {shop} is not enabled")
    connector.permission()
    return card


def _from_captures(connector: Connector, context: JobContext) -> JobContext:
    """The surroundings in which Shopify is not asked, and nothing is left out: the operator wants this record."""
    card = context.card
    return context._replace(
        captures=None, history_before=BEGINNING, named=_Kept(connector, card.code).named,
        shop_prices=as_kept(card, connector.storage.tables[SHOP_TABLE]), wish=Wish.IN_ANY_CASE,
    )


class _Kept:
    """Records by id from their newest captures."""

    def __init__(self, connector: Connector, shop: str) -> None:
        self._captures, self._shop = connector.captures, shop

    def named(self, kind: Kind, numbers: Sequence[int]) -> list[Record]:
        """One record for each number; ConnectorError not-found when no capture of it is kept."""
        return [self._newest(kind, number) for number in numbers]

    def _newest(self, kind: Kind, number: int) -> Record:
        captured = self._captures.of_record(self._shop, kind, number)
        if not captured:
            raise ConnectorError(
                "not-found", f"the replay needs {kind} {number}, of which no capture is kept: retry the record instead"
            )
        return kept_record(kind, self._captures.payload(captured[0]))


def _result(connector: Connector, run: SyncRun, kind: Kind, number: int) -> Replayed:
    link = Links(connector.storage.tables[LINK_TABLE], run.shop, kind).one(number)
    counts = run.counts[kind]
    names = ("parked", "created", "updated", "unchanged")
    result = next((name for name in names if getattr(counts, name)), "skipped")
    parked = connector.skipped.get(run.shop, kind, number) if result == "parked" else None
    return Replayed(
        run=run.run, result=result, number=link.bc_number,
        code=parked.code if parked else "", detail=parked.detail if parked else "",
    )
