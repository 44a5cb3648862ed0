"""HTTP JSON for what an operator does with one order."""
from __future__ import annotations

import azure.functions as func

from functions.http import Answer, Call, edge, moment
from functions.inputs import BackFill, SyncOrder, takes
from shared.errors import ConnectorError
from shared.sync.one_order import sync_order
from shared.sync.run import request_back_fill

blueprint = func.Blueprint()


@blueprint.function_name("sync_order")
@blueprint.route("shops/{shop}/orders/{order}/sync", methods=["POST"])
@edge
@takes(body=SyncOrder)
def sync_one_order(call: Call) -> Answer:
    shop = call.connector.shops.get(call.path["shop"]).code
    return Answer(sync_order(
        call.connector, shop, call.path["order"], even_if_left_out=call.body.even_if_left_out, by=call.by))


@blueprint.function_name("back_fill_orders")
@blueprint.route("shops/{shop}/orders/back-fill", methods=["POST"])
@edge
@takes(body=BackFill)
def back_fill_orders(call: Call) -> Answer:
    since, until = moment("from", call.body.since), moment("to", call.body.until)
    if since is None or until is None:
        raise ConnectorError("input-invalid", "from and to: two times with their time zone")
    begin, end = request_back_fill(call.connector, call.path["shop"], since, until, started_by=call.by)
    return Answer({"queued": True, "from": begin, "to": end}, 202)
