"""HTTP JSON for log entries: list, look at, download, escalate, remove."""
from __future__ import annotations

from datetime import datetime

import azure.functions as func
import msgspec

from functions.http import Answer, Call, Download, edge
from shared.clock import from_iso
from shared.errors import ConnectorError
from shared.journal.escalation import can_escalate, escalation_report
from shared.journal.log_list import LogFilter, list_log_entries

blueprint = func.Blueprint()

_DIRECTIONS = ("Shopify", "Business Central")
_YES_OR_NO = {"": None, "true": True, "false": False}


@blueprint.function_name("list_log_entries")
@blueprint.route("log-entries", methods=["GET"])
@edge
def list_entries(call: Call) -> Answer:
    shop = call.query.get("shop", "")
    shops = [call.connector.shops.get(shop).code] if shop else [card.code for card in call.connector.shops.all()]
    page = list_log_entries(call.connector.logs, shops, _filter(call), call.query.get("continuation", ""))
    return Answer({"entries": page.entries, "continuation": page.continuation or None})


@blueprint.function_name("get_log_entry")
@blueprint.route("log-entries/{number}", methods=["GET"])
@edge
def get_entry(call: Call) -> Answer:
    entry = call.connector.logs.get(call.path["number"])
    escalates = can_escalate(entry, call.connector.clock.now())
    return Answer(msgspec.structs.asdict(entry) | {"can_escalate": escalates})


@blueprint.function_name("download_log_request")
@blueprint.route("log-entries/{number}/request", methods=["GET"])
@edge
def download_request(call: Call) -> Download:
    entry = call.connector.logs.get(call.path["number"])
    return Download(f"Request_{entry.number}.json", entry.request)


@blueprint.function_name("download_log_response")
@blueprint.route("log-entries/{number}/response", methods=["GET"])
@edge
def download_response(call: Call) -> Download:
    entry = call.connector.logs.get(call.path["number"])
    return Download(f"Response_{entry.number}.json", entry.response)


@blueprint.function_name("escalate_log_entry")
@blueprint.route("log-entries/{number}/escalation", methods=["GET"])
@edge
def escalate(call: Call) -> Answer:
    entry = call.connector.logs.get(call.path["number"])
    card = call.connector.shops.get(entry.shop)
    return Answer(escalation_report(entry, card, call.connector.clock.now()))


@blueprint.function_name("remove_log_entries")
@blueprint.route("log-entries", methods=["DELETE"])
@edge
def remove_entries(call: Call) -> Answer:
    purges, shop = call.connector.purges, call.query.get("shop", "")
    shop = call.connector.shops.get(shop).code if shop else ""
    if "older_than_days" in call.query:
        days = _number(call, "older_than_days")
        return Answer(purges.remove_older_than(purges.retention_days if days is None else days, by=call.by, shop=shop))
    return Answer(purges.remove_all(_number(call, "confirm"), by=call.by, shop=shop))


@blueprint.function_name("list_log_purges")
@blueprint.route("log-purges", methods=["GET"])
@edge
def list_purges(call: Call) -> Answer:
    return Answer(call.connector.retention.latest())


def _filter(call: Call) -> LogFilter:
    direction, has_error = call.query.get("direction", ""), call.query.get("has_error", "")
    if direction and direction not in _DIRECTIONS:
        raise ConnectorError("input-invalid", f"direction {direction[:50]!r} is not one of {', '.join(_DIRECTIONS)}")
    if has_error not in _YES_OR_NO:
        raise ConnectorError("input-invalid", f"has_error must be true or false, not {has_error[:50]!r}")
    return LogFilter(
        since=_time(call, "from"), until=_time(call, "to"), has_error=_YES_OR_NO[has_error],
        status=_number(call, "status"), direction=direction, text=call.query.get("text", ""),
        run=call.query.get("run", ""),
    )


def _number(call: Call, name: str) -> int | None:
    text = call.query.get(name, "")
    if text and not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise ConnectorError("input-invalid", f"{name} must be a whole number, not {text[:50]!r}")
    return int(text) if text else None


def _time(call: Call, name: str) -> datetime | None:
    text = call.query.get(name, "")
    try:
        return from_iso(text) if text else None
    except (ValueError, OverflowError) as error:
        raise ConnectorError("input-invalid", f"{name} {text[:50]!r}: {error}") from error
