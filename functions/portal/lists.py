"""Lists of records by type: payouts, disputes, companies, and every other type of the registry."""
from __future__ import annotations

from typing import Any

import azure.functions as func
from msgspec import structs

from functions.http import Call
from functions.inputs import takes
from functions.portal.edge import Shown, page
from functions.portal.forms import Entries, ListFilters, OrdersFilters
from functions.portal.list_addresses import Pages, pages_around, whole_list
from shared import admin
from shared.errors import ConnectorError

blueprint = func.Blueprint()
_LOOKED_AT = 5000
"""Orders that a page of taxes looks through: one call of storage for a thousand."""

_SHOWN = 100
"""Taxes of a page."""

_ASKED_AT_ONCE = 200
"""Orders that a page has Business Central asked about."""


@blueprint.function_name("portal_list")
@blueprint.route("portal/lists/{type}", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@page
@takes(query=ListFilters)
def show_list(call: Call) -> Shown:
    asked: ListFilters = call.query
    shop, address = asked.shop or _first_shop(call), f"/portal/lists/{call.path['type']}"
    shop = call.connector.shops.known(shop) if shop else ""
    found = admin.lists.list_records(call.connector, shop, call.path["type"], asked.state, asked.continuation)
    chosen = structs.replace(asked, shop=shop)
    return Shown("list.html", {
        "asked": chosen, "found": found, "pages": pages_around(address, chosen, found.continuation),
        "file": whole_list(f"{address}/export", chosen)})


@blueprint.function_name("portal_tax_apart")
@blueprint.route("portal/orders/tax-apart", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@page
@takes(query=OrdersFilters)
def show_tax_apart(call: Call) -> Shown:
    chosen, typed = _of_a_shop(call), Entries(call.connector)
    first, last = typed.day("from", chosen.first), typed.day("to", chosen.last)
    found = chosen.shop and not typed.wrong and admin.orders.tax_apart(
        call.connector, chosen.shop, first=first, last=last, limit=_LOOKED_AT, most=_SHOWN,
        continuation=chosen.continuation)
    taxes = found.taxes if found else []
    names = admin.lists.names_of(call.connector, chosen.shop, "orders", (one.id for one in taxes))
    pages = pages_around("/portal/orders/tax-apart", chosen, found.continuation if found else None)
    values = {"asked": chosen, "taxes": taxes, "names": names, "pages": pages, "wrong": typed.wrong}
    return Shown("tax-apart.html", values, typed.status)


@blueprint.function_name("portal_orders_elsewhere")
@blueprint.route("portal/orders/not-on-their-company", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@page
@takes(query=OrdersFilters)
def show_orders_elsewhere(call: Call) -> Shown:
    """Business Central is asked where each document stands; where it does not answer, the page says why."""
    chosen, address = _of_a_shop(call), "/portal/orders/not-on-their-company"
    values: dict[str, Any] = {"asked": chosen, "orders": [], "pages": Pages(None, None), "problem": None}
    try:
        found = chosen.shop and admin.orders.not_on_their_company(
            call.connector, chosen.shop, limit=_ASKED_AT_ONCE, continuation=chosen.continuation)
    except ConnectorError as problem:
        if problem.code == "input-invalid":
            raise
        return Shown("orders-elsewhere.html", values | {"problem": problem}, problem.problem.status)
    if found:
        values |= {"orders": found.orders, "pages": pages_around(address, chosen, found.continuation)}
    return Shown("orders-elsewhere.html", values)


def _of_a_shop(call: Call) -> OrdersFilters:
    """What is asked, of the first shop where none is named; ConnectorError shop-unknown."""
    asked: OrdersFilters = call.query
    shop = asked.shop or _first_shop(call)
    return structs.replace(asked, shop=call.connector.shops.known(shop) if shop else "")


def _first_shop(call: Call) -> str:
    return next((one.code for one in admin.frame.frame(call.connector).shops), "")
