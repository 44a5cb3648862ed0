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
from shared.record_names import one_called
from shared.shopify.reading import kept_record
from shared.shops.card import ShopCard
from shared.sync.context import JobContext
from shared.sync.dry_run import DryRun, result_of
from shared.sync.dry_run import dry_run as what_would_happen
from shared.sync.operators_run import operators_run
from shared.sync.outcome import Outcome, Result
from shared.sync.page import apply_page
from shared.sync.record_type import types_of
from shared.sync.rehearsing import rehearsing
from shared.texts import NOTHING, Sentence, sentence


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the record. result: created, updated, unchanged, skipped or parked.

    number  of the record in Business Central, "" if it has none
    code, detail  why it was parked
    """

    run: str
    result: str
    number: str = ""
    code: str = ""
    detail: Sentence = NOTHING


def plan_of_capture(connector: Connector, shop: str, type: str, id: str) -> DryRun:
    """What a replay would do; reads Business Central and writes nothing. Raises as `replay` does."""
    one, card = types_of(connector).going(type), _ready(connector, shop)
    record = kept_record(type, connector.captures.raw(shop, type, id))
    bc = connector.business_central(card)
    return what_would_happen(one, record, rehearsing(connector, card, bc, Directory(bc)))


def replay(connector: Connector, shop: str, type: str, id: str, *, by: str) -> Replayed:
    """Apply one capture to Business Central.

    ConnectorError: not-found (no such capture, or none of a customer the order needs), input-invalid (a type
    that does not go to Business Central), shop-disabled,
    http-requests-not-allowed, sync-already-running, and what Business Central's client raises.
    """
    one, card = types_of(connector).going(type), _ready(connector, shop)
    record = kept_record(type, connector.captures.raw(shop, type, id))
    step = sentence("{who}, replay of {record}", who=by, record=one_called(type, record.id))
    with operators_run(connector, card, type, step) as context, \
            connector.changed.meanwhile(shop, type, record.id, str(step)):
        outcomes = apply_page(one, [record], _from_captures(connector, context), again=True)
    return _told(context.run.id, outcomes)


def _ready(connector: Connector, shop: str) -> ShopCard:
    card = connector.shops.get(shop)
    if not card.enabled:
        raise ConnectorError("shop-disabled", sentence("shop {shop} is not enabled", shop=shop))
    connector.permission()
    return card


def _from_captures(connector: Connector, context: JobContext) -> JobContext:
    """The run in the surroundings of a dry run; records keep no new capture."""
    around = rehearsing(connector, context.card, context.bc, context.directory)
    return context._replace(
        captures=None, history_before=around.history_before, named=around.named, shop_prices=around.shop_prices,
        wish=around.wish,
    )


def _told(run: str, outcomes: Sequence[Outcome]) -> Replayed:
    """What became of the record; nothing of one that was erased on a person's request."""
    for outcome in outcomes:
        problem = outcome.problem
        return Replayed(
            run=run, result=result_of(outcome.result), number=outcome.link.bc_number,
            code=problem.code if problem else "", detail=problem.sentence if problem else NOTHING)
    return Replayed(run=run, result=result_of(Result.LEFT_OUT))
