"""What was linked is followed by Business Central's id; a number may be changed there, and given to somebody else."""
from __future__ import annotations

from typing import Any

import pytest

from shared.stores.links import LinkState
from tests.house import MARIE, House

ORDERED = {"customer": 7101, "email": "jean7101@example.fr", "shipping_address": MARIE | {"phone": None}}
NICE = {"address1": "5 promenade des Anglais", "city": "Nice", "zip": "06000", "country_code": "FR"}
SOMEBODY_ELSE = {
    "displayName": "Somebody Else SA", "email": "else@example.fr", "phoneNumber": "+33 4 00 00 00 00",
    "addressLine1": "9 rue d'Antibes", "city": "Cannes", "postalCode": "06400", "country": "FR",
}


def somebody_else(house: House, number: str) -> dict[str, Any]:
    """A customer of another's with this number; as Business Central has it."""
    house.bc.control.add("customers", {"number": number, **SOMEBODY_ELSE})
    return house.bc.control.row("customers", number)


def without_id(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "id"}


def renumbered(house: House, entity_set: str, number: str, new: str) -> None:
    house.bc.control.change(entity_set, number, {"number": new})


def reset(house: House, *types: str) -> None:
    for type in types:
        house.connector.informations.set_last_sync_time(house.shop, type, None, by="Claire")


def numbers(house: House, entity_set: str) -> set[str]:
    return {row["number"] for row in house.bc.state.table(entity_set).rows.values()}


# Customers


@pytest.mark.parametrize("number_is_reused", [False, True])
def test_a_customer_renumbered_in_bc_gets_the_next_order_and_nobody_else_does(
    house: House, number_is_reused: bool
) -> None:
    house.customer(7101)
    house.sync("customers")
    renumbered(house, "customers", "S7101", "C00777")
    house.bc.control.change("customers", "C00777", {"email": "bookkeeping@example.fr"})
    if number_is_reused:
        somebody_else(house, "S7101")

    house.order(5001, **ORDERED)
    house.sync("orders")

    assert house.document(5001)["customerNumber"] == "C00777"


def test_a_new_address_goes_to_the_customer_that_was_linked_and_not_to_the_one_with_its_old_number(
    house: House,
) -> None:
    house.card(shopify_can_update_customers=True)
    house.customer(7101)
    house.sync("customers")
    renumbered(house, "customers", "S7101", "C00777")
    other = somebody_else(house, "S7101")

    house.change("customers", 7101, addresses=[NICE], email="new@example.fr")
    house.sync("customers")

    assert house.bc.control.row("customers", "S7101") == other
    assert house.bc.control.row("customers", "C00777")["city"] == "Nice"
    assert house.bc.control.row("customers", "C00777")["email"] == "new@example.fr"
    assert house.link("customers", 7101).bc_number == "C00777"


def test_a_matched_customer_that_is_gone_leaves_its_number_to_whoever_has_it_now(house: House) -> None:
    house.card(shopify_can_update_customers=True)
    house.customer(7101, email="marie@example.fr")
    house.sync("customers")
    assert house.link("customers", 7101).bc_number == "C00010"
    house.bc.control.remove("customers", "C00010")
    other = somebody_else(house, "C00010")

    house.change("customers", 7101, addresses=[NICE])
    house.order(5001, customer=7101, email="marie@example.fr")
    house.sync("customers", "orders")

    assert house.bc.control.row("customers", "C00010") == other
    assert house.document(5001)["customerNumber"] == "S7101"
    assert house.link("customers", 7101).bc_number == "S7101"


