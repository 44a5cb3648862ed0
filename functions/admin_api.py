"""HTTP JSON for the admin portal and for scripts: shops, synchronization, runs, the environment, what was done."""
from __future__ import annotations

import azure.functions as func

from functions.api_inputs import (
    AccessToken,
    Confirmation,
    ConfirmedTime,
    CountQuery,
    Environment,
    LastSyncTime,
    OperationsQuery,
    StartSync,
)
from functions.http import Answer, Call, edge, fields, moment
from functions.inputs import takes, takes_some_of
from functions.roles import needs
from shared import admin
from shared.errors import ConnectorError
from shared.shops.card import ShopCard
from shared.texts import sentence

blueprint = func.Blueprint()


@blueprint.function_name("health")
@blueprint.route("api/health", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@edge
@needs(None)
def health(call: Call) -> Answer:
    ahead = call.connector.clock_ahead()
    return Answer({"status": "ok"} | ({"clock_ahead": ahead} if ahead else {}))


@blueprint.function_name("get_overview")
@blueprint.route("api/overview", methods=["GET"])
@edge
def get_overview(call: Call) -> Answer:
    return Answer(admin.overview.overview(call.connector, call.language))


@blueprint.function_name("get_services")
@blueprint.route("api/services", methods=["GET"])
@edge
def get_services(call: Call) -> Answer:
    return Answer(admin.services.services(call.connector, call.language))


@blueprint.function_name("list_shops")
@blueprint.route("api/shops", methods=["GET"])
@edge
def list_shops(call: Call) -> Answer:
    return Answer(admin.shops.list_shops(call.connector))


@blueprint.function_name("get_shop")
@blueprint.route("api/shops/{shop}", methods=["GET"])
@edge
def get_shop(call: Call) -> Answer:
    return Answer(admin.shops.get_shop(call.connector, call.path["shop"]))


@blueprint.function_name("save_shop")
@blueprint.route("api/shops/{shop}", methods=["PUT", "PATCH"])
@edge
@takes_some_of(ShopCard)
def save_shop(call: Call) -> Answer:
    changes = fields(call, *ShopCard.__struct_fields__)
    version = call.request.headers.get("If-Match")
    return Answer(admin.shops.save_shop(
        call.connector, call.path["shop"], changes, by=call.by, version=version.strip('"') if version else None))


@blueprint.function_name("remove_shop")
@blueprint.route("api/shops/{shop}", methods=["DELETE"])
@edge
def remove_shop(call: Call) -> Answer:
    admin.shops.remove_shop(call.connector, call.path["shop"], by=call.by)
    return Answer(None, 204)


@blueprint.function_name("forget_links")
@blueprint.route("api/shops/{shop}/forget-links", methods=["POST"])
@edge
@takes(query=Confirmation)
def forget_shop_links(call: Call) -> Answer:
    confirm = None if call.query.confirm == "" else call.query.confirm
    return Answer(admin.shops.forget_links(call.connector, call.path["shop"], confirm, by=call.by))


@blueprint.function_name("test_connection")
@blueprint.route("api/shops/{shop}/test-connection", methods=["POST"])
@edge
def test_connection(call: Call) -> Answer:
    return Answer(admin.connections.test_connection(call.connector, call.path["shop"], call.language))


@blueprint.function_name("list_bc_companies")
@blueprint.route("api/shops/{shop}/bc-companies", methods=["GET"])
@edge
def list_bc_companies(call: Call) -> Answer:
    return Answer(admin.connections.list_companies(call.connector, call.path["shop"]))


@blueprint.function_name("set_access_token")
@blueprint.route("api/shops/{shop}/access/token", methods=["PUT"])
@edge
@takes(body=AccessToken)
def set_access_token(call: Call) -> Answer:
    token, migrate = call.body.access_token, call.body.migrate
    return Answer(admin.access.set_access_token(call.connector, call.shop, token, migrate=migrate, by=call.by))


@blueprint.function_name("start_sync")
@blueprint.route("api/shops/{shop}/sync", methods=["POST"])
@edge
@takes(body=StartSync)
def start_sync(call: Call) -> Answer:
    types = admin.synchronization.start_sync(call.connector, call.path["shop"], call.body.types, by=call.by)
    return Answer({"queued": True, "types": types}, 202)


@blueprint.function_name("list_synchronization_info")
@blueprint.route("api/shops/{shop}/synchronization-info", methods=["GET"])
@edge
def list_synchronization_info(call: Call) -> Answer:
    return Answer(admin.synchronization.list_info(call.connector, call.shop))


@blueprint.function_name("get_synchronization_info")
@blueprint.route("api/shops/{shop}/synchronization-info/{type}", methods=["GET"])
@edge
def get_synchronization_info(call: Call) -> Answer:
    return Answer(admin.synchronization.get_info(call.connector, call.shop, call.path["type"]))


@blueprint.function_name("set_synchronization_info")
@blueprint.route("api/shops/{shop}/synchronization-info/{type}", methods=["PUT"])
@edge
@takes(body=LastSyncTime, query=ConfirmedTime)
def set_synchronization_info(call: Call) -> Answer:
    to = moment("last_sync_time", call.body.last_sync_time)
    if to is None:
        raise ConnectorError("input-invalid", sentence("last_sync_time is empty"))
    return Answer(admin.synchronization.set_last_sync_time(
        call.connector, call.shop, call.path["type"], to, call.query.confirm, by=call.by))


@blueprint.function_name("reset_synchronization_info")
@blueprint.route("api/shops/{shop}/synchronization-info/{type}", methods=["DELETE"])
@edge
def reset_synchronization_info(call: Call) -> Answer:
    return Answer(admin.synchronization.reset(call.connector, call.shop, call.path["type"], by=call.by))


@blueprint.function_name("count_since")
@blueprint.route("api/shops/{shop}/synchronization-info/{type}/count", methods=["GET"])
@edge
@takes(query=CountQuery)
def count_since(call: Call) -> Answer:
    since = moment("since", call.query.since)
    return Answer(admin.synchronization.count_since(call.connector, call.shop, call.path["type"], since))


@blueprint.function_name("list_runs")
@blueprint.route("api/shops/{shop}/runs", methods=["GET"])
@edge
def list_runs(call: Call) -> Answer:
    return Answer(admin.synchronization.list_runs(call.connector, call.shop))


@blueprint.function_name("get_run")
@blueprint.route("api/shops/{shop}/runs/{id}", methods=["GET"])
@edge
def get_run(call: Call) -> Answer:
    return Answer(admin.synchronization.get_run(call.connector, call.shop, call.path["id"]))


@blueprint.function_name("get_environment")
@blueprint.route("api/environment", methods=["GET"])
@edge
def get_environment(call: Call) -> Answer:
    return Answer(admin.environment.get_environment(call.connector))


@blueprint.function_name("set_environment")
@blueprint.route("api/environment", methods=["PUT"])
@edge
@takes(body=Environment)
def set_environment(call: Call) -> Answer:
    return Answer(admin.environment.set_environment(call.connector, call.body.allow_http_requests, by=call.by))


@blueprint.function_name("list_operations")
@blueprint.route("api/operations", methods=["GET"])
@edge
@takes(query=OperationsQuery)
def list_operations(call: Call) -> Answer:
    asked: OperationsQuery = call.query
    return Answer(admin.operations.list_operations(
        call.connector, shop=asked.shop, operation=asked.operation, since=moment("since", asked.since),
        continuation=asked.continuation))
