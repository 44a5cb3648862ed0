"""Plans for a page of orders: buyers and items are made sure of first, in bulk, then each is mapped."""
from __future__ import annotations

from collections.abc import Iterator, Sequence

from shared.errors import ConnectorError, RecordRefused
from shared.mapping.buyers import Buyer, ExistingBuyer, NewBuyer, buyer_of
from shared.mapping.plan import SalesOrderPlan
from shared.mapping.sales_orders import LeftOut, sales_order_plan
from shared.shopify.reading import Record
from shared.shopify.records import Order, number_of
from shared.sync import customers
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
        buyers = {number_of(order.customer.id) for order in orders if order.customer}
        self._links = context.links(customers.KIND).of(buyers)
        self._items = ItemLinks(context)
        self._items.prepare([
            number_of(line.variant.id) for order in orders for line in order.line_items.nodes if line.variant
        ])
        looked_up = list(self._look_up(orders))
        customers.link_found(
            {number: buyer.customer_number for number, buyer in looked_up
             if isinstance(buyer, ExistingBuyer) and buyer.is_own}, context)
        self._brought_in = customers.bring_in(
            sorted({number for number, buyer in looked_up if isinstance(buyer, NewBuyer)}), context)

    def plan(self, order: Order) -> SalesOrderPlan | LeftOut:
        """The order's plan; raises what parks it."""
        context = self._context
        return sales_order_plan(
            order, context.card, context.directory, self._customer(order), self._items.link_of_variant
        )

    def _customer(self, order: Order) -> str:
        buyer = buyer_of(order, self._context.card, self._context.directory, self._linked)
        if not isinstance(buyer, NewBuyer):
            return buyer.customer_number
        made = self._brought_in.get(buyer.shopify_customer_id)
        if isinstance(made, ConnectorError):
            raise RecordRefused(made.code, made.detail, record=made.record)
        if made is None:
            raise RecordRefused(
                "customer-missing", f"Shopify customer {buyer.shopify_customer_id} of {order.name} does not exist"
            )
        return made

    def _linked(self, customer: int) -> str | None:
        """What mapping asks: the number that the linked customer has now."""
        link = self._links.get(customer)
        return customers.present_number(link, self._context.directory) if link else None

    def _look_up(self, orders: Sequence[Order]) -> Iterator[tuple[int, Buyer]]:
        """The buyers of the orders that have a Shopify customer, with its id; without those that park their order."""
        context = self._context
        for order in orders:
            if order.customer is None:
                continue
            buyer = attempt(
                order.name, lambda order=order: buyer_of(  # type: ignore[misc]
                    order, context.card, context.directory, self._linked)
            )
            if not isinstance(buyer, ConnectorError):
                yield number_of(order.customer.id), buyer
