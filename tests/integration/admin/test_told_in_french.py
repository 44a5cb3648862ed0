"""What runs, accesses, the overview and the set-up check say is told in the reader's language; what earlier versions
kept of it is told as they kept it."""
from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from shared.access.connections import TABLE as ACCESS_TABLE
from shared.errors import ConnectorError
from shared.storage.tables import Put
from shared.stores.sync_runs import TABLE as RUN_TABLE
from shared.texts import sentence
from shared.to_business_central.set_up_check import check_set_up
from tests.admin import Admin
from tests.house import House
from tests.wording import left_in_english

AMERICAN = {
    "first_name": "Marie", "last_name": "Curie", "address1": "1 Main Street", "city": "Austin", "zip": "73301",
    "country_code": "US", "province_code": "TX"}
LOST = sentence("Shopify does not accept the access token")
IN_FRENCH = "Shopify n’accepte pas le jeton d’accès"


def in_french(admin: Admin, name: str, body: Any = None, **path: str) -> Any:
    return json.loads(admin.raw(name, body, language="fr", **path).get_body())


def without_words(house: House, table: str) -> None:
    """The rows of the shop as earlier versions wrote them: in English only."""
    rows = house.connector.storage.tables[table]
    for row in list(rows.rows("said ne @none", {"none": ""})):
        if house.shop in (row["PartitionKey"], row["RowKey"]):
            rows.write([Put("delete", row)])
            rows.write([Put("put", {name: value for name, value in row.items() if name not in ("said", "etag")})])


def lose_access(house: House) -> None:
    problem = ConnectorError("reconnect-required", LOST)
    house.connector.tokens.connections.broken(house.shop, problem, house.clock.now())


def failed(house: House, admin: Admin) -> str:
    run = house.sync().id
    return str(in_french(admin, "get_run", id=run)["error_detail"])


def access(house: House, admin: Admin) -> str:
    return str(in_french(admin, "get_shop")["access"]["detail"])


def stands(house: House, admin: Admin) -> str:
    (shop,) = (one for one in in_french(admin, "get_overview")["shops"] if one["code"] == house.shop)
    return str(shop["problem"]["detail"])


@pytest.mark.parametrize("told", [failed, access, stands])
def test_why_a_shop_is_not_synchronized_is_told_in_french(
    house: House, admin: Admin, told: Callable[[House, Admin], str]
) -> None:
    lose_access(house)

    assert told(house, admin) == IN_FRENCH


@pytest.mark.parametrize("told", [failed, access, stands])
def test_what_an_earlier_version_kept_of_an_access_is_told_as_it_was_kept(
    house: House, admin: Admin, told: Callable[[House, Admin], str]
) -> None:
    lose_access(house)
    without_words(house, ACCESS_TABLE)

    assert told(house, admin) == str(LOST)


def warned(house: House, admin: Admin) -> list[str]:
    house.card(tax_differences="Warn")
    house.order(5001, [{"sku": "1000", "quantity": 1, "unit_price": "1200.50", "tax_rate": "0"}],
                shipping_address=AMERICAN)
    run = house.sync().id
    return [run, *in_french(admin, "get_run", id=run)["warnings"]]


def test_what_a_run_warns_of_is_told_in_french_with_amounts_as_french_has_them(house: House, admin: Admin) -> None:
    _, warning = warned(house, admin)

    assert warning.startswith("La taxe de #5001 (SHP-5001) diffère sur ")
    assert "Shopify 0\u00a0%, 0,00, Business Central 20\u00a0%, 200,08" in warning
    assert "Client par défaut" not in warning
    assert "N° client par défaut" in warning


def test_a_run_of_an_earlier_version_tells_its_english_warnings(house: House, admin: Admin) -> None:
    run, _ = warned(house, admin)
    without_words(house, RUN_TABLE)

    (warning,) = in_french(admin, "get_run", id=run)["warnings"]
    assert warning.startswith("The tax of #5001 (SHP-5001) differs on ")


def test_the_set_up_check_says_all_that_is_wrong_with_a_card_in_french(house: House, admin: Admin) -> None:
    house.order(5001, [{"sku": "1000", "quantity": 1, "unit_price": "120.00"}], shipping_address=AMERICAN)
    house.order(5002, [{"sku": "LATER", "quantity": 1, "unit_price": "25.00"}])
    house.sync()
    house.card(
        tip_account="", sold_gift_card_account="411000", shipping_charges_account="999999", duties_account="411000",
        default_customer_no="C404", default_item_no="NONE", default_location_code="WEST", salesperson_code="NOBODY",
        location_mapping={"Lyon": "EAST"}, payment_terms_mapping={"Net 30": "60D"}, item_card_service="NoSuchPage",
        document_dimensions=[{"dimension_code": "AREA", "dimension_value_code": "99"}],
        customer_setup_by_country_region=[
            {"country_region_code": "US", "default_customer_no": "C405", "tax_groups": {"0": "NONE"}}])

    report = check_set_up(house.connector, house.shop, ["FR", "BR", "US"])
    shown = in_french(admin, "check_set_up", {"countries": ["FR", "BR", "US"]})

    said = [*report.missing, *report.advice, *(one for one in report.orders if not one.right)]
    assert len(said) >= 12
    assert [text for one in said for text in left_in_english(one.detail)] == []
    assert [text for one in report.orders for text in left_in_english(one.tried)] == []
    told = [one["detail"] for part in ("missing", "advice", "orders") for one in shown[part] if one["detail"]]
    assert len(told) == len(said)
    assert {str(one.detail) for one in said} & set(told) == set()
