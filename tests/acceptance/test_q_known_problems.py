"""Acceptance cases Q1, Q2, Q8, Q9, Q10: known problems, and the set-up check that finds them first."""
from __future__ import annotations

from typing import Any

import pytest

from shared.problems import CATALOGUE
from tests.admin import Admin
from tests.house import MARIE, House

GROUPS = {"genBusPostingGroup": "DOMESTIC", "vatBusPostingGroup": "DOMESTIC", "customerPostingGroup": "DOMESTIC"}
SWISS = {"address1": "Rue du Rhône 1", "city": "Genève", "zip": "1204", "country_code": "CH"}


def problems(admin: Admin) -> dict[int, dict[str, Any]]:
    return {int(one["id"]): one for one in admin("list_skipped_records")[1]}


def retry(house: House, *numbers: int) -> None:
    for number in numbers:
        house.connector.skipped.make_due(house.shop, "orders", str(number), house.clock.now())
    house.sync("orders")


def test_q1_a_customer_without_posting_group_is_named_with_the_group_and_the_page_and_a_retry_passes(
    house: House, admin: Admin,
) -> None:
    house.bc.control.change("customers", "C00107", {"email": "107@example.fr"})
    house.order(5001, email="107@example.fr", shipping_address=MARIE | {"phone": None})

    house.sync("orders")

    problem = problems(admin)[5001]
    assert problem["code"] == "posting-group-missing"
    assert problem["detail"] == "Customer C00107 has no Gen. Bus. Posting Group."
    assert "Customers > the named customer" in problem["fix"]
    assert "API Setup > a rule for table 18" in problem["fix"]
    french = admin.raw("list_skipped_records", language="fr").get_body().decode()
    assert "Groupe compta. marché" in french
    assert "Configuration API > une règle pour la table 18" in french

    house.bc.control.change("customers", "C00107", GROUPS)
    retry(house, 5001)

    assert house.document(5001)["customerNumber"] == "C00107"
    assert house.parked() == {}


def test_q2_without_a_rule_for_a_new_country_the_order_is_parked_and_the_others_pass(house: House) -> None:
    house.customer(7101, addresses=[SWISS])
    house.order(5001, email="jean7101@example.fr", customer=7101, shipping_address=SWISS)
    house.order(5002)

    house.sync()

    assert house.parked()[5001].code == "customer-template-missing"
    assert "table 18" in house.parked()[5001].detail
    assert len(house.documents(5002)) == 1
    assert house.documents(5001) == []


def test_q8_a_shopify_internal_error_shows_the_request_id_and_the_advice_of_seven_days(
    house: House, admin: Admin,
) -> None:
    house.shopify.fault("http_5xx", times=20, status=500)

    run = house.sync("orders")

    failed = [e for e in house.exchanges if e.direction == "Shopify" and e.status == 500][-1]
    assert (run.state, run.error_code) == ("failed", "shopify-unavailable")
    assert failed.request_id
    assert failed.request_id in str(run.error_detail)
    assert "within 7 days with the request id" in CATALOGUE[run.error_code].fix


def test_q9_a_blocked_default_customer_is_named_with_its_number(house: House) -> None:
    house.card(customer_mapping_type="Always take the default customer")
    house.bc.control.change("customers", "C-WEB", {"blocked": "All"})
    house.order(5001)

    house.sync("orders")

    assert house.parked()[5001].code == "customer-blocked"
    assert "C-WEB" in house.parked()[5001].detail


def test_q10_a_currency_without_a_rate_is_named_with_the_date(house: House) -> None:
    house.card(currency_handling="Presentment Currency")
    house.order(5001, presentment_currency="NOK", processed_at="2026-03-09T12:00:00Z")

    house.sync("orders")

    assert house.parked()[5001].code == "currency-unknown"
    assert "NOK" in house.parked()[5001].detail
    assert "2026-03-09" in house.parked()[5001].detail


# The set-up check


def checked(admin: Admin, *countries: str) -> dict[str, Any]:
    status, report = admin("check_set_up", {"countries": list(countries)} if countries else None)
    assert status == 200, report
    found: dict[str, Any] = report
    return found


def everything(house: House) -> dict[str, list[Any]]:
    return {name: sorted(table.rows) for name, table in house.bc.state.tables.items() if table.rows}


def test_the_set_up_check_finds_the_country_without_a_rule_before_an_order_fails_and_leaves_no_trace(
    house: House, admin: Admin,
) -> None:
    before = everything(house)

    report = checked(admin)

    assert (report["ready"], report["countries"]) == (False, ["FR", "DE", "ES", "IE", "GB", "US", "CH"])
    (finding,) = report["missing"]
    assert (finding["code"], finding["countries"]) == ("customer-template-missing", ["CH"])
    assert finding["detail"] == (
        "A new customer would be created without Gen. Bus. Posting Group: no rule for table 18 fits it.")
    assert "API Setup" in finding["fix"]
    assert everything(house) == before
    assert report["left_behind"] == []


