"""Page 30, Item Card, published as a web service beside the API."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from .conftest import Api


def card(api: Api, number: str = "1000", *, service: str = "ItemCard", company: str = "CRONUS%20FR") -> str:
    """The address of one item's card."""
    root = api.bc.api_root.removesuffix("/api/v2.0")
    return f"{root}/ODataV4/Company('{company}')/{service}(No='{number}')"


def test_a_card_is_read_by_its_number_under_the_names_of_the_page(api: Api) -> None:
    status, shown = api.get(f"{card(api)}?$select=No,Description,Tariff_No")

    assert status == 200
    assert {name: shown[name] for name in ("No", "Description", "Tariff_No")} == {
        "No": "1000", "Description": "Desk", "Tariff_No": ""}  # fmt: skip
    assert shown["@odata.etag"] == api.only("items", "number eq '1000'")["@odata.etag"]


def test_a_tariff_number_of_the_table_is_set_and_moves_the_items_version(api: Api) -> None:
    before = api.get(card(api))[1]

    status, changed = api.patch(card(api), {"Tariff_No": "847130"}, if_match=before["@odata.etag"])

    assert (status, changed["Tariff_No"]) == (200, "847130")
    assert api.get(card(api))[1]["Tariff_No"] == "847130"
    assert api.only("items", "number eq '1000'")["@odata.etag"] == changed["@odata.etag"] != before["@odata.etag"]


def test_a_tariff_number_that_the_table_does_not_hold_is_refused_and_the_old_one_stays(api: Api) -> None:
    api.patch(card(api), {"Tariff_No": "847130"})

    refused = api.refusal("PATCH", card(api), {"Tariff_No": "999999"}, If_Match="*")

    assert refused == (400, "Internal_InvalidTableRelation", "The field Tariff No. of table Item contains a value "
                       "(999999) that cannot be found in the related table (Tariff Number).")  # fmt: skip
    assert api.get(card(api))[1]["Tariff_No"] == "847130"


def test_a_tariff_number_can_be_emptied(api: Api) -> None:
    api.patch(card(api), {"Tariff_No": "847130"})

    assert api.patch(card(api), {"Tariff_No": ""})[1]["Tariff_No"] == ""


def test_a_patch_needs_the_version_it_starts_from(api: Api) -> None:
    stale = api.get(card(api))[1]["@odata.etag"]
    api.patch(card(api), {"Tariff_No": "847130"})
    body = {"Tariff_No": "940330"}

    assert api.refusal("PATCH", card(api), body)[:2] == (400, "BadRequest_InvalidToken")
    assert api.refusal("PATCH", card(api), body, If_Match=stale)[:2] == (409, "Request_EntityChanged")
    assert api.get(card(api))[1]["Tariff_No"] == "847130"


@pytest.mark.parametrize(
    "address, refusal",
    [
        ({"service": "Fiche_article"}, (404, "BadRequest_ResourceNotFound")),
        ({"company": "CRONUS"}, (404, "Internal_CompanyNotFound")),
        ({"number": "NOBODY"}, (404, "Internal_RecordNotFound")),
    ],
)  # fmt: skip
def test_what_is_not_there_is_said_in_its_own_code(api: Api, address: Any, refusal: Any) -> None:
    assert api.refusal("GET", card(api, **address))[:2] == refusal


def test_a_service_that_is_no_longer_published_answers_nothing(api: Api) -> None:
    api.bc.control.remove("webServices", "ItemCard")

    assert api.refusal("GET", card(api))[:2] == (404, "BadRequest_ResourceNotFound")
    assert api.refusal("PATCH", card(api), {"Tariff_No": ""}, If_Match="*")[0] == 404


def test_a_page_is_published_under_any_name_through_the_control_api(api: Api) -> None:
    row = {"id": "Fiche_article", "page": 30}

    answer = requests.post(f"{api.bc.origin}/_control/webServices", json=row, timeout=20)

    assert answer.status_code == 200
    assert api.get(card(api, service="Fiche_article"))[1]["No"] == "1000"


def test_numbers_with_quotes_slashes_and_blanks_are_keys_too(api: Api) -> None:
    api.made("items", {"number": "L'A/1 B"})

    assert api.get(card(api, "L%27%27A%2F1%20B"))[1]["No"] == "L'A/1 B"


@pytest.mark.parametrize(
    "method, suffix, body, refusal",
    [
        ("GET", "?$select=Vendor", None, (400, "BadRequest")),
        ("GET", "?$filter=No eq '1'", None, (400, "BadRequest")),
        ("PATCH", "", {"Tarif": "847130"}, (400, "BadRequest")),
        ("PATCH", "", {"Tariff_No": 847130}, (400, "BadRequest")),
        ("PATCH", "", {"Tariff_No": "8" * 21}, (400, "Application_StringExceededLength")),
        ("PATCH", "", {"Unit_Price": 5}, (501, "BadRequest_MethodNotImplemented")),
        ("DELETE", "", None, (405, "BadRequest_MethodNotAllowed")),
    ],
)  # fmt: skip
def test_what_the_page_cannot_do_is_refused(api: Api, method: str, suffix: str, body: Any, refusal: Any) -> None:
    assert api.refusal(method, card(api) + suffix, body, If_Match="*")[:2] == refusal


def test_cards_are_listed_by_number(api: Api) -> None:
    listed = api.get(f"{card(api).partition('(No=')[0]}?$top=2&$select=No")[1]["value"]

    assert [row["No"] for row in listed] == ["1000", "1001"]


def test_a_web_service_needs_a_token_and_counts_as_a_call(api: Api) -> None:
    unsigned = requests.get(card(api), timeout=20)
    api.get(card(api))

    assert unsigned.status_code == 401
    assert api.bc.stats.by_entity["ItemCard"]["GET"] == 1


def test_a_missing_permission_can_be_played(api: Api) -> None:
    api.bc.control.add_fault(kind="forbidden", entity="ItemCard")

    assert api.refusal("GET", card(api))[:2] == (403, "Authorization_PermissionDenied")


def test_a_batch_is_not_for_web_services(api: Api) -> None:
    root = api.bc.api_root.removesuffix("/api/v2.0")

    assert api.refusal("POST", f"{root}/ODataV4/$batch", {"requests": []})[0] == 400
