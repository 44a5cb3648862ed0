"""HTTP JSON for setting up: the guide from an empty app to the first order, and the set-up check."""
from __future__ import annotations

import azure.functions as func

from functions.api_inputs import SetUpCheck
from functions.http import Answer, Call, edge
from functions.inputs import takes
from shared import admin

blueprint = func.Blueprint()


@blueprint.function_name("get_set_up")
@blueprint.route("api/set-up", methods=["GET"])
@edge
def get_set_up(call: Call) -> Answer:
    return Answer(admin.set_up_guide.guide(call.connector, "", call.language))


@blueprint.function_name("get_shop_set_up")
@blueprint.route("api/shops/{shop}/set-up", methods=["GET"])
@edge
def get_shop_set_up(call: Call) -> Answer:
    return Answer(admin.set_up_guide.guide(call.connector, call.shop, call.language))


@blueprint.function_name("check_set_up")
@blueprint.route("api/shops/{shop}/set-up-check", methods=["POST"])
@edge
@takes(body=SetUpCheck)
def check_shop_set_up(call: Call) -> Answer:
    return Answer(admin.set_up_check.check_shop_set_up(
        call.connector, call.shop, call.body.countries, call.body.steps, language=call.language, by=call.by))
