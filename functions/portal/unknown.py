"""Addresses under /portal at which there is nothing: a page of the portal says so, whatever was sent there.

The function's name comes behind those of all pages, for the host asks the routes that match in the order of the
functions' names (local/functions_host/routes.py).
"""
from __future__ import annotations

import azure.functions as func

from functions.http import Call, wants_page
from functions.portal.edge import Shown, page, page_before, takes_whatever
from functions.roles import needs
from shared.errors import ConnectorError
from shared.texts import sentence
from shared.who_may import Role

blueprint = func.Blueprint()


@blueprint.function_name("unknown_portal_address")
@blueprint.route(
    "portal/{*address}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"], auth_level=func.AuthLevel.ANONYMOUS)
@page
@needs(Role.VIEWER)
@takes_whatever
def show_unknown(call: Call) -> Shown:
    if not wants_page(call.request):
        raise ConnectorError("address-unknown", sentence("the portal has no such page"))
    return Shown("unknown-page.html", {"before": page_before(call.request), "path": "/portal"}, 404)
