"""The page of webhook subscriptions: what is subscribed, where, what is missing and why; and their renewal."""
from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import msgspec
import pytest

from shared.root import build_connector
from shared.shopify.topics import SUBSCRIBED_TOPICS
from tests.house import House, HouseStorage
from tests.portal.served import Portal, a_portal


@pytest.fixture
def portal(house_storage: HouseStorage, monkeypatch: pytest.MonkeyPatch) -> Iterator[Portal]:
    """A portal whose shop has a store of its own, so that nobody else subscribes there; Shopify delivers to Amazon, for
    it takes no address without TLS."""
    with a_portal(house_storage, monkeypatch) as running:
        house = running.house
        house.card(shopify_url=f"{house.shop.lower()}.myshopify.com")
        settings = msgspec.structs.replace(house.settings, shopify_event_bridge_arn=arn(house))
        house.connector = build_connector(
            settings, clock=house.clock, storage=house.storage, observe=house.exchanges.append)
        yield running


def arn(house: House) -> str:
    """Where Shopify delivers."""
    return f"arn:aws:events:eu-west-1::event-source/aws.partner/shopify.com/{house.shopify.app.number}/connector"


def page(portal: Portal, language: str = "en-GB") -> str:
    return unescape(portal.visitor(language).get(f"/portal/shops/{portal.house.shop}/webhooks").text)


def states(text: str) -> dict[str, int]:
    """How many topics are in each state."""
    found = re.findall(r'<td class="said"><span class="state [\w-]+"><svg.*?</svg>(.*?)</span>', text)
    return {state: found.count(state) for state in set(found)}


def test_what_is_missing_is_renewed_and_written_down(portal: Portal) -> None:
    before = page(portal)
    answer = portal.visitor().post(f"/portal/shops/{portal.house.shop}/webhooks/renew")

    assert states(before) == {"Missing": len(SUBSCRIBED_TOPICS)}
    assert f"Compared with Shopify. Made: {len(SUBSCRIBED_TOPICS)}, removed: 0, refused: 0." in answer.text
    assert states(page(portal)) == {"Subscribed": len(SUBSCRIBED_TOPICS)}
    assert arn(portal.house) in page(portal)
    (operation,) = portal.house.connector.operations.page().operations
    assert (operation.operation, operation.by) == ("renew_webhook_subscriptions", "ada@example.com")
    assert len(operation.after["made"]) == len(SUBSCRIBED_TOPICS)


def test_a_topic_that_shopify_refused_says_why(portal: Portal) -> None:
    house = portal.house
    house.connector.tokens.keep(house.shop, house.shopify.few_scopes_token)
    portal.visitor().post(f"/portal/shops/{house.shop}/webhooks/renew")

    found = states(page(portal))

    assert found["Refused"] > 0
    assert sum(found.values()) == len(SUBSCRIBED_TOPICS)
    assert 'class="more"><bdi>' in page(portal)


def test_a_shop_that_is_switched_off_wants_none(portal: Portal) -> None:
    portal.house.card(enabled=False)

    assert states(page(portal)) == {"Not wanted": len(SUBSCRIBED_TOPICS)}


def test_where_shopify_cannot_be_asked_the_page_says_why_and_offers_nothing(portal: Portal) -> None:
    portal.house.connector.tokens.forget(portal.house.shop)

    text = page(portal)

    assert "Shopify could not be asked" in text
    assert "access-token-missing" in text
    assert "/webhooks/renew" not in text
    assert portal.visitor().post(f"/portal/shops/{portal.house.shop}/webhooks/renew").status_code >= 400


def test_refused_deliveries_are_counted(portal: Portal) -> None:
    before = page(portal)
    portal.house.connector.refused.add()

    assert "every delivery was signed by Shopify" in before
    assert "They had a wrong signature" in page(portal)


def test_a_shopify_that_is_down_leaves_a_page_worth_looking_at(portal: Portal) -> None:
    portal.house.shopify.stop()

    assert "Shopify could not be asked" in page(portal)
    assert "Shopify n’a pas pu être interrogé" in page(portal, "fr-FR")
