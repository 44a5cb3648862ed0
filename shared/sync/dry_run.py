"""What applying one record would do in Business Central, as data; nothing is written anywhere.

The same mapping decides as in a run. Shown are the operations in the order they would be sent; a change of
a row that exists is sent only as far as Business Central's values differ. Border: reads links and Business
Central, never Shopify.
"""
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

import msgspec

from shared.business_central.client import BusinessCentral
from shared.business_central.directory import Directory
from shared.business_central.item_card import tariff_body
from shared.business_central.lookup import find_sales_documents
from shared.business_central.wire import encode, quoted
from shared.errors import RecordRefused
from shared.json_text import decoded
from shared.mapping.buyers import (
    CompanyBuyer,
    ExistingBuyer,
    NewBuyer,
    address_of,
    buyer_of,
    instead_of_creating,
)
from shared.mapping.companies import company_plan, wants_company
from shared.mapping.customers import customer_plan, with_address
from shared.mapping.customers_to_import import contact_of_company, wants_customer
from shared.mapping.items import RefusedVariant, item_plans, unit_unclear, without_price
from shared.mapping.known import LinkOfVariant
from shared.mapping.order_changes import header_changes
from shared.mapping.plan import Body, CustomerPlan, ItemPlan, SalesOrderPlan
from shared.mapping.prices import AskShopPrices
from shared.mapping.sales_orders import LeftOut, sales_order_plan
from shared.shop_card import ShopCard
from shared.shopify.kinds import Kind
from shared.shopify.reading import Record
from shared.shopify.records import Company, Customer, Order, Product, number_of
from shared.stores.links import ITEMS, Link, Links, LinkState
from shared.sync.customers import present_numbers
from shared.sync.order_following import conflict, conflict_of_figures
from shared.sync.products import links_of_variants

Kept = TypeVar("Kept", Customer, Company)


class Operation(msgspec.Struct, frozen=True):
    """One write: `path` is relative to the company (of API v2.0, or of the web services), `body` the JSON sent."""

    method: str
    path: str
    body: msgspec.Raw


class Refusal(msgspec.Struct, frozen=True):
    """Why something of the record cannot be applied."""

    code: str
    detail: str


class DryRun(msgspec.Struct, frozen=True):
    """The operations, what would be parked and why, and a sentence where nothing is to do."""

    operations: list[Operation] = []
    refused: list[Refusal] = []
    note: str = ""


class Surroundings(NamedTuple):
    """What the answer depends on. `links` gives the links of a kind, `named` reads kept records by id."""

    card: ShopCard
    bc: BusinessCentral
    directory: Directory
    links: Callable[[str], Links]
    named: Callable[[Kind, Sequence[int]], list[Record]]
    shop_prices: AskShopPrices


def dry_run(kind: Kind, record: Record, around: Surroundings) -> DryRun:
    """What would happen if `record` arrived now; raises only what concerns more than this record."""
    if record.value is None:
        return DryRun(refused=[Refusal("record-unreadable", record.problem)])
    link = around.links(kind).one(record.number)
    try:
        return _PLANS[kind](record.value, link, around)
    except RecordRefused as problem:
        return DryRun(refused=[Refusal(problem.code, problem.detail)])


def _customer(customer: Customer, link: Link, around: Surroundings) -> DryRun:
    if not wants_customer(around.card, linked=link.state is LinkState.APPLIED):
        return DryRun(note="The shop card takes in customers only when an order needs them, or not at all.")
    if link.state is not LinkState.APPLIED and (why := contact_of_company(customer)) is not None:
        return DryRun(note=why.reason)
    linked = around.directory.customer_by_id(link.bc_id)
    companies = _present_numbers("companies", around)
    return _customer_run(customer_plan(customer, around.card, around.directory, linked, companies))


def _company(company: Company, link: Link, around: Surroundings) -> DryRun:
    if not wants_company(around.card, linked=link.state is LinkState.APPLIED):
        return DryRun(note="The shop card takes in companies only when an order needs them, or not at all.")
    linked = around.directory.customer_by_id(link.bc_id)
    people = _present_numbers("customers", around)
    return _customer_run(company_plan(company, around.card, around.directory, linked, people))


def _customer_run(plan: CustomerPlan) -> DryRun:
    operations = _customer_operations(plan)
    return DryRun(operations, note="" if operations else f"Customer {plan.number} stays as it is.")


def _customer_operations(plan: CustomerPlan) -> list[Operation]:
    if not plan.customer_id:
        return [_operation("POST", "customers", plan.body)]
    return [_operation("PATCH", f"customers({plan.customer_id})", plan.body)] if plan.body else []


