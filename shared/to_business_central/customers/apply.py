"""Customers: Shopify's into Business Central's, one link each."""
from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from shared.business_central.directory import Directory
from shared.business_central.executor import create_customer
from shared.business_central.operations import carry_out
from shared.business_central.plan import CustomerPlan, plan_hash
from shared.errors import ConnectorError
from shared.record_names import one_called
from shared.shopify.reading import Record
from shared.shopify.records import Address, Customer
from shared.stores.links import Link, Links, LinkState, Wish
from shared.stores.record_names import What as Name
from shared.sync.context import JobContext
from shared.sync.decision import Surroundings, What
from shared.sync.outcome import Outcome, Result, attempt, parked
from shared.sync.record_type import RecordType
from shared.to_business_central.customers.decision import CustomerDecision, decide_customer, decide_needed_customer

NAME: str = "customers"
_COMPANIES: str = "companies"

Decide = Callable[[Record, Link], CustomerDecision]


def apply(records: Sequence[Record], links: Mapping[str, Link], context: JobContext) -> list[Outcome]:
    """Bring changed customers into Business Central as far as the shop card wants them."""
    decide = decider(context)
    context.directory.expect(partial(decide, record, links[record.id]) for record in records)
    return context.side_by_side(
        lambda record: applied(NAME, links[record.id], decide, record, context), records)


def gone(records: Sequence[Record], links: Mapping[str, Link], around: Surroundings) -> set[str]:
    """Those whose customer is not there."""
    around.directory.expect_customers(links[record.id].bc_id for record in records)
    return {r.id for r in records if around.directory.customer_by_id(links[r.id].bc_id) is None}


def decided(record: Record, link: Link, around: Surroundings) -> CustomerDecision:
    """What happens to this customer."""
    return decider(around)(record, link)


def decider(around: Surroundings) -> Decide:
    """Decides on customers that changed."""
    companies = present_numbers_of_all(around.links(_COMPANIES), around.directory)
    return lambda record, link: decide_customer(
        _customer_of(record), link, around.card, around.directory, companies,
        asked_for=around.wish is Wish.IN_ANY_CASE)


def decider_of_needed(around: Surroundings, addresses: Callable[[str], Iterable[Address | None]]) -> Decide:
    """Decides on customers that an order needs; `addresses` gives those of a customer's orders."""
    companies = present_numbers_of_all(around.links(_COMPANIES), around.directory)
    return lambda record, link: decide_needed_customer(
        _customer_of(record), link, around.card, around.directory, companies, addresses(record.id))


def link_found(found: Mapping[str, str], context: JobContext) -> None:
    """Remember the customers (Shopify id -> number) that orders were matched with.

    Later changes follow them, and a new e-mail address does not make a second customer of them.
    """
    links = context.links(NAME)
    known = links.of(found)
    rows = {id: context.directory.customer_by_number(number) for id, number in found.items()}
    links.save([
        known.get(id, Link(id=id)).with_(
            state=LinkState.APPLIED, bc_id=row.id, bc_number=row.number, bc_set="customers")
        for id, row in rows.items() if row
    ])


def present_number(link: Link, directory: Directory) -> str | None:
    """The number that the linked customer has now, found by its id; None where it is no longer there."""
    row = directory.customer_by_id(link.bc_id)
    return row.number if row else None


def present_numbers(
    links: Links, directory: Directory, ids: Iterable[str] = (), others: Callable[[str], str | None] | None = None,
) -> Callable[[str], str | None]:
    """Shopify id -> the number that the linked customer has now; None where there is none.

    The links of `ids` are read at once, those of others when they are asked for, or by `others`.
    """
    wanted = set(ids)
    known = {id: Link(id=id) for id in wanted} | links.of(wanted)
    directory.expect_customers(link.bc_id for link in known.values())

    def number_of_link(id: str) -> str | None:
        if others and id not in known:
            return others(id)
        link = known.get(id) or links.of([id]).get(id)
        return present_number(link, directory) if link else None

    return number_of_link


def present_numbers_of_all(links: Links, directory: Directory) -> Callable[[str], str | None]:
    """As present_numbers, for ids that nobody can name beforehand: all links are read with the first that is asked for.
    """
    known: dict[str, Link] = {}
    read = threading.Lock()

    def number_of_link(id: str) -> str | None:
        with read:
            if not known:
                known.update({"": Link(id="")} | links.all())
        link = known.get(id)
        return present_number(link, directory) if link else None

    return number_of_link


def _customer_of(record: Record) -> Customer:
    assert isinstance(record.value, Customer)
    return record.value


def applied(type: str, link: Link, decide: Decide, record: Record, context: JobContext) -> Outcome:
    """Decide on one record and carry that out; also used for companies."""
    done = attempt(one_called(type, record.id), lambda: carried_out(decide(record, link), context))
    return parked(link, done) if isinstance(done, ConnectorError) else done


def carried_out(decision: CustomerDecision, context: JobContext) -> Outcome:
    """Create, change or just link the customer."""
    plan = decision.plan
    if plan is None:
        return decision.outcome
    if decision.what is What.CREATE:
        row = create_customer(context.bc, plan.body)
        context.directory.remember_customer(row)
        return Outcome(_linked(decision.link, row.id, row.number, plan), Result.CREATED, notice=plan.notice)
    changed = any(carry_out(context.bc, operation) for operation in decision.operations)
    linked = _linked(decision.link, plan.customer_id, plan.number, plan)
    return Outcome(linked, Result.UPDATED, notice=plan.notice) if changed else Outcome(linked, Result.UNCHANGED)


def _linked(link: Link, id: str, number: str, plan: CustomerPlan) -> Link:
    return link.with_(
        state=LinkState.APPLIED, bc_id=id, bc_number=number, bc_set="customers", plan=plan_hash(plan)
    )


TYPE = RecordType(NAME, apply, decided, gone, names=lambda customer: [(Name.EMAIL, customer.email)])
