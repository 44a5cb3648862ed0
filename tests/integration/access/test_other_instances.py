"""What an operator has just granted or allowed holds at once in every instance, also in one that was asked before."""
from __future__ import annotations

from shared.access.scopes import WANTED
from shared.connector import Connector
from shared.root import build_connector
from shared.shopify.topics import SUBSCRIBED_TOPICS
from shared.webhooks.subscriptions import repair_shop
from tests.house import House, HouseStorage, a_house

PUBLIC_URL = "https://connector.example.net"


def another_instance(house: House) -> Connector:
    return build_connector(house.settings, clock=house.clock, storage=house.storage, observe=house.exchanges.append)


def subscribed(house: House) -> int:
    return len(house.shopify.shop_state.subscriptions)


def test_an_instance_that_knew_no_access_makes_the_subscriptions_once_it_is_granted(
    house_storage: HouseStorage,
) -> None:
    with a_house(house_storage, public_url=PUBLIC_URL) as house:
        house.card(shopify_url=f"{house.shop.lower()}.myshopify.com")
        card = house.connector.shops.get(house.shop)
        token = house.connector.tokens.token(house.shop)
        house.connector.tokens.forget(house.shop)
        other = another_instance(house)
        assert repair_shop(other, card) is None

        house.connector.tokens.keep(house.shop, token)

        assert repair_shop(other, card) is not None
        assert subscribed(house) == len(SUBSCRIBED_TOPICS)


def test_an_instance_that_knew_fewer_scopes_subscribes_to_what_the_new_ones_allow(house_storage: HouseStorage) -> None:
    with a_house(house_storage, public_url=PUBLIC_URL) as house:
        house.card(shopify_url=f"{house.shop.lower()}.myshopify.com")
        card = house.connector.shops.get(house.shop)
        grants = house.connector.tokens.grants
        grant = grants.read(house.shop)
        assert grant is not None
        grants.write(house.shop, grant.with_(granted=tuple(one for one in WANTED if one != "read_customer_merge")))
        other = another_instance(house)
        repair_shop(other, card)
        assert subscribed(house) == len(SUBSCRIBED_TOPICS) - 1

        grants.write(house.shop, grant.with_(granted=tuple(WANTED)))
        repair_shop(other, card)

        assert subscribed(house) == len(SUBSCRIBED_TOPICS)


def test_a_run_elsewhere_uses_the_access_that_was_granted_a_moment_ago(house: House) -> None:
    house.card()
    token = house.connector.tokens.token(house.shop)
    house.connector.tokens.forget(house.shop)
    other = another_instance(house)
    assert not other.tokens.has_access_key(house.shop)

    house.connector.tokens.keep(house.shop, token)

    assert other.tokens.token(house.shop) == token


def test_http_requests_that_were_allowed_a_moment_ago_are_allowed_elsewhere(house_storage: HouseStorage) -> None:
    with a_house(house_storage, environment="uat") as house:
        other = another_instance(house)
        assert not other.permission.allowed()

        house.connector.permission.allow(True, by="olga")

        assert other.permission.allowed()


def test_notices_for_a_shop_that_was_enabled_a_moment_ago_are_taken_elsewhere(house: House) -> None:
    host = f"{house.shop.lower()}.myshopify.com"
    house.card(enabled=False, shopify_url=host)
    other = another_instance(house)
    assert house.shop not in other.enabled_shops.at(host)

    house.card(enabled=True, shopify_url=host)

    assert house.shop in other.enabled_shops.at(host)
