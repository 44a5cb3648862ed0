"""Lists of records by type: payouts, disputes, companies, and every other type of the registry."""
from __future__ import annotations

import azure.functions as func
from msgspec import structs

from functions.http import Call
from functions.inputs import ListFilters, takes
from functions.portal.edge import Shown, page
from functions.portal.older import older_page, whole_list
from shared import admin

blueprint = func.Blueprint()


@blueprint.function_name("portal_list")
@blueprint.route("portal/lists/{type}", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@page
@takes(query=ListFilters)
def show_list(call: Call) -> Shown:
    asked: ListFilters = call.query
    shop, address = asked.shop or _first_shop(call), f"/portal/lists/{call.path['type']}"
    shop = call.connector.shops.get(shop).code if shop else ""
    found = admin.lists.list_records(call.connector, shop, call.path["type"], asked.state, asked.continuation)
    chosen = structs.replace(asked, shop=shop)
    return Shown("list.html", {
        "asked": chosen, "found": found, "older": older_page(address, chosen, found.continuation),
        "file": whole_list(f"{address}/export", chosen)})


def _first_shop(call: Call) -> str:
    return next((one.code for one in admin.frame.frame(call.connector).shops), "")
