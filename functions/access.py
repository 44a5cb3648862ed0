"""HTTP: request access to a Shopify store, take its callback, confirm another store, give access back.

Source: Shopify, "Authorization code grant". The callback is anonymous: Shopify's signature, the state and
the browser's cookie stand in for a key (and `code` would be taken for a function key on a keyed route).
Border: parameters, cookies, headers; the
rules are shared/access/.
"""
from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

import azure.functions as func

from functions.api_inputs import StoreConfirmed
from functions.http import Answer, Call, Page, edge, edge_of, wants_page
from functions.inputs import takes
from functions.portal.cookie import uses_the_portal
from functions.problems import message_page
from functions.roles import needs
from shared import admin
from shared.errors import ConnectorError
from shared.texts import say, sentence
from shared.who_may import Role

if TYPE_CHECKING:
    from shared.access.request import Begun, Connected
    from shared.access.state import Ticket

blueprint = func.Blueprint()
_MOST_PARAMETERS = 30


@blueprint.function_name("request_access")
@blueprint.route("api/shops/{shop}/access/request", methods=["POST"])
@edge
def request_access(call: Call) -> Answer:
    begun = admin.access.request_access(call.connector, call.path["shop"], by=call.by)
    return Answer({"authorize_url": begun.authorize_url}, headers=_leaving(begun, call.connector.settings.public_url))


@blueprint.function_name("go_to_shopify")
@blueprint.route("api/shops/{shop}/access/request", methods=["GET"])
@edge_of(in_browser=True)
@needs(Role.OPERATOR)
def go_to_shopify(call: Call) -> Answer:
    begun = admin.access.request_access(call.connector, call.path["shop"], by=call.by)
    headers = _leaving(begun, call.connector.settings.public_url)
    return Answer(None, 302, headers | {"Location": begun.authorize_url})


@blueprint.function_name("oauth_callback")
@blueprint.route("api/oauth/callback", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@edge_of(raw=True, in_browser=True)
@needs(None)
def oauth_callback(call: Call) -> Answer | Page:
    from shared.access.state import cookie_name

    parameters, cookies = _parameters(call.request.url), _cookies(call.request.headers.get("Cookie", ""))
    connected = admin.access.take_callback(call.connector, parameters, cookies)
    headers = {"Set-Cookie": f"{cookie_name(dict(parameters)['state'])}=; Max-Age=0; Path=/api/oauth"}
    if wants_page(call.request):
        return _shown(connected, call, headers)
    told = {"shop": connected.shop, "host": connected.host, "missing": connected.missing}
    return Answer(told, headers=headers)


@blueprint.function_name("confirm_access")
@blueprint.route("api/shops/{shop}/access/confirm", methods=["POST"])
@edge
@takes(body=StoreConfirmed)
def confirm_access(call: Call) -> Answer:
    return Answer(admin.access.confirm_access(call.connector, call.shop, by=call.by, seen=call.body.host))


@blueprint.function_name("revoke_access")
@blueprint.route("api/shops/{shop}/access", methods=["DELETE"])
@edge
def revoke_access(call: Call) -> Answer:
    admin.access.revoke_access(call.connector, call.shop, by=call.by)
    return Answer(None, 204)


def _leaving(begun: Begun, public_url: str) -> dict[str, str]:
    return {"Set-Cookie": ticket_cookie(begun.ticket, public_url)}


def ticket_cookie(ticket: Ticket, public_url: str) -> str:
    """The header Set-Cookie by which the browser that comes back is known to be the one that left."""
    from shared.access.state import LIFE

    # Lax: the way back from Shopify is a navigation from another site. Not secure only on a loopback address.
    secure = "; Secure" if public_url.startswith("https:") else ""
    seconds = int(LIFE.total_seconds())
    return (f"{ticket.cookie_name}={ticket.cookie}; Max-Age={seconds}; Path=/api/oauth; HttpOnly; "
            f"SameSite=Lax{secure}")


def _parameters(url: str) -> list[tuple[str, str]]:
    """All parameters of the address as they came, decoded; doubles included."""
    try:
        return parse_qsl(urlsplit(url).query, keep_blank_values=True, max_num_fields=_MOST_PARAMETERS)
    except ValueError:
        raise ConnectorError("oauth-hmac-invalid", sentence("the callback's address cannot be read")) from None


def _cookies(header: str) -> dict[str, str]:
    """The cookies by name; what is malformed is left out."""
    pairs = (part.strip().partition("=") for part in header.split(";"))
    return {name: value for name, equals, value in pairs if equals}


def _shown(connected: Connected, call: Call, headers: dict[str, str]) -> Page:
    """Back to the shop's page for a browser that knows the portal; else a page that says it all."""
    if uses_the_portal(call.request.headers):
        return Page("", 302, headers | {"Location": f"/portal/shops/{connected.shop}"})
    return Page(_connected(connected, call.language), headers=headers)


def _connected(connected: Connected, language: str) -> str:
    advice = (
        say("Not granted: {scopes}.", language, scopes=", ".join(connected.missing)) if connected.missing
        else say("You can close this page.", language)
    )
    connection = say("Shop {shop} is connected to {host}.", language, shop=connected.shop, host=connected.host)
    return message_page(say("Connected", language), connection, advice, language)
