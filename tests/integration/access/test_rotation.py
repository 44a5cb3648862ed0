"""An app that is removed and comes back, secrets that are rotated, access that is given back."""
from __future__ import annotations

from datetime import timedelta

import pytest

from shared.errors import ConnectorError
from shared.root import build_connector
from shared.sync.queue import request_sync, request_sync_of_all_shops
from tests.house import House
from tests.integration.access.visit import access, connect, finish, refusal, signed, token_calls, visit

HOUR = 3600


def scheduled(house: House) -> bool:
    """Whether the schedule would synchronize the shop."""
    return house.shop in request_sync_of_all_shops(house.connector)


def calls_to_shopify(house: House) -> int:
    return sum(exchange.direction == "Shopify" for exchange in house.exchanges)


def test_an_uninstalled_app_pauses_the_shop_until_access_is_requested_again(house: House) -> None:
    connect(house)
    house.customer(1)
    assert house.sync().state == "succeeded"
    house.shopify.uninstall()
    assert house.connector.tokens.disconnect(house.shop, at=house.clock.now())
    before = calls_to_shopify(house)

    paused = house.sync()

    assert (paused.state, paused.error_code) == ("failed", "shop-disconnected")
    assert (access(house)["state"], access(house)["has_access_key"]) == ("disconnected", False)
    assert calls_to_shopify(house) == before
    assert not scheduled(house)
    with pytest.raises(ConnectorError, match="shop-disconnected"):
        request_sync(house.connector, house.shop, started_by="test")


def test_after_the_reconnection_the_next_run_continues_with_no_gap_and_no_double(house: House) -> None:
    connect(house)
    house.order(1)
    house.sync()
    house.shopify.uninstall()
    house.connector.tokens.disconnect(house.shop, at=house.clock.now())
    house.order(2)
    house.sync()
    house.clock.forward(HOUR)

    connect(house)
    run = house.sync()

    assert run.state == "succeeded"
    assert [len(house.documents(number)) for number in (1, 2)] == [1, 1]
    assert scheduled(house)
    assert access(house)["state"] == "connected"


def test_an_uninstall_notice_older_than_the_access_changes_nothing(house: House) -> None:
    removed_at = house.clock.now()
    house.clock.forward(60)
    connect(house)

    assert not house.connector.tokens.disconnect(house.shop, at=removed_at)

    assert house.sync().state == "succeeded"


def test_an_app_that_is_gone_without_a_notice_is_noticed_by_the_refused_refresh(house: House) -> None:
    connect(house)
    house.shopify.uninstall()

    first = house.sync()
    second = house.sync()

    assert (first.error_code, second.error_code) == ("shop-disconnected", "shop-disconnected")
    assert token_calls(house) == 1
    assert access(house)["state"] == "disconnected"
    assert not scheduled(house)


def test_a_pasted_token_that_is_refused_pauses_the_schedule_for_an_hour(house: House) -> None:
    house.shopify.fault("access_revoked")
    failed = house.sync("products")
    assert failed.error_code == "reconnect-required"
    assert not scheduled(house)

    house.shopify.clear_faults()
    house.clock.forward(HOUR)

    assert scheduled(house)
    assert house.sync("products").state == "succeeded"
    assert access(house)["state"] == "connected"


def test_an_operator_may_try_a_refused_token_again_at_once(house: House) -> None:
    house.shopify.fault("access_revoked")
    house.sync("products")
    house.shopify.clear_faults()

    request_sync(house.connector, house.shop, started_by="test")

    assert house.sync("products").state == "succeeded"


def test_both_client_secrets_work_while_a_rotation_lasts(house: House) -> None:
    old = house.settings.shopify_client_secret
    came = visit(house)
    house.shopify.app.rotate("shpss_the_new_client_secret", house.clock.now())
    rotated = build_connector(
        house.settings.__class__(**{
            **{name: getattr(house.settings, name) for name in house.settings.__struct_fields__},
            "shopify_client_secret": "shpss_the_new_client_secret", "shopify_previous_client_secret": old,
        }),
        clock=house.clock, storage=house.storage,
    )

    signed_with_old = came._replace(parameters=signed(came.parameters, old))
    finish(house, signed_with_old, rotated)

    house.clock.forward(HOUR)
    assert rotated.tokens.token(house.shop)


