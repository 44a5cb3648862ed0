"""Subscriptions against the simulated shop: made, repaired, removed; and never more than our own."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import msgspec
import pytest

from shared.access.scopes import WANTED as WANTED_SCOPES
from shared.root import build_connector
from shared.shopify.topics import SUBSCRIBED_TOPICS, enum_name
from shared.webhooks.command_handlers import carry_out
from shared.webhooks.subscriptions import follow_all_cards, repair_shop
from tests.house import House, HouseStorage, a_house
from tests.webhooks import queued

OURS = "https://connector.example.net/api/webhooks/shopify"
WANTED = sorted(map(enum_name, SUBSCRIBED_TOPICS))


@pytest.fixture
def house(house_storage: HouseStorage) -> Iterator[House]:
    """A connected shop with a store of its own, in an app that is reachable at an address."""
    with a_house(house_storage, public_url="https://connector.example.net") as everything:
        everything.card(shopify_url=f"{everything.shop.lower()}.myshopify.com")
        yield everything


def subscribed(house: House, address: str = OURS) -> list[str]:
    rows = house.shopify.shop_state.subscriptions.values()
    return sorted(row["topic"] for row in rows if row["uri"] == address)


def repaired(house: House) -> None:
    repair_shop(house.connector, house.connector.shops.get(house.shop))


@contextmanager
def on_amazon(house: House) -> Iterator[str]:
    """The same app after an operator gave it a partner event source; its ARN."""
    arn = f"arn:aws:events:eu-west-1::event-source/aws.partner/shopify.com/{house.shopify.app.number}/connector"
    before = house.connector
    settings = msgspec.structs.replace(house.settings, shopify_event_bridge_arn=arn)
    house.connector = build_connector(
        settings, clock=house.clock, storage=house.storage, observe=house.exchanges.append)
    yield arn
    house.connector = before


def test_every_topic_is_subscribed_to_once_however_often_it_is_repaired(house: House) -> None:
    repaired(house)
    calls = len(house.sent("Shopify"))
    repaired(house)

    assert subscribed(house) == WANTED
    assert len(house.sent("Shopify")) == calls + 1


def test_a_topic_whose_scope_the_shop_did_not_grant_is_not_asked_for(house: House) -> None:
    grants, tokens = house.connector.tokens.grants, house.connector.tokens
    grant = grants.read(house.shop)
    assert grant is not None
    grants.write(house.shop, grant.with_(granted=tuple(one for one in WANTED_SCOPES if one != "read_customer_merge")))
    assert tokens.lacks(house.shop, {"read_customer_merge"})

    done = repair_shop(house.connector, house.connector.shops.get(house.shop))

    assert done is not None
    assert done.refused == {}
    assert subscribed(house) == [topic for topic in WANTED if topic != "CUSTOMERS_MERGE"]


def test_what_shopify_removed_is_made_again_and_nothing_else_is_touched(house: House) -> None:
    repaired(house)
    subscriptions = house.shopify.shop_state.subscriptions
    lost = [id for id, row in subscriptions.items() if row["topic"] in ("ORDERS_CREATE", "APP_UNINSTALLED")]
    for id in lost:
        del subscriptions[id]
    kept = set(subscriptions)

    done = repair_shop(house.connector, house.connector.shops.get(house.shop))

    assert done is not None
    assert done.made == ["APP_UNINSTALLED", "ORDERS_CREATE"]
    assert done.removed == []
    assert kept <= set(subscriptions)


def test_subscriptions_of_another_environment_are_left_alone(house: House) -> None:
    elsewhere = "https://sandbox.example.net/api/webhooks/shopify"
    client = house.connector.shopify(house.connector.shops.get(house.shop))
    client.ask("webhook_subscription_create", {"topic": "ORDERS_CREATE", "uri": elsewhere})
    client.ask("webhook_subscription_create", {"topic": "THEMES_PUBLISH", "uri": OURS})

    repaired(house)
    house.card(enabled=False)
    repaired(house)

    assert subscribed(house) == []
    assert subscribed(house, elsewhere) == ["ORDERS_CREATE"]


def test_a_disabled_card_keeps_the_subscriptions_that_another_card_of_its_store_needs(house: House) -> None:
    card = house.connector.shops.get(house.shop)
    house.connector.shops.save(f"{house.shop}-B", {
        "shopify_url": card.host, "company_id": str(uuid4()), "enabled": True})
    repaired(house)

    house.card(enabled=False)
    repaired(house)

    assert subscribed(house) == WANTED


def test_a_topic_that_shopify_refuses_does_not_keep_the_others_from_being_made(house: House) -> None:
    """An address that is taken is one somebody else made in between: not a refusal."""
    house.connector.tokens.keep(house.shop, house.shopify.few_scopes_token)

    done = repair_shop(house.connector, house.connector.shops.get(house.shop))

    assert done is not None
    assert subscribed(house) == sorted(done.made)
    assert sorted([*done.made, *done.refused]) == WANTED


def test_without_a_public_address_nothing_is_asked(house_storage: HouseStorage) -> None:
    with a_house(house_storage, public_url="") as house:
        repaired(house)

        assert house.exchanges == []
        assert follow_all_cards(house.connector) == []


def test_with_http_requests_off_nothing_is_asked(house: House) -> None:
    house.connector.permission.allow(False, by="test")

    repaired(house)
    house.connector.permission.allow(True, by="test")

    assert house.exchanges == []


def test_every_shop_is_repaired_by_a_command_of_its_own(house: House) -> None:
    """A store that answers late, or fails as nobody foresaw, is in nobody else's way."""
    house.connector.shops.save("AAA", {"shopify_url": "no-access.myshopify.com"})
    house.connector.shops.save("ZZZ", {"shopify_url": "another.myshopify.com"})

    asked = follow_all_cards(house.connector)
    commands = {command.shop: command for command in queued(house)}
    carry_out(house.connector, commands[house.shop])

    assert sorted(asked) == sorted(commands) == sorted(["AAA", house.shop, "ZZZ"])
    assert subscribed(house) == WANTED


