"""Acceptance case G11: the tariff number of an item, by way of the Item Card published as a web service."""
from __future__ import annotations

from typing import Any

import pytest

from shared.sync.replay import plan_of_capture
from tests.admin import Admin
from tests.house import House

PRODUCT = 8200000001
VARIANT = 8200000001001
HOUR = 3600


@pytest.fixture
def shop(house: House) -> House:
    """A house whose card names the published Item Card, and creates items."""
    house.card(item_card_service="ItemCard", auto_create_unknown_items=True)
    return house


def tariff(house: House, item: str = "NEW-1") -> str:
    """The tariff number that Business Central shows on the item's card."""
    return str(house.bc.control.row("items", item)["tariffNo"])


def give(house: House, item: str, number: str) -> None:
    """Somebody types a tariff number into Business Central."""
    house.bc.control.change("items", item, {"tariffNo": number})


def tariffs_sent(house: House) -> list[dict[str, Any]]:
    return [body for body in house.sent("Business Central", "PATCH") if "Tariff_No" in body]


def calls_to_the_card(house: House) -> list[str]:
    return [one.method for one in house.exchanges if "/ODataV4/" in one.url]


# Known to Business Central


@pytest.mark.parametrize("code", ["8471.30", "847130", " 8471 30 "])
def test_g11_a_new_item_gets_the_harmonized_system_code_without_separators(shop: House, code: str) -> None:
    shop.product(PRODUCT, "NEW-1", variant={"hs_code": code})

    run = shop.sync("products")
    shop.sync("products")

    assert tariff(shop) == "847130"
    assert tariffs_sent(shop) == [{"Tariff_No": "847130"}]
    assert run.counts["products"].items_created == 1
    assert not shop.parked()


@pytest.mark.parametrize(("allowed", "number"), [(True, "940330"), (False, "847130")])
def test_g11_a_changed_code_follows_if_updates_are_allowed(shop: House, allowed: bool, number: str) -> None:
    shop.card(shopify_can_update_items=allowed)
    shop.product(PRODUCT, "NEW-1", variant={"hs_code": "8471.30"})
    shop.sync("products")

    shop.change("products", PRODUCT, variants=[{"sku": "NEW-1", "price": "59.00", "hs_code": "9403.30"}])
    run = shop.sync("products")

    assert tariff(shop) == number
    assert run.counts["products"].updated == (1 if allowed else 0)


def test_g11_an_item_that_has_the_number_in_another_spelling_is_left_alone(shop: House) -> None:
    shop.card(shopify_can_update_items=True)
    give(shop, "1000", "8471 30")
    shop.product(PRODUCT, "1000", title="Desk", variant={"hs_code": "8471.30"})

    run = shop.sync("products")

    assert tariff(shop, "1000") == "8471 30"
    assert tariffs_sent(shop) == []
    assert run.counts["products"].unchanged == 1


def test_g11_a_variant_without_a_code_clears_nothing(shop: House) -> None:
    shop.card(shopify_can_update_items=True)
    give(shop, "1000", "847130")
    shop.product(PRODUCT, "1000")

    shop.sync("products")

    assert tariff(shop, "1000") == "847130"
    assert calls_to_the_card(shop) == []


# Unknown to Business Central


@pytest.mark.parametrize("present", ["847130", ""])
def test_g11_an_unknown_code_leaves_business_centrals_value_and_parks_nothing(shop: House, present: str) -> None:
    shop.card(shopify_can_update_items=True)
    give(shop, "1000", present)
    shop.product(PRODUCT, "1000", title="Grand bureau", variant={"hs_code": "9999.99"})

    shop.sync("products")

    assert tariff(shop, "1000") == present
    assert shop.bc.control.row("items", "1000")["displayName"] == "Grand bureau"
    assert not shop.parked()


