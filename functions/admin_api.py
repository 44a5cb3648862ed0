"""HTTP JSON for the admin portal and for scripts: shops, synchronization, runs, skipped records."""
from __future__ import annotations

from typing import Any

import azure.functions as func
import msgspec

from functions.http import Answer, Call, edge, fields
from shared.clock import from_iso
from shared.connector import Connector
from shared.errors import ConnectorError
from shared.shop_card import ShopCard
from shared.sync.information import KINDS, SynchronizationInfo
from shared.sync.run import request_sync

blueprint = func.Blueprint()


@blueprint.function_name("health")
@blueprint.route("health", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@edge
def health(call: Call) -> Answer:
    return Answer({"status": "ok"})


@blueprint.function_name("list_shops")
@blueprint.route("shops", methods=["GET"])
@edge
def list_shops(call: Call) -> Answer:
    return Answer([_shown(call.connector, card) for card in call.connector.shops.all()])


@blueprint.function_name("get_shop")
@blueprint.route("shops/{shop}", methods=["GET"])
@edge
def get_shop(call: Call) -> Answer:
    return Answer(_shown(call.connector, call.connector.shops.get(call.path["shop"])))


@blueprint.function_name("save_shop")
@blueprint.route("shops/{shop}", methods=["PUT", "PATCH"])
@edge
def save_shop(call: Call) -> Answer:
    changes = fields(call, *ShopCard.__struct_fields__)
    return Answer(_shown(call.connector, call.connector.shops.save(call.path["shop"], changes)))


@blueprint.function_name("remove_shop")
@blueprint.route("shops/{shop}", methods=["DELETE"])
@edge
def remove_shop(call: Call) -> Answer:
    call.connector.shops.remove(call.path["shop"])
    call.connector.tokens.forget(call.path["shop"])
    return Answer(None, 204)


@blueprint.function_name("set_access_token")
@blueprint.route("shops/{shop}/access/token", methods=["PUT"])
@edge
def set_access_token(call: Call) -> Answer:
    token = fields(call, "access_token").get("access_token")
    if not isinstance(token, str):
        raise ConnectorError("input-invalid", "access_token must be text")
    shop = call.connector.shops.get(call.path["shop"]).code
    call.connector.tokens.keep(shop, token)
    return Answer({"has_access_key": True})


@blueprint.function_name("start_sync")
@blueprint.route("shops/{shop}/sync", methods=["POST"])
@edge
def start_sync(call: Call) -> Answer:
    kinds = fields(call, "types").get("types", [])
    if not isinstance(kinds, list) or not all(isinstance(kind, str) for kind in kinds):
        raise ConnectorError("input-invalid", "types must be a list of texts")
    request_sync(call.connector, call.path["shop"], started_by=call.by, kinds=kinds)
    return Answer({"queued": True, "types": kinds or list(KINDS)}, 202)


@blueprint.function_name("list_synchronization_info")
@blueprint.route("shops/{shop}/synchronization-info", methods=["GET"])
@edge
def list_synchronization_info(call: Call) -> Answer:
    shop = call.connector.shops.get(call.path["shop"]).code
    return Answer([_info(call.connector.informations.get(shop, kind)) for kind in KINDS])


@blueprint.function_name("get_synchronization_info")
@blueprint.route("shops/{shop}/synchronization-info/{type}", methods=["GET"])
@edge
def get_synchronization_info(call: Call) -> Answer:
    shop = call.connector.shops.get(call.path["shop"]).code
    return Answer(_info(call.connector.informations.get(shop, call.path["type"])))


@blueprint.function_name("set_synchronization_info")
@blueprint.route("shops/{shop}/synchronization-info/{type}", methods=["PUT"])
@edge
def set_synchronization_info(call: Call) -> Answer:
    text = fields(call, "last_sync_time").get("last_sync_time")
    try:
        to = from_iso(text)
    except (ValueError, TypeError, OverflowError) as error:
        raise ConnectorError("input-invalid", f"last_sync_time {str(text)[:50]!r}: {error}") from error
    shop = call.connector.shops.get(call.path["shop"]).code
    info = call.connector.informations.set_last_sync_time(shop, call.path["type"], to, by=call.by)
    return Answer(_info(info))


@blueprint.function_name("reset_synchronization_info")
@blueprint.route("shops/{shop}/synchronization-info/{type}", methods=["DELETE"])
@edge
def reset_synchronization_info(call: Call) -> Answer:
    shop = call.connector.shops.get(call.path["shop"]).code
    info = call.connector.informations.set_last_sync_time(shop, call.path["type"], None, by=call.by)
    return Answer(_info(info))


@blueprint.function_name("list_runs")
@blueprint.route("shops/{shop}/runs", methods=["GET"])
@edge
def list_runs(call: Call) -> Answer:
    shop = call.connector.shops.get(call.path["shop"]).code
    return Answer(call.connector.runs.latest(shop))


@blueprint.function_name("get_run")
@blueprint.route("shops/{shop}/runs/{run}", methods=["GET"])
@edge
def get_run(call: Call) -> Answer:
    shop = call.connector.shops.get(call.path["shop"]).code
    return Answer(call.connector.runs.get(shop, call.path["run"]))


@blueprint.function_name("list_skipped_records")
@blueprint.route("shops/{shop}/skipped-records", methods=["GET"])
@edge
def list_skipped_records(call: Call) -> Answer:
    shop = call.connector.shops.get(call.path["shop"]).code
    return Answer(list(call.connector.skipped.of(shop)))


@blueprint.function_name("retry_skipped_record")
@blueprint.route("shops/{shop}/skipped-records/{type}/{id:long}/retry", methods=["POST"])
@edge
def retry_skipped_record(call: Call) -> Answer:
    shop, kind, number = call.connector.shops.get(call.path["shop"]).code, call.path["type"], int(call.path["id"])
    if kind not in KINDS or not call.connector.skipped.make_due(shop, kind, number, call.connector.clock.now()):
        raise ConnectorError("not-found", f"{kind[:20]} {number} is not a skipped record of shop {shop}")
    return Answer({"due": True}, 202)


@blueprint.function_name("get_environment")
@blueprint.route("environment", methods=["GET"])
@edge
def get_environment(call: Call) -> Answer:
    return Answer(_environment(call.connector))


@blueprint.function_name("set_environment")
@blueprint.route("environment", methods=["PUT"])
@edge
def set_environment(call: Call) -> Answer:
    allowed = fields(call, "allow_http_requests").get("allow_http_requests")
    if not isinstance(allowed, bool):
        raise ConnectorError("input-invalid", "allow_http_requests must be true or false")
    call.connector.permission.allow(allowed, by=call.by)
    return Answer(_environment(call.connector))


def _environment(connector: Connector) -> dict[str, Any]:
    return {
        "environment": connector.settings.environment,
        "allow_http_requests": connector.permission.allowed(),
    }


def _shown(connector: Connector, card: ShopCard) -> dict[str, Any]:
    shown: dict[str, Any] = msgspec.to_builtins(card)
    return shown | {"has_access_key": connector.tokens.has_access_key(card.code)}


def _info(info: SynchronizationInfo) -> dict[str, Any]:
    return {
        "shop": info.shop, "type": info.kind, "last_sync_time": info.last_sync_time or None,
        "running": bool(info.run_until), "last_outcome": info.last_outcome or None,
        "changed_by": info.changed_by or None,
    }
