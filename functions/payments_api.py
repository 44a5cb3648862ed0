"""HTTP JSON for what is kept of Shopify Payments: payouts and disputes, newest first."""
from __future__ import annotations

import azure.functions as func

from functions.api_inputs import PaymentsQuery
from functions.http import Answer, Call, edge
from functions.inputs import takes
from shared import admin

blueprint = func.Blueprint()


@blueprint.function_name("list_payouts")
@blueprint.route("api/shops/{shop}/payouts", methods=["GET"])
@edge
@takes(query=PaymentsQuery)
def list_payouts(call: Call) -> Answer:
    page = admin.payments.list_payouts(call.connector, call.shop, call.query.continuation)
    return Answer({"payouts": page.rows, "continuation": page.continuation})


@blueprint.function_name("list_disputes")
@blueprint.route("api/shops/{shop}/disputes", methods=["GET"])
@edge
@takes(query=PaymentsQuery)
def list_disputes(call: Call) -> Answer:
    page = admin.payments.list_disputes(call.connector, call.shop, call.query.continuation)
    return Answer({"disputes": page.rows, "continuation": page.continuation})
