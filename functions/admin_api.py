"""HTTP JSON for the admin portal and for scripts: shops, synchronization, runs, the environment."""
from __future__ import annotations

from typing import Any

import azure.functions as func
import msgspec

from functions.http import Answer, Call, edge, fields
from functions.inputs import AccessToken, Confirmation, Environment, LastSyncTime, StartSync, takes, takes_some_of
from functions.roles import needs
from shared.clock import from_iso
from shared.connector import Connector
from shared.errors import ConnectorError
from shared.journal.runs import SyncRun
from shared.logging_time import with_logging_time
from shared.shop_card import ShopCard
from shared.shopify.api_version import version_warning
from shared.shopify.client import API_VERSION
from shared.sync.forgetting import forget_links
from shared.sync.information import KINDS, SynchronizationInfo
from shared.sync.run import request_sync
from shared.webhooks.upkeep import follow_card

blueprint = func.Blueprint()


@blueprint.function_name("health")
@blueprint.route("api/health", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@edge
@needs(None)
def health(call: Call) -> Answer:
    ahead = call.connector.clock_ahead()
    return Answer({"status": "ok"} | ({"clock_ahead": ahead} if ahead else {}))


@blueprint.function_name("list_shops")
@blueprint.route("api/shops", methods=["GET"])
@edge
def list_shops(call: Call) -> Answer:
    return Answer([_shown(call.connector, card) for card in call.connector.shops.all()])


@blueprint.function_name("get_shop")
@blueprint.route("api/shops/{shop}", methods=["GET"])
@edge
def get_shop(call: Call) -> Answer:
    return Answer(_shown(call.connector, call.connector.shops.get(call.path["shop"])))


@blueprint.function_name("save_shop")
@blueprint.route("api/shops/{shop}", methods=["PUT", "PATCH"])
@edge
@takes_some_of(ShopCard)
def save_shop(call: Call) -> Answer:
    shops, now = call.connector.shops, call.connector.clock.now()
    changes = with_logging_time(fields(call, *ShopCard.__struct_fields__), shops.find(call.path["shop"]), now)
    card = shops.save(call.path["shop"], changes)
    follow_card(call.connector, card.code)
    return Answer(_shown(call.connector, card))


@blueprint.function_name("remove_shop")
@blueprint.route("api/shops/{shop}", methods=["DELETE"])
@edge
def remove_shop(call: Call) -> Answer:
    call.connector.shops.remove(call.path["shop"])
    call.connector.tokens.forget(call.path["shop"])
    return Answer(None, 204)


@blueprint.function_name("forget_links")
@blueprint.route("api/shops/{shop}/forget-links", methods=["POST"])
@edge
@takes(query=Confirmation)
def forget_shop_links(call: Call) -> Answer:
    confirm, shop = call.query.confirm, call.path["shop"]
    purge, kept = forget_links(call.connector, shop, None if confirm == "" else confirm, by=call.by)
    if call.connector.shops.find(shop) is not None:
        follow_card(call.connector, shop)
    removed: dict[str, Any] = msgspec.to_builtins(kept)
    return Answer({"shop": shop, "by": purge.by, "at": purge.ended_at, "purge": purge.number, "removed": removed})


@blueprint.function_name("set_access_token")
@blueprint.route("api/shops/{shop}/access/token", methods=["PUT"])
@edge
@takes(body=AccessToken)
def set_access_token(call: Call) -> Answer:
    card = call.connector.shops.get(call.path["shop"])
    call.connector.tokens.keep(card.code, call.body.access_token, own_app=call.body.migrate, host=card.host)
    follow_card(call.connector, card.code)
    return Answer({"has_access_key": True})


@blueprint.function_name("start_sync")
@blueprint.route("api/shops/{shop}/sync", methods=["POST"])
@edge
@takes(body=StartSync)
def start_sync(call: Call) -> Answer:
    kinds = call.body.types
    request_sync(call.connector, call.path["shop"], started_by=call.by, kinds=kinds)
    return Answer({"queued": True, "types": kinds or list(KINDS)}, 202)


@blueprint.function_name("list_synchronization_info")
@blueprint.route("api/shops/{shop}/synchronization-info", methods=["GET"])
@edge
def list_synchronization_info(call: Call) -> Answer:
    shop = call.shop
    return Answer([_info(call.connector.informations.get(shop, kind)) for kind in KINDS])


@blueprint.function_name("get_synchronization_info")
@blueprint.route("api/shops/{shop}/synchronization-info/{type}", methods=["GET"])
@edge
def get_synchronization_info(call: Call) -> Answer:
    shop = call.shop
    return Answer(_info(call.connector.informations.get(shop, call.path["type"])))


@blueprint.function_name("set_synchronization_info")
@blueprint.route("api/shops/{shop}/synchronization-info/{type}", methods=["PUT"])
@edge
@takes(body=LastSyncTime)
def set_synchronization_info(call: Call) -> Answer:
    text = call.body.last_sync_time
    try:
        to = from_iso(text)
    except (ValueError, TypeError, OverflowError) as error:
        raise ConnectorError("input-invalid", f"last_sync_time {str(text)[:50]!r}: {error}") from error
    shop = call.shop
    info = call.connector.informations.set_last_sync_time(shop, call.path["type"], to, by=call.by)
    return Answer(_info(info))


@blueprint.function_name("reset_synchronization_info")
@blueprint.route("api/shops/{shop}/synchronization-info/{type}", methods=["DELETE"])
@edge
def reset_synchronization_info(call: Call) -> Answer:
    shop = call.shop
    info = call.connector.informations.set_last_sync_time(shop, call.path["type"], None, by=call.by)
    return Answer(_info(info))


@blueprint.function_name("list_runs")
@blueprint.route("api/shops/{shop}/runs", methods=["GET"])
@edge
def list_runs(call: Call) -> Answer:
    shop = call.shop
    return Answer([_run(run) for run in call.connector.runs.latest(shop)])


@blueprint.function_name("get_run")
@blueprint.route("api/shops/{shop}/runs/{run}", methods=["GET"])
@edge
def get_run(call: Call) -> Answer:
    shop = call.shop
    return Answer(_run(call.connector.runs.get(shop, call.path["run"])))


@blueprint.function_name("get_environment")
@blueprint.route("api/environment", methods=["GET"])
@edge
def get_environment(call: Call) -> Answer:
    return Answer(_environment(call.connector))


@blueprint.function_name("set_environment")
@blueprint.route("api/environment", methods=["PUT"])
@edge
@takes(body=Environment)
def set_environment(call: Call) -> Answer:
    call.connector.permission.allow(call.body.allow_http_requests, by=call.by)
    return Answer(_environment(call.connector))


def _environment(connector: Connector) -> dict[str, Any]:
    return {
        "environment": connector.settings.environment,
        "allow_http_requests": connector.permission.allowed(),
        "api_version": API_VERSION,
        "api_version_warning": version_warning(API_VERSION, connector.clock.now()),
    }


def _shown(connector: Connector, card: ShopCard) -> dict[str, Any]:
    shown: dict[str, Any] = msgspec.to_builtins(card)
    access = connector.tokens.described(card.code)
    mode = card.logging_mode_at(connector.clock.now())
    return shown | {"has_access_key": access["has_access_key"], "access": access, "logging_mode_in_force": mode}


def _run(run: SyncRun) -> dict[str, Any]:
    """The run, and where to find what it left behind."""
    shown: dict[str, Any] = msgspec.to_builtins(run)
    of_shop = f"/api/shops/{run.shop}"
    return shown | {"links": {
        "log_entries": f"/api/log-entries?shop={run.shop}&run={run.run}",
        "data_captures": f"{of_shop}/data-captures?run={run.run}",
        "skipped_records": f"{of_shop}/skipped-records?run={run.run}",
    }}


def _info(info: SynchronizationInfo) -> dict[str, Any]:
    return {
        "shop": info.shop, "type": info.kind, "last_sync_time": info.last_sync_time or None,
        "first_began": info.first_began or None,
        "running": bool(info.run_until), "last_outcome": info.last_outcome or None,
        "changed_by": info.changed_by or None,
    }