def test_a_shop_that_cannot_be_asked_is_not_asked_and_fails_nothing(house: House) -> None:
    house.connector.shops.save("AAA", {"shopify_url": "no-access.myshopify.com"})

    follow_all_cards(house.connector)
    for command in queued(house):
        carry_out(house.connector, command)

    assert subscribed(house) == WANTED


def test_with_a_partner_event_source_shopify_delivers_to_amazon_and_no_longer_to_us(house: House) -> None:
    repaired(house)

    with on_amazon(house) as arn:
        repaired(house)
        calls = len(house.sent("Shopify"))
        repaired(house)

        assert subscribed(house, arn) == WANTED
        assert subscribed(house) == []
        assert len(house.sent("Shopify")) == calls + 1


def test_what_shopify_removed_on_amazon_is_made_again(house: House) -> None:
    with on_amazon(house) as arn:
        repaired(house)
        subscriptions = house.shopify.shop_state.subscriptions
        lost = [id for id, row in subscriptions.items() if row["topic"] == "ORDERS_CREATE"]
        for id in lost:
            del subscriptions[id]

        repaired(house)

        assert subscribed(house, arn) == WANTED


def test_an_event_source_of_another_app_is_refused_and_shopify_goes_on_delivering_to_us(house: House) -> None:
    """Shopify takes an ARN only with the number of the app; until it does, nothing may be lost."""
    repaired(house)

    with on_amazon(house) as arn:
        house.shopify.shop_state.app_numbers.clear()
        done = repair_shop(house.connector, house.connector.shops.get(house.shop))

        assert done is not None
        assert sorted(done.refused) == WANTED
        assert subscribed(house, arn) == []
        assert subscribed(house) == WANTED


def test_disabled_on_amazon_and_back_without_it_nothing_stays_behind(house: House) -> None:
    """The way back that the documentation names: disable the card, remove the setting, enable it again."""
    with on_amazon(house) as arn:
        repaired(house)
        house.card(enabled=False)
        repaired(house)
    house.card(enabled=True)

    repaired(house)

    assert subscribed(house, arn) == []
    assert subscribed(house) == WANTED
