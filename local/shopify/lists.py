"""Connections and counts at the root: list, search, sort, page.

A connection of a type we do not keep is empty, but its ``query:`` is still understood, so that a misspelt
field warns everywhere. Orders older than 60 days are left out for tokens without read_all_orders.
Border: gives pages of records; completing them is `execution`. Sorted lists are remembered by `ShopState`.
"""
from __future__ import annotations

from local.shopify.access import order_is_visible
from local.shopify.execution import Execution, listed
from local.shopify.listings import Sorted, reader, rows_of, sorted_rows
from local.shopify.paging import Page, check_window, page_of
from local.shopify.plan import Field
from local.shopify.records import Record
from local.shopify.search import matcher, understood
from local.shopify.state import Stored

COUNT_LIMIT = 10_000
COUNTED = {"ordersCount": "Order", "customersCount": "Customer", "productsCount": "Product",
           "productVariantsCount": "ProductVariant", "companiesCount": "Company", "locationsCount": "Location"}


def connection(run: Execution, record: Record, field: Field) -> Page:
    """A page of all records of the connection's type."""
    arguments = run.arguments(field)
    check_window(arguments.get("first"), arguments.get("last"), needed=True)
    typename = field.named.name.removesuffix("Connection")
    return paged(run, field, all_rows(run, typename, arguments.get("sortKey"), bool(arguments.get("reverse"))))


def customer_orders(run: Execution, record: Record, field: Field) -> Page:
    """A page of one customer's orders."""
    arguments = run.arguments(field)
    rows = sorted_rows(orders_of(run, record), arguments.get("sortKey"), bool(arguments.get("reverse")))
    return paged(run, field, rows)


def count(run: Execution, record: Record, field: Field) -> Record:
    """A Count, exact up to the limit (10,000 unless `limit` says otherwise; null means no limit)."""
    typename = COUNTED.get(field.name)
    found = len(searched(run, field, all_rows(run, typename) if typename else []))
    limit = run.arguments(field).get("limit", COUNT_LIMIT)
    if limit is not None and found > limit:
        return {"count": limit, "precision": "AT_LEAST"}
    return {"count": found, "precision": "EXACT"}


def all_rows(run: Execution, typename: str, sort_key: str | None = None, reverse: bool = False) -> list[Sorted]:
    """Every row of a type this token may see, in order."""
    def make() -> list[Sorted]:
        return sorted_rows(rows_of(run.state, typename, lag=run.search_lag, now=run.now), sort_key, reverse)

    rows = make() if run.search_lag else run.state.memo((typename, sort_key, reverse), make)
    if typename != "Order" or run.token.sees_all_orders:
        return rows
    return [item for item in rows if is_visible(run, item[1].spec["created_at"])]


def orders_of(run: Execution, customer: Record) -> list[Stored]:
    """A customer's orders, oldest number first, that this token may see."""
    number = int(customer["id"].rsplit("/", 1)[1])
    return [o for o in run.state.orders_of(number) if is_visible(run, o.spec["created_at"])]


def is_visible(run: Execution, created_at: str) -> bool:
    return order_is_visible(run.token, created_at, run.now)


def paged(run: Execution, field: Field, rows: list[Sorted]) -> Page:
    """The page the field asks for of these rows, of which only those are taken that its ``query:`` matches."""
    found = searched(run, field, rows)
    page = page_of([row for _, row in found], [key for key, _ in found], run.arguments(field),
                   window_needed=not run.bulk)
    return Page([row.record for row in page.items], page.keys, page.has_next, page.has_previous)


def searched(run: Execution, field: Field, rows: list[Sorted]) -> list[Sorted]:
    """The rows that match the field's ``query:``; what was not understood is reported, not applied."""
    text = run.arguments(field).get("query")
    if not text:
        return rows
    known = run.schema.search_fields(field.parent.name, field.name)
    search = understood(text, known)
    if search.warnings:
        run.searches.append(search.report([part for part in listed(run.path) if isinstance(part, str)]))
    test = matcher(search, known, run.now)
    return rows if test is None else [item for item in rows if test(reader(item[1]))]