def test_a_number_of_ours_that_was_given_to_somebody_else_parks_the_customer_and_its_orders(house: House) -> None:
    house.card(shopify_can_update_customers=True)
    house.customer(7101)
    house.sync("customers")
    house.bc.control.remove("customers", "S7101")
    other = somebody_else(house, "S7101")

    house.change("customers", 7101, addresses=[NICE])
    house.order(5001, **ORDERED)
    house.sync("customers", "orders")

    assert {number: one.code for number, one in house.parked().items()} == {
        7101: "number-taken", 5001: "number-taken"}
    assert house.bc.control.row("customers", "S7101") == other
    assert house.documents(5001) == []

    renumbered(house, "customers", "S7101", "C00888")
    house.connector.skipped.make_all_due(house.shop, house.clock.now())
    house.sync("customers", "orders")

    assert house.parked() == {}
    assert house.document(5001)["customerNumber"] == "S7101"


@pytest.mark.parametrize("kept", [
    {"email": "jean7101@example.fr", "displayName": "J. Perrin et fils", "addressLine1": "elsewhere"},
    {"email": "", "displayName": "Jean Perrin 7101", "addressLine1": "elsewhere"},
    {"email": "", "displayName": "J. Perrin et fils"},
], ids=["e-mail", "name", "address"])
def test_a_customer_whose_link_was_lost_is_found_by_its_number_if_one_of_its_details_agrees(
    house: House, kept: dict[str, str]
) -> None:
    house.card(customer_mapping_type="By Bill-to Info")
    house.customer(7101)
    house.sync("customers")
    house.bc.control.change("customers", "S7101", kept)
    house.forget("customers", 7101)

    reset(house, "customers")
    run = house.sync("customers")

    assert run.counts["customers"].unchanged == 1
    assert house.link("customers", 7101).bc_number == "S7101"


def test_a_full_reset_follows_what_was_renumbered_and_creates_nothing(house: House) -> None:
    house.card(auto_create_unknown_items=True)
    house.customer(7101)
    house.company(503)
    house.product(8001, "LAMP")
    house.sync("customers", "companies", "products")
    renumbered(house, "customers", "S7101", "C00777")
    renumbered(house, "customers", "C503", "C00778")
    renumbered(house, "items", "LAMP", "LAMP-OLD")
    before = numbers(house, "customers"), numbers(house, "items")

    reset(house, "customers", "companies", "products")
    run = house.sync("customers", "companies", "products")

    assert run.bc_writes == 0
    assert (numbers(house, "customers"), numbers(house, "items")) == before
    assert house.parked() == {}


# Companies


def test_a_company_is_followed_to_its_new_number_and_its_old_one_is_left_alone(house: House) -> None:
    house.card(shopify_can_update_companies=True)
    house.company(503)
    house.sync("companies")
    renumbered(house, "customers", "C503", "C00777")
    other = somebody_else(house, "C503")

    house.change("companies", 503, locations=[{"name": "Nice", "address": NICE}])
    house.sync("companies")

    assert house.bc.control.row("customers", "C503") == other
    assert house.bc.control.row("customers", "C00777")["city"] == "Nice"


def test_a_company_whose_number_is_another_customers_is_parked(house: House) -> None:
    other = somebody_else(house, "C503")

    house.company(503)
    house.sync("companies")

    assert {number: one.code for number, one in house.parked().items()} == {503: "number-taken"}
    assert house.bc.control.row("customers", "C503") == other


# Items and item variants


@pytest.mark.parametrize("number_is_reused", [False, True])
def test_an_item_renumbered_in_bc_is_sold_under_its_new_number(house: House, number_is_reused: bool) -> None:
    house.card(auto_create_unknown_items=True, shopify_can_update_items=True)
    house.product(8001, "LAMP", variant={"id": 8101})
    house.sync("products")
    renumbered(house, "items", "LAMP", "LAMP-OLD")
    if number_is_reused:
        house.bc.control.add("items", {
            **without_id(house.bc.control.row("items", "LAMP-OLD")), "number": "LAMP", "displayName": "Another lamp"})

    house.change("products", 8001, title="Lamp of brass")
    house.order(5001, [{"variant": 8101, "sku": "LAMP", "quantity": 1, "unit_price": "59.00"}])
    house.sync("products", "orders")

    assert house.lines(5001, "lineObjectNumber") == [("LAMP-OLD",)]
    assert house.bc.control.row("items", "LAMP-OLD")["displayName"] == "Lamp of brass"
    if number_is_reused:
        assert house.bc.control.row("items", "LAMP")["displayName"] == "Another lamp"
    else:
        assert "LAMP" not in numbers(house, "items")


