"""Plans for a page of orders: buyers and items are made sure of first, in bulk, then each is mapped."""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Protocol

from shared.business_central.plan import SalesOrderPlan
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
from shared.shopify.records import Address, Order, id_of
from shared.shopify_ids import key_of
from shared.sync.decision import Surroundings
from shared.sync.outcome import attempt
from shared.texts import Sentence, sentence
from shared.to_business_central.companies import apply as companies
from shared.to_business_central.customers import apply as customers
from shared.to_business_central.orders.plan import LeftOut, sales_order_plan
from shared.to_business_central.products.apply import ItemLinks


class TakingIn(Protocol):
    """Takes in who buys: a run creates them, a dry run says what would be created."""

    def matched(self, found: Mapping[str, str]) -> None:
        """Customers (Shopify id -> number) that orders were matched with."""
        ...

    def customers(
        self, ids: Sequence[str], addresses: Callable[[str], Iterable[Address | None]]
    ) -> Mapping[str, ConnectorError | str]:
        """Shopify id -> the customer's number, or why there is none. `addresses` gives those of a customer's orders."""
        ...

    def companies(self, ids: Sequence[str]) -> Mapping[str, ConnectorError | str]:
        """The same of companies."""
        ...


class OrderPlanner:
    """Maps the orders of a page; buyers and items they need are made sure of first, in bulk."""

    def __init__(self, orders: Sequence[Order], around: Surroundings, taking_in: TakingIn) -> None:
        self._around = around
        self._people = customers.present_numbers(
            around.links(customers.NAME), around.directory,
            (id_of(order.customer.id) for order in orders if order.customer))
        links_of_companies = around.links(companies.NAME)
        self._companies = customers.present_numbers(
            links_of_companies, around.directory,
            (id_of(order.company.id) for order in orders if order.company),
            customers.present_numbers_of_all(links_of_companies, around.directory))
        self._items = ItemLinks(around)
        self._items.prepare([variant for order in orders for variant in order.variants])
        around.directory.expect(partial(self._buyer, order) for order in orders)
        looked_up = list(self._look_up(orders))
        taking_in.matched({
            id_of(order.customer.id): buyer.customer_number for order, buyer in looked_up
            if order.customer and isinstance(buyer, ExistingBuyer) and buyer.is_own})
        addresses: defaultdict[str, list[Address | None]] = defaultdict(list)
        for order, buyer in looked_up:
            if isinstance(buyer, NewBuyer):
                addresses[buyer.shopify_customer_id].append(address_of(order))
        self._new_customers = taking_in.customers(sorted(addresses, key=key_of), addresses.__getitem__)
        self._new_companies = taking_in.companies(
            sorted({buyer.shopify_company_id for _, buyer in looked_up if isinstance(buyer, CompanyBuyer)}, key=key_of))

    def plan(self, order: Order) -> SalesOrderPlan | LeftOut:
        """The order's plan; raises what parks it."""
        around = self._around
        return sales_order_plan(
            order, around.card, around.directory, self._customer(order), self._items.link_of_variant
        )

    def _customer(self, order: Order) -> str:
        match self._buyer(order):
            case ExistingBuyer(customer_number=number):
                return number
            case NewBuyer(shopify_customer_id=id):
                return self._created(id, order)
            case CompanyBuyer(shopify_company_id=id):
                name = order.company.name if order.company else ""
                return _brought_in(self._new_companies, id, sentence(
                    "company {number} ({name}) of {order}", number=id, name=name, order=order.name))

    def _created(self, id: str, order: Order) -> str:
        """The customer that was created for the order, or the default one where there was no address for it."""
        try:
            return _brought_in(self._new_customers, id, sentence(
                "customer {number} of {order}", number=id, order=order.name))
        except RecordRefused as refused:
            return instead_of_creating(refused, self._around.card, self._around.directory).number

    def _buyer(self, order: Order) -> Buyer:
        return buyer_of(order, self._around.card, self._around.directory, self._people, self._companies)

    def _look_up(self, orders: Sequence[Order]) -> Iterator[tuple[Order, Buyer]]:
        """The buyers of the orders, without those that park their order."""
        for order in orders:
            buyer = attempt(order.name, partial(self._buyer, order))
            if not isinstance(buyer, ConnectorError):
                yield order, buyer


def _brought_in(results: Mapping[str, ConnectorError | str], id: str, named: Sentence) -> str:
    """The customer's number; RecordRefused with what kept it from being taken in."""
    made = results.get(id)
    if isinstance(made, ConnectorError):
        raise RecordRefused(made.code, made.sentence, record=made.about)
    if made is None:
        raise RecordRefused("customer-missing", sentence("Shopify {record} does not exist", record=named))
    return made
