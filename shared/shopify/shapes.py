"""The types of records that are read, and where each one can overflow.

A row names the documents of one type, its Shopify type and the connections whose first page comes
with the record and whose following pages must be fetched. Source: Shopify's Admin schema 2026-10.
Border: a table, no behaviour.
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.shopify import records

AnyRecord = records.Customer | records.Product | records.Order | records.Company


@dataclass(frozen=True)
class Overflow:
    """A connection inside a record, and the document that reads its following pages.

    inside    connections of its nodes, which may overflow too
    optional  the record may have come without it (OptionalPart)
    """

    field: str
    document: str
    inside: tuple[Overflow, ...] = ()
    optional: bool = False


@dataclass(frozen=True)
class OptionalPart:
    """A part that is left out where the token may not read it: the variable that asks for it, its scopes.

    One of the scopes opens it, at least for a share.
    """

    variable: str
    scopes: frozenset[str]


@dataclass(frozen=True)
class Shape:
    """How one type is read. `page_size` records per call; `filter` is added to the span of time.

    changed, places, by_id  documents: a page with all fields, the same page with ids alone, named records
    has_refunds             their further pages are read apart (completion.py)
    not_in_bulk             connections that a bulk operation does not give, and the document that reads each by id
    count, count_all        documents: how many a search finds, or how many there are altogether; "" for none
    """

    type_name: str
    struct: type[AnyRecord]
    changed: str
    places: str
    by_id: str
    page_size: int
    filter: str = ""
    overflows: tuple[Overflow, ...] = ()
    optional: tuple[OptionalPart, ...] = ()
    has_refunds: bool = False
    not_in_bulk: Mapping[str, str] = field(default_factory=dict)
    count: str = ""
    count_all: str = ""


SHAPES: dict[str, Shape] = {
    "customers": Shape(
        "Customer", records.Customer, "customers_changed", "customers_places", "customers_by_id", 200,
        count="customers_count",
        optional=(OptionalPart("companyContactProfiles", frozenset({"read_customers", "read_companies"})),)),
    "products": Shape(
        "Product", records.Product, "products_changed", "products_places", "products_by_id", 50,
        count="products_count", filter="gift_card:false", overflows=(Overflow("variants", "product_variants_next"),)),
    "orders": Shape(
        "Order", records.Order, "orders_changed", "orders_places", "orders_by_id", 100,
        count="orders_count", has_refunds=True,
        overflows=(Overflow("lineItems", "order_lines_next"),
                   Overflow("shippingLines", "order_shipping_lines_next"),
                   Overflow("fulfillmentOrders", "order_fulfillment_orders_next", optional=True,
                            inside=(Overflow("lineItems", "fulfillment_order_lines_next"),))),
        optional=(OptionalPart("fulfillmentOrders", frozenset({
            "read_assigned_fulfillment_orders", "read_merchant_managed_fulfillment_orders",
            "read_third_party_fulfillment_orders"})),
            OptionalPart("paymentTerms", frozenset({"read_payment_terms"}))),
        not_in_bulk={"shippingLines": "order_shipping_lines"}),
    "companies": Shape(
        "Company", records.Company, "companies_changed", "companies_places", "companies_by_id", 100,
        count_all="companies_count"),
}

REFUND_OVERFLOWS = (Overflow("refundLineItems", "refund_lines_next"),
                    Overflow("refundShippingLines", "refund_shipping_lines_next"))
