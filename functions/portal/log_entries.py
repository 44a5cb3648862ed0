"""Pages of log entries: the list with its filters, one entry, the report for Shopify's support, the removal."""
from __future__ import annotations

from typing import TYPE_CHECKING

import azure.functions as func

from functions.http import Call, Download, moment
from functions.inputs import takes
from functions.portal.cookie import Notice
from functions.portal.edge import Sent, Shown, page
from functions.portal.forms import Entries, LogFilters, LogRemovalAsked, LogRemovalConfirmed
from functions.portal.list_addresses import pages_around, whole_list
from shared import admin
from shared.errors import ConnectorError
from shared.texts import sentence

if TYPE_CHECKING:
    from shared.journal.log_list import LogFilter

blueprint = func.Blueprint()


@blueprint.function_name("portal_log_entries")
@blueprint.route("portal/log-entries", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@page
@takes(query=LogFilters)
def show_log_entries(call: Call) -> Shown:
    asked, typed = call.query, Entries(call.connector)
    wanted = wanted_entries(asked, typed)
    found = admin.logs.EntriesView(entries=[], continuation=None) if typed.wrong else admin.logs.list_entries(
        call.connector, asked.shop, wanted, asked.continuation, most_calls=admin.logs.CALLS_OF_A_PAGE)
    return Shown("log-entries.html", {
        "asked": asked, "found": found, "wrong": typed.wrong, "kept": admin.logs.kept(call.connector),
        "pages": pages_around("/portal/log-entries", asked, found.continuation, without=("live",)),
        "file": whole_list("/portal/log-entries/export", asked, without=("live",)),
    }, typed.status)


@blueprint.function_name("portal_log_entry")
@blueprint.route("portal/log-entries/{id}", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@page
def show_log_entry(call: Call) -> Shown:
    return Shown("log-entry.html", {"shown": admin.logs.look_at(call.connector, call.path["id"])})


@blueprint.function_name("portal_log_request")
@blueprint.route("portal/log-entries/{id}/request", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@page
def send_log_request(call: Call) -> Download:
    entry = admin.logs.get_entry(call.connector, call.path["id"])
    return Download(f"Request_{entry.id}.json", entry.request)


@blueprint.function_name("portal_log_response")
@blueprint.route("portal/log-entries/{id}/response", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@page
def send_log_response(call: Call) -> Download:
    entry = admin.logs.get_entry(call.connector, call.path["id"])
    return Download(f"Response_{entry.id}.json", entry.response)


@blueprint.function_name("portal_log_escalation")
@blueprint.route("portal/log-entries/{id}/escalation", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@page
def show_escalation(call: Call) -> Shown:
    id = call.path["id"]
    return Shown("escalation.html", {"id": id, "report": admin.logs.escalate_on_a_page(call.connector, id)})


@blueprint.function_name("portal_log_removal")
@blueprint.route("portal/log-removal", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@page
@takes(query=LogRemovalAsked)
def ask_log_removal(call: Call) -> Shown:
    asked, typed = call.query, Entries(call.connector)
    days = typed.number("days", asked.days, 1, 3650)
    removal = None if typed.wrong else admin.logs.removal(call.connector, asked.shop, days)
    return Shown("log-removal.html", {"asked": asked, "removal": removal, "wrong": typed.wrong},
                 typed.status)


@blueprint.function_name("portal_remove_log_entries")
@blueprint.route("portal/log-removal", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@page
@takes(form=LogRemovalConfirmed)
def remove_log_entries(call: Call) -> Sent:
    until = moment("until", call.body.until)
    if until is None:
        raise ConnectorError("input-invalid", sentence("until: say up to when log entries are to be removed"))
    admin.logs.remove_until(call.connector, call.body.shop, until, by=call.by)
    return Sent("/portal/log-entries", Notice("log-entries-removed"))


def wanted_entries(asked: LogFilters, typed: Entries) -> LogFilter:
    """Which entries a page's filters ask for."""
    from shared.journal.log_list import LogFilter

    return LogFilter(
        since=typed.moment("from", asked.since), until=typed.moment("to", asked.until),
        has_error=True if asked.errors else None, status=typed.number("status", asked.status, 0, 999),
        direction=asked.direction, text=asked.text, run=asked.run,
    )
