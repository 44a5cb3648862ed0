"""The portal's first page, its files, and the choice of a language."""
from __future__ import annotations

import azure.functions as func

from functions.http import Asset, Call
from functions.inputs import takes
from functions.portal.edge import Sent, Shown, known_language, page, within_the_portal
from functions.portal.files import static_file
from functions.portal.forms import ToPage
from functions.roles import needs
from shared import admin

blueprint = func.Blueprint()


@blueprint.function_name("portal_overview")
@blueprint.route("portal", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@page
def show_overview(call: Call) -> Shown:
    return Shown("overview.html", {"overview": admin.overview.overview(call.connector, call.language)})


@blueprint.function_name("portal_services")
@blueprint.route("portal/services", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@page
def show_services(call: Call) -> Shown:
    return Shown("services.html", {"found": admin.services.services(call.connector, call.language)})


@blueprint.function_name("portal_language")
@blueprint.route("portal/language/{language}", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@page
@needs(None)
@takes(query=ToPage)
def choose_language(call: Call) -> Sent:
    return Sent(within_the_portal(call.query.to), language=known_language(call.path["language"]))


@blueprint.function_name("portal_signed_out")
@blueprint.route("portal/signed-out", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@page
@needs(None)
def say_signed_out(call: Call) -> Shown:
    return Shown("signed-out.html")


@blueprint.function_name("portal_static")
@blueprint.route("portal/static/{hash}/{name}", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@page
@needs(None)
def send_static(call: Call) -> Asset:
    return static_file(call.path["hash"], call.path["name"])
