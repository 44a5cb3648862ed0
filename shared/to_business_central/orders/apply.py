"""Orders: new ones get their document, changed ones what may follow, others are left alone."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from shared.errors import ConnectorError
from shared.mapping.orders_to_import import selection_of
from shared.shopify.reading import Record
from shared.stores.links import Link
from shared.stores.record_names import What as Name
from shared.sync.context import JobContext
from shared.sync.decision import Surroundings, What
from shared.sync.outcome import Outcome, Result, parked
from shared.sync.record_type import RecordType, Work
from shared.sync.stop import Stop
from shared.to_business_central.companies import apply as companies
from shared.to_business_central.customers import apply as customers
from shared.to_business_central.orders.asking import Decided, asked, with_documents, with_plans, with_risks
from shared.to_business_central.orders.claims import NAME
from shared.to_business_central.orders.creation import create_documents, followed_header, looked_up_and_decided
from shared.to_business_central.orders.decision import Ask, Known, OrderDecision, terms_of, wished
from shared.to_business_central.orders.following import applied_link
from shared.to_business_central.orders.lookup import gone_orders
from shared.to_business_central.orders.plan import LeftOut, document_key_of
from shared.to_business_central.orders.reach import out_of_reach
from shared.to_business_central.orders.taking_in import BuyersFirst, InThisRun, Rehearsal
from shared.to_business_central.products import apply as products


def apply(records: Sequence[Record], links: Mapping[str, Link], context: JobContext) -> list[Outcome]:
    """Bring new orders into Business Central, and what may follow of changed ones."""
    return planned(records, links, context)(Stop())


def planned(records: Sequence[Record], links: Mapping[str, Link], context: JobContext) -> Work:
    """All that comes before a document is written: risks, buyers, plans, and what stands there already."""
    orders = [Known(record, wished(links[record.id], context.wish)) for record in records]
    terms = terms_of(context)
    open_orders, decided = asked(orders, Ask.RISK, partial(with_risks, shopify=context.shopify), terms)
    wanted, others = asked(
        open_orders, Ask.PLAN, partial(with_plans, around=context, taking_in=BuyersFirst(InThisRun(context))), terms)
    wanted.sort(key=lambda one: isinstance(one.plan, LeftOut))
    looked_up = looked_up_and_decided(wanted, context)

    def work(stop: Stop) -> list[Outcome]:
        return [_carried_out(one, context) for one in (*decided, *others)] + create_documents(looked_up, context, stop)

    return work


def decided(record: Record, link: Link, around: Surroundings) -> OrderDecision:
    """What happens to this order, and before it to who buys; Shopify is not asked, whatever the card wants to know."""
    rehearsal, terms = Rehearsal(around), terms_of(around)
    order = Known(record, wished(link, around.wish), risk=())
    planning = partial(with_plans, around=around, taking_in=BuyersFirst(rehearsal))
    wanted, decided = asked([order], Ask.PLAN, planning, terms)
    _, others = asked(wanted, Ask.DOCUMENT, partial(with_documents, around=around), terms)
    (one,) = (*decided, *others)
    return replace(one.decision, operations=(*rehearsal.operations, *one.decision.operations))


def _carried_out(one: Decided, context: JobContext) -> Outcome:
    """What became of an order that needs no look for its document."""
    known, decision = one
    if decision.what is not What.CHANGE or decision.plan is None:
        return decision.outcome
    done = followed_header(decision, context)
    if isinstance(done, ConnectorError):
        return parked(known.link, done)
    link = applied_link(known.link, known.order, decision.plan.plan, context.card)
    return Outcome(link, Result.UPDATED if done else Result.UNCHANGED)


TYPE = RecordType(
    NAME, apply, decided, gone_orders, needs=frozenset({products.NAME, customers.NAME, companies.NAME}),
    out_of_reach=out_of_reach, selection=lambda card: selection_of(card.orders_to_import),
    document_key=document_key_of, names=lambda order: [(Name.EMAIL, order.email or "")],
    planned=planned, is_booked=True, is_pictured=True)
