"""Sync order from Shopify: one order, read and brought to Business Central now, because an operator asks for it.

It is a run of its own, with captures, links and skipped records as in any run; no synchronization time moves. What a
run would leave out (Orders to Import, history) stays out, unless the operator wants this order in any case: the link
remembers that, so that later tries of it are not left out either.
"""
from __future__ import annotations

import msgspec

from shared.connector import Connector
from shared.errors import ConnectorError
from shared.record_names import one_called
from shared.shopify.client import ShopifyClient
from shared.shopify.finding import orders_named
from shared.shopify.reading import Record, by_ids
from shared.shopify_ids import id_in
from shared.stores.links import Wish
from shared.stores.sync_runs import SyncRun
from shared.sync.context import JobContext
from shared.sync.operators_run import operators_run
from shared.sync.outcome import Outcome, Result
from shared.sync.page import LEFT_ALONE, apply_page
from shared.sync.queue import check_ready
from shared.texts import NOTHING, Sentence, sentence
from shared.to_business_central.orders import apply as orders
from shared.to_business_central.orders.decision import order_of


class Synchronized(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the order. result: created, updated, unchanged, left out or parked.

    id, name  Shopify's
    number    of the document in Business Central, "" if there is none
    code      why it was parked, or that the card leaves it out; "" otherwise
    detail    the sentence to it
    """

    run: str
    id: str
    name: str
    result: str
    number: str = ""
    code: str = ""
    detail: Sentence = NOTHING


def sync_order(connector: Connector, shop: str, order: str, *, even_if_left_out: bool, by: str) -> Synchronized:
    """Bring one order up to date, by its id or its name such as #1001.

    ConnectorError: not-found, input-invalid (several orders have the name), sync-already-running, what check_ready
    raises, and what the clients of Shopify and Business Central raise of more than this order.
    """
    card = connector.shops.get(shop)
    check_ready(connector, card)
    wish = Wish.IN_ANY_CASE if even_if_left_out else Wish.NONE
    with operators_run(connector, card, "orders", _step(by, sentence("one order"), even_if_left_out)) as context:
        record = _read(context.shopify, order)
        # by its id, as an erasure looks for it
        context.run.started_by = _step(by, one_called("orders", record.id), even_if_left_out)
        with connector.changed.meanwhile(shop, "orders", record.id, str(context.run.started_by)):
            return applied_now(record, context._replace(wish=wish))


def _step(by: str, order: Sentence, even_if_left_out: bool) -> Sentence:
    if even_if_left_out:
        return sentence("{who}, {order} in any case", who=by, order=order)
    return sentence("{who}, {order} now", who=by, order=order)


def applied_now(record: Record, context: JobContext) -> Synchronized:
    """Apply the order whether it changed or not, and tell what became of it."""
    outcomes = apply_page(orders.TYPE, [record], context, again=True)
    return _told(context.run, record, outcomes)


def _read(shopify: ShopifyClient, order: str) -> Record:
    ids = [order] if id_in(order) else orders_named(shopify, order)
    if len(ids) > 1:
        found = ", ".join(ids)
        raise ConnectorError("input-invalid", sentence(
            "several orders are called {order}: {found}; give the id of one", order=order[:40], found=found))
    records = by_ids(shopify, "orders", ids)
    if not records:
        raise ConnectorError("not-found", sentence(
            "Shopify has no order {order} that the app may read: give its id, or its name as Shopify shows it "
            "(#1001); orders older than 60 days need the scope read_all_orders", order=repr(order[:40])))
    return records[0]


def _told(run: SyncRun, record: Record, outcomes: list[Outcome]) -> Synchronized:
    name = order_of(record).name if record.value is not None else ""
    if not outcomes:
        return Synchronized(run=run.id, id=record.id, name=name, result=Result.LEFT_OUT.value, detail=LEFT_ALONE)
    (outcome,) = outcomes
    told = outcome.problem
    code, detail = (told.code, told.sentence) if told else ("", _why_left_out(outcome))
    if outcome.not_selected is not None:
        code, detail = outcome.not_selected.code, outcome.not_selected.sentence
    return Synchronized(
        run=run.id, id=record.id, name=name, result=outcome.result.value, number=outcome.link.bc_number,
        code=code, detail=detail,
    )


def _why_left_out(outcome: Outcome) -> Sentence:
    return outcome.why if outcome.result is Result.LEFT_OUT else NOTHING
