"""The control API over HTTP, and the process with its ready file and dump."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from local.business_central.dump import load, write_dump

from .conftest import Api


def control(api: Api, method: str, path: str, body: Any = None) -> Any:
    answer = requests.request(method, f"{api.bc.origin}/_control/{path}", json=body, timeout=20)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_statistics_tell_calls_reads_and_writes(api: Api) -> None:
    api.get("items")
    api.post("salesOrders", {"customerNumber": "C00010"})
    api.post("salesOrders", {})

    stats = control(api, "GET", "stats")
    control(api, "POST", "stats/reset")

    assert (stats["calls"], stats["reads"], stats["writes"]) == (3, 1, 2)
    assert stats["by_entity"] == {"items": {"GET": 1}, "salesOrders": {"POST": 2}}
    assert stats["by_method"] == {"GET": 1, "POST": 2}
    assert control(api, "GET", "stats")["calls"] == 0


def test_totals_count_rows(api: Api) -> None:
    api.order({"description": "one line"})

    totals = control(api, "GET", "totals")

    assert (totals["salesOrders"], totals["salesOrderLines"], totals["items"]) == (1, 1, 5)


def test_orders_show_duplicates_with_lines_and_totals(api: Api) -> None:
    for _ in range(2):
        api.order({"itemId": api.item("1000"), "quantity": 1}, externalDocumentNumber="SHP-1")

    found = control(api, "GET", "orders?externalDocumentNumber=SHP-1")["value"]

    assert [(order["totalAmountIncludingTax"], len(order["salesOrderLines"])) for order in found] == [(120, 1)] * 2


def test_cards_rules_faults_and_limits_can_be_set(api: Api) -> None:
    control(api, "PATCH", "customers/C00107", {"genBusPostingGroup": "EU", "vatBusPostingGroup": "EU",
                                               "customerPostingGroup": "EU"})  # fmt: skip
    control(api, "POST", "template-rules", {"criteria": {"country": "CH"}, "values": {"city": "Bern"}})
    control(api, "PATCH", "limits", {"requests": 100})
    control(api, "PATCH", "service-times", {"get": 0.001})
    fault = control(api, "POST", "faults", {"kind": "status", "status": 503, "times": 1})

    assert api.get("items")[0] == 503
    assert api.post("salesOrders", {"customerNumber": "C00107"})[0] == 201
    assert api.made("customers", {"displayName": "x", "country": "CH"})["city"] == "Bern"
    assert api.only("customers", "number eq 'C00107'")["taxAreaId"] == api.only("taxAreas", "code eq 'EU'")["id"]
    control(api, "DELETE", f"faults/{fault['id']}")
    control(api, "PATCH", "switches", {"french": True, "replica_lag": 2})
    assert control(api, "GET", "faults") == {"value": [], "replica_lag": 2, "french": True, "ignore_posting": False}


def test_a_currency_and_its_rate_can_be_added(api: Api) -> None:
    api.made("currencies", {"code": "US-D", "displayName": "US dollar"})
    control(api, "POST", "currencyExchangeRates", {"currencyCode": "US-D", "startingDate": "2025-01-01",
            "exchangeRateAmount": 1.1, "relationalExchangeRateAmount": 1})  # fmt: skip

    order = api.order({"itemId": api.item("1000"), "quantity": 1}, currencyCode="US-D")

    assert (order["currencyCode"], order["totalAmountExcludingTax"]) == ("US-D", 110)


def test_an_unknown_control_request_is_refused(api: Api) -> None:
    for method, path, body in (("GET", "customers/NOBODY", None), ("PATCH", "limits", {"speed": 1})):
        answer = requests.request(method, f"{api.bc.origin}/_control/{path}", json=body, timeout=20)
        assert answer.status_code == 400


def test_a_dump_keeps_digits_versions_and_what_the_api_does_not_show(api: Api, tmp_path: Path) -> None:
    api.order({"itemId": api.item("1000"), "quantity": 3, "discountAmount": 100})
    before = api.bc.state

    write_dump(before, tmp_path / "tables.json")
    after = load(tmp_path / "tables.json", before.clock)

    assert after.version == before.version
    assert list(after.rows("salesOrderLines")) == list(before.rows("salesOrderLines"))
    assert {name: len(t.rows) for name, t in after.tables.items()} == {n: len(t.rows) for n, t in before.tables.items()}


@contextmanager
def process(folder: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    ready = folder / "ready.json"
    ready.unlink(missing_ok=True)
    command = [sys.executable, "-m", "local.business_central", "--ready-file", str(ready), *arguments]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        for _ in range(400):
            if ready.exists() or running.poll() is not None:
                break
            time.sleep(0.05)
        yield running, json.loads(ready.read_text())
    finally:
        running.send_signal(signal.SIGTERM)
        assert running.wait(20) == 0


def test_a_process_continues_from_its_dump(tmp_path: Path) -> None:
    dump, extra = tmp_path / "tables.json", tmp_path / "extra.json"
    extra.write_text(json.dumps({"items": [{"number": "EXTRA", "unitPrice": 12.5}],
                                 "customers": [{"number": "E1", "displayName": "E", "country": "DE",
                                                "locationCode": "EAST"}]}))  # fmt: skip
    arguments = ("--dump", str(dump), "--seed-extra", str(extra))

    def call(ready: dict[str, Any], method: str, path: str, body: Any = None) -> Any:
        url = f"{ready['api_root']}/companies({ready['company']})/{path}"
        return requests.request(method, url, json=body, timeout=20,
                                headers={"Authorization": f"Bearer {ready['token']}"}).json()  # fmt: skip

    with process(tmp_path, *arguments) as (_, first):
        lines = [{"lineType": "Item", "lineObjectNumber": "EXTRA", "quantity": 2}]
        order = call(first, "POST", "salesOrders", {"customerNumber": "E1", "salesOrderLines": lines})
    with process(tmp_path, *arguments) as (running, second):
        again = call(second, "GET", f"salesOrders({order['id']})")
        another = call(second, "POST", "salesOrders", {"customerNumber": "C00050"})
        items = call(second, "GET", "items?$filter=number eq 'EXTRA'")["value"]
    assert running.stdout is not None

    assert first["company"] == second["company"]
    assert again["@odata.etag"] == order["@odata.etag"]
    assert (again["totalAmountExcludingTax"], order["number"], another["number"]) == (25, "SO100001", "SO100002")
    assert len(items) == 1
    assert len(running.stdout.read().splitlines()) == 1
