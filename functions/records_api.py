"""HTTP JSON for one record: what was sent, what was decided, what stands, what happened."""
from __future__ import annotations

import azure.functions as func

from functions.http import Answer, Call, edge
from shared import admin

blueprint = func.Blueprint()


@blueprint.function_name("get_record")
@blueprint.route("api/shops/{shop}/records/{type}/{id}", methods=["GET"])
@edge
def get_record(call: Call) -> Answer:
    return Answer(admin.records.get_record(
        call.connector, call.shop, call.path["type"], call.path["id"], language=call.language))
