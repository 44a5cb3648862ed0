"""Pages of skipped records: by reason with its fix, all of one reason, and what an operator does with them."""
from __future__ import annotations

import azure.functions as func
from msgspec import structs

from functions.http import Call
from functions.inputs import takes
from functions.portal.cookie import Notice
from functions.portal.edge import Sent, Shown, page, within_the_portal
from functions.portal.forms import BackToPage, DismissalAsked, RetryAllAsked, RetryAsked, SkippedFilters
from functions.portal.list_addresses import pages_around, whole_list
from shared import admin
from shared.errors import ConnectorError
from shared.shopify_ids import id_in

blueprint = func.Blueprint()
_PAGE = 50
_RECORD = "portal/shops/{shop}/skipped-records/{type}/{id}"
_FILE = "/portal/skipped-records/export"


@blueprint.function_name("portal_skipped_records")
@blueprint.route("portal/skipped-records", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@page
@takes(query=SkippedFilters)
def show_skipped_records(call: Call) -> Shown:
    asked: SkippedFilters = call.query
    reasons = admin.skipped.by_reason(call.connector, asked.shop, asked.type, asked.wanted, language=call.language)
    return Shown("skipped-records.html", {
        "asked": asked, "reasons": reasons, "file": whole_list(_FILE, asked)})


@blueprint.function_name("portal_skipped_of_a_reason")
@blueprint.route("portal/shops/{shop}/skipped-records", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@page
@takes(query=SkippedFilters)
def show_skipped_of_a_reason(call: Call) -> Shown:
    asked: SkippedFilters = call.query
    found = admin.skipped.sorted_skipped(
        call.connector, call.shop, asked.type, asked.wanted, asked.sort, language=call.language,
        continuation=asked.continuation, limit=_PAGE)
    address = f"/portal/shops/{call.shop}/skipped-records"
    return Shown("skipped-of-a-reason.html", {
        "shop": call.shop, "asked": asked, "found": found,
        "pages": pages_around(address, asked, found.continuation, without=("shop",)),
        "by_reason": whole_list("/portal/skipped-records", asked, without=("shop", "code", "sort")),
        "file": whole_list(_FILE, structs.replace(asked, shop=call.shop), without=("sort",))})


@blueprint.function_name("portal_retry_skipped_records")
@blueprint.route("portal/shops/{shop}/skipped-records/retry", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@page
@takes(form=RetryAllAsked)
def retry_skipped_records(call: Call) -> Sent:
    due = admin.skipped.retry_all(call.connector, call.shop, code=call.body.code, type=call.body.type, by=call.by)
    return Sent(_back(call.body.back), Notice("skipped-due", {"count": due}))


@blueprint.function_name("portal_retry_skipped_record")
@blueprint.route(f"{_RECORD}/retry", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@page
@takes(form=RetryAsked)
def retry_skipped_record(call: Call) -> Sent:
    """One that somebody else has dismissed meanwhile is shown, and not tried."""
    shop, type, id = _record(call)
    try:
        admin.skipped.retry(call.connector, shop, type, id, by=call.by, seen=call.body.seen)
    except ConnectorError as problem:
        if problem.code != "confirmation-needed":
            raise
        return Sent(f"/portal/shops/{shop}/records/{type}/{id}", Notice("skipped-dismissed-meanwhile"))
    return Sent(_back(call.body.back), Notice("skipped-due", {"count": 1}))


@blueprint.function_name("portal_skipped_record")
@blueprint.route(f"{_RECORD}/dismiss", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@page
@takes(query=BackToPage)
def ask_dismissal(call: Call) -> Shown:
    return _dismissal(call, _back(call.query.back))


@blueprint.function_name("portal_dismiss_skipped_record")
@blueprint.route(f"{_RECORD}/dismiss", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@page
@takes(form=DismissalAsked)
def dismiss_skipped_record(call: Call) -> Sent | Shown:
    shop, type, id = _record(call)
    asked, back = call.body, _back(call.body.back)
    if not asked.note.strip():
        return _dismissal(call, back, lacks_note=True, status=422)
    try:
        admin.skipped.dismiss(call.connector, shop, type, id, note=asked.note, by=call.by, seen=asked.seen)
    except ConnectorError as problem:
        if problem.code != "confirmation-needed":
            raise
        return _dismissal(call, back, note=asked.note, status=problem.problem.status)
    return Sent(back, Notice("skipped-dismissed", {"type": type, "id": id}))


def _dismissal(call: Call, back: str, *, note: str = "", lacks_note: bool = False, status: int = 200) -> Shown:
    record = admin.skipped.get_skipped(call.connector, *_record(call), language=call.language)
    return Shown("dismissal.html", {"record": record, "note": note, "lacks_note": lacks_note, "back": back}, status)


def _back(address: str) -> str:
    return within_the_portal(address) if address else "/portal/skipped-records"


def _record(call: Call) -> tuple[str, str, str]:
    """(shop, type, Shopify id) of the path; ConnectorError not-found."""
    type, id = call.path["type"], id_in(call.path["id"])
    if id is None or type not in call.connector.types.names:
        raise admin.skipped.not_skipped(call.shop, type, call.path["id"])
    return call.shop, type, id
