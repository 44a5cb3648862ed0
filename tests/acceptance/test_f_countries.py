"""Acceptance cases F, countries: those that have another code in Business Central than in Shopify."""
from __future__ import annotations

from shared.to_business_central.set_up_check import check_set_up
from tests.house import MARIE, House

ATHENS = {**MARIE, "address1": "1 Odos Ermou", "city": "Athens", "zip": "105 63", "country_code": "GR", "phone": None}
ADDRESS = {name: ATHENS[name] for name in ("address1", "city", "zip", "country_code")}
GREECE = {"country_region_mapping": {"GR": "EL"}}


def _knows(house: House, country: str) -> None:
    house.bc.control.add("countriesRegions", {"code": country, "displayName": country})


def test_b13_a_country_under_another_code_is_parked_and_booked_once_the_card_names_it(house: House) -> None:
    _knows(house, "EL")
    house.order(5001, shipping_address=ATHENS, tax_rate="0.2")
    house.sync()
    assert house.parked()[5001].code == "country-unknown"
    assert 'Country/Region Mapping of "GR"' in house.parked()[5001].detail

    house.card(**GREECE)
    house.connector.skipped.make_all_due(house.shop, house.clock.now())
    house.sync()

    assert house.parked() == {}
    assert house.document(5001)["shipToCountry"] == "EL"


def test_customers_and_companies_are_created_with_business_central_s_code(house: House) -> None:
    _knows(house, "EL")
    _rule_for(house, "EL")
    house.card(**GREECE)
    house.customer(7001, addresses=[ADDRESS])
    house.company(503, locations=[{"name": "Athens", "address": ADDRESS}])

    house.sync()

    assert house.parked() == {}
    assert [house.bc.control.row("customers", number)["country"] for number in ("S7001", "C503")] == ["EL", "EL"]


def test_by_bill_to_info_compares_the_countries_by_the_mapping(house: House) -> None:
    _knows(house, "EL")
    house.card(customer_mapping_type="By Bill-to Info", **GREECE)
    house.bc.control.change("customers", "C00010", {"addressLine1": "1 Odos Ermou", "city": "Athens",
                                                    "postalCode": "105 63", "country": "EL"})
    house.order(5001, email="new@example.gr", shipping_address=ATHENS, tax_rate="0.2")

    house.sync()

    assert house.document(5001)["customerNumber"] == "C00010"


def test_a_tax_number_without_its_prefix_belongs_to_the_mapped_country(house: House) -> None:
    _knows(house, "D")
    house.card(company_mapping_type="By Tax Id", country_region_mapping={"DE": "D"})
    house.bc.control.change("customers", "C00010", {"country": "D", "taxRegistrationNumber": "123456789"})
    house.company(503, locations=[{"name": "Berlin", "tax_id": "DE123456789", "address": {
        "address1": "Unter den Linden 1", "city": "Berlin", "zip": "10117", "country_code": "DE"}}])

    house.sync()

    assert house.link("companies", 503).bc_number == "C00010"


def test_the_row_of_a_country_is_found_by_shopify_s_code_whatever_business_central_calls_it(house: House) -> None:
    _knows(house, "EL")
    house.card(**GREECE, customer_setup_by_country_region=[
        {"country_region_code": "GR", "default_customer_no": "C00060"}])
    house.order(5001, shipping_address=ATHENS, tax_rate="0.2")

    house.sync()

    assert house.document(5001)["customerNumber"] == "C00060"


def test_the_set_up_check_tries_the_mapped_country_and_names_one_that_is_missing(house: House) -> None:
    _knows(house, "EL")
    _rule_for(house, "EL")

    before = check_set_up(house.connector, house.shop, ["GR"])
    house.card(**GREECE)
    after = check_set_up(house.connector, house.shop, ["GR"])

    [missing] = before.missing
    assert (missing.code, missing.countries) == ("country-unknown", ("GR",))
    assert 'Country/Region Mapping of "GR"' in str(missing.detail)
    assert after.missing == []


def _rule_for(house: House, country: str) -> None:
    groups = dict.fromkeys(("genBusPostingGroup", "vatBusPostingGroup", "customerPostingGroup"), "EU")
    house.bc.control.add("template-rules", {"set": "customers", "criteria": {"country": country}, "values": groups})