def test_g11_the_refusal_of_an_unknown_code_stands_in_the_log_entries(shop: House, admin: Admin) -> None:
    shop.product(PRODUCT, "NEW-1", variant={"hs_code": "9999.99"})

    shop.sync("products")

    _, page = admin("list_log_entries", query={"shop": shop.shop, "text": "ItemCard", "has_error": "true"})
    assert [(entry["method"], entry["status"]) for entry in page["entries"]] == [("PATCH", 400)]
    assert tariff(shop) == ""


# The service


def test_g11_without_a_service_on_the_card_tariff_numbers_are_left_alone(house: House) -> None:
    house.card(auto_create_unknown_items=True, shopify_can_update_items=True)
    house.product(PRODUCT, "NEW-1", variant={"hs_code": "8471.30"})

    house.sync("products")

    assert tariff(house) == ""
    assert calls_to_the_card(house) == []


def test_g11_where_the_page_is_not_published_the_item_is_made_and_the_product_says_what_is_missing(
    shop: House,
) -> None:
    shop.bc.control.remove("webServices", "ItemCard")
    shop.product(PRODUCT, "NEW-1", variant={"hs_code": "8471.30"})
    shop.order(5001, lines=[{"sku": "NEW-1", "quantity": 1, "unit_price": "59.00"}])

    run = shop.sync()

    assert run.counts["products"].items_created == 1
    assert shop.link("items", VARIANT).bc_number == "NEW-1"
    assert shop.document(5001)["salesOrderLines"][0]["lineObjectNumber"] == "NEW-1"
    skipped = shop.parked()[PRODUCT]
    assert skipped.code == "web-service-missing"
    assert "Item Card Service ItemCard" in skipped.detail


def test_g11_a_new_item_gets_its_number_once_the_page_is_published_though_updates_are_off(shop: House) -> None:
    shop.bc.control.remove("webServices", "ItemCard")
    shop.product(PRODUCT, "NEW-1", variant={"hs_code": "8471.30"})
    shop.sync("products")

    shop.bc.control.add("webServices", {"id": "ItemCard", "page": 30})
    shop.clock.forward(HOUR)
    shop.sync("products")

    assert tariff(shop) == "847130"
    assert not shop.parked()
    shop.change("products", PRODUCT, variants=[{"sku": "NEW-1", "price": "59.00", "hs_code": "9403.30"}])
    shop.sync("products")
    assert tariff(shop) == "847130"


def test_g11_another_page_under_that_name_is_not_taken_for_the_item_card(shop: House) -> None:
    shop.bc.control.change("webServices", "ItemCard", {"page": 21})
    shop.product(PRODUCT, "NEW-1", variant={"hs_code": "8471.30"})

    shop.sync("products")

    assert shop.parked()[PRODUCT].code == "web-service-missing"


def test_g11_the_set_up_check_says_that_the_page_is_missing(shop: House, admin: Admin) -> None:
    sound = admin("check_set_up", {"countries": ["FR"]})[1]
    shop.bc.control.remove("webServices", "ItemCard")

    report = admin("check_set_up", {"countries": ["FR"]})[1]

    assert sound["advice"] == []
    assert [finding["code"] for finding in report["advice"]] == ["web-service-missing"]
    assert "Web Services" in report["advice"][0]["fix"]
    assert report["ready"]


def test_g11_a_dry_run_shows_the_tariff_number_after_the_item(shop: House) -> None:
    shop.product(PRODUCT, "1000", title="Desk", variant={"hs_code": "8471.30"})
    shop.sync("products")
    shop.card(shopify_can_update_items=True)

    (capture,) = shop.connector.captures.of_record(shop.shop, "products", str(PRODUCT))
    plan = plan_of_capture(shop.connector, shop.shop, "products", capture.id)

    assert [(one.method, one.path, bytes(one.body)) for one in plan.operations] == [
        ("PATCH", "ItemCard(No='1000')", b'{"Tariff_No":"847130"}')]
    assert tariff(shop, "1000") == ""
