"""Finds out what deciding on orders asks for (order_decision.Ask), in bulk: risks, plans, documents.

Border: reads only. Who buys is taken in by whoever decides, since a run creates him and a dry run does not.
"""
from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from shared.errors import ConnectorError, RecordRefused
from shared.record_names import one_called
from shared.shopify.client import ShopifyClient
from shared.shopify.risks import read_risks
from shared.sync.decision import Surroundings, refuse
from shared.sync.outcome import attempt
from shared.texts import Sentence, sentence
from shared.to_business_central.orders.decision import Ask, Known, OrderDecision, Terms, decide_order
from shared.to_business_central.orders.lookup import looked_up
from shared.to_business_central.orders.plan import document_key
from shared.to_business_central.orders.planner import OrderPlanner, TakingIn


class Decided(NamedTuple):
    """An order with what was decided about it."""

    known: Known
    decision: OrderDecision


def decide(one: Known, terms: Terms) -> Decided:
    """What happens to an order of which all is known; what nobody foresaw parks it."""
    decision = _decision(one, terms)
    assert not isinstance(decision, Ask), f"order {one.record.id}: {decision} is not known"
    return Decided(one, decision)


def asked(
    orders: Sequence[Known], ask: Ask, answer: Callable[[Sequence[Known]], Sequence[Known]], terms: Terms
) -> tuple[list[Known], list[Decided]]:
    """(orders about which more has to be known, decisions on the others), once `answer` was asked where need be."""
    decided = [(one, _decision(one, terms)) for one in orders]
    asking = [one for one, decision in decided if decision is ask]
    answered = [(one, _decision(one, terms)) for one in answer(asking)] if asking else []
    decided = [pair for pair in decided if pair[1] is not ask] + answered
    return ([one for one, decision in decided if isinstance(decision, Ask)],
            [Decided(one, decision) for one, decision in decided if not isinstance(decision, Ask)])


def with_risks(orders: Sequence[Known], shopify: ShopifyClient) -> list[Known]:
    """The orders with their risk; Shopify is asked if there are any."""
    risks = read_risks(shopify, [one.record.id for one in orders])
    return [
        one._replace(risk=_unassessed(id, risks.lost[id]) if id in risks.lost else risks.levels[id])
        for one in orders for id in [one.record.id]
    ]


def with_plans(orders: Sequence[Known], around: Surroundings, taking_in: TakingIn) -> list[Known]:
    """The orders with their plans; buyers are taken in first."""
    planner = OrderPlanner([one.order for one in orders], around, taking_in)
    return [
        one._replace(plan=attempt(one_called("orders", one.record.id), partial(planner.plan, one.order)))
        for one in orders
    ]


def with_documents(orders: Sequence[Known], around: Surroundings) -> list[Known]:
    """The orders with what stands under their numbers in Business Central."""
    keys = {one.record.id: document_key(one.order) for one in orders}
    there = looked_up({keys[one.record.id]: one.link for one in orders}, around.bc) if orders else {}
    return [one._replace(document=there.get(keys[one.record.id], False)) for one in orders]


def _decision(one: Known, terms: Terms) -> OrderDecision | Ask:
    decision = attempt(one_called("orders", one.record.id), lambda: decide_order(one, terms))
    return refuse(one.link, decision) if isinstance(decision, ConnectorError) else decision


def _unassessed(id: str, why: Sentence) -> RecordRefused:
    name = sentence("order {number}", number=id)
    return RecordRefused("record-unreadable", sentence(
        "{record}: the card wants its risk. {reason}", record=name, reason=why), record=name)
