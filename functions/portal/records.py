"""Pages of one record, and what an operator does with one order: synchronize, mark as resolved, create again."""
from __future__ import annotations

from typing import TYPE_CHECKING

import azure.functions as func

from functions.http import Call
from functions.inputs import takes
from functions.portal.cookie import Notice
from functions.portal.edge import Sent, Shown, page
from functions.portal.forms import DocumentConfirmed, OrderToSync
from shared import admin
from shared.errors import ConnectorError
from shared.shopify_ids import id_in
from shared.texts import sentence

if TYPE_CHECKING:
    from shared.to_business_central.orders.one_order import Synchronized

blueprint = func.Blueprint()
_ANYBODY = func.AuthLevel.ANONYMOUS
_ORDER = "portal/shops/{shop}/orders/{id}"


@blueprint.function_name("portal_record")
@blueprint.route("portal/shops/{shop}/records/{type}/{id}", methods=["GET"], auth_level=_ANYBODY)
@page
def show_record(call: Call) -> Shown:
    found = admin.records.look_at(
        call.connector, call.path["shop"], call.path["type"], call.path["id"], language=call.language)
    return Shown("record.html", {"page": found}, 404 if found.record.state == "unknown" else 200)


@blueprint.function_name("portal_sync_order")
@blueprint.route("portal/shops/{shop}/orders/sync", methods=["POST"], auth_level=_ANYBODY)
@page
@takes(form=OrderToSync)
def sync_one_order(call: Call) -> Sent:
    body: OrderToSync = call.body
    done = admin.orders.sync_order(
        call.connector, call.shop, body.order.strip(), even_if_left_out=body.even_if_left_out == "on", by=call.by)
    return _synchronized(call.shop, done.id, done)


@blueprint.function_name("portal_order_to_resolve")
@blueprint.route(f"{_ORDER}/resolve", methods=["GET"], auth_level=_ANYBODY)
@page
def ask_to_resolve(call: Call) -> Shown:
    return _asked(call, "resolve")


@blueprint.function_name("portal_resolve_order")
@blueprint.route(f"{_ORDER}/resolve", methods=["POST"], auth_level=_ANYBODY)
@page
@takes(form=DocumentConfirmed)
def resolve_order(call: Call) -> Sent:
    shop, id = call.shop, _id(call)
    done = admin.orders.resolve_order(call.connector, shop, id, call.body.confirm.strip(), by=call.by)
    return Sent(_page_of(shop, id), Notice("order-resolved", {"number": done.number}))


@blueprint.function_name("portal_order_to_create_again")
@blueprint.route(f"{_ORDER}/create-again", methods=["GET"], auth_level=_ANYBODY)
@page
def ask_to_create_again(call: Call) -> Shown:
    return _asked(call, "create-again")


@blueprint.function_name("portal_create_order_again")
@blueprint.route(f"{_ORDER}/create-again", methods=["POST"], auth_level=_ANYBODY)
@page
@takes(form=DocumentConfirmed)
def create_order_again(call: Call) -> Sent:
    shop, id = call.shop, _id(call)
    done = admin.orders.create_order_again(call.connector, shop, id, call.body.confirm.strip(), by=call.by)
    return _synchronized(shop, id, done)


def _asked(call: Call, action: str) -> Shown:
    """The page that says what an action on the order would do; ConnectorError not-found where it is none."""
    record = admin.records.get_record(
        call.connector, call.path["shop"], "orders", call.path["id"], language=call.language, with_calls=False)
    if action not in record.may:
        raise ConnectorError("not-found", sentence(
            "there is nothing of the kind to do with order {order}", order=record.id))
    return Shown("order-decision.html", {"record": record, "action": action})


def _id(call: Call) -> str:
    id = id_in(call.path["id"])
    if id is None:
        raise ConnectorError("not-found", sentence(
            "{text} is not the id of an order", text=repr(call.path["id"][:20])))
    return id


def _synchronized(shop: str, order: str, done: Synchronized) -> Sent:
    """Back to the order's page, with what came of it."""
    return Sent(_page_of(shop, order), Notice("order-synchronized", {
        "result": done.result, "number": done.number, "code": done.code}))


def _page_of(shop: str, order: str) -> str:
    return f"/portal/shops/{shop}/records/orders/{order}"
