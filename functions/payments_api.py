"""HTTP JSON for what is kept of Shopify Payments: payouts and disputes, newest first."""
from __future__ import annotations

from typing import Any

import azure.functions as func
import msgspec

from functions.http import Answer, Call, edge
from functions.inputs import PaymentsQuery, takes
from shared.journal.payments import Dispute, Payout

blueprint = func.Blueprint()


@blueprint.function_name("list_payouts")
@blueprint.route("api/shops/{shop}/payouts", methods=["GET"])
@edge
@takes(query=PaymentsQuery)
def list_payouts(call: Call) -> Answer:
    shop = call.shop
    page = call.connector.payouts.page(shop, call.query.continuation)
    return Answer({"payouts": [_shown(shop, one) for one in page.rows], "continuation": page.continuation or None})


@blueprint.function_name("list_disputes")
@blueprint.route("api/shops/{shop}/disputes", methods=["GET"])
@edge
@takes(query=PaymentsQuery)
def list_disputes(call: Call) -> Answer:
    shop = call.shop
    page = call.connector.disputes.page(shop, call.query.continuation)
    return Answer({"disputes": [_shown(shop, one) for one in page.rows], "continuation": page.continuation or None})


def _shown(shop: str, one: Payout | Dispute) -> dict[str, Any]:
    """The row with its id; what is empty is null, and the hash is ours alone."""
    shown: dict[str, Any] = msgspec.to_builtins(one)
    number, _ = shown.pop("number"), shown.pop("sent")
    if shown.get("order"):
        shown["order"] = int(shown["order"])
    return {"shop": shop, "id": number} | {name: None if value == "" else value for name, value in shown.items()}
