"""HTTP JSON for data captures: list, look at, download, compare, replay."""
from __future__ import annotations

from typing import TYPE_CHECKING

import azure.functions as func
import msgspec

from functions.api_inputs import CapturePageQuery, CaptureQuery, CaptureView, Comparison, Replay
from functions.http import Answer, Call, Download, edge, moment
from functions.inputs import takes
from shared import admin

if TYPE_CHECKING:
    from shared.journal.capture_list import CaptureFilter

blueprint = func.Blueprint()


@blueprint.function_name("list_data_captures")
@blueprint.route("api/shops/{shop}/data-captures", methods=["GET"])
@edge
@takes(query=CapturePageQuery)
def list_data_captures(call: Call) -> Answer:
    return Answer(admin.captures.list_captures(call.connector, _wanted(call), call.query.continuation))


@blueprint.function_name("download_data_captures")
@blueprint.route("api/shops/{shop}/data-captures/download", methods=["GET"])
@edge
@takes(query=CaptureQuery)
def download_data_captures(call: Call) -> Download:
    wanted = _wanted(call)
    return Download(f"Captures_{wanted.shop}.jsonl.gz", admin.captures.packed_selection(call.connector, wanted),
                    "application/gzip")


@blueprint.function_name("get_data_capture")
@blueprint.route("api/shops/{shop}/data-captures/{type}/{id}", methods=["GET"])
@edge
@takes(query=CaptureView)
def get_data_capture(call: Call) -> Answer:
    return Answer(msgspec.Raw(admin.captures.indented(call.connector, *_capture(call), call.query.part)))


@blueprint.function_name("list_data_capture_parts")
@blueprint.route("api/shops/{shop}/data-captures/{type}/{id}/parts", methods=["GET"])
@edge
def list_data_capture_parts(call: Call) -> Answer:
    return Answer(admin.captures.parts(call.connector, *_capture(call)))


@blueprint.function_name("download_data_capture")
@blueprint.route("api/shops/{shop}/data-captures/{type}/{id}/download", methods=["GET"])
@edge
def download_data_capture(call: Call) -> Download:
    shop, type, id = _capture(call)
    raw = admin.captures.raw(call.connector, shop, type, id)
    return Download(admin.captures.file_name(type, id, raw), raw)


@blueprint.function_name("compare_data_captures")
@blueprint.route("api/shops/{shop}/data-captures/{type}/{id}/compare", methods=["GET"])
@edge
@takes(query=Comparison)
def compare_data_captures(call: Call) -> Answer:
    return Answer(admin.captures.compare(call.connector, *_capture(call), call.query.other))


@blueprint.function_name("replay_data_capture")
@blueprint.route("api/shops/{shop}/data-captures/{type}/{id}/replay", methods=["POST"])
@edge
@takes(body=Replay)
def replay_data_capture(call: Call) -> Answer:
    act = admin.captures.dry_run if call.body.dry_run else admin.captures.replay
    return Answer(act(call.connector, *_capture(call), by=call.by))


def _capture(call: Call) -> tuple[str, str, str]:
    """(shop, type, capture) of the path."""
    return call.shop, call.path["type"], call.path["id"]


def _wanted(call: Call) -> CaptureFilter:
    query: CaptureQuery = call.query
    return admin.captures.wanted(
        call.connector, call.shop, type=query.type, record=query.record, since=moment("from", query.since),
        until=moment("to", query.until), run=query.run,
    )
