"""HTTP JSON for log entries: list, look at, download, escalate, remove."""
from __future__ import annotations

from typing import TYPE_CHECKING

import azure.functions as func

from functions.api_inputs import LogQuery, LogRemoval
from functions.http import Answer, Call, Download, edge, moment
from functions.inputs import takes
from shared import admin

if TYPE_CHECKING:
    from shared.journal.log_list import LogFilter

blueprint = func.Blueprint()

_YES_OR_NO = {"": None, "true": True, "false": False}


@blueprint.function_name("list_log_entries")
@blueprint.route("api/log-entries", methods=["GET"])
@edge
@takes(query=LogQuery)
def list_entries(call: Call) -> Answer:
    asked: LogQuery = call.query
    return Answer(admin.logs.list_entries(call.connector, asked.shop, _wanted(asked), asked.continuation))


@blueprint.function_name("get_log_entry")
@blueprint.route("api/log-entries/{id}", methods=["GET"])
@edge
def get_entry(call: Call) -> Answer:
    return Answer(admin.logs.get_entry(call.connector, call.path["id"]))


@blueprint.function_name("download_log_request")
@blueprint.route("api/log-entries/{id}/request", methods=["GET"])
@edge
def download_request(call: Call) -> Download:
    entry = admin.logs.get_entry(call.connector, call.path["id"])
    return Download(f"Request_{entry.id}.json", entry.request)


@blueprint.function_name("download_log_response")
@blueprint.route("api/log-entries/{id}/response", methods=["GET"])
@edge
def download_response(call: Call) -> Download:
    entry = admin.logs.get_entry(call.connector, call.path["id"])
    return Download(f"Response_{entry.id}.json", entry.response)


@blueprint.function_name("escalate_log_entry")
@blueprint.route("api/log-entries/{id}/escalation", methods=["GET"])
@edge
def escalate(call: Call) -> Answer:
    return Answer(admin.logs.escalate(call.connector, call.path["id"]))


@blueprint.function_name("remove_log_entries")
@blueprint.route("api/log-entries", methods=["DELETE"])
@edge
@takes(query=LogRemoval)
def remove_entries(call: Call) -> Answer:
    asked: LogRemoval = call.query
    confirm = None if asked.confirm == "" else asked.confirm
    return Answer(admin.logs.remove_log_entries(
        call.connector, asked.shop, older_than_days=asked.older_than_days, confirm=confirm, by=call.by))


@blueprint.function_name("list_log_purges")
@blueprint.route("api/log-purges", methods=["GET"])
@edge
def list_purges(call: Call) -> Answer:
    return Answer(admin.logs.list_purges(call.connector))


def _wanted(query: LogQuery) -> LogFilter:
    from shared.journal.log_list import LogFilter

    return LogFilter(
        since=moment("from", query.since), until=moment("to", query.until), has_error=_YES_OR_NO[query.has_error],
        status=None if query.status == "" else query.status, direction=query.direction, text=query.text,
        run=query.run,
    )
