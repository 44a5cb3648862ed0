"""What an operator does with one order: synchronize it, accept its document as it stands, have it made anew.

And which orders stand on another customer than their company's, or reckon another tax than Shopify charged.
"""
from __future__ import annotations

from datetime import date

import msgspec

from shared.connector import Connector
from shared.shopify_ids import id_in
from shared.to_business_central.orders import creating_again, one_order, resolving
from shared.to_business_central.orders.company_orders import ElsewhereBooked, company_orders_elsewhere
from shared.to_business_central.orders.one_order import Synchronized
from shared.to_business_central.orders.resolving import Resolved
from shared.to_business_central.orders.tax_apart import TaxApart, taxes_apart


class ElsewhereView(msgspec.Struct, frozen=True, kw_only=True):
    """Orders, each with the address of its capture; ask again with `continuation` while it is not null."""

    orders: list[ElsewhereBooked]
    continuation: str | None


def not_on_their_company(connector: Connector, shop: str, *, limit: int, continuation: str) -> ElsewhereView:
    """Orders of companies whose document stands on another customer; ConnectorError as orders/company_orders.py."""
    page = company_orders_elsewhere(connector, shop, limit=limit, continuation=continuation)
    captures = f"/api/shops/{shop}/data-captures/orders"
    shown = [msgspec.structs.replace(one, capture=f"{captures}/{one.capture}") for one in page.orders]
    return ElsewhereView(orders=shown, continuation=page.continuation or None)


class TaxApartView(msgspec.Struct, frozen=True, kw_only=True):
    """Taxes of orders, one a rate; ask again with `continuation` while it is not null."""

    taxes: list[TaxApart]
    continuation: str | None


def tax_apart(
    connector: Connector, shop: str, *, first: date | None, last: date | None, limit: int, continuation: str,
    most: int | None = None,
) -> TaxApartView:
    """Orders whose document reckons another tax than Shopify charged; most, ConnectorError as orders/tax_apart.py."""
    page = taxes_apart(connector, shop, first=first, last=last, limit=limit, most=most, continuation=continuation)
    return TaxApartView(taxes=page.taxes, continuation=page.continuation or None)


def sync_order(connector: Connector, shop: str, order: str, *, even_if_left_out: bool, by: str) -> Synchronized:
    """Bring one order up to date, by its id or its name; ConnectorError as orders/one_order.py."""
    id = id_in(order) or ""
    # What was typed is kept as an id only: an erasure would not know an order by its name.
    with connector.operations.recorded("sync_order", by=by, shop=shop, type="orders", record_id=id) as operation:
        operation.after = {"even_if_left_out": even_if_left_out}
        done = one_order.sync_order(connector, shop, order, even_if_left_out=even_if_left_out, by=by)
        operation.record_id = done.id
        operation.after |= {"result": done.result, "number": done.number, "code": done.code}
    return done


def resolve_order(connector: Connector, shop: str, id: str, confirm: str, *, by: str) -> Resolved:
    """Mark a parked order as resolved; ConnectorError as orders/resolving.py."""
    with connector.operations.recorded("resolve_order", by=by, shop=shop, type="orders", record_id=id) as operation:
        done = resolving.resolve(connector, shop, id, confirm, by=by)
        operation.changed({"code": done.code}, {"code": "", "number": done.number})
    return done


def create_order_again(connector: Connector, shop: str, id: str, confirm: str, *, by: str) -> Synchronized:
    """Give an order's document up and make a new one; ConnectorError as orders/creating_again.py."""
    with connector.operations.recorded(
        "create_order_again", by=by, shop=shop, type="orders", record_id=id,
    ) as operation:
        done = creating_again.create_again(connector, shop, id, confirm, by=by)
        operation.before = {"number": confirm}
        operation.after = {"result": done.result, "number": done.number, "code": done.code}
    return done
