"""The API beside the shop card: both sides are asked, companies are listed, and a reset is counted beforehand."""
from __future__ import annotations

import pytest

from tests.admin import Admin
from tests.house import House


def test_a_connection_that_works_says_so_for_both_sides(house: House, admin: Admin) -> None:
    status, answer = admin("test_connection")

    assert (status, [(side["side"], side["works"], side["problem"]) for side in answer["sides"]]) == (
        200, [("shopify", True, None), ("business-central", True, None)])


def test_a_card_without_a_company_fails_on_one_side_with_its_code(house: House, admin: Admin) -> None:
    house.card(company_id="", enabled=False)

    _, answer = admin("test_connection")

    assert [side["problem"] and side["problem"]["code"] for side in answer["sides"]] == [None, "bc-company-unknown"]


def test_the_companies_are_listed_for_a_card_that_names_none(house: House, admin: Admin) -> None:
    house.card(company_id="", enabled=False)

    status, companies = admin("list_bc_companies")

    assert status == 200
    assert house.bc.company in [one["id"] for one in companies]
    assert not any(one["chosen"] for one in companies)


def test_the_company_of_the_card_is_marked_in_the_list(house: House, admin: Admin) -> None:
    _, companies = admin("list_bc_companies")

    assert [one["id"] for one in companies if one["chosen"]] == [house.bc.company]


@pytest.mark.parametrize("type, query, count", [
    ("orders", {}, 2), ("orders", {"since": "2099-01-01T00:00:00Z"}, 0), ("companies", {}, 0),
    ("companies", {"since": "2026-01-01T00:00:00Z"}, None), ("payouts", {}, None),
])
def test_what_a_reset_would_read_again_is_counted_by_shopify(
    house: House, admin: Admin, type: str, query: dict[str, str], count: int | None
) -> None:
    house.order(5001)
    house.order(5002)

    status, answer = admin("count_since", query=query, type=type)

    assert (status, answer["count"], answer["exact"]) == (200, count, count is not None)


@pytest.mark.parametrize("type, query, code", [
    ("orders", {"since": "yesterday"}, "input-invalid"), ("nothing", {}, "not-found"),
])
def test_a_count_of_nothing_that_there_is_is_refused(
    house: House, admin: Admin, type: str, query: dict[str, str], code: str
) -> None:
    assert admin("count_since", query=query, type=type)[1]["type"] == code


@pytest.mark.parametrize("stale", [True, False])
def test_a_card_is_changed_only_as_it_was_read_where_the_caller_says_so(
    house: House, admin: Admin, stale: bool
) -> None:
    read = admin("get_shop")[1]["version"]
    if stale:
        house.card(salesperson_code="JO")

    answer = admin.raw("save_shop", {"tip_account": "40100"}, headers={"If-Match": f'"{read}"'})

    assert answer.status_code == (412 if stale else 200)
    assert (house.connector.shops.get(house.shop).tip_account == "40100") is not stale