def test_the_set_up_check_is_content_once_the_rule_is_there_and_so_is_the_order(house: House, admin: Admin) -> None:
    house.bc.control.add("template-rules", {"set": "customers", "criteria": {"country": "CH"}, "values": {
        "genBusPostingGroup": "EXPORT", "vatBusPostingGroup": "EXPORT", "customerPostingGroup": "EXPORT"}})

    assert checked(admin)["missing"] == []

    house.customer(7101, addresses=[SWISS])
    house.order(5001, email="jean7101@example.fr", customer=7101, shipping_address=SWISS)
    house.sync()
    assert house.document(5001)["customerNumber"] == "S7101"


def test_the_set_up_check_names_a_posting_setup_that_one_country_and_item_group_lack(
    house: House, admin: Admin,
) -> None:
    house.bc.control.remove("vatPostingSetup", "EXPORT|VAT55")

    report = checked(admin, "FR", "GB", "US")

    (finding,) = report["missing"]
    assert (finding["code"], finding["countries"]) == ("setup-incomplete", ["GB", "US"])
    assert "VAT Prod. Posting Group='VAT55'" in finding["detail"]


def test_the_set_up_check_names_accounts_default_customer_and_country_of_the_card(house: House, admin: Admin) -> None:
    house.card(tip_account="", sold_gift_card_account="411000", default_customer_no="C00107")

    report = checked(admin, "FR", "BR")

    assert [(one["code"], one["countries"]) for one in report["missing"]] == [
        ("posting-group-missing", []), ("country-unknown", ["BR"]),
    ]
    assert "C00107" in report["missing"][0]["detail"]
    assert [one["detail"] for one in report["advice"]] == [
        "An order with a tip needs Tip Account, which is empty.",
        "An order of a gift card needs Sold Gift Card Account, but account 411000 does not allow Direct Posting.",
    ]


def test_the_set_up_check_names_codes_of_the_card_that_business_central_lacks(house: House, admin: Admin) -> None:
    house.card(
        default_location_code="WEST", location_mapping={"Lyon": "EAST", "Paris": "SOUTH"}, salesperson_code="JR",
        payment_terms_mapping={"Net 30": "60D"}, shipment_method_mapping={"Express": "DAP"}, document_dimensions=[
            {"dimension_code": "DEPARTMENT", "dimension_value_code": "WEB"},
            {"dimension_code": "AREA", "dimension_value_code": "99"},
            {"dimension_code": "PROJECT", "dimension_value_code": "SPRING", "channel": "pos"}])

    report = checked(admin, "FR")

    assert [one["code"] for one in report["missing"] + report["advice"]] == ["code-unknown"] * 5
    assert [one["detail"].split(" of the shop card: ") for one in report["missing"]] == [
        ["Every order needs Default Location Code", "WEST is not in Business Central (page Locations)."],
        ['Every order needs Document Dimensions "AREA"',
         "99 is none of its values in Business Central (page Dimensions)."]]
    assert [one["detail"].split(" of the shop card: ") for one in report["advice"]] == [
        ['An order needs Location Mapping "Paris"', "SOUTH is not in Business Central (page Locations)."],
        ['An order needs Payment Terms Mapping "Net 30"', "60D is not in Business Central (page Payment Terms)."],
        ['An order needs Document Dimensions "PROJECT"', "it is no global dimension of Business Central (page General "
         "Ledger Setup), and only those two reach the lines of a document."]]


def test_the_set_up_check_names_a_currency_without_a_rate(house: House, admin: Admin) -> None:
    house.card(currency_handling="Presentment Currency")
    house.shopify.shop_state.card["enabledPresentmentCurrencies"] = ["EUR", "USD", "NOK", "JPY"]

    report = checked(admin, "FR")

    assert (report["ready"], [one["code"] for one in report["advice"]]) == (True, ["currency-unknown"] * 2)
    assert "JPY" in report["advice"][0]["detail"]
    assert "NOK" in report["advice"][1]["detail"]


def test_the_set_up_check_removes_what_an_environment_did_not_roll_back_and_says_so(
    house: House, admin: Admin,
) -> None:
    house.bc.control.add("customers", {"number": "S9999999999999999", "displayName": "Set-up check"})

    report = checked(admin, "FR")

    assert (report["missing"], report["left_behind"]) == ([], ["customer S9999999999999999"])
    assert checked(admin, "FR")["left_behind"] == []


def test_the_set_up_check_speaks_french(house: House, admin: Admin) -> None:
    answer = admin.raw("check_set_up", language="fr").get_body().decode()

    assert "Aucune règle de modèle ne correspond au pays de ce client" in answer


@pytest.mark.parametrize("countries", ["FR", ["FRA"], [1], [None], ["é1"]])
def test_the_set_up_check_refuses_what_is_no_list_of_countries(house: House, admin: Admin, countries: Any) -> None:
    status, problem = admin("check_set_up", {"countries": countries})

    assert (status, problem["type"]) == (400, "input-invalid")
