"""HTTP JSON for skipped records and the set-up check."""
from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import azure.functions as func
import msgspec

from functions.http import Answer, Call, edge
from functions.inputs import Dismissal, Retry, SetUpCheck, SkippedQuery, takes
from shared.errors import ConnectorError
from shared.journal.skipped import SkippedRecord
from shared.problems import CATALOGUE
from shared.sync.information import KINDS
from shared.sync.set_up_check import check_set_up

blueprint = func.Blueprint()


@blueprint.function_name("list_skipped_records")
@blueprint.route("api/shops/{shop}/skipped-records", methods=["GET"])
@edge
@takes(query=SkippedQuery)
def list_skipped_records(call: Call) -> Answer:
    query: SkippedQuery = call.query
    _check_code(query.code)
    records, continuation = call.connector.skipped.page(
        call.shop, query.type or None, query.continuation, query.limit,
        lambda one: query.code in ("", one.code) and query.run in ("", one.run)
        and bool(one.dismissed_at) == query.dismissed and one.left_out == query.left_out)
    return Answer([_shown(one, call.language) for one in records], headers=_next_page(query, continuation))


@blueprint.function_name("retry_skipped_records")
@blueprint.route("api/shops/{shop}/skipped-records/retry", methods=["POST"])
@edge
@takes(body=Retry)
def retry_skipped_records(call: Call) -> Answer:
    body: Retry = call.body
    _check_code(body.code)
    due = call.connector.skipped.make_all_due(call.shop, call.connector.clock.now(), code=body.code, kind=body.type)
    return Answer({"due": due}, 202)


@blueprint.function_name("retry_skipped_record")
@blueprint.route("api/shops/{shop}/skipped-records/{type}/{id:long}/retry", methods=["POST"])
@edge
def retry_skipped_record(call: Call) -> Answer:
    shop, kind, number = _record(call)
    if not call.connector.skipped.make_due(shop, kind, number, call.connector.clock.now()):
        raise _not_skipped(shop, kind, number)
    return Answer({"due": True}, 202)


@blueprint.function_name("dismiss_skipped_record")
@blueprint.route("api/shops/{shop}/skipped-records/{type}/{id:long}/dismiss", methods=["POST"])
@edge
@takes(body=Dismissal)
def dismiss_skipped_record(call: Call) -> Answer:
    note = call.body.note.strip()
    if not note:
        raise ConnectorError("input-invalid", "note: say why the record is dismissed")
    shop, kind, number = _record(call)
    skipped, now = call.connector.skipped, call.connector.clock.now()
    if not skipped.dismiss(shop, kind, number, note=note, by=call.by, now=now):
        raise _not_skipped(shop, kind, number)
    return Answer({"dismissed": True})


@blueprint.function_name("check_set_up")
@blueprint.route("api/shops/{shop}/set-up-check", methods=["POST"])
@edge
@takes(body=SetUpCheck)
def check_shop_set_up(call: Call) -> Answer:
    report = check_set_up(call.connector, call.shop, call.body.countries)
    shown: dict[str, Any] = msgspec.to_builtins(report)
    for part in ("missing", "advice"):
        shown[part] = [finding | CATALOGUE[finding["code"]].told(call.language) for finding in shown[part]]
    shown["orders"] = [trial | (CATALOGUE[trial["code"]].told(call.language) if trial["code"] else {})
                       for trial in shown["orders"]]
    return Answer(shown)


def _next_page(query: SkippedQuery, continuation: str) -> dict[str, str] | None:
    """The header that names the list's next page (RFC 8288), by its query alone; None on the last one."""
    if not continuation:
        return None
    wanted = {name: str(value) for name, value in msgspec.to_builtins(query).items() if value}
    flags = {name: str(getattr(query, name)).lower() for name in ("dismissed", "left_out")}
    wanted = wanted | flags | {"continuation": continuation}
    return {"Link": f'<?{urlencode(wanted)}>; rel="next"'}


def _record(call: Call) -> tuple[str, str, int]:
    """(shop, type, Shopify id) of the path."""
    shop, kind, text = call.shop, call.path["type"], call.path["id"]
    if kind not in KINDS or not (text.isascii() and text.isdigit() and len(text) <= 20):
        raise _not_skipped(shop, kind, text)
    return shop, kind, int(text)


def _not_skipped(shop: str, kind: str, id: int | str) -> ConnectorError:
    return ConnectorError("not-found", f"{kind[:20]} {str(id)[:20]} is not a skipped record of shop {shop}")


def _check_code(code: str) -> None:
    if code and code not in CATALOGUE:
        raise ConnectorError("input-invalid", f"code {code[:50]!r} is not an error code")


def _shown(record: SkippedRecord, language: str) -> dict[str, Any]:
    """The record with what its code means and where to fix it, in the reader's language."""
    shown: dict[str, Any] = msgspec.to_builtins(record)
    return shown | CATALOGUE[record.code].told(language)
