"""HTTP JSON for what an operator does with one order."""
from __future__ import annotations

from typing import Any

import azure.functions as func
import msgspec

from functions.http import Answer, Call, edge, moment
from functions.inputs import BackFill, CompanyOrdersQuery, ConfirmedDocument, SyncOrder, takes
from shared.errors import ConnectorError
from shared.sync.company_orders import ElsewhereBooked, company_orders_elsewhere
from shared.sync.creating_again import create_again
from shared.sync.one_order import sync_order
from shared.sync.resolving import resolve
from shared.sync.run import request_back_fill

blueprint = func.Blueprint()


@blueprint.function_name("sync_order")
@blueprint.route("api/shops/{shop}/orders/{order}/sync", methods=["POST"])
@edge
@takes(body=SyncOrder)
def sync_one_order(call: Call) -> Answer:
    shop = call.shop
    return Answer(sync_order(
        call.connector, shop, call.path["order"], even_if_left_out=call.body.even_if_left_out, by=call.by))


@blueprint.function_name("back_fill_orders")
@blueprint.route("api/shops/{shop}/orders/back-fill", methods=["POST"])
@edge
@takes(body=BackFill)
def back_fill_orders(call: Call) -> Answer:
    since, until = moment("from", call.body.since), moment("to", call.body.until)
    if since is None or until is None:
        raise ConnectorError("input-invalid", "from and to: two times with their time zone")
    begin, end = request_back_fill(call.connector, call.path["shop"], since, until, started_by=call.by)
    return Answer({"queued": True, "from": begin, "to": end}, 202)


@blueprint.function_name("resolve_order")
@blueprint.route("api/shops/{shop}/orders/{id:long}/resolve", methods=["POST"])
@edge
@takes(query=ConfirmedDocument)
def resolve_order(call: Call) -> Answer:
    shop, number = _order(call)
    return Answer(resolve(call.connector, shop, number, call.query.confirm, by=call.by))


@blueprint.function_name("create_order_again")
@blueprint.route("api/shops/{shop}/orders/{id:long}/create-again", methods=["POST"])
@edge
@takes(query=ConfirmedDocument)
def create_order_again(call: Call) -> Answer:
    shop, number = _order(call)
    return Answer(create_again(call.connector, shop, number, call.query.confirm, by=call.by))


@blueprint.function_name("list_orders_not_on_their_company")
@blueprint.route("api/shops/{shop}/orders/not-on-their-company", methods=["GET"])
@edge
@takes(query=CompanyOrdersQuery)
def list_orders_not_on_their_company(call: Call) -> Answer:
    shop, query = call.shop, call.query
    page = company_orders_elsewhere(call.connector, shop, limit=query.limit, continuation=query.continuation)
    return Answer({"orders": [_shown(shop, one) for one in page.orders], "continuation": page.continuation or None})


def _shown(shop: str, order: ElsewhereBooked) -> dict[str, Any]:
    shown: dict[str, Any] = msgspec.to_builtins(order)
    return shown | {"capture": f"/api/shops/{shop}/data-captures/orders/{order.capture}"}


def _order(call: Call) -> tuple[str, int]:
    """(shop, Shopify id) of the path."""
    shop, text = call.shop, call.path["id"]
    if not (text.isascii() and text.isdigit() and len(text) <= 20):
        raise ConnectorError("not-found", f"{text[:20]!r} is not the id of an order")
    return shop, int(text)
