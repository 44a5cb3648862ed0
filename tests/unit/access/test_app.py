"""The signature of a callback, against the example of Shopify's own documentation and against tampering."""
from __future__ import annotations

import pytest

from shared.access.app import ShopifyApp, is_sealed, sealed, signed_by_shopify
from shared.errors import ConnectorError

# Shopify, "Authorization code grant", the example of verifying a request: secret hush, hmac as printed there.
APP = ShopifyApp(client_id="id", client_secret="hush", public_url="https://app.example/")
EXAMPLE = [("code", "0907a61c0c8d55e99db179b68161bc00"), ("shop", "some-shop.myshopify.com"),
           ("timestamp", "1337178173")]
HMAC = "4712bf92ffc2917d15a2f5a273e39f0116667419aa4b6ac0b3baaf26fa3c4d20"


def test_the_documented_example_is_signed() -> None:
    assert signed_by_shopify([*EXAMPLE, ("hmac", HMAC)], APP)


def test_the_previous_secret_counts_as_long_as_it_is_set() -> None:
    rotated = ShopifyApp(client_secret="new", previous_client_secret="hush")

    assert signed_by_shopify([*EXAMPLE, ("hmac", HMAC)], rotated)
    assert not signed_by_shopify([*EXAMPLE, ("hmac", HMAC)], ShopifyApp(client_secret="new"))


@pytest.mark.parametrize("parameters", [
    EXAMPLE, [*EXAMPLE, ("hmac", "")], [*EXAMPLE, ("hmac", HMAC.upper())], [*EXAMPLE, ("hmac", "é" * 32)],
    [*EXAMPLE, ("hmac", HMAC), ("hmac", HMAC)], [*EXAMPLE, ("hmac", HMAC), ("shop", "evil.myshopify.com")],
    [*EXAMPLE, ("hmac", HMAC), ("state", "")], [*EXAMPLE[:2], ("hmac", HMAC)], [("hmac", HMAC)], [],
    [*EXAMPLE, ("hmac", "\ud800")],
])
def test_anything_else_is_not(parameters: list[tuple[str, str]]) -> None:
    assert not signed_by_shopify(parameters, APP)


def test_without_a_secret_nothing_is_signed_or_sealed() -> None:
    nobody = ShopifyApp()

    assert not signed_by_shopify([*EXAMPLE, ("hmac", HMAC)], nobody)
    assert not is_sealed(nobody, "state", "text", sealed(nobody, "state", "text"))


def test_a_seal_is_good_for_its_purpose_and_its_text_only() -> None:
    seal = sealed(APP, "state", "text")

    assert is_sealed(APP, "state", "text", seal)
    assert not is_sealed(APP, "another purpose", "text", seal)
    assert not is_sealed(APP, "state", "another text", seal)
    assert not is_sealed(APP, "state", "text", "\udcff")


def test_the_redirect_address_is_below_the_public_one() -> None:
    assert APP.redirect_url == "https://app.example/api/oauth/callback"


def test_what_is_not_configured_is_named_all_at_once() -> None:
    with pytest.raises(ConnectorError, match="SHOPIFY_CLIENT_ID, SHOPIFY_CLIENT_SECRET, PUBLIC_URL"):
        ShopifyApp().check()


def test_the_app_does_not_show_its_secrets() -> None:
    assert "hush" not in repr(APP)
    assert "hush" not in f"{APP}"
