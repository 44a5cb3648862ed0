"""A merchant at the consent page, and the tokens that the app gets for it."""
from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

CALLBACK = "http://127.0.0.1:7071/api/oauth/callback"


ASKED = {"client_id": "simulated-client-id", "scope": "read_orders,read_products,write_products",
         "redirect_uri": CALLBACK, "state": "abc123"}


def decide(shop, /, **changes):
    return shop.session.post(f"{shop.running.url}/admin/oauth/authorize", data={**ASKED, **changes}, timeout=10,
                             allow_redirects=False)


def parameters(reply):
    return dict(parse_qsl(urlsplit(reply.headers["Location"]).query))


KEYS = {"client_id": "simulated-client-id", "client_secret": "shpss_simulated_client_secret"}


def call(shop, **fields):
    return shop.session.post(f"{shop.running.url}/admin/oauth/access_token", json={**KEYS, **fields}, timeout=10)


def code_of(shop, **changes):
    return parameters(decide(shop, **changes))["code"]


def a_pair(shop, **changes):
    return call(shop, code=code_of(shop, **changes), expiring=1).json()
