"""Acceptance cases Q, the set-up check's orders: one of each country and rate is tried, and nothing of them stays."""
from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from shared.to_business_central.orders.trials import MOST_TRIALS, OrderTrial
from shared.to_business_central.set_up_check import check_set_up
from tests.admin import Admin
from tests.house import MARIE, House

AMERICAN = {**MARIE, "address1": "1 Main Street", "city": "Austin", "zip": "73301", "country_code": "US",
            "phone": None}
SWISS = {**MARIE, "address1": "1 rue du Lac", "city": "Genève", "zip": "1201", "country_code": "CH", "phone": None}
ROW = "Customer Setup by Country/Region"


def _trials(house: House) -> list[OrderTrial]:
    """As a reader of English sees them."""
    return [msgspec.structs.replace(one, tried=str(one.tried), detail=str(one.detail))
            for one in check_set_up(house.connector, house.shop, ["FR"]).orders]


def _everything(house: House) -> dict[str, list[Any]]:
    return {name: sorted(table.rows) for name, table in house.bc.state.tables.items() if table.rows}


def test_an_export_is_told_wrong_with_its_field_and_right_once_the_card_names_a_customer(house: House) -> None:
    house.order(5001)
    house.order(5002, shipping_address=AMERICAN)
    house.sync()
    before = _everything(house)

    wrong = _trials(house)
    house.bc.control.change("customers", "C00060", {"vatBusPostingGroup": "EXPORT"})
    house.card(customer_setup_by_country_region=[{"country_region_code": "US", "default_customer_no": "C00060"}])
    right = _trials(house)

    assert [(one.country, one.rates, one.tried, one.right) for one in wrong] == [
        ("US", ["0"], "#5002", False), ("FR", ["20"], "#5001", True)]
    assert wrong[0].code == "tax-mismatch"
    assert f'Default Customer No. of {ROW} "US": it is empty' in wrong[0].detail
    assert [(one.tried, one.right) for one in right] == [
        (f'Default Customer No. of {ROW} "US"', True), ("#5002", True), ("#5001", True)]
    assert _everything(house) == before


def test_one_order_stands_for_all_of_its_country_and_rates(house: House) -> None:
    for number in range(5001, 5005):
        house.order(number)
    house.order(5005, [_line("1000", "120.00"), _line("1001", "10.55")])
    house.order(5006, [_line("1001", "10.55")])
    house.sync()

    assert [(one.tried, one.rates) for one in _trials(house)] == [
        ("#5006", ["5.5"]), ("#5005", ["5.5", "20"]), ("#5004", ["20"])]


@pytest.mark.parametrize("included", [True, False], ids=["tax-included", "tax-on-top"])
def test_an_exempt_order_is_tried_beside_the_taxed_ones(house: House, included: bool) -> None:
    house.order(5001, taxes_included=included, tax_rate="0.2")
    house.order(5002, tax_exempt=True, taxes_included=included)
    house.sync()

    exempt, taxed = _trials(house)

    assert (exempt.tried, exempt.code, taxed.right) == ("#5002", "tax-mismatch", True)
    assert f'Tax Exempt Customer No. of {ROW} "FR"' in exempt.detail


def test_a_customer_that_would_be_created_is_tried_as_one_of_its_country(house: House) -> None:
    house.card(customer_import_from_shopify="With Order Import", auto_create_sales_documents=False)
    house.customer(7101, addresses=[{name: SWISS[name] for name in ("address1", "city", "zip", "country_code")}])
    house.order(5001, email="jean7101@example.fr", customer=7101, shipping_address=SWISS)
    house.sync()
    area = house.bc.control.row("taxAreas", "EXPORT")["id"]
    [before] = _trials(house)

    house.bc.control.add("template-rules", {"set": "customers", "criteria": {"country": "CH"}, "values": {
        "genBusPostingGroup": "EXPORT", "customerPostingGroup": "EXPORT"}})
    house.card(customer_setup_by_country_region=[{"country_region_code": "CH", "tax_area_id": area}])
    [after] = _trials(house)

    assert (before.code, after.right) == ("customer-template-missing", True)
    assert "A new customer would be created" in before.detail
    assert "S99999" not in before.detail


def test_what_no_plan_can_be_made_of_is_told_as_the_order_would_be(house: House) -> None:
    house.order(5001, [_line("GONE", "1.00")])
    house.sync()

    [trial] = _trials(house)

    assert (trial.right, trial.code, trial.tried) == (False, "item-not-found", "#5001")


def test_the_rows_of_the_card_are_tried_without_any_order(house: House) -> None:
    house.bc.control.change("customers", "C00050", {"blocked": "All"})
    house.card(customer_setup_by_country_region=[
        {"country_region_code": "US", "default_customer_no": "C-GONE", "tax_exempt_customer_no": "C00050"},
        {"country_region_code": "FR", "tax_groups": {"20": "VAT20", "5.5": "VAT20", "0": "NONE"}}])

    assert [(one.country, one.rates, one.tried, one.code) for one in _trials(house)] == [
        ("US", [], f'Default Customer No. of {ROW} "US"', "customer-missing"),
        ("US", [], f'Tax Exempt Customer No. of {ROW} "US"', "customer-blocked"),
        ("FR", ["20"], f'Tax Groups of {ROW} "FR" "20"', ""),
        ("FR", ["5.5"], f'Tax Groups of {ROW} "FR" "5.5"', "tax-mismatch"),
        ("FR", ["0"], f'Tax Groups of {ROW} "FR" "0"', "code-unknown"),
    ]


def test_a_total_that_would_differ_on_top_of_prices_is_told(house: House) -> None:
    house.order(5001, [_line("1000", "100.00")], taxes_included=False, tax_rate="0.2")
    house.sync()
    house.bc.control.change("customers", "C00010", {"invoiceDiscounts": ((0, Decimal(5)),)})

    [trial] = _trials(house)

    assert trial.code == "total-mismatch"
    assert "invoice discount of 5" in trial.detail


def test_no_trial_holds_what_the_order_says_of_a_person(house: House) -> None:
    house.order(5001, email="marie@example.fr", phone="+33 1 44 27 46 22")
    house.sync()
    house.exchanges.clear()

    assert [one.right for one in _trials(house)] == [True]

    batches = [call.request for call in house.exchanges if call.url.endswith("$batch")]
    assert any("SHP-SET-UP-CHECK" in request and "salesOrderLines" in request for request in batches)
    for personal in ("marie@example.fr", "Curie", "rue Cuvier", "44 27 46 22", "75005"):
        assert not any(personal in request for request in batches)


def test_not_more_orders_are_tried_than_an_answer_can_wait_for(house: House) -> None:
    house.card(customer_setup_by_country_region=[
        {"country_region_code": "FR", "tax_groups": {str(rate): "VAT20" for rate in range(MOST_TRIALS + 5)}}])

    assert len(_trials(house)) == MOST_TRIALS


def test_the_answer_says_how_to_mend_it_in_french_too(house: House, admin: Admin) -> None:
    house.order(5001, shipping_address=AMERICAN)
    house.order(5002)
    house.sync()

    answer = json.loads(admin.raw("check_set_up", language="fr").get_body())

    right, wrong = answer["orders"]
    assert (wrong["code"], wrong["title"]) == (
        "tax-mismatch", "Business Central calcule une autre TVA que celle facturée par Shopify")
    assert "fiche magasin" in wrong["fix"]
    assert (right["right"], right["code"], "fix" in right) == (True, "", False)


def _line(sku: str, price: str, quantity: int = 1, **more: Any) -> dict[str, Any]:
    return {"sku": sku, "quantity": quantity, "unit_price": price, **more}