def test_a_secret_that_shopify_does_not_know_yet_gives_way_to_the_previous_one(house: House) -> None:
    connect(house)
    early = build_connector(
        house.settings.__class__(**{
            **{name: getattr(house.settings, name) for name in house.settings.__struct_fields__},
            "shopify_client_secret": "shpss_not_yet_in_force",
            "shopify_previous_client_secret": house.settings.shopify_client_secret,
        }),
        clock=house.clock, storage=house.storage,
    )
    house.clock.forward(HOUR)

    assert early.tokens.token(house.shop)

    assert access(house)["state"] == "connected"


def test_access_given_back_is_gone_on_both_sides(house: House) -> None:
    connect(house)
    token = house.connector.tokens.token(house.shop)

    house.connector.tokens.revoke(house.shop, house.shopify.shop)

    assert house.shopify.service.grants.token(token) is None
    assert access(house)["state"] == "none"
    with pytest.raises(ConnectorError, match="access-token-missing"):
        house.connector.tokens.token(house.shop)


def test_access_whose_token_has_ended_is_given_back_too(house: House) -> None:
    """Shopify takes nothing back from a dead token: it answers 401, and the app would stay installed."""
    connect(house)
    house.clock.forward(2 * HOUR)

    house.connector.tokens.revoke(house.shop, house.shopify.shop)

    assert not house.shopify.app.installed
    assert access(house)["state"] == "none"


def test_access_that_shopify_did_not_take_back_is_kept(house: House) -> None:
    connect(house)
    token = house.connector.tokens.token(house.shop)
    house.connector.permission.allow(False, by="test")

    with pytest.raises(ConnectorError, match="http-requests-not-allowed"):
        house.connector.tokens.revoke(house.shop, house.shopify.shop)

    house.connector.permission.allow(True, by="test")
    assert house.connector.tokens.token(house.shop) == token


def test_a_token_is_never_sent_to_another_store_than_its_own(house: House) -> None:
    connect(house)
    house.card(shopify_url="another-store.myshopify.com")
    house.exchanges.clear()

    run = house.sync()

    assert run.error_code == "reconnect-required"
    assert "another-store.myshopify.com" in str(run.error_detail)
    assert house.exchanges == []


# Another store than asked for


def test_another_store_is_not_connected_before_the_operator_confirms_it(house: House) -> None:
    house.connector.tokens.forget(house.shop)
    came = visit(house, shop="demo-de.myshopify.com")

    assert refusal(house, came) == "oauth-shop-unconfirmed"

    assert token_calls(house, "authorization_code") == 0
    assert (access(house)["state"], access(house)["pending"]) == ("none", "demo-de.myshopify.com")

    house.connector.access_requests.confirm(house.shop)

    assert (access(house)["state"], access(house)["pending"]) == ("connected", None)
    assert house.connector.shops.get(house.shop).host == "demo-de.myshopify.com"


def test_the_store_that_is_confirmed_is_the_one_that_was_asked_about(house: House) -> None:
    house.connector.tokens.forget(house.shop)
    refusal(house, visit(house, shop="demo-de.myshopify.com"))
    refusal(house, visit(house, shop="demo-be.myshopify.com"))

    with pytest.raises(ConnectorError, match=r"confirmation-needed.*demo-be\.myshopify\.com"):
        house.connector.access_requests.confirm(house.shop, "demo-de.myshopify.com")

    assert (access(house)["state"], access(house)["pending"]) == ("none", "demo-be.myshopify.com")
    assert house.connector.shops.get(house.shop).host == house.shopify.shop
    assert house.connector.access_requests.confirm(house.shop, "demo-be.myshopify.com").host == "demo-be.myshopify.com"


