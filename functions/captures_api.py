"""HTTP JSON for data captures: list, look at, download, compare, replay."""
from __future__ import annotations

import gzip
from typing import cast

import azure.functions as func
import msgspec

from functions.http import Answer, Call, Download, edge, moment
from functions.inputs import CapturePageQuery, CaptureQuery, CaptureView, Comparison, Replay, takes
from shared.errors import ConnectorError
from shared.journal import json_parts
from shared.journal.capture_list import CaptureFilter, list_captures, previous_of, record_of, selection
from shared.journal.runs import span_of
from shared.shopify.kinds import Kind
from shared.sync.information import KINDS
from shared.sync.replay import plan_of_capture, replay

blueprint = func.Blueprint()


@blueprint.function_name("list_data_captures")
@blueprint.route("api/shops/{shop}/data-captures", methods=["GET"])
@edge
@takes(query=CapturePageQuery)
def list_data_captures(call: Call) -> Answer:
    page = list_captures(call.connector.captures, _filter(call), call.query.continuation)
    return Answer({"captures": page.captures, "continuation": page.continuation or None})


@blueprint.function_name("download_data_captures")
@blueprint.route("api/shops/{shop}/data-captures/download", methods=["GET"])
@edge
@takes(query=CaptureQuery)
def download_data_captures(call: Call) -> Download:
    wanted = _filter(call)
    lines = selection(call.connector.captures, wanted)
    return Download(f"Captures_{wanted.shop}.jsonl.gz", gzip.compress(b"\n".join(lines), 6), "application/gzip")


@blueprint.function_name("get_data_capture")
@blueprint.route("api/shops/{shop}/data-captures/{type}/{id}", methods=["GET"])
@edge
@takes(query=CaptureView)
def get_data_capture(call: Call) -> Answer:
    raw, part = _raw(call, call.path["id"]), call.query.part
    return Answer(msgspec.Raw(json_parts.indented(json_parts.part(raw, part) if part else raw)))


@blueprint.function_name("list_data_capture_parts")
@blueprint.route("api/shops/{shop}/data-captures/{type}/{id}/parts", methods=["GET"])
@edge
def list_data_capture_parts(call: Call) -> Answer:
    return Answer(json_parts.parts(_raw(call, call.path["id"])))


@blueprint.function_name("download_data_capture")
@blueprint.route("api/shops/{shop}/data-captures/{type}/{id}/download", methods=["GET"])
@edge
def download_data_capture(call: Call) -> Download:
    raw = _raw(call, call.path["id"])
    return Download(f"{call.path['type'].capitalize()}_{record_of(raw)}_{call.path['id']}.json", raw)


@blueprint.function_name("compare_data_captures")
@blueprint.route("api/shops/{shop}/data-captures/{type}/{id}/compare", methods=["GET"])
@edge
@takes(query=Comparison)
def compare_data_captures(call: Call) -> Answer:
    shop, kind, id = call.shop, _kind(call), call.path["id"]
    after = _raw(call, id)
    other = call.query.other or previous_of(call.connector.captures, shop, kind, id)
    before = _raw(call, other)
    if record_of(before) != record_of(after):
        raise ConnectorError("input-invalid", f"{other[:60]} and {id[:60]} are captures of two different records")
    return Answer({"before": other, "after": id, "differences": json_parts.differences(before, after)})


@blueprint.function_name("replay_data_capture")
@blueprint.route("api/shops/{shop}/data-captures/{type}/{id}/replay", methods=["POST"])
@edge
@takes(body=Replay)
def replay_data_capture(call: Call) -> Answer:
    shop, kind, id = call.shop, _kind(call), call.path["id"]
    if call.body.dry_run:
        return Answer(plan_of_capture(call.connector, shop, kind, id))
    return Answer(replay(call.connector, shop, kind, id, by=call.by))


def _kind(call: Call) -> Kind:
    kind = call.path["type"]
    if kind not in KINDS:
        raise ConnectorError("not-found", f"{kind[:50]!r} is not one of {', '.join(KINDS)}")
    return cast(Kind, kind)


def _raw(call: Call, id: str) -> bytes:
    return call.connector.captures.raw(call.shop, _kind(call), id)


def _filter(call: Call) -> CaptureFilter:
    query: CaptureQuery = call.query
    shop, since, until = call.shop, moment("from", query.since), moment("to", query.until)
    if query.run:
        since, until = span_of(call.connector.runs.get(shop, query.run))
    return CaptureFilter(
        shop=shop, kinds=(query.type,) if query.type else KINDS, record=query.record, since=since, until=until,
    )
