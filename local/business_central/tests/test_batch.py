"""`$batch`: order, stopping, snapshot and its misleading 201s."""

from __future__ import annotations

from typing import Any

from .conftest import Api

JSON = {"Content-Type": "application/json"}


def part(api: Api, name: str, path: str, body: Any, method: str = "POST") -> dict[str, Any]:
    url = f"companies({api.bc.company})/{path}"
    return {"id": name, "method": method, "url": url, "headers": JSON, "body": body}


def customer(api: Api, number: str) -> dict[str, Any]:
    return part(api, number, "customers", {"number": number, "displayName": number, "country": "FR"})


def nameless(api: Api) -> dict[str, Any]:
    return part(api, "bad", "customers", {"displayName": ""})


def run(api: Api, *parts: dict[str, Any], **headers: str) -> list[tuple[str, int]]:
    status, body = api.post("/$batch", {"requests": list(parts)}, **headers)
    assert status == 200
    return [(response["id"], response["status"]) for response in body["responses"]]


def numbers(api: Api) -> set[str]:
    return {row["number"] for row in api.get("customers?$filter=startswith(number,'B')")[1]["value"]}


def test_the_first_failure_stops_the_rest_and_keeps_what_ran(api: Api) -> None:
    answers = run(api, customer(api, "B1"), nameless(api), customer(api, "B2"))

    assert answers == [("B1", 201), ("bad", 400)]
    assert numbers(api) == {"B1"}


def test_continue_on_error_runs_every_part(api: Api) -> None:
    answers = run(api, customer(api, "B1"), nameless(api), customer(api, "B2"), Prefer="odata.continue-on-error")

    assert answers == [("B1", 201), ("bad", 400), ("B2", 201)]
    assert numbers(api) == {"B1", "B2"}


def test_snapshot_takes_everything_back_though_the_first_parts_still_say_201(api: Api) -> None:
    answers = run(api, customer(api, "B1"), customer(api, "B2"), nameless(api), Isolation="snapshot")

    assert answers == [("B1", 201), ("B2", 201), ("bad", 400)]
    assert numbers(api) == set()


def test_a_snapshot_gives_its_numbers_back(api: Api) -> None:
    order = part(api, "order", "salesOrders", {"customerNumber": "C00010"})

    run(api, order, nameless(api), Isolation="snapshot")

    assert api.order()["number"] == "SO100001"


def test_posting_commits_even_inside_a_snapshot(api: Api) -> None:
    order = api.order({"itemId": api.item("1000"), "quantity": 1})
    posting = part(api, "post", f"salesOrders({order['id']})/Microsoft.NAV.shipAndInvoice", None)

    answers = run(api, customer(api, "B1"), posting, nameless(api), Isolation="snapshot")

    assert [status for _, status in answers] == [201, 204, 400]
    assert numbers(api) == {"B1"}


def test_posting_that_fails_halfway_leaves_nothing_of_itself_but_has_committed_what_came_before(api: Api) -> None:
    order = api.order({"itemId": api.item("1000"), "quantity": 1})
    api.bc.control.remove("numberSeries", "POSTED INVOICES")
    posting = part(api, "post", f"salesOrders({order['id']})/Microsoft.NAV.shipAndInvoice", None)

    answers = run(api, customer(api, "B1"), customer(api, "B2"), posting, Isolation="snapshot")

    assert [status for _, status in answers] == [201, 201, 400]
    assert numbers(api) == {"B1", "B2"}
    assert (api.bc.state.count("salesShipments"), api.bc.state.count("itemLedgerEntries")) == (0, 0)


def test_etags_and_reads_work_inside_a_batch(api: Api) -> None:
    item = api.get(f"items({api.item('1000')})")[1]
    change = part(api, "price", f"items({item['id']})", {"unitPrice": 7}, "PATCH")
    change["headers"] = {**JSON, "If-Match": item["@odata.etag"]}
    reading = part(api, "read", f"items({item['id']})?$select=unitPrice", None, "GET")

    _, body = api.post("/$batch", {"requests": [change, reading]})

    assert [response["status"] for response in body["responses"]] == [200, 200]
    assert body["responses"][1]["body"]["unitPrice"] == 7


def test_addresses_of_parts_may_be_percent_encoded_and_absolute(api: Api) -> None:
    encoded = part(api, "1", "items?%24filter=number%20eq%20%271000%27", None, "GET")
    encoded["url"] = encoded["url"].replace("(", "%28").replace(")", "%29")
    absolute = {**encoded, "id": "2", "url": api.url("items?$filter=number eq '1000'")}

    _, body = api.post("/%24batch", {"requests": [encoded, absolute]})

    assert [len(response["body"]["value"]) for response in body["responses"]] == [1, 1]


def test_a_hundred_parts_are_taken_and_a_hundred_and_one_are_not(api: Api) -> None:
    reading = part(api, "r", "paymentMethods", None, "GET")

    assert len(run(api, *[reading] * 100)) == 100
    assert api.refusal("POST", "/$batch", {"requests": [reading] * 101})[:2] == (500, "Unknown")


def test_statistics_count_the_parts(api: Api) -> None:
    run(api, customer(api, "B1"), customer(api, "B2"))

    stats = api.bc.stats

    assert (stats.calls, stats.batch_operations, stats.by_entity["customers"]["POST"]) == (1, 2, 2)
