"""What the contract alone refuses: names, types, lengths, options, keys, relations."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Api


@pytest.mark.parametrize(
    "body, code, text",
    [
        ({"displayNam": "x"}, "BadRequest", "The property 'displayNam' does not exist on type"),
        ({"balanceDue": 5}, "BadRequest_InvalidOperation", "Control 'balanceDue' is read-only."),
        ({"displayName": 5}, "BadRequest", "expected type 'Edm.String'"),
        ({"creditLimit": "5"}, "BadRequest", "expected type 'Edm.Decimal'"),
        ({"taxLiable": "yes"}, "BadRequest", "expected type 'Edm.Boolean'"),
        ({"currencyId": "EUR"}, "BadRequest", "expected type 'Edm.Guid'"),
        ({"city": "x" * 31}, "Application_StringExceededLength",
         "The length of the string is 31, but it must be less than or equal to 30 characters."),
        ({"blocked": "Maybe"}, "Unknown", "'Maybe' is not an option. The existing options are:  ,Ship,Invoice,All"),
        ({"country": "ZZ"}, "Internal_InvalidTableRelation",
         "The field Country/Region Code of table Customer contains a value (ZZ) that cannot be found"),
        ({"salespersonCode": "NOBODY"}, "Internal_InvalidTableRelation", "(NOBODY)"),
        ({"paymentTermsId": "5f0c4c4e-0000-4000-8000-000000000000"}, "Application_DialogException",
         'The "paymentTermsId" does not match to a Payment Terms.'),
        ({"phoneNumber": "01 44 ext. 5"}, "Application_FieldValidationException", "must not contain letters"),
        ({"email": "marie at example"}, "Application_DialogException", "is not valid"),
    ],
)  # fmt: skip
def test_a_customer_with_a_wrong_value_is_refused_and_not_stored(api: Api, body: Any, code: str, text: str) -> None:
    before = api.bc.state.count("customers")

    status, found, message = api.refusal("POST", "customers", {"displayName": "Marie", "country": "FR", **body})

    assert (status, found) == (400, code)
    assert text in message
    assert api.bc.state.count("customers") == before


def test_options_are_understood_escaped_and_plain(api: Api) -> None:
    plain = api.made("items", {"number": "SERVICE-1", "type": "Non-Inventory"})
    escaped = api.made("items", {"number": "SERVICE-2", "type": "Non_x002D_Inventory"})

    assert plain["type"] == escaped["type"] == "Non_x002D_Inventory"


def test_codes_are_trimmed_and_upper_cased(api: Api) -> None:
    assert api.made("itemCategories", {"code": " shoes "})["code"] == "SHOES"


def test_null_stands_for_blank(api: Api) -> None:
    assert api.made("customers", {"displayName": "Marie", "city": None, "country": "FR"})["city"] == ""


def test_a_negative_price_on_the_item_card_is_refused(api: Api) -> None:
    status, _, text = api.refusal("POST", "items", {"number": "I1", "unitPrice": -1})

    assert status == 400
    assert "greater than or equal to 0" in text


def test_a_code_is_required_where_it_is_the_key(api: Api) -> None:
    assert api.refusal("POST", "paymentMethods", {"displayName": "Cash"})[1] == "BadRequest_RequiredParamNotProvided"


def test_numbers_may_be_typed_only_if_the_series_allows_it(api: Api) -> None:
    api.bc.control.change("numberSeries", "CUSTOMERS", {"manual": False})

    refused = api.refusal("POST", "customers", {"number": "S1", "displayName": "Marie", "country": "FR"})
    numbered = api.made("customers", {"displayName": "Marie", "country": "FR"})

    assert "You may not enter numbers manually" in refused[2]
    assert numbered["number"] == "C10001"


def test_a_body_that_is_no_json_object_is_refused(api: Api) -> None:
    assert api.refusal("POST", "customers", [1])[:2] == (400, "BadRequest")
    answer = api.http.post(api.url("customers"), data="{", timeout=20)
    assert answer.status_code == 400


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
def test_a_read_only_set_refuses_writes(api: Api, method: str) -> None:
    path = "accounts" if method == "POST" else f"accounts({api.account('708500')})"

    assert api.refusal(method, path, {"number": "1"}, If_Match="*")[:2] == (405, "BadRequest_MethodNotAllowed")


def test_unknown_segments_are_not_found(api: Api) -> None:
    assert api.refusal("GET", "shipToAddresses")[:2] == (404, "BadRequest_ResourceNotFound")
    assert api.refusal("GET", f"items({api.item('1000')})/prices")[:2] == (404, "BadRequest_ResourceNotFound")


def test_renaming_a_customer_keeps_its_id_and_its_orders(api: Api) -> None:
    order = api.order()
    customer = api.only("customers", "number eq 'C00010'")

    status, renamed = api.patch(f"customers({customer['id']})", {"number": "C00011"})

    assert (status, renamed["id"], renamed["number"]) == (200, customer["id"], "C00011")
    assert api.read_order(order["id"])["customerNumber"] == "C00011"


def test_two_references_must_agree(api: Api) -> None:
    category = api.only("itemCategories", "code eq 'GIFTS'")["id"]
    agreeing = api.made("items", {"number": "I1", "itemCategoryId": category, "itemCategoryCode": "gifts"})

    body = {"number": "I2", "itemCategoryId": category, "itemCategoryCode": "FURNITURE"}
    refused = api.refusal("POST", "items", body)

    assert agreeing["itemCategoryCode"] == "GIFTS"
    assert refused[2] == "The item category values do not match to a specific Item Category."


def test_the_tax_area_of_the_request_wins_over_the_template(api: Api) -> None:
    area = api.only("taxAreas", "code eq 'EXPORT'")

    buyer = api.made("customers", {"displayName": "Marie", "country": "FR", "taxAreaId": area["id"]})

    order = api.order({"itemId": api.item("1000"), "quantity": 1}, customerNumber=buyer["number"])
    assert buyer["taxAreaDisplayName"] == area["displayName"]
    assert order["salesOrderLines"][0]["taxPercent"] == 0
