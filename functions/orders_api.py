"""HTTP JSON for what an operator does with one order."""
from __future__ import annotations

import azure.functions as func

from functions.api_inputs import BackFill, CompanyOrdersQuery, ConfirmedDocument, SyncOrder, TaxApartQuery
from functions.http import Answer, Call, day, edge, moment
from functions.inputs import takes
from shared import admin
from shared.errors import ConnectorError
from shared.shopify_ids import id_in
from shared.texts import sentence

blueprint = func.Blueprint()


@blueprint.function_name("sync_order")
@blueprint.route("api/shops/{shop}/orders/{order}/sync", methods=["POST"])
@edge
@takes(body=SyncOrder)
def sync_one_order(call: Call) -> Answer:
    left_out_too = call.body.even_if_left_out
    return Answer(admin.orders.sync_order(
        call.connector, call.shop, call.path["order"], even_if_left_out=left_out_too, by=call.by))


@blueprint.function_name("back_fill_orders")
@blueprint.route("api/shops/{shop}/orders/back-fill", methods=["POST"])
@edge
@takes(body=BackFill)
def back_fill_orders(call: Call) -> Answer:
    since, until = moment("from", call.body.since), moment("to", call.body.until)
    if since is None or until is None:
        raise ConnectorError("input-invalid", sentence("from and to: two times with their time zone"))
    return Answer(admin.synchronization.back_fill_orders(call.connector, call.shop, since, until, by=call.by), 202)


@blueprint.function_name("resolve_order")
@blueprint.route("api/shops/{shop}/orders/{id}/resolve", methods=["POST"])
@edge
@takes(query=ConfirmedDocument)
def resolve_order(call: Call) -> Answer:
    shop, id = _order(call)
    return Answer(admin.orders.resolve_order(call.connector, shop, id, call.query.confirm, by=call.by))


@blueprint.function_name("create_order_again")
@blueprint.route("api/shops/{shop}/orders/{id}/create-again", methods=["POST"])
@edge
@takes(query=ConfirmedDocument)
def create_order_again(call: Call) -> Answer:
    shop, id = _order(call)
    return Answer(admin.orders.create_order_again(call.connector, shop, id, call.query.confirm, by=call.by))


@blueprint.function_name("list_orders_not_on_their_company")
@blueprint.route("api/shops/{shop}/orders/not-on-their-company", methods=["GET"])
@edge
@takes(query=CompanyOrdersQuery)
def list_orders_not_on_their_company(call: Call) -> Answer:
    query: CompanyOrdersQuery = call.query
    return Answer(admin.orders.not_on_their_company(
        call.connector, call.shop, limit=query.limit, continuation=query.continuation))


@blueprint.function_name("list_tax_apart")
@blueprint.route("api/shops/{shop}/orders/tax-apart", methods=["GET"])
@edge
@takes(query=TaxApartQuery)
def list_tax_apart(call: Call) -> Answer:
    query: TaxApartQuery = call.query
    return Answer(admin.orders.tax_apart(
        call.connector, call.shop, first=day("from", query.first), last=day("to", query.last), limit=query.limit,
        continuation=query.continuation))


def _order(call: Call) -> tuple[str, str]:
    """(shop, Shopify id) of the path."""
    shop, text = call.shop, call.path["id"]
    id = id_in(text)
    if id is None:
        raise ConnectorError("not-found", sentence("{text} is not the id of an order", text=repr(text[:20])))
    return shop, id
