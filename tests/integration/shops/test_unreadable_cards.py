"""A card that cannot be read is told as what it is, and hides and holds up no other shop."""
from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from shared import admin
from shared.errors import ConnectorError
from shared.journal.log_list import LogFilter
from shared.privacy.erasure import erase_shop
from shared.shops.store import UnreadableCard
from shared.stores.skipped_records import Wanted
from shared.webhooks.subscriptions import follow_all_cards
from tests.house import House
from tests.unreadable_card import unreadable_card

SECRET = "shpat_0123456789abcdef"


@pytest.fixture
def other(house: House) -> str:
    """A second shop, whose card each test spoils."""
    code = f"{house.shop[:12]}-X"
    house.connector.shops.save(code, {"shopify_url": f"{code.lower()}.myshopify.com", "company_id": house.bc.company,
                                      "enabled": True})
    return code


@pytest.mark.parametrize("edited, named", [
    ({}, "is no JSON object"),
    ({"sku_mapping": SECRET}, "'sku_mapping'"),
    ({"enabled": SECRET}, "'enabled'"),
    ({"item_template": {"field_of_next_year": SECRET}}, "'item_template.field_of_next_year'"),
    ({"code": SECRET}, "'code'"),
    ({"shopify_url": SECRET}, "'shopify_url'"),
    ({"shopify_url": "demo-fr.myshopify.com"}, "'shopify_url'"),
    ({"shopify_url": "http://demo-fr.myshopify.com"}, "'shopify_url'"),
    ({"shopify_url": "https://demo-fr.myshopify.com/admin"}, "'shopify_url'"),
    ({"time_zone": SECRET}, "'time_zone'"),
    ({"time_zone": "../zoneinfo/UTC"}, "'time_zone'"),
    ({"time_zone": "Europe"}, "'time_zone'"),
    ({"time_zone": ""}, "'time_zone'"),
])
def test_the_error_names_the_property_and_never_what_it_holds(
    house: House, other: str, edited: dict[str, Any], named: str
) -> None:
    with unreadable_card(house, other, **edited), pytest.raises(ConnectorError) as told:
        house.connector.shops.get(other)

    assert told.value.code == "shop-card-unreadable"
    assert named in told.value.detail
    assert other in told.value.detail
    assert SECRET not in told.value.detail


def test_a_property_with_a_very_long_name_is_named_by_its_beginning(house: House, other: str) -> None:
    long = "field_of_next_year" + "x" * 5000
    with unreadable_card(house, other, item_template={long: 1}), pytest.raises(ConnectorError) as told:
        house.connector.shops.get(other)

    assert "'item_template.field_of_next_year" in told.value.detail
    assert len(told.value.detail) < 300


@pytest.mark.parametrize("text", ["[1]", "null", '"card"', "7", "{", ""])
def test_what_is_no_object_is_told_as_that(house: House, other: str, text: str) -> None:
    table = house.storage.tables["Shops"]
    with unreadable_card(house, other):
        table.put({"PartitionKey": "shop", "RowKey": other, "card": text})

        with pytest.raises(ConnectorError, match="is no JSON object"):
            house.connector.shops.get(other)
        (unreadable,) = [one for one in house.connector.shops.each() if one.code == other]
        assert isinstance(unreadable, UnreadableCard)
        assert unreadable.host == ""


@pytest.mark.parametrize("edited, is_enabled", [
    ({}, True), ({"enabled": "perhaps"}, True), ({"sku_mapping": 1}, True),
    ({"sku_mapping": 1, "enabled": False}, False),
])
def test_one_that_does_not_tell_whether_it_is_enabled_counts_as_enabled(
    house: House, other: str, edited: dict[str, Any], is_enabled: bool
) -> None:
    shops = house.connector.shops
    with unreadable_card(house, other, **edited):
        assert shops.is_enabled(other) == is_enabled
        assert (other in shops.enabled()) == is_enabled
        assert house.shop in shops.enabled()


@pytest.mark.parametrize("address", ["https://evil.example", "javascript:alert(1)", "https://x.myshopify.com.evil.example"])
def test_an_address_that_is_no_stores_is_not_shown_as_its_host(house: House, other: str, address: str) -> None:
    with unreadable_card(house, other, shopify_url=address):
        (unreadable,) = [one for one in house.connector.shops.each() if one.code == other]

        assert isinstance(unreadable, UnreadableCard)
        assert unreadable.host == ""


def test_a_store_that_cannot_be_told_for_sure_is_not_guessed(house: House, other: str) -> None:
    table = house.storage.tables["Shops"]
    row = {"PartitionKey": "domain", "RowKey": f"another.myshopify.com|{other}"}
    with unreadable_card(house, other):
        before = house.connector.shops.store_of(other)
        table.put(row)

        assert house.connector.shops.store_of(other) == ""
    table.delete(row["PartitionKey"], row["RowKey"])
    assert before == f"{other.lower()}.myshopify.com"


def test_a_row_without_a_card_is_unreadable_too(house: House, other: str) -> None:
    table = house.storage.tables["Shops"]
    with unreadable_card(house, other):
        table.put({"PartitionKey": "shop", "RowKey": other})

        with pytest.raises(ConnectorError, match="shop-card-unreadable"):
            house.connector.shops.get(other)
        assert house.shop in {card.code for card in house.connector.shops.all()}


