"""Pages of data captures: the list, one with what changed since the one before, its file, and its replay."""
from __future__ import annotations

import azure.functions as func
from msgspec import structs

from functions.http import Call, Download
from functions.inputs import takes
from functions.portal.cookie import Notice
from functions.portal.edge import Sent, Shown, page
from functions.portal.forms import CaptureFilters, CapturesToCompare, Entries, ReplayAsked
from functions.portal.list_addresses import Pages, pages_around
from shared import admin

blueprint = func.Blueprint()
_COMPARISON = "portal/shops/{shop}/records/{type}/{id}/compare"
_CAPTURE = "portal/shops/{shop}/data-captures/{type}/{id}"


@blueprint.function_name("portal_data_captures")
@blueprint.route("portal/data-captures", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@page
@takes(query=CaptureFilters)
def show_data_captures(call: Call) -> Shown:
    asked, typed = call.query, Entries(call.connector)
    shop = asked.shop or next((one.code for one in admin.frame.frame(call.connector).shops), "")
    since, until = typed.moment("from", asked.since), typed.moment("to", asked.until)
    if not shop or typed.wrong:
        return Shown("data-captures.html", {
            "asked": asked, "shop": shop, "found": None, "pages": Pages(None, None), "wrong": typed.wrong,
        }, typed.status)
    wanted = admin.captures.wanted(
        call.connector, call.connector.shops.known(shop), type=asked.type, record=asked.record,
        since=since, until=until)
    found = admin.captures.list_captures(call.connector, wanted, asked.continuation)
    pages = pages_around("/portal/data-captures", structs.replace(asked, shop=shop), found.continuation)
    return Shown("data-captures.html", {"asked": asked, "shop": shop, "found": found, "pages": pages, "wrong": {}})


@blueprint.function_name("portal_data_capture")
@blueprint.route(_CAPTURE, methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@page
def show_data_capture(call: Call) -> Shown:
    return Shown("data-capture.html", {"capture": admin.captures.look_at(call.connector, *_capture(call))})


@blueprint.function_name("portal_compare_data_captures")
@blueprint.route(_COMPARISON, methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@page
@takes(query=CapturesToCompare)
def compare_data_captures(call: Call) -> Shown:
    asked: CapturesToCompare = call.query
    compared = admin.captures.side_by_side(call.connector, *_capture(call), asked.before, asked.after)
    return Shown("comparison.html", {"compared": compared})


@blueprint.function_name("portal_download_data_capture")
@blueprint.route(f"{_CAPTURE}/download", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@page
def download_data_capture(call: Call) -> Download:
    shop, type, id = _capture(call)
    raw = admin.captures.raw(call.connector, shop, type, id)
    return Download(admin.captures.file_name(type, id, raw), raw)


@blueprint.function_name("portal_replay_data_capture")
@blueprint.route(f"{_CAPTURE}/replay", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@page
@takes(form=ReplayAsked)
def replay_data_capture(call: Call) -> Sent | Shown:
    shop, type, id = _capture(call)
    if call.body.how == "dry-run":
        planned = admin.captures.plan(call.connector, shop, type, id, by=call.by)
        return Shown("replay.html", {"shop": shop, "type": type, "id": id, "plan": planned})
    done = admin.captures.replay(call.connector, shop, type, id, by=call.by)
    return Sent(f"/portal/shops/{shop}/data-captures/{type}/{id}", Notice("replayed", {
        "result": done.result, "number": done.number, "code": done.code}))


def _capture(call: Call) -> tuple[str, str, str]:
    """(shop, type, capture) of the path."""
    return call.shop, call.path["type"], call.path["id"]
