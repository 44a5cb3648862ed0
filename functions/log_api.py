"""HTTP JSON for log entries: list, look at, download, escalate, remove."""
from __future__ import annotations

import azure.functions as func
import msgspec

from functions.http import Answer, Call, Download, edge, moment
from functions.inputs import LogQuery, LogRemoval, takes
from shared.journal.escalation import can_escalate, escalation_report
from shared.journal.log_list import LogFilter, list_log_entries

blueprint = func.Blueprint()

_YES_OR_NO = {"": None, "true": True, "false": False}


@blueprint.function_name("list_log_entries")
@blueprint.route("api/log-entries", methods=["GET"])
@edge
@takes(query=LogQuery)
def list_entries(call: Call) -> Answer:
    shop = call.query.shop
    shops = [call.connector.shops.get(shop).code] if shop else [card.code for card in call.connector.shops.all()]
    page = list_log_entries(call.connector.logs, shops, _filter(call.query), call.query.continuation)
    return Answer({"entries": page.entries, "continuation": page.continuation or None})


@blueprint.function_name("get_log_entry")
@blueprint.route("api/log-entries/{number}", methods=["GET"])
@edge
def get_entry(call: Call) -> Answer:
    entry = call.connector.logs.get(call.path["number"])
    escalates = can_escalate(entry, call.connector.clock.now())
    return Answer(msgspec.structs.asdict(entry) | {"can_escalate": escalates})


@blueprint.function_name("download_log_request")
@blueprint.route("api/log-entries/{number}/request", methods=["GET"])
@edge
def download_request(call: Call) -> Download:
    entry = call.connector.logs.get(call.path["number"])
    return Download(f"Request_{entry.number}.json", entry.request)


@blueprint.function_name("download_log_response")
@blueprint.route("api/log-entries/{number}/response", methods=["GET"])
@edge
def download_response(call: Call) -> Download:
    entry = call.connector.logs.get(call.path["number"])
    return Download(f"Response_{entry.number}.json", entry.response)


@blueprint.function_name("escalate_log_entry")
@blueprint.route("api/log-entries/{number}/escalation", methods=["GET"])
@edge
def escalate(call: Call) -> Answer:
    entry = call.connector.logs.get(call.path["number"])
    card = call.connector.shops.get(entry.shop)
    return Answer(escalation_report(entry, card, call.connector.clock.now()))


@blueprint.function_name("remove_log_entries")
@blueprint.route("api/log-entries", methods=["DELETE"])
@edge
@takes(query=LogRemoval)
def remove_entries(call: Call) -> Answer:
    purges, removal = call.connector.purges, call.query
    shop = call.connector.shops.get(removal.shop).code if removal.shop else ""
    if removal.older_than_days is not None:
        days = purges.retention_days if removal.older_than_days == "" else removal.older_than_days
        return Answer(purges.remove_older_than(days, by=call.by, shop=shop))
    return Answer(purges.remove_all(None if removal.confirm == "" else removal.confirm, by=call.by, shop=shop))


@blueprint.function_name("list_log_purges")
@blueprint.route("api/log-purges", methods=["GET"])
@edge
def list_purges(call: Call) -> Answer:
    return Answer(call.connector.retention.latest())


def _filter(query: LogQuery) -> LogFilter:
    return LogFilter(
        since=moment("from", query.since), until=moment("to", query.until), has_error=_YES_OR_NO[query.has_error],
        status=None if query.status == "" else query.status, direction=query.direction, text=query.text,
        run=query.run,
    )
