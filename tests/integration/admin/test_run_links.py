"""What a run left behind: each link of a run leads to its log entries, captures and skipped records."""
from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.admin import Admin
from tests.house import House

LISTS = {
    "/api/log-entries": "list_log_entries",
    "/api/shops/{shop}/data-captures": "list_data_captures",
    "/api/shops/{shop}/skipped-records": "list_skipped_records",
}


def followed(house: House, admin: Admin, link: str) -> Any:
    """The answer at the end of a link, as the host would route it."""
    address = urlsplit(link)
    name = LISTS[address.path.replace(f"/{house.shop}/", "/{shop}/")]
    status, answer = admin(name, query=dict(parse_qsl(address.query)))
    assert status == 200
    return answer


def test_each_link_of_a_run_leads_to_what_this_run_left_behind_and_to_nothing_else(
    house: House, admin: Admin
) -> None:
    house.card(logging_mode="All")
    runs = []
    for number in (5001, 5002, 5003):
        house.order(number, [{"sku": f"LATER-{number}", "quantity": 1, "unit_price": "25.00"}])
        runs.append(house.sync("orders"))
    middle = runs[1]

    _, shown = admin("get_run", id=middle.id)
    entries = followed(house, admin, shown["links"]["log_entries"])["entries"]
    captures = followed(house, admin, shown["links"]["data_captures"])["captures"]
    skipped = followed(house, admin, shown["links"]["skipped_records"])

    assert len(entries) == middle.log_entries > 0
    assert {entry["run"] for entry in entries} == {middle.id}
    assert [capture["record_id"] for capture in captures] == ["5002"]
    assert [(one["id"], one["run"]) for one in skipped] == [("5002", middle.id)]


def test_the_list_of_runs_holds_the_links_too(house: House, admin: Admin) -> None:
    run = house.sync("orders")

    _, (first, *_) = admin("list_runs")

    assert first["links"]["skipped_records"] == f"/api/shops/{house.shop}/skipped-records?run={run.id}"


def test_captures_of_a_run_that_does_not_exist_are_not_found(house: House, admin: Admin) -> None:
    status, problem = admin("list_data_captures", query={"run": "098226863080000-ffff"})

    assert (status, problem["type"]) == (404, "not-found")