def two_colours(house: House, *colours: str) -> None:
    house.shopify.shop_state.put("products", {"id": 8001, "title": "Lamp", "variants": [
        {"id": 8101 + n, "sku": f"LAMP|{colour}", "price": "10.00", "options": {"Colour": colour}}
        for n, colour in enumerate(colours)
    ]})


@pytest.fixture
def coloured(house: House) -> House:
    """Item LAMP with the item variants RED and BLUE, linked."""
    house.card(auto_create_unknown_items=True, sku_mapping="Item No. + Variant Code")
    two_colours(house, "RED", "BLUE")
    house.sync("products")
    return house


def variant_of_line(house: House, number: int) -> str:
    ((id,),) = house.lines(number, "itemVariantId")
    row = house.bc.state.table("itemVariants").rows[id]
    return f"{row['itemNumber']} {row['code']}"


@pytest.mark.parametrize("of_an_older_version", [False, True])
def test_an_item_variant_is_sold_under_the_number_of_its_item(coloured: House, of_an_older_version: bool) -> None:
    renumbered(coloured, "items", "LAMP", "LAMP-OLD")
    if of_an_older_version:
        links = coloured.connector.links(coloured.shop, "items")
        links.save([link.with_(bc_variant_id="") for link in links.of(["8101", "8102"]).values()])

    coloured.order(5001, [{"variant": 8101, "sku": "LAMP|RED", "quantity": 1, "unit_price": "10.00"}])
    coloured.sync("orders")

    assert variant_of_line(coloured, 5001) == "LAMP-OLD RED"


def test_an_item_variant_is_sold_under_its_new_code_and_the_old_code_is_left_to_another(coloured: House) -> None:
    (red,) = [one for one in coloured.bc.state.table("itemVariants").rows.values() if one["code"] == "RED"]
    coloured.bc.control.change("itemVariants", red["id"], {"code": "ROUGE"})
    coloured.bc.control.add("itemVariants", without_id(red) | {"description": "Pale red"})

    coloured.order(5001, [{"variant": 8101, "sku": "LAMP|RED", "quantity": 1, "unit_price": "10.00"}])
    coloured.sync("orders")

    assert variant_of_line(coloured, 5001) == "LAMP ROUGE"


def test_a_new_variant_goes_beside_the_others_of_its_item_whatever_number_the_item_has_now(coloured: House) -> None:
    renumbered(coloured, "items", "LAMP", "LAMP-OLD")

    two_colours(coloured, "RED", "BLUE", "GREEN")
    coloured.sync("products")

    codes = {(row["itemNumber"], row["code"]) for row in coloured.bc.state.table("itemVariants").rows.values()}
    assert {code for code in codes if code[0].startswith("LAMP")} == {
        ("LAMP-OLD", "RED"), ("LAMP-OLD", "BLUE"), ("LAMP-OLD", "GREEN")}
    assert "LAMP" not in numbers(coloured, "items")


def test_an_item_with_a_number_of_ours_that_is_something_else_is_not_taken(house: House) -> None:
    house.card(auto_create_unknown_items=True, sku_mapping="")
    house.product(8001, "", variant={"id": 8101, "sku": None})
    house.bc.control.add("items", {
        **without_id(house.bc.control.row("items", "1000")), "number": "S8101", "displayName": "A chair", "gtin": ""})

    house.sync("products")

    assert {number: one.code for number, one in house.parked().items()} == {8001: "number-taken"}
    assert house.link("items", 8101).state is LinkState.PARKED
    assert house.link("items", 8101).bc_id == ""
