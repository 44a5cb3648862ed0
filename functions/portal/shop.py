"""Pages of one shop: its access, how far each type has come, what is logged; and what an operator does with them."""
from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

import azure.functions as func

from functions.access import ticket_cookie
from functions.api_inputs import StoreConfirmed
from functions.http import Call
from functions.inputs import takes
from functions.portal.cookie import Notice
from functions.portal.edge import Sent, Shown, page, within_the_portal
from functions.portal.forms import Entries, LoggingChosen, ResetAsked, ResetChosen, ShopSwitched, SyncAsked
from shared import admin
from shared.clock import iso
from shared.errors import ConnectorError
from shared.texts import Sentence

blueprint = func.Blueprint()
_ANYBODY = func.AuthLevel.ANONYMOUS


@blueprint.function_name("portal_shop")
@blueprint.route("portal/shops/{shop}", methods=["GET"], auth_level=_ANYBODY)
@page
def show_shop(call: Call) -> Shown:
    return shop_page(call)


@blueprint.function_name("portal_sync_shop")
@blueprint.route("portal/shops/{shop}/sync", methods=["POST"], auth_level=_ANYBODY)
@page
@takes(form=SyncAsked)
def sync_shop(call: Call) -> Sent:
    types, told = [call.body.type] if call.body.type else [], "sync-queued"
    try:
        admin.synchronization.start_sync(call.connector, call.shop, types, by=call.by)
    except ConnectorError as problem:
        if problem.code != "sync-already-running":
            raise
        told = "sync-under-way"
    return Sent(within_the_portal(call.body.back), Notice(told, {"shop": call.path["shop"]}))


@blueprint.function_name("portal_switch_shop")
@blueprint.route("portal/shops/{shop}/enabled", methods=["POST"], auth_level=_ANYBODY)
@page
@takes(form=ShopSwitched)
def switch_shop(call: Call) -> Sent:
    enabled = call.body.enabled == "yes"
    admin.shops.switch_shop(call.connector, call.path["shop"], enabled, by=call.by)
    back = within_the_portal(call.body.back or page_of(call))
    return Sent(back, Notice("shop-enabled" if enabled else "shop-disabled", {"shop": call.path["shop"]}))


@blueprint.function_name("portal_choose_logging")
@blueprint.route("portal/shops/{shop}/logging", methods=["POST"], auth_level=_ANYBODY)
@page
@takes(form=LoggingChosen)
def choose_logging(call: Call) -> Sent | Shown:
    typed = Entries(call.connector)
    hours = typed.number("hours", call.body.hours, 1, 720)
    if typed.wrong:
        return shop_page(call, status=typed.status, logging=call.body, wrong=typed.wrong)
    admin.shops.choose_logging(call.connector, call.path["shop"], call.body.mode, hours, by=call.by)
    return Sent(page_of(call), Notice("saved"))


@blueprint.function_name("portal_reset")
@blueprint.route("portal/shops/{shop}/reset/{type}", methods=["GET"], auth_level=_ANYBODY)
@page
@takes(query=ResetChosen)
def ask_reset(call: Call) -> Shown:
    """First to which time; then, with how many records are read again, whether it is to be."""
    asked: ResetChosen = call.query
    if not asked.how:
        return Shown("reset.html", _reset_page(call))
    try:
        since = None if asked.how == "all" else admin.synchronization.time_of_reset(call.connector, asked.since)
    except ConnectorError as problem:
        return Shown("reset.html", _reset_page(call, problem.code, asked.since), 422)
    return Shown("reset-confirmation.html", {
        **_reset_page(call, since=asked.since), "how": asked.how, "to": iso(since) if since else "",
        **_counted(call, since)})


@blueprint.function_name("portal_reset_type")
@blueprint.route("portal/shops/{shop}/reset/{type}", methods=["POST"], auth_level=_ANYBODY)
@page
@takes(form=ResetAsked)
def reset_type(call: Call) -> Sent | Shown:
    try:
        _reset(call)
    except ConnectorError as problem:
        if problem.code not in ("input-invalid", "confirmation-needed"):
            raise
        return Shown("reset.html", _reset_page(call, problem.code, call.body.since), 422)
    return Sent(page_of(call), Notice("type-reset"))


@blueprint.function_name("portal_request_access")
@blueprint.route("portal/shops/{shop}/access/request", methods=["POST"], auth_level=_ANYBODY)
@page
def request_shop_access(call: Call) -> Shown:
    begun = admin.access.request_access(call.connector, call.path["shop"], by=call.by)
    host = call.connector.shops.get(call.path["shop"]).host
    cookie = ticket_cookie(begun.ticket, call.connector.settings.public_url)
    return Shown("leaving.html", {"to": begun.authorize_url, "host": host}, cookie=cookie)


@blueprint.function_name("portal_confirm_access")
@blueprint.route("portal/shops/{shop}/access/confirm", methods=["POST"], auth_level=_ANYBODY)
@page
@takes(form=StoreConfirmed)
def confirm_shop_access(call: Call) -> Sent | Shown:
    try:
        admin.access.confirm_access(call.connector, call.shop, by=call.by, seen=call.body.host)
    except ConnectorError as problem:
        if problem.code != "confirmation-needed":
            raise
        return shop_page(call, status=409, wrong={"host": problem.sentence})
    return Sent(page_of(call), Notice("saved"))


def _reset(call: Call) -> None:
    shop, type = call.shop, call.path["type"]
    if call.body.how == "all":
        admin.synchronization.reset(call.connector, shop, type, by=call.by)
        return
    to = admin.synchronization.time_of_reset(call.connector, call.body.since)
    admin.synchronization.set_last_sync_time(call.connector, shop, type, to, call.body.confirm, by=call.by)


def _counted(call: Call, since: datetime | None) -> dict[str, object]:
    """How many records are read again; unknown: why that is not known."""
    try:
        count = admin.synchronization.count_since(call.connector, call.shop, call.path["type"], since)
    except ConnectorError as problem:
        if problem.code == "not-found":
            raise
        return {"count": None, "unknown": problem}
    return {"count": count, "unknown": None}


def _reset_page(call: Call, code: str = "", since: str = "") -> dict[str, object]:
    """What the page of a reset shows; code: why the one that was asked for did not go through."""
    shop, type = call.shop, call.path["type"]
    info, reached = admin.synchronization.to_reset(call.connector, shop, type)
    return {"info": info, "code": code, "since": since, "reached": reached}


def shop_page(
    call: Call, form: admin.shop_cards.CardForm | None = None, status: int = 200, *,
    logging: LoggingChosen | None = None, wrong: Mapping[str, Sentence] = MappingProxyType({}),
) -> Shown:
    """The page of a shop, with the form of its card as it is to be shown, or (None) as it is stored.

    logging  what was typed of the logging mode
    wrong    what of a form cannot be, by field
    """
    page = admin.shop_page.look_at(call.connector, call.path["shop"], call.language, form)
    return Shown("shop.html", {"shop": page.shop, "card": page.card, "types": page.types, "form": page.form,
                               "logging": logging, "wrong": wrong}, status)


def page_of(call: Call) -> str:
    """The address of the page of the shop that the path names."""
    return f"/portal/shops/{call.path['shop']}"
