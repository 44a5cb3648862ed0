"""Sync order from Shopify: one order, read and brought to Business Central now, because an operator asks for it.

It is a run of its own, with captures, links and skipped records as in any run; no synchronization time moves. What a
run would leave out (Orders to Import, history) stays out, unless the operator wants this order in any case: the link
remembers that, so that later tries of it are not left out either.
"""
from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import msgspec

from shared.business_central.directory import Directory
from shared.clock import from_iso
from shared.connector import Connector
from shared.errors import ConnectorError
from shared.journal.runs import SyncRun
from shared.mapping.history import left_out_as_history
from shared.shop_card import ShopCard
from shared.shopify.client import ShopifyClient
from shared.shopify.finding import orders_named
from shared.shopify.reading import Record, by_ids
from shared.shops import TABLE as SHOP_TABLE
from shared.storage.lease import Lease
from shared.sync import orders
from shared.sync.context import JobContext, fingerprint
from shared.sync.links import TABLE as LINK_TABLE
from shared.sync.links import LinkState, Wish
from shared.sync.operators_run import operators_run
from shared.sync.order_plans import order_of
from shared.sync.outcome import Outcome, Result
from shared.sync.page import apply_page
from shared.sync.run import check_ready
from shared.sync.shop_prices import asked_once


class Synchronized(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the order. result: created, updated, unchanged, left out or parked.

    id, name  Shopify's
    number    of the document in Business Central, "" if there is none
    code      why it was parked, or that the card leaves it out; "" otherwise
    detail    the sentence to it
    """

    run: str
    id: int
    name: str
    result: str
    number: str = ""
    code: str = ""
    detail: str = ""


def sync_order(connector: Connector, shop: str, order: str, *, even_if_left_out: bool, by: str) -> Synchronized:
    """Bring one order up to date, by its id or its name such as #1001.

    ConnectorError: not-found, input-invalid (several orders have the name), sync-already-running, what check_ready
    raises, and what the clients of Shopify and Business Central raise of more than this order.
    """
    card = connector.shops.get(shop)
    check_ready(connector, card)
    wish = Wish.IN_ANY_CASE if even_if_left_out else Wish.NONE
    why = "in any case" if even_if_left_out else "now"
    with operators_run(connector, shop, "orders", f"{by}, order {order[:40]} {why}") as (run, lease):
        return _sync(connector, card, order, wish, run, lease)


def _sync(
    connector: Connector, card: ShopCard, order: str, wish: Wish, run: SyncRun, lease: Lease
) -> Synchronized:
    log = connector.log(card, run.run)
    shopify, bc = connector.shopify(card, log), connector.business_central(card, log)
    informations = connector.informations
    moment = informations.begun(informations.get(card.code, "orders"), from_iso(run.started_at)).first_began
    try:
        record = _read(shopify, order)
        with ThreadPoolExecutor(connector.settings.bc_concurrency, thread_name_prefix="bc") as lanes:
            outcomes = apply_page("orders", orders.apply, [record], JobContext(
                card, fingerprint(card, moment), run, shopify, bc, Directory(bc), connector.storage.tables[LINK_TABLE],
                connector.captures, connector.skipped, lease, connector.clock, lanes,
                connector.settings.bc_settle_seconds, history_before=from_iso(moment), look_first=True,
                named=partial(by_ids, shopify), redacted=connector.redacted.of(card.code),
                shop_prices=asked_once(shopify, card, connector.storage.tables[SHOP_TABLE]), wish=wish,
            ), again=True)
    finally:
        log.close()
        run.shopify_calls, run.shopify_points = shopify.usage.calls, shopify.usage.actual_points
        run.bc_calls, run.bc_writes = bc.calls, bc.writes
        run.log_entries, run.log_entries_lost = log.written, log.lost
    return _told(run, record, outcomes, moment)


def _read(shopify: ShopifyClient, order: str) -> Record:
    numbers = [int(order)] if order.isascii() and order.isdigit() else orders_named(shopify, order)
    if len(numbers) > 1:
        found = ", ".join(map(str, numbers))
        raise ConnectorError("input-invalid", f"several orders are called {order[:40]}: {found}; give the id of one")
    records = by_ids(shopify, "orders", numbers)
    if not records:
        raise ConnectorError(
            "not-found", f"Shopify has no order {order[:40]!r} that the app may read: give its id, or its name as "
            "Shopify shows it (#1001); orders older than 60 days need the scope read_all_orders")
    return records[0]


def _told(run: SyncRun, record: Record, outcomes: list[Outcome], moment: str) -> Synchronized:
    name = order_of(record).name if record.value is not None else ""
    if not outcomes:
        return Synchronized(run=run.run, id=record.number, name=name, result=Result.LEFT_OUT.value,
                            detail="It was erased on a person's request, and has not changed since.")
    (outcome,) = outcomes
    told = outcome.problem
    code, detail = (told.code, told.detail) if told else ("", _why_left_out(record, outcome, moment))
    if outcome.not_selected is not None:
        code, detail = outcome.not_selected.code, outcome.not_selected.reason
    return Synchronized(
        run=run.run, id=record.number, name=name, result=outcome.result.value, number=outcome.link.bc_number,
        code=code, detail=detail,
    )


def _why_left_out(record: Record, outcome: Outcome, moment: str) -> str:
    if outcome.result is not Result.LEFT_OUT:
        return ""
    if outcome.link.state is LinkState.IMPORTED:
        return "Auto Create Sales Documents is off: the order is kept, without a document."
    history = None if outcome.link.wish else left_out_as_history(order_of(record), from_iso(moment))
    return history.reason if history else "Nothing of it is left to bill."
