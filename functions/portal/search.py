"""The search that stands on every page: to the record that is meant, or to a list.

What is sought may be somebody's e-mail address, so it comes in a form and never stands in an address.
"""
from __future__ import annotations

import azure.functions as func

from functions.http import Call
from functions.inputs import takes
from functions.portal.edge import Sent, Shown, page
from functions.portal.forms import Sought
from functions.roles import needs
from shared import admin
from shared.who_may import Role

blueprint = func.Blueprint()


@blueprint.function_name("portal_search_page")
@blueprint.route("portal/search", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@page
def show_search(call: Call) -> Shown:
    return Shown("search.html", {"sought": "", "found": None})


@blueprint.function_name("portal_search")
@blueprint.route("portal/search", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@page
@needs(Role.VIEWER)
@takes(form=Sought)
def find_records(call: Call) -> Sent | Shown:
    found = admin.search.search(call.connector, call.body.text)
    if len(found.hits) == 1:
        one = found.hits[0]
        return Sent(f"/portal/shops/{one.shop}/records/{one.type}/{one.id}")
    return Shown("search.html", {"sought": call.body.text.strip(), "found": found, "path": "/portal/search"})
