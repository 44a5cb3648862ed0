"""HTTP JSON for what an operator does with one order."""
from __future__ import annotations

import azure.functions as func

from functions.http import Answer, Call, edge
from functions.inputs import SyncOrder, takes
from shared.sync.one_order import sync_order

blueprint = func.Blueprint()


@blueprint.function_name("sync_order")
@blueprint.route("shops/{shop}/orders/{order}/sync", methods=["POST"])
@edge
@takes(body=SyncOrder)
def sync_one_order(call: Call) -> Answer:
    shop = call.connector.shops.get(call.path["shop"]).code
    return Answer(sync_order(
        call.connector, shop, call.path["order"], even_if_left_out=call.body.even_if_left_out, by=call.by))
