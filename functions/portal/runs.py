"""Pages of runs: the list, and one run, live while it is under way."""
from __future__ import annotations

import azure.functions as func

from functions.http import Call
from functions.inputs import takes
from functions.portal.edge import Shown, page
from functions.portal.forms import RunFilters
from shared import admin

blueprint = func.Blueprint()


@blueprint.function_name("portal_runs")
@blueprint.route("portal/runs", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@page
@takes(query=RunFilters)
def show_runs(call: Call) -> Shown:
    found = admin.runs.list_runs(call.connector, call.query.shop, call.language)
    return Shown("runs.html", {"asked": call.query, "runs": found})


@blueprint.function_name("portal_run")
@blueprint.route("portal/shops/{shop}/runs/{id}", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@page
def show_run(call: Call) -> Shown:
    return Shown("run.html", {"page": admin.runs.look_at(call.connector, call.shop, call.path["id"], call.language)})
