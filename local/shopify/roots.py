"""What the entry points of the Admin API answer, and the fields that join records.

A root field without a resolver of its own is answered by its shape: a connection is listed, a ``...Count``
counted, a field with an ``id`` looked up, anything else is null or empty. Other rooms of the simulator
(`subscriptions`, `bulk`) bring their own entries; `service` puts them together.
"""
from __future__ import annotations

import re
from decimal import Decimal

from graphql import GraphQLObjectType

from local.shopify.errors import FieldError
from local.shopify.execution import Execution, Resolver
from local.shopify.listings import LISTED
from local.shopify.lists import all_rows, connection, count, customer_orders, is_visible, orders_of
from local.shopify.money import ZERO, text
from local.shopify.plan import Field
from local.shopify.records import Record, gid
from local.shopify.schema import VERSION

SUPPORTED_VERSIONS = ("2025-10", "2026-01", "2026-04", "2026-07", "2026-10")
GID = re.compile(r"gid://shopify/(\w+)/([^/\s]+)")
IDENTIFIERS = {"handle": "handle", "emailAddress": "email", "phoneNumber": "phone"}


def by_shape(run: Execution, record: Record, field: Field) -> object:
    """Any root field without a resolver of its own."""
    if field.is_connection:
        return connection(run, record, field)
    if field.named.name == "Count":
        return count(run, record, field)
    if "id" in field.definition.args:
        return single(run, record, field)
    return [] if field.is_list and field.is_non_null else None


def single(run: Execution, record: Record, field: Field) -> Record | None:
    """The record an ``id`` argument names; null for an unknown one, an error for one of another type."""
    reference = run.arguments(field).get("id")
    if reference is None:
        return None
    match, wanted = GID.fullmatch(reference), field.named
    if not match or (isinstance(wanted, GraphQLObjectType) and match[1] != wanted.name):
        message = f"Invalid id: {reference}" if wanted.name == "BulkOperation" else "invalid id"
        raise FieldError(message, "RESOURCE_NOT_FOUND")
    return _by_gid(run, reference)


def _by_gid(run: Execution, reference: str) -> Record | None:
    record = run.state.by_gid(reference)
    hidden = record and record["__typename"] == "Order" and not is_visible(run, record["createdAt"])
    return None if hidden else record


def nodes(run: Execution, record: Record, field: Field) -> list[Record | None]:
    return [_by_gid(run, reference) for reference in run.arguments(field).get("ids", ())]


def by_identifier(run: Execution, record: Record, field: Field) -> Record | None:
    """customerByIdentifier, productByIdentifier, ...: by id, handle, e-mail or phone."""
    wanted = run.arguments(field).get("identifier") or {}
    if wanted.get("id"):
        return _by_gid(run, wanted["id"])
    given = next((key for key in IDENTIFIERS if wanted.get(key)), None)
    return _first(run, field.named.name, IDENTIFIERS[given], wanted[given]) if given else None


def product_by_handle(run: Execution, record: Record, field: Field) -> Record | None:
    return _first(run, "Product", "handle", run.arguments(field).get("handle", ""))


def _first(run: Execution, typename: str, name: str, value: str) -> Record | None:
    rows = all_rows(run, typename) if typename in LISTED else []
    return next((row.record for _, row in rows if row.record.get(name) == value), None)


def location(run: Execution, record: Record, field: Field) -> Record | None:
    """One location by id, or the primary one without."""
    return single(run, record, field) if run.arguments(field).get("id") else run.state.location


def shop(run: Execution, record: Record, field: Field) -> Record:
    return run.state.card


def app_installation(run: Execution, record: Record, field: Field) -> Record:
    """The calling app's own installation with the scopes its token really has."""
    return {"__typename": "AppInstallation", "id": gid("AppInstallation", 700_000_001),
            "launchUrl": f"https://{run.state.card['myshopifyDomain']}/admin/apps/connector",
            "accessScopes": [{"__typename": "AccessScope", "handle": scope, "description": scope.replace("_", " ")}
                             for scope in sorted(run.token.scopes)],
            "app": {"__typename": "App", "id": gid("App", 700_000_000), "title": "Connector",
                    "apiKey": run.token.app, "handle": "connector"}}


def api_versions(run: Execution, record: Record, field: Field) -> list[Record]:
    return [{"__typename": "ApiVersion", "handle": v, "supported": True,
             "displayName": v + (" (Latest)" if v == VERSION else "")} for v in SUPPORTED_VERSIONS]


# -- fields that join records -------------------------------------------------------

def number_of_orders(run: Execution, record: Record, field: Field) -> str:
    return str(len(orders_of(run, record)))


def last_order(run: Execution, record: Record, field: Field) -> Record | None:
    orders = orders_of(run, record)
    return orders[-1].record if orders else None


def amount_spent(run: Execution, record: Record, field: Field) -> Record:
    spent = sum((Decimal(o.record["netPaymentSet"]["shopMoney"]["amount"]) for o in orders_of(run, record)), ZERO)
    return {"amount": text(spent), "currencyCode": run.state.card["currencyCode"]}


def company_profiles(run: Execution, record: Record, field: Field) -> list[Record]:
    contacts = (c for company in run.state.stored("companies") for c in company.record["contacts"])
    return [c for c in contacts if c["customer"] == record["id"]]


def not_done(run: Execution, record: Record, field: Field) -> Record:
    """A mutation the simulator does not know: nothing changes, and its user errors say so."""
    error = {"field": None, "message": f"The simulated shop cannot do {field.name} yet.", "code": None}
    return {"__typename": field.named.name,
            **{name: [error] for name in field.named.fields if name.endswith("serErrors")}}


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
