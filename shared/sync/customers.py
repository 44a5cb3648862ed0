"""Customers: Shopify's into Business Central's, one link each."""
from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence

from shared.business_central.directory import Directory
from shared.business_central.executor import change_row, create_customer
from shared.errors import ConnectorError
from shared.mapping.buyers import may_create
from shared.mapping.customers import customer_plan, with_address
from shared.mapping.customers_to_import import contact_of_company, wants_customer, without_address
from shared.mapping.known import LinkOfCompany
from shared.mapping.orders_to_import import NotSelected
from shared.mapping.plan import CustomerPlan, plan_hash
from shared.shopify.kinds import Kind
from shared.shopify.reading import Record
from shared.shopify.records import Address, Customer
from shared.stores.links import Link, Links, LinkState, Wish
from shared.sync.context import JobContext
from shared.sync.outcome import Outcome, Result, attempt, parked
from shared.sync.page import apply_page

KIND: Kind = "customers"
_COMPANIES: Kind = "companies"


def apply(records: Sequence[Record], links: Mapping[int, Link], context: JobContext) -> list[Outcome]:
    """Bring changed customers into Business Central as far as the shop card wants them."""

    companies = present_numbers_of_all(context.links(_COMPANIES), context.directory)

    def one(record: Record) -> Outcome:
        link = links[record.number]
        known = link.state is LinkState.APPLIED
        restored = link.state is LinkState.LOST and may_create(context.card)
        if not restored and not wants_customer(context.card, linked=known):
            return Outcome(link if known else link.with_(state=LinkState.LEFT_OUT), _quiet(known))
        asked_for = known or restored or context.wish is Wish.IN_ANY_CASE
        if not asked_for and (why := contact_of_company(_customer_of(record))) is not None:
            return _left_out(link, why)
        return _or_left_out(_apply_one(record, link, context, companies), record, link)

    return context.side_by_side(one, records)


def bring_in(
    numbers: Sequence[int], context: JobContext, addresses: Callable[[int], Iterable[Address | None]] = lambda id: (),
) -> Mapping[int, ConnectorError | str]:
    """Take in customers that an order needs, whatever the import range says about others.

    Reads them by id and applies them as a page of their own. Shopify id -> the customer's number in
    Business Central, or the reason why it could not be created. `addresses` gives those of a customer's orders: one
    without an address gets the first of them.
    """
    results: dict[int, ConnectorError | str] = {}
    companies = present_numbers_of_all(context.links(_COMPANIES), context.directory)

    def one(record: Record, link: Link) -> Outcome:
        outcome = _apply_one(record, link, context, companies, addresses(record.number))
        results[record.number] = outcome.problem or outcome.link.bc_number
        return _or_left_out(outcome, record, link)

    def needed(records: Sequence[Record], links: Mapping[int, Link], context: JobContext) -> list[Outcome]:
        return context.side_by_side(lambda record: one(record, links[record.number]), records)

    if numbers:
        context.redacted.lift(KIND, numbers)
        apply_page(KIND, needed, context.named(KIND, numbers), context, again=True)
    return results


def link_found(found: Mapping[int, str], context: JobContext) -> None:
    """Remember the customers (Shopify id -> number) that orders were matched with.

    Later changes follow them, and a new e-mail address does not make a second customer of them.
    """
    links = context.links(KIND)
    known = links.of(found)
    rows = {number: context.directory.customer_by_number(bc_number) for number, bc_number in found.items()}
    links.save([
        known.get(number, Link(number=number)).with_(
            state=LinkState.APPLIED, bc_id=row.id, bc_number=row.number, bc_set="customers")
        for number, row in rows.items() if row
    ])


def present_number(link: Link, directory: Directory) -> str | None:
    """The number that the linked customer has now, found by its id; None where it is no longer there."""
    row = directory.customer_by_id(link.bc_id)
    return row.number if row else None


def present_numbers(
    links: Links, directory: Directory, ids: Iterable[int] = (), others: Callable[[int], str | None] | None = None,
) -> Callable[[int], str | None]:
    """Shopify id -> the number that the linked customer has now; None where there is none.

    The links of `ids` are read at once, those of others when they are asked for, or by `others`.
    """
    wanted = set(ids)
    known = {id: Link(number=id) for id in wanted} | links.of(wanted)

    def number_of_link(id: int) -> str | None:
        if others and id not in known:
            return others(id)
        link = known.get(id) or links.of([id]).get(id)
        return present_number(link, directory) if link else None

    return number_of_link


def present_numbers_of_all(links: Links, directory: Directory) -> Callable[[int], str | None]:
    """As present_numbers, for ids that nobody can name beforehand: all links are read with the first that is asked for.
    """
    known: dict[int, Link] = {}
    read = threading.Lock()

    def number_of_link(id: int) -> str | None:
        with read:
            if not known:
                known.update({0: Link(number=0)} | links.all())
        link = known.get(id)
        return present_number(link, directory) if link else None

    return number_of_link


def _customer_of(record: Record) -> Customer:
    assert isinstance(record.value, Customer)
    return record.value


def _or_left_out(outcome: Outcome, record: Record, link: Link) -> Outcome:
    """The outcome; who could not be created for want of an address is left out, not parked."""
    why = without_address(_customer_of(record), outcome.problem)
    return _left_out(link, why) if why else outcome


def _left_out(link: Link, why: NotSelected) -> Outcome:
    return Outcome(link.with_(state=LinkState.LEFT_OUT), Result.LEFT_OUT, not_selected=why)


def _apply_one(record: Record, link: Link, context: JobContext, link_of_company: LinkOfCompany,
               addresses: Iterable[Address | None] = ()) -> Outcome:
    name = f"customer {record.number}"
    done = attempt(name, lambda: _carry_out(record, link, context, link_of_company, addresses))
    return parked(link, done) if isinstance(done, ConnectorError) else done


def _carry_out(record: Record, link: Link, context: JobContext, link_of_company: LinkOfCompany,
               addresses: Iterable[Address | None]) -> Outcome:
    customer = with_address(_customer_of(record), addresses)
    linked = context.directory.customer_by_id(link.bc_id)
    plan = customer_plan(customer, context.card, context.directory, linked, link_of_company)
    return carry_out(plan, link, context)


def carry_out(plan: CustomerPlan, link: Link, context: JobContext) -> Outcome:
    """Create, change or just link the customer; also used for companies."""
    if not plan.customer_id:
        row = create_customer(context.bc, plan.body)
        context.directory.remember_customer(row)
        return Outcome(_linked(link, row.id, row.number, plan), Result.CREATED, notice=plan.notice)
    changed = bool(plan.body) and change_row(context.bc, "customers", plan.customer_id, plan.body)
    linked = _linked(link, plan.customer_id, plan.number, plan)
    return Outcome(linked, Result.UPDATED, notice=plan.notice) if changed else Outcome(linked, Result.UNCHANGED)


def _linked(link: Link, id: str, number: str, plan: CustomerPlan) -> Link:
    return link.with_(
        state=LinkState.APPLIED, bc_id=id, bc_number=number, bc_set="customers", plan=plan_hash(plan)
    )


def _quiet(known: bool) -> Result:
    return Result.UNCHANGED if known else Result.LEFT_OUT
