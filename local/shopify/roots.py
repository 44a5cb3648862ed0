"""What the entry points of the Admin API answer: lists, counts, single records, the shop and the app.

A root field not named here is answered by its shape: a connection is listed (empty when we keep no such
type, its ``query:`` still understood), a ``...Count`` counted, a field with an ``id`` looked up.
Border: turns arguments into records; completing and paging nested fields is `execution`.
"""
from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from local.shopify.access import order_is_visible
from local.shopify.errors import FieldError
from local.shopify.execution import Execution, Resolver, listed
from local.shopify.listings import LISTED, reader, rows_of, sorted_rows
from local.shopify.money import ZERO, text
from local.shopify.paging import Page, check_window, key_of, page_of
from local.shopify.plan import Field
from local.shopify.records import Record, gid
from local.shopify.schema import VERSION
from local.shopify.search import Search, matcher, understood
from local.shopify.state import Stored

COUNT_LIMIT = 10_000
SUPPORTED_VERSIONS = ("2025-10", "2026-01", "2026-04", "2026-07", "2026-10")
GID = re.compile(r"gid://shopify/(\w+)/([^/\s]+)")


def by_shape(run: Execution, record: Record, field: Field) -> Any:
    """Any root field without a resolver of its own."""
    if field.is_connection:
        return connection(run, record, field)
    if field.named.name == "Count":
        return count(run, record, field)
    if "id" in field.definition.args:
        return single(run, record, field)
    return [] if field.is_list and field.is_non_null else None


def connection(run: Execution, record: Record, field: Field) -> Page:
    """A page of all records of the connection's type, searched and sorted."""
    arguments = run.arguments(field)
    check_window(arguments.get("first"), arguments.get("last"), needed=True)
    typename = field.named.name.removesuffix("Connection")
    rows = _searched(run, field, typename, _rows(run, typename))
    for name in ("after", "before"):
        if arguments.get(name):
            key_of(arguments[name])
    reverse, sort_key = bool(arguments.get("reverse")), arguments.get("sortKey")
    ordered, keys = sorted_rows(rows, sort_key, reverse)
    page = page_of(ordered, keys, arguments)
    return Page([row.record for row in page.items], page.keys, page.has_next, page.has_previous)


def _rows(run: Execution, typename: str) -> list[Any]:
    rows = rows_of(run.state, typename, lag=run.search_lag, now=run.now)
    if typename == "Order" and not run.token.sees_all_orders:
        rows = [r for r in rows if _visible(run, r.spec)]
    return rows


def _visible(run: Execution, order: Record) -> bool:
    return order_is_visible(run.token, order.get("created_at") or order["createdAt"], run.now)


def _searched(run: Execution, field: Field, typename: str, rows: list[Any]) -> list[Any]:
    arguments = run.arguments(field)
    if not arguments.get("query"):
        return rows
    known = run.schema.search_fields(field.parent.name, field.name)
    search: Search = understood(arguments["query"], known)
    if search.warnings:
        run.searches.append(search.report([p for p in listed(run.path) if isinstance(p, str)]))
    test = matcher(search, known, run.now)
    return rows if test is None else [row for row in rows if test(reader(row))]


COUNTED = {"ordersCount": "Order", "customersCount": "Customer", "productsCount": "Product",
           "productVariantsCount": "ProductVariant", "companiesCount": "Company", "locationsCount": "Location",
           "pendingOrdersCount": "Order"}


def count(run: Execution, record: Record, field: Field) -> Record:
    """A Count, exact up to the limit (10,000 unless `limit` says otherwise; null means no limit)."""
    arguments = run.arguments(field)
    typename = COUNTED.get(field.name, "")
    rows = _searched(run, field, typename, _rows(run, typename) if typename else [])
    limit = arguments.get("limit", COUNT_LIMIT)
    if limit is not None and len(rows) > limit:
        return {"count": limit, "precision": "AT_LEAST"}
    return {"count": len(rows), "precision": "EXACT"}


def single(run: Execution, record: Record, field: Field) -> Record | None:
    """The record an ``id`` argument names; null for an unknown one, an error for one of another type."""
    reference = run.arguments(field).get("id")
    if reference is None:
        return None
    match = GID.fullmatch(str(reference))
    wanted = field.named.name
    if not match or (hasattr(field.named, "fields") and match[1] != wanted and wanted in run.schema.graphql.type_map
                     and field.selection.declared.__class__.__name__ == "GraphQLObjectType"):
        message = f"Invalid id: {reference}" if wanted == "BulkOperation" else "invalid id"
        raise FieldError(message, "RESOURCE_NOT_FOUND")
    return _by_gid(run, str(reference))


def _by_gid(run: Execution, reference: str) -> Record | None:
    record = run.state.by_gid(reference)
    if record and record["__typename"] == "Order" and not _visible(run, record):
        return None
    return record


def nodes(run: Execution, record: Record, field: Field) -> list[Record | None]:
    return [_by_gid(run, reference) for reference in run.arguments(field).get("ids", ())]