def test_a_store_that_nobody_confirms_in_ten_minutes_is_forgotten(house: House) -> None:
    house.connector.tokens.forget(house.shop)
    refusal(house, visit(house, shop="demo-de.myshopify.com"))
    house.clock.forward(timedelta(minutes=10).total_seconds())

    with pytest.raises(ConnectorError, match="not-found"):
        house.connector.access_requests.confirm(house.shop)

    assert access(house)["pending"] is None


def test_a_code_that_ended_before_the_confirmation_leaves_the_right_address_on_the_card(house: House) -> None:
    house.connector.tokens.forget(house.shop)
    refusal(house, visit(house, shop="demo-de.myshopify.com"))
    house.clock.forward(61)

    with pytest.raises(ConnectorError, match="oauth-refused"):
        house.connector.access_requests.confirm(house.shop)

    assert house.connector.shops.get(house.shop).host == "demo-de.myshopify.com"
    assert connect(house, shop="demo-de.myshopify.com").host == "demo-de.myshopify.com"


def test_a_card_that_was_connected_keeps_its_store(house: House) -> None:
    connect(house)

    assert refusal(house, visit(house, shop="demo-de.myshopify.com")) == "oauth-shop-unconfirmed"

    with pytest.raises(ConnectorError, match="not-found"):
        house.connector.access_requests.confirm(house.shop)
    assert house.connector.shops.get(house.shop).host == house.shopify.shop


# The same store under another address


RENAMED = "demo-fr-new.myshopify.com"


@pytest.fixture
def synchronized(house: House) -> House:
    """Connected, with a customer linked, and Shopify's id of the store noted by the run."""
    connect(house)
    house.customer(7101)
    house.sync()
    assert house.link("customers", 7101).bc_number == "S7101"
    return house


def test_a_store_that_its_owner_renamed_keeps_its_links_when_the_operator_confirms_it(synchronized: House) -> None:
    assert refusal(synchronized, visit(synchronized, shop=RENAMED)) == "oauth-shop-unconfirmed"

    connected = synchronized.connector.access_requests.confirm(synchronized.shop)
    run = synchronized.sync()

    assert (connected.host, run.state) == (RENAMED, "succeeded")
    assert synchronized.connector.shops.get(synchronized.shop).host == RENAMED
    assert synchronized.link("customers", 7101).bc_number == "S7101"


def test_another_store_is_not_taken_for_a_renamed_one(synchronized: House) -> None:
    synchronized.shopify.shop_state.card["id"] = "gid://shopify/Shop/2"
    refusal(synchronized, visit(synchronized, shop=RENAMED))
    before = synchronized.connector.tokens.since(synchronized.shop)

    with pytest.raises(ConnectorError, match="shop-card-moved"):
        synchronized.connector.access_requests.confirm(synchronized.shop)

    assert synchronized.connector.shops.get(synchronized.shop).host == synchronized.shopify.shop
    assert synchronized.connector.tokens.since(synchronized.shop) == before


def test_a_store_that_took_over_the_address_is_not_read(synchronized: House) -> None:
    synchronized.customer(7102)
    synchronized.shopify.shop_state.card["id"] = "gid://shopify/Shop/2"

    run = synchronized.sync()

    assert (run.state, run.error_code) == ("failed", "shop-card-moved")
    assert synchronized.link("customers", 7102).bc_number == ""


def test_two_cards_of_a_store_under_two_addresses_are_not_both_enabled(synchronized: House) -> None:
    shops, code = synchronized.connector.shops, f"{synchronized.shop}-B"
    company = shops.get(synchronized.shop).company_id
    card = shops.save(code, {"shopify_url": RENAMED, "company_id": company})
    shops.note_store(card, shops.store_id(shops.get(synchronized.shop)))

    with pytest.raises(ConnectorError, match="shop-card-twice"):
        shops.save(code, {"enabled": True})
