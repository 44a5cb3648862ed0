"""The portal's first page, its files, the choice of a language, and what can be done with a shop from there."""
from __future__ import annotations

import azure.functions as func

from functions.access import ticket_cookie
from functions.http import Asset, Call
from functions.inputs import ToPage, takes
from functions.portal.cookie import Notice
from functions.portal.edge import Sent, Shown, known_language, page, within_the_portal
from functions.portal.files import static_file
from functions.roles import needs
from shared.admin import access
from shared.admin.overview import overview
from shared.admin.synchronization import start_sync

blueprint = func.Blueprint()


@blueprint.function_name("portal_overview")
@blueprint.route("portal", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@page
def show_overview(call: Call) -> Shown:
    return Shown("overview.html", {"overview": overview(call.connector, call.language)})


@blueprint.function_name("portal_sync_shop")
@blueprint.route("portal/shops/{shop}/sync", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@page
def sync_shop(call: Call) -> Sent:
    start_sync(call.connector, call.shop, (), by=call.by)
    return Sent("/portal", Notice("sync-queued", {"shop": call.path["shop"]}))


@blueprint.function_name("portal_request_access")
@blueprint.route("portal/shops/{shop}/access/request", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@page
def request_shop_access(call: Call) -> Shown:
    begun = access.request_access(call.connector, call.path["shop"], by=call.by)
    host = call.connector.shops.get(call.path["shop"]).host
    cookie = ticket_cookie(begun.ticket, call.connector.settings.public_url)
    return Shown("leaving.html", {"to": begun.authorize_url, "host": host}, cookie=cookie)


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
