"""Plans for a page of orders: buyers and items are made sure of first, in bulk, then each is mapped."""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from shared.errors import ConnectorError, RecordRefused
from shared.mapping.buyers import (
    Buyer,
    CompanyBuyer,
    ExistingBuyer,
    NewBuyer,
    address_of,
    buyer_of,
    instead_of_creating,
)
from shared.mapping.plan import SalesOrderPlan
from shared.mapping.sales_orders import LeftOut, sales_order_plan
from shared.shopify.reading import Record
from shared.shopify.records import Address, Order, number_of
from shared.sync import companies, customers
from shared.sync.context import JobContext
from shared.sync.outcome import attempt
from shared.sync.products import ItemLinks


def order_of(record: Record) -> Order:
    """The record's typed order."""
    assert isinstance(record.value, Order)
    return record.value


class OrderPlanner:
    """Maps the orders of a page; buyers and items they need are made sure of first, in bulk."""

    def __init__(self, records: Sequence[Record], context: JobContext) -> None:
        self._context = context
        orders = [order_of(record) for record in records]
        self._people = customers.present_numbers(
            context.links(customers.KIND), context.directory,
            (number_of(order.customer.id) for order in orders if order.customer))
        links_of_companies = context.links(companies.KIND)
        self._companies = customers.present_numbers(
            links_of_companies, context.directory,
            (number_of(order.company.id) for order in orders if order.company),
            customers.present_numbers_of_all(links_of_companies, context.directory))
        self._items = ItemLinks(context)
        self._items.prepare([variant for order in orders for variant in order.variants])
        looked_up = list(self._look_up(orders))
        customers.link_found(
            {number_of(order.customer.id): buyer.customer_number for order, buyer in looked_up
             if order.customer and isinstance(buyer, ExistingBuyer) and buyer.is_own}, context)
        addresses: defaultdict[int, list[Address | None]] = defaultdict(list)
        for order, buyer in looked_up:
            if isinstance(buyer, NewBuyer):
                addresses[buyer.shopify_customer_id].append(address_of(order))
        self._new_customers = customers.bring_in(sorted(addresses), context, addresses.__getitem__)
        self._new_companies = companies.bring_in(
            sorted({buyer.shopify_company_id for _, buyer in looked_up if isinstance(buyer, CompanyBuyer)}), context)

    def plan(self, order: Order) -> SalesOrderPlan | LeftOut:
        """The order's plan; raises what parks it."""
        context = self._context
        return sales_order_plan(
            order, context.card, context.directory, self._customer(order), self._items.link_of_variant
        )

    def _customer(self, order: Order) -> str:
        match self._buyer(order):
            case ExistingBuyer(customer_number=number):
                return number
            case NewBuyer(shopify_customer_id=id):
                return self._created(id, order)
            case CompanyBuyer(shopify_company_id=id):
                name = order.company.name if order.company else ""
                return _brought_in(self._new_companies, id, f"company {id} ({name}) of {order.name}")

    def _created(self, id: int, order: Order) -> str:
        """The customer that was created for the order, or the default one where there was no address for it."""
        try:
            return _brought_in(self._new_customers, id, f"customer {id} of {order.name}")
        except RecordRefused as refused:
            return instead_of_creating(refused, self._context.card, self._context.directory).number

    def _buyer(self, order: Order) -> Buyer:
        return buyer_of(order, self._context.card, self._context.directory, self._people, self._companies)

    def _look_up(self, orders: Sequence[Order]) -> Iterator[tuple[Order, Buyer]]:
        """The buyers of the orders, without those that park their order."""
        for order in orders:
            buyer = attempt(order.name, lambda order=order: self._buyer(order))  # type: ignore[misc]
            if not isinstance(buyer, ConnectorError):
                yield order, buyer


def _brought_in(results: Mapping[int, ConnectorError | str], id: int, named: str) -> str:
    """The customer's number; RecordRefused with what kept it from being taken in."""
    made = results.get(id)
    if isinstance(made, ConnectorError):
        raise RecordRefused(made.code, made.detail, record=made.record)
    if made is None:
        raise RecordRefused("customer-missing", f"Shopify {named} does not exist")
    return made
