"""Lists as files for spreadsheets: what the page lists by the same filters, all pages of it in one."""
from __future__ import annotations

import azure.functions as func

from functions.http import Call, Download
from functions.inputs import takes
from functions.portal.edge import page
from functions.portal.forms import Entries, ListFilters, LogFilters, SkippedFilters
from functions.portal.log_entries import wanted_entries
from shared import admin

blueprint = func.Blueprint()
_ANYBODY = func.AuthLevel.ANONYMOUS


@blueprint.function_name("portal_export_skipped_records")
@blueprint.route("portal/skipped-records/export", methods=["GET"], auth_level=_ANYBODY)
@page
@takes(query=SkippedFilters)
def export_skipped_records(call: Call) -> Download:
    from functions.portal.csv_lists import skipped_records

    asked: SkippedFilters = call.query
    found = admin.skipped.all_skipped(call.connector, asked.shop, asked.type, asked.wanted, language=call.language)
    return skipped_records(found, call)


@blueprint.function_name("portal_export_log_entries")
@blueprint.route("portal/log-entries/export", methods=["GET"], auth_level=_ANYBODY)
@page
@takes(query=LogFilters)
def export_log_entries(call: Call) -> Download:
    from functions.portal.csv_lists import log_entries

    asked, typed = call.query, Entries(call.connector)
    wanted = wanted_entries(asked, typed)
    typed.check()
    found = admin.logs.newest_entries(call.connector, asked.shop, wanted)
    return log_entries(found, call)


@blueprint.function_name("portal_export_list")
@blueprint.route("portal/lists/{type}/export", methods=["GET"], auth_level=_ANYBODY)
@page
@takes(query=ListFilters)
def export_list(call: Call) -> Download:
    from functions.portal.csv_lists import kept_records

    asked: ListFilters = call.query
    shop = call.connector.shops.known(asked.shop)
    found = admin.lists.all_kept(call.connector, shop, call.path["type"], asked.state)
    return kept_records(call.path["type"], found, call)