def test_lists_of_all_shops_hold_the_readable_ones_and_say_which_one_is_not(house: House, other: str) -> None:
    house.card(logging_mode="All")
    house.order(5001, lines=[{"sku": "unknown", "quantity": 1, "unit_price": "1.00"}])
    house.sync()
    connector = house.connector
    with unreadable_card(house, other, sku_mapping=SECRET):
        views = {one.code: one for one in admin.shops.list_shops(connector)}
        (skipped,) = admin.skipped.all_skipped(connector, "", "", Wanted(), language="en")
        runs = admin.runs.list_runs(connector, "", "en")
        entries = admin.logs.list_entries(connector, "", LogFilter(), "")
        found = admin.search.search(connector, "#5001").hits
        asked = {one.shop for one in admin.services.services(connector, "en").services}

    assert isinstance(views[house.shop], admin.shops.ShopView)
    unreadable = views[other]
    assert isinstance(unreadable, admin.shops.UnreadableShop)
    assert (unreadable.error_code, unreadable.host) == ("shop-card-unreadable", f"{other.lower()}.myshopify.com")
    assert SECRET not in msgspec.json.encode(admin.shops.list_shops(connector)).decode()
    assert (skipped.shop, skipped.id) == (house.shop, "5001")
    assert [line.run.shop for line in runs] == [house.shop]
    assert entries.entries
    assert [hit.id for hit in found] == ["5001"]
    assert house.shop in asked
    assert other not in asked


def test_what_is_kept_of_the_shop_itself_stays_in_sight(house: House) -> None:
    house.order(5001, lines=[{"sku": "unknown", "quantity": 1, "unit_price": "1.00"}])
    house.sync()
    with unreadable_card(house, house.shop):
        (skipped,) = admin.skipped.all_skipped(house.connector, "", "", Wanted(), language="en")
        (line,) = admin.runs.list_runs(house.connector, "", "en")
        (reason,) = admin.skipped.by_reason(house.connector, "", "", Wanted(), language="en")

    assert (skipped.shop, line.run.shop, reason.count) == (house.shop, house.shop, 1)


def test_the_other_shops_cards_can_be_saved_meanwhile(house: House, other: str) -> None:
    with unreadable_card(house, other):
        house.card(enabled=False)

    assert house.connector.shops.get(house.shop).enabled is False


def test_no_twin_is_made_of_a_card_that_cannot_be_read(house: House, other: str) -> None:
    with unreadable_card(house, other, sku_mapping=1), pytest.raises(ConnectorError, match="shop-card-twice"):
        house.card(shopify_url=f"{other.lower()}.myshopify.com")


def test_the_code_in_a_card_hides_no_twin(house: House, other: str) -> None:
    """Its row says whose card it is, not what was edited within it."""
    with unreadable_card(house, other, code=house.shop), pytest.raises(ConnectorError, match="shop-card-twice"):
        house.card(shopify_url=f"{other.lower()}.myshopify.com")


def test_the_night_removes_what_is_too_old(house: House, other: str) -> None:
    house.order(5001)
    house.sync()
    house.clock.forward(400 * 86400)
    with unreadable_card(house, other), unreadable_card(house, house.shop):
        purges = house.connector.retention.remove_expired(by="schedule")

    assert sum(purge.entries for purge in purges) > 0


def test_a_stores_notices_reach_its_other_card_and_wait_for_the_unreadable_one(house: House) -> None:
    twin = f"{house.shop[:12]}-T"
    house.connector.shops.save(twin, {"shopify_url": house.shopify.shop, "company_id": house.bc.company})
    with unreadable_card(house, twin, sku_mapping=1):
        assert house.connector.enabled_shops.at(house.shopify.shop) == [house.shop]
    with unreadable_card(house, twin, sku_mapping=1, enabled=True):
        house.clock.forward(60)
        assert set(house.connector.enabled_shops.at(house.shopify.shop)) == {house.shop, twin}
    with unreadable_card(house, house.shop):
        assert house.shop in follow_all_cards(house.connector)
        assert house.connector.shops.store_of(house.shop) == house.shopify.shop


def test_a_shop_is_erased_though_its_card_cannot_be_read(house: House) -> None:
    house.order(5001)
    house.sync()
    with unreadable_card(house, house.shop):
        found = erase_shop(house.connector, house.shop)

        assert found["links"] > 0
        assert house.link("orders", 5001).bc_id == ""
        assert house.connector.shops.store_of(house.shop) == house.shopify.shop


def test_a_card_that_cannot_be_read_is_removed_and_made_anew_for_the_same_store_only(house: House) -> None:
    house.order(5001)
    house.sync()
    row = house.storage.tables["Shops"].get("shop", house.shop)
    assert row is not None
    edited = json.dumps(json.loads(row["card"]) | {"sku_mapping": "x"})
    house.storage.tables["Shops"].put(row | {"card": edited})

    admin.shops.remove_shop(house.connector, house.shop, by="ada")

    assert house.shop not in house.connector.shops.codes()
    with pytest.raises(ConnectorError, match="shop-card-moved"):
        house.connector.shops.save(house.shop, {"shopify_url": "elsewhere.myshopify.com"})
    house.card()
    assert house.connector.shops.get(house.shop).host == house.shopify.shop


def test_a_removed_card_of_which_nothing_can_be_read_makes_way_once_its_links_are_forgotten(house: House) -> None:
    house.order(5001)
    house.sync()
    row = house.storage.tables["Shops"].get("shop", house.shop)
    assert row is not None
    house.storage.tables["Shops"].put(row | {"card": "{"})
    admin.shops.remove_shop(house.connector, house.shop, by="ada")

    with pytest.raises(ConnectorError, match="shop-card-unreadable"):
        house.card()
    with pytest.raises(ConnectorError, match="confirmation-needed") as told:
        admin.shops.forget_links(house.connector, house.shop, None, by="ada")
    links = int(told.value.detail.rpartition("confirm=")[2].split()[0])
    admin.shops.forget_links(house.connector, house.shop, links, by="ada")
    house.card()

    assert house.connector.shops.get(house.shop).host == house.shopify.shop
