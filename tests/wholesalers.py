"""Wholesalers: a record type of the tests' own, companies of Shopify that become customers called W…; what would be
its folder."""
from __future__ import annotations

from collections.abc import Mapping, Sequence

from shared.business_central.executor import create_customer
from shared.business_central.operations import of_customer
from shared.business_central.plan import CustomerPlan
from shared.errors import RecordRefused
from shared.shopify.reading import Record
from shared.shopify.records import Company
from shared.stores.links import Link, LinkState
from shared.sync.context import JobContext
from shared.sync.decision import Decision, Surroundings, What, leave, refuse
from shared.sync.outcome import Outcome, Result
from shared.sync.record_type import RecordType

NAME = "wholesalers"


def decided(record: Record, link: Link, around: Surroundings) -> Decision[CustomerPlan]:
    assert isinstance(record.value, Company)
    if around.directory.customer_by_id(link.bc_id):
        return leave(link, "It stays as it is.")
    if record.value.name.startswith("Odd"):
        return refuse(link, RecordRefused("customer-missing", f"{record.value.name} is odd."))
    plan = CustomerPlan(f"W{record.id}", "", {"number": f"W{record.id}", "displayName": record.value.name})
    return Decision(What.CREATE, link, plan, of_customer(plan))


def apply(records: Sequence[Record], links: Mapping[str, Link], context: JobContext) -> list[Outcome]:
    return [carried_out(decided(record, links[record.id], context), context) for record in records]


def carried_out(decision: Decision[CustomerPlan], context: JobContext) -> Outcome:
    if decision.plan is None:
        return decision.outcome
    row = create_customer(context.bc, decision.plan.body)
    context.directory.remember_customer(row)
    return Outcome(decision.link.with_(state=LinkState.APPLIED, bc_id=row.id, bc_number=row.number), Result.CREATED)


def gone(records: Sequence[Record], links: Mapping[str, Link], around: Surroundings) -> set[str]:
    return {r.id for r in records if around.directory.customer_by_id(links[r.id].bc_id) is None}


TYPE = RecordType(NAME, apply, decided, gone)
