"""The consent page as a browser meets it, and the way back to the app."""
from __future__ import annotations

import base64
import hashlib
import hmac
import re

import pytest

from local.shopify.tests.consenting import ASKED, CALLBACK, decide, parameters


def page(shop, /, **changes):
    return shop.session.get(f"{shop.running.url}/admin/oauth/authorize", params={**ASKED, **changes}, timeout=10)


def test_the_page_names_the_scopes_and_carries_the_request_in_its_form(shop):
    reply = page(shop)

    assert reply.status_code == 200
    assert set(re.findall(r'name="grant" value="(\w+)"', reply.text)) == {
        "read_orders", "read_products", "write_products"}
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', reply.text))
    assert fields == {**ASKED, "shop": "demo-fr.myshopify.com"}


def test_an_unknown_key_is_an_html_page_in_shopifys_words(shop):
    reply = page(shop, client_id="nobody")

    assert reply.status_code == 400
    assert reply.headers["Content-Type"].startswith("text/html")
    assert "invalid_request: Could not find Shopify API application with api_key nobody" in reply.text


@pytest.mark.parametrize("address", ["https://evil.example/callback", "http://127.0.0.1:7071/other", ""])
def test_a_redirect_address_that_is_not_listed_is_refused_by_page_and_form(shop, address):
    shown, posted = page(shop, redirect_uri=address), decide(shop, redirect_uri=address)

    assert [r.status_code for r in (shown, posted)] == [400, 400]
    assert "The redirect_uri is not whitelisted" in shown.text
    assert "Location" not in posted.headers


def test_a_listed_address_is_accepted_once_the_app_is_configured(shop):
    address = "https://connector.example/api/oauth/callback"
    assert decide(shop, redirect_uri=address).status_code == 400

    shop.control("PATCH", "apps/simulated-client-id", {"redirect_urls": [address]})

    assert decide(shop, redirect_uri=address).headers["Location"].startswith(f"{address}?code=")
    assert decide(shop).status_code == 400


def test_a_scope_that_is_none_is_refused(shop):
    assert "invalid_scope" in page(shop, scope="read_orders,everything").text


def test_consent_leads_back_with_signed_parameters(shop):
    reply = decide(shop, decision="install")

    assert reply.status_code == 302
    assert reply.headers["Location"].startswith(f"{CALLBACK}?")
    found = parameters(reply)
    assert set(found) == {"code", "hmac", "host", "shop", "state", "timestamp"}
    assert (found["shop"], found["state"]) == ("demo-fr.myshopify.com", "abc123")
    assert base64.b64decode(found["host"] + "==").decode() == "admin.shopify.com/store/demo-fr"
    assert int(found["timestamp"]) == int(shop.clock.now().timestamp())
    message = "&".join(f"{k}={v}" for k, v in sorted(found.items()) if k != "hmac")
    secret = shop.running.client_secret.encode()
    assert found["hmac"] == hmac.new(secret, message.encode(), hashlib.sha256).hexdigest()


def test_scopes_that_were_not_asked_for_cannot_be_granted(shop):
    code = parameters(decide(shop, grant=["read_orders", "write_customers"]))["code"]

    assert shop.running.service.grants.codes[code].scopes == {"read_orders"}


def test_cancelling_leaves_the_browser_in_the_admin(shop):
    reply = decide(shop, decision="cancel")

    assert (reply.status_code, "Location" in reply.headers) == (200, False)


def test_the_merchant_may_agree_for_another_store(shop):
    assert parameters(decide(shop, shop="other.myshopify.com"))["shop"] == "other.myshopify.com"


def test_markup_in_a_request_is_escaped(shop):
    assert "<script>" not in page(shop, state='"><script>').text