def _product(product: Product, link: Link, around: Surroundings) -> DryRun:
    links = _variant_links([number_of(variant.id) for variant in product.variants.nodes], around)
    plans = item_plans(product, around.card, around.directory, links, around.shop_prices)
    reasons = [one.reason for one in plans if isinstance(one, RefusedVariant)]
    reasons += [without_price(one, one.unpriced) for one in plans if isinstance(one, ItemPlan) and one.unpriced]
    reasons += [unit_unclear(one) for one in plans if isinstance(one, ItemPlan) and one.unclear_unit]
    refused = [Refusal(reason.code, reason.detail) for reason in reasons]
    service = around.card.item_card_service
    operations = [each for one in plans if isinstance(one, ItemPlan) for each in _item_operations(one, service)]
    return DryRun(operations, refused, "" if operations or refused else "The items stay as they are.")


def _item_operations(plan: ItemPlan, item_card_service: str) -> list[Operation]:
    operations = []
    if plan.item or plan.prices:
        path = f"items({plan.item_id})" if plan.item_id else "items"
        operations.append(_operation("PATCH" if plan.item_id else "POST", path, plan.item | plan.prices))
    if plan.variant:
        operations.append(_operation("POST", "itemVariants", plan.variant))
    if plan.tariff:
        path = f"{item_card_service}(No={quoted(plan.item_number)})"
        operations.append(_operation("PATCH", path, tariff_body(plan.tariff)))
    return operations


def _order(order: Order, link: Link, around: Surroundings) -> DryRun:
    applied = link.state is LinkState.APPLIED
    if applied and (changed := conflict(order, link, around.card)) is not None:
        return DryRun(refused=[Refusal(changed.code, changed.detail)])
    if not around.card.auto_create_sales_documents:
        return DryRun(note="Auto Create Sales Documents is off: the order is kept, without a document.")
    number, first = _buyer(order, around)
    links = _variant_links(order.variants, around)
    plan = sales_order_plan(order, around.card, around.directory, number, links)
    if isinstance(plan, LeftOut):
        return DryRun(note=plan.reason)
    if applied:
        return _followed(plan, link)
    found = find_sales_documents(around.bc, [plan.external_document_number])
    if found:
        there = found[plan.external_document_number]
        return DryRun(note=f"{plan.external_document_number} is there as {there.entity_set} {there.number}.")
    body = {**plan.header, "externalDocumentNumber": plan.external_document_number, "salesOrderLines": plan.lines}
    return DryRun([*first, _operation("POST", "salesOrders", body)])


def _followed(plan: SalesOrderPlan, link: Link) -> DryRun:
    if (changed := conflict_of_figures(plan, link)) is not None:
        return DryRun(refused=[Refusal(changed.code, changed.detail)])
    changes = header_changes(decoded(link.header or "{}"), plan)
    if not changes or link.bc_set != "salesOrders":
        return DryRun(note=f"{link.bc_number} stays as it is.")
    return DryRun([_operation("PATCH", f"salesOrders({link.bc_id})", changes)])


def _buyer(order: Order, around: Surroundings) -> tuple[str, list[Operation]]:
    """The customer's number, and what makes it first."""
    people = _present_numbers("customers", around)
    companies = _present_numbers("companies", around)
    buyer = buyer_of(order, around.card, around.directory, people, companies)
    match buyer:
        case ExistingBuyer(customer_number=number):
            return number, []
        case NewBuyer(shopify_customer_id=id):
            customer = with_address(_kept("customers", id, Customer, around), [address_of(order)])
            try:
                plan = customer_plan(customer, around.card, around.directory, None, companies)
            except RecordRefused as refused:
                return instead_of_creating(refused, around.card, around.directory).number, []
        case CompanyBuyer(shopify_company_id=id):
            company = _kept("companies", id, Company, around)
            plan = company_plan(company, around.card, around.directory, None, people)
    return plan.number, _customer_operations(plan)


def _kept(kind: Kind, id: int, type: type[Kept], around: Surroundings) -> Kept:
    (record,) = around.named(kind, [id])
    if not isinstance(record.value, type):
        raise RecordRefused("record-unreadable", f"{kind} {record.number}: {record.problem}")
    return record.value


def _present_numbers(kind: Kind, around: Surroundings) -> Callable[[int], str | None]:
    return present_numbers(around.links(kind), around.directory)


def _variant_links(variants: Sequence[int], around: Surroundings) -> LinkOfVariant:
    return links_of_variants(variants, around.links(ITEMS), around.directory)


def _operation(method: str, path: str, body: Body) -> Operation:
    return Operation(method, path, msgspec.Raw(encode(body)))


_PLANS: Mapping[Kind, Callable[[Any, Link, Surroundings], DryRun]] = {
    "products": _product, "customers": _customer, "companies": _company, "orders": _order,
}