def by_identifier(run: Execution, record: Record, field: Field) -> Record | None:
    """customerByIdentifier, productByIdentifier, orderByIdentifier, ...: by id, handle, e-mail, phone."""
    wanted = run.arguments(field).get("identifier") or {}
    if wanted.get("id"):
        return _by_gid(run, wanted["id"])
    tests = {"handle": "handle", "emailAddress": "email", "phoneNumber": "phone"}
    for key, name in tests.items():
        if wanted.get(key):
            return _first(run, field.named.name, name, wanted[key])
    return None


def _first(run: Execution, typename: str, name: str, value: str) -> Record | None:
    if typename not in LISTED:
        return None
    return next((r.record for r in _rows(run, typename) if r.record.get(name) == value), None)


def product_by_handle(run: Execution, record: Record, field: Field) -> Record | None:
    return _first(run, "Product", "handle", run.arguments(field).get("handle", ""))


def location(run: Execution, record: Record, field: Field) -> Record | None:
    """One location by id, or the primary one without."""
    return single(run, record, field) if run.arguments(field).get("id") else run.state.location


def shop(run: Execution, record: Record, field: Field) -> Record:
    return run.state.card


def app_installation(run: Execution, record: Record, field: Field) -> Record:
    """The calling app's own installation with the scopes its token really has."""
    scopes = sorted(run.token.scopes)
    return {"__typename": "AppInstallation", "id": gid("AppInstallation", 700_000_001),
            "launchUrl": "https://demo-fr.myshopify.com/admin/apps/connector",
            "accessScopes": [{"__typename": "AccessScope", "handle": s, "description": s.replace("_", " ")}
                             for s in scopes],
            "app": {"__typename": "App", "id": gid("App", 700_000_000), "title": "Connector", "apiKey": run.token.app,
                    "handle": "connector"}}


def api_versions(run: Execution, record: Record, field: Field) -> list[Record]:
    return [{"__typename": "ApiVersion", "handle": v, "supported": True,
             "displayName": v + (" (Latest)" if v == VERSION else "")} for v in SUPPORTED_VERSIONS]


# -- fields that join records -------------------------------------------------------

def _orders_of(run: Execution, customer: Record) -> list[Stored]:
    number = int(customer["id"].rsplit("/", 1)[1])
    return [o for o in run.state.orders_of(number) if _visible(run, o.spec)]


def customer_orders(run: Execution, record: Record, field: Field) -> Page:
    arguments = run.arguments(field)
    rows = _searched(run, field, "Order", _orders_of(run, record))
    ordered, keys = sorted_rows(rows, arguments.get("sortKey"), bool(arguments.get("reverse")))
    page = page_of(ordered, keys, arguments)
    return Page([row.record for row in page.items], page.keys, page.has_next, page.has_previous)


def number_of_orders(run: Execution, record: Record, field: Field) -> str:
    return str(len(_orders_of(run, record)))


def last_order(run: Execution, record: Record, field: Field) -> Record | None:
    orders = _orders_of(run, record)
    return orders[-1].record if orders else None


def amount_spent(run: Execution, record: Record, field: Field) -> Record:
    spent = sum((Decimal(o.record["netPaymentSet"]["shopMoney"]["amount"]) for o in _orders_of(run, record)), ZERO)
    return {"amount": text(spent), "currencyCode": run.state.card["currencyCode"]}


def company_profiles(run: Execution, record: Record, field: Field) -> list[Record]:
    contacts = (c for company in run.state.stored("companies") for c in company.record["contacts"])
    return [c for c in contacts if c["customer"] == record["id"]]


def not_done(run: Execution, record: Record, field: Field) -> Record:
    """A mutation the simulator does not know: nothing changes, and its user errors say so."""
    message = f"The simulated shop cannot do {field.name} yet."
    errors = [name for name in field.named.fields if name.endswith("serErrors")]
    return {"__typename": field.named.name,
            **{name: [{"field": None, "message": message, "code": None}] for name in errors}}


RESOLVERS: dict[tuple[str, str], Resolver] = {
    ("QueryRoot", "*"): by_shape,
    ("QueryRoot", "shop"): shop,
    ("QueryRoot", "nodes"): nodes,
    ("QueryRoot", "location"): location,
    ("QueryRoot", "productByHandle"): product_by_handle,
    ("QueryRoot", "customerByIdentifier"): by_identifier,
    ("QueryRoot", "productByIdentifier"): by_identifier,
    ("QueryRoot", "orderByIdentifier"): by_identifier,
    ("QueryRoot", "productVariantByIdentifier"): by_identifier,
    ("QueryRoot", "locationByIdentifier"): by_identifier,
    ("QueryRoot", "currentAppInstallation"): app_installation,
    ("QueryRoot", "appInstallation"): app_installation,
    ("QueryRoot", "publicApiVersions"): api_versions,
    ("Mutation", "*"): not_done,
    ("Customer", "orders"): customer_orders,
    ("Customer", "numberOfOrders"): number_of_orders,
    ("Customer", "lastOrder"): last_order,
    ("Customer", "amountSpent"): amount_spent,
    ("Customer", "companyContactProfiles"): company_profiles,
}

