"""HTTP JSON for skipped records."""
from __future__ import annotations

from urllib.parse import urlencode

import azure.functions as func
import msgspec

from functions.api_inputs import Dismissal, Retry, SkippedQuery
from functions.http import Answer, Call, edge
from functions.inputs import takes
from shared import admin
from shared.shopify_ids import id_in

blueprint = func.Blueprint()


@blueprint.function_name("list_skipped_records")
@blueprint.route("api/shops/{shop}/skipped-records", methods=["GET"])
@edge
@takes(query=SkippedQuery)
def list_skipped_records(call: Call) -> Answer:
    query: SkippedQuery = call.query
    admin.skipped.check_code(call.connector, call.shop, query.code)
    page = admin.skipped.list_skipped(
        call.connector, call.shop, query.type or None, query.wanted, language=call.language,
        continuation=query.continuation, limit=query.limit)
    return Answer(page.records, headers=_next_page(query, page.continuation))


@blueprint.function_name("retry_skipped_records")
@blueprint.route("api/shops/{shop}/skipped-records/retry", methods=["POST"])
@edge
@takes(body=Retry)
def retry_skipped_records(call: Call) -> Answer:
    body: Retry = call.body
    due = admin.skipped.retry_all(call.connector, call.shop, code=body.code, type=body.type, by=call.by)
    return Answer({"due": due}, 202)


@blueprint.function_name("retry_skipped_record")
@blueprint.route("api/shops/{shop}/skipped-records/{type}/{id}/retry", methods=["POST"])
@edge
def retry_skipped_record(call: Call) -> Answer:
    admin.skipped.retry(call.connector, *_record(call), by=call.by)
    return Answer({"due": True}, 202)


@blueprint.function_name("dismiss_skipped_record")
@blueprint.route("api/shops/{shop}/skipped-records/{type}/{id}/dismiss", methods=["POST"])
@edge
@takes(body=Dismissal)
def dismiss_skipped_record(call: Call) -> Answer:
    admin.skipped.dismiss(call.connector, *_record(call), note=call.body.note, by=call.by)
    return Answer({"dismissed": True})


def _next_page(query: SkippedQuery, continuation: str) -> dict[str, str] | None:
    """The header that names the list's next page (RFC 8288), by its query alone; None on the last one."""
    if not continuation:
        return None
    wanted = {name: str(value) for name, value in msgspec.to_builtins(query).items() if value}
    flags = {name: str(getattr(query, name)).lower() for name in ("dismissed", "left_out")}
    wanted = wanted | flags | {"continuation": continuation}
    return {"Link": f'<?{urlencode(wanted)}>; rel="next"'}


def _record(call: Call) -> tuple[str, str, str]:
    """(shop, type, Shopify id) of the path."""
    type, id = call.path["type"], id_in(call.path["id"])
    if id is None or type not in call.connector.types.names:
        raise admin.skipped.not_skipped(call.shop, type, call.path["id"])
    return call.shop, type, id
