"""Pages of the whole app: what the environment may do, and who did what."""
from __future__ import annotations

import azure.functions as func

from functions.http import Call
from functions.inputs import takes
from functions.portal.cookie import Notice
from functions.portal.edge import Sent, Shown, page, within_the_portal
from functions.portal.forms import AuditFilters, Entries, EnvironmentChosen
from functions.portal.list_addresses import pages_around
from shared import admin

blueprint = func.Blueprint()


@blueprint.function_name("portal_environment")
@blueprint.route("portal/environment", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@page
def show_environment(call: Call) -> Shown:
    return Shown("environment.html", {
        "shown": admin.environment.get_environment(call.connector),
        "ahead": call.connector.clock_ahead(),
    })


@blueprint.function_name("portal_set_environment")
@blueprint.route("portal/environment", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@page
@takes(form=EnvironmentChosen)
def set_environment(call: Call) -> Sent:
    allow = call.body.allow == "yes"
    admin.environment.set_environment(call.connector, allow, by=call.by)
    back = within_the_portal(call.body.back or "/portal/environment")
    return Sent(back, Notice("http-allowed" if allow else "http-forbidden"))


@blueprint.function_name("portal_audit")
@blueprint.route("portal/audit", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@page
@takes(query=AuditFilters)
def show_audit(call: Call) -> Shown:
    asked, typed = call.query, Entries(call.connector)
    since = typed.moment("from", asked.since)
    found = admin.operations.OperationsView(operations=[], continuation=None)
    if not typed.wrong:
        found = admin.operations.list_operations(
            call.connector, shop=asked.shop, operation=asked.operation, since=since, continuation=asked.continuation)
    return Shown("audit.html", {
        "asked": asked, "found": found, "pages": pages_around("/portal/audit", asked, found.continuation),
        "wrong": typed.wrong, "operations": admin.operations.CAPTIONS}, typed.status)
