"""A person who requests access for the house's shop, and the forger who tries to.

`connect(house)` is the whole way; `visit(house)` stops with the callback in hand, so that a test can
change it, repeat it or come with another browser.
"""
from __future__ import annotations

import hashlib
import hmac
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

import azure.functions as func
import pytest

from local.browser import install
from shared.access.request import Connected
from shared.connector import Connector
from shared.errors import ConnectorError
from tests.admin import trigger
from tests.house import House

Parameters = list[tuple[str, str]]


class Visit(NamedTuple):
    """What Shopify sends back, and the cookies of the browser that asked."""

    parameters: Parameters
    cookies: dict[str, str]


def visit(house: House, **changes: Any) -> Visit:
    """Ask for access and agree at Shopify; `changes` as for local.browser.install."""
    begun = house.connector.access_requests.begin(house.shop, by="test")
    address = install(begun.authorize_url, **changes)
    return Visit(parse_qsl(urlsplit(address).query), {begun.ticket.cookie_name: begun.ticket.cookie})


def finish(house: House, visit: Visit, connector: Connector | None = None) -> Connected:
    """Bring the callback to the connector."""
    return (connector or house.connector).access_requests.finish(visit.parameters, visit.cookies)


def connect(house: House, **changes: Any) -> Connected:
    """The whole way: ask, agree, come back."""
    return finish(house, visit(house, **changes))


def signed(parameters: Parameters, secret: str) -> Parameters:
    """The parameters with the signature that Shopify would give them."""
    unsigned = sorted((name, value) for name, value in parameters if name != "hmac")
    message = "&".join(f"{name}={value}" for name, value in unsigned)
    return [*unsigned, ("hmac", hmac.new(secret.encode(), message.encode(), hashlib.sha256).hexdigest())]


def refusal(house: House, visit: Visit) -> str:
    """The code a callback is refused with."""
    with pytest.raises(ConnectorError) as caught:
        finish(house, visit)
    return caught.value.code


def token_calls(house: House, grant_type: str = "refresh_token") -> int:
    """Calls of this kind that reached Shopify's token endpoint."""
    return sum(call["grant_type"] == grant_type for call in house.shopify.service.grants.calls)


def access(house: House) -> dict[str, Any]:
    """The shop's access as its card shows it."""
    return house.connector.tokens.described(house.shop)


def come_back(visit: Visit, **headers: str) -> func.HttpResponse:
    """The browser comes back from Shopify."""
    query = "&".join(f"{name}={value}" for name, value in visit.parameters)
    cookie = "; ".join(f"{name}={value}" for name, value in visit.cookies.items())
    return trigger("oauth_callback")(func.HttpRequest(
        method="GET", url=f"https://x/api/oauth/callback?{query}", headers={"Cookie": cookie, **headers}, body=b""))
