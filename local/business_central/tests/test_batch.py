"""`$batch`: order, stopping, snapshot and its misleading 201s."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from .conftest import Api, ManualClock

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


# A batch without a snapshot: each part is a transaction of its own


def test_parts_are_carried_out_in_their_order(api: Api) -> None:
    orders = [part(api, key, "salesOrders", {"customerNumber": "C00010", "externalDocumentNumber": key})
              for key in ("SHP-3", "SHP-1", "SHP-2")]

    _, body = api.post("/$batch", {"requests": orders}, Prefer="odata.continue-on-error")

    assert [(one["id"], one["body"]["number"]) for one in body["responses"]] == [
        ("SHP-3", "SO100001"), ("SHP-1", "SO100002"), ("SHP-2", "SO100003")]


def test_what_is_done_of_a_batch_is_seen_while_the_rest_still_runs(api: Api) -> None:
    api.bc.control.times.header, before = 0.5, api.bc.state.count("customers")
    seen = set[int]()
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(run, Api(api.bc), *[customer(api, f"B{number}") for number in range(1, 4)])
        while not running.done():
            seen.add(api.bc.state.count("customers") - before)
        running.result()

    assert seen & {1, 2}


def test_a_batch_holds_one_slot_for_the_time_of_all_its_parts(api: Api) -> None:
    api.bc.control.times.header, api.bc.limits.executing = 0.1, 1

    run(api, customer(api, "B1"), customer(api, "B2"))

    assert api.bc.stats.service_seconds == pytest.approx(0.2)
    assert api.bc.stats.calls == 1


def lost(api: Api, *parts: dict[str, Any], **headers: str) -> None:
    with pytest.raises(requests.ConnectionError):
        api.post("/$batch", {"requests": list(parts)}, **headers)


@pytest.mark.parametrize("done", [0, 1, 2, 3])
def test_a_batch_that_is_cut_keeps_what_was_done(api: Api, done: int) -> None:
    api.bc.control.add_fault(kind="cut_batch", entity="customers", parts=done)

    lost(api, *[customer(api, f"B{number}") for number in range(1, 4)])

    assert numbers(api) == {f"B{number}" for number in range(1, done + 1)}


def test_a_snapshot_that_is_cut_keeps_nothing(api: Api) -> None:
    api.bc.control.add_fault(kind="cut_batch", entity="customers", parts=2)

    lost(api, customer(api, "B1"), customer(api, "B2"), customer(api, "B3"), Isolation="snapshot")

    assert numbers(api) == set()


def test_the_rest_of_a_batch_may_be_carried_out_after_its_answer_was_given_up(api: Api, clock: ManualClock) -> None:
    api.bc.control.add_fault(kind="late_rest", entity="customers", parts=1, seconds=180)

    lost(api, customer(api, "B1"), customer(api, "B2"), customer(api, "B3"))
    early = numbers(api)
    clock.forward(180)

    assert (early, numbers(api)) == ({"B1"}, {"B1", "B2", "B3"})


def test_a_batch_that_works_longer_than_a_request_may_is_cancelled_with_what_it_has_done(api: Api) -> None:
    api.bc.control.times.header, api.bc.limits.operation_seconds = 0.04, 0.1

    status, *_ = api.refusal("POST", "/$batch", {"requests": [customer(api, f"B{number}") for number in range(1, 5)]})

    assert (status, numbers(api)) == (408, {"B1", "B2"})


def test_a_snapshot_that_works_too_long_leaves_nothing(api: Api) -> None:
    api.bc.control.times.header, api.bc.limits.operation_seconds = 0.04, 0.1
    parts = [customer(api, f"B{number}") for number in range(1, 5)]

    status, *_ = api.refusal("POST", "/$batch", {"requests": parts}, Isolation="snapshot")

    assert (status, numbers(api)) == (408, set())


def test_one_part_may_be_turned_away_by_itself(api: Api) -> None:
    api.bc.control.add_fault(kind="part_status", status=429, method="POST", entity="salesOrders", document="SHP-1")
    orders = [part(api, key, "salesOrders", {"customerNumber": "C00010", "externalDocumentNumber": key})
              for key in ("SHP-1", "SHP-2")]

    answers = run(api, *orders, Prefer="odata.continue-on-error")

    assert answers == [("SHP-1", 429), ("SHP-2", 201)]
    assert (api.bc.control.orders("SHP-1"), len(api.bc.control.orders("SHP-2"))) == ([], 1)


def test_a_change_set_of_several_parts_and_an_order_of_dependence_are_refused(api: Api) -> None:
    two = [{**customer(api, name), "atomicityGroup": "g1"} for name in ("B1", "B2")]
    behind = {**customer(api, "B3"), "dependsOn": ["B1"]}

    assert api.refusal("POST", "/$batch", {"requests": two})[:2] == (500, "Unknown")
    assert api.refusal("POST", "/$batch", {"requests": [customer(api, "B1"), behind]})[0] == 400
    assert numbers(api) == set()
