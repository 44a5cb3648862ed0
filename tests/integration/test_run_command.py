"""`./run`: its numbers against what the two services say, its orderly end, and its second start."""
from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

from local.processes import ROOT
from tests.running_stack import SIZE, the_stack

COUNTS = """{ customersCount { count } productsCount(query: "gift_card:false") { count }
              products(first: 100, query: "gift_card:false") { nodes { variantsCount { count } } }
              all: ordersCount { count } }"""


def ask_shopify(ready: dict[str, Any]) -> dict[str, int]:
    answer = requests.post(
        f"{ready['shopify']}/admin/api/2026-10/graphql.json", json={"query": COUNTS},
        headers={"X-Shopify-Access-Token": ready["shopify_token"]}, timeout=30,
    ).json()
    data = answer["data"]
    variants = sum(product["variantsCount"]["count"] for product in data.pop("products")["nodes"])
    return {"variants": variants} | {name: value["count"] for name, value in data.items()}


def count_in_bc(ready: dict[str, Any], entity_set: str, filter: str = "") -> int:
    answer = requests.get(
        f"{ready['business_central']}/companies({ready['company']})/{entity_set}",
        params={"$select": "id", **({"$filter": filter} if filter else {})},
        headers={"Authorization": f"Bearer {ready['bc_token']}", "Data-Access-Intent": "ReadWrite"}, timeout=30,
    )
    answer.raise_for_status()
    return len(answer.json()["value"])


def answers(address: str) -> bool:
    parts = urlsplit(address)
    with socket.socket() as probe:
        return probe.connect_ex((parts.hostname, parts.port)) == 0


def test_the_numbers_of_a_first_run_agree_with_both_services_and_a_second_start_goes_on(tmp_path: Path) -> None:
    data = tmp_path / "data"

    with the_stack(data) as (process, ready, first):
        shopify = ask_shopify(ready)
        assert first["customers"]["read"] == shopify["customersCount"]
        assert first["products"]["read"] == shopify["productsCount"]
        assert first["orders"]["read"] == shopify["all"]
        assert first["customers"]["created"] == count_in_bc(ready, "customers", "startswith(number,'S7')")
        assert first["orders"]["created"] == count_in_bc(ready, "salesOrders") > 0
        assert first["items_created"] == shopify["variants"]
        for type in ("customers", "products", "orders"):
            types = first[type]
            assert types["read"] == sum(types[name] for name in ("created", "updated", "unchanged", "skipped"))
        addresses = [ready["functions"], ready["shopify"], ready["business_central"]]
        assert all(map(answers, addresses))
        said = data.with_suffix(".said").read_text().splitlines()
        assert said.index(f"portal            {ready['functions']}/portal") < said.index("synchronizing …")

    assert process.returncode == 0
    assert not any(map(answers, addresses))
    time.sleep(0.1)
    with the_stack(data) as (process, ready, second):
        assert second["business_central_writes"] == 0
        assert second["orders"]["created"] == 0
        assert count_in_bc(ready, "salesOrders") == first["orders"]["created"]
    assert process.returncode == 0


def test_a_second_stack_on_the_same_data_is_refused_with_one_sentence(tmp_path: Path) -> None:
    data = tmp_path / "data"

    with the_stack(data):
        refused = subprocess.run(
            [sys.executable, "-m", "local.stack", "--once", "--data", str(data), *SIZE],
            cwd=ROOT, capture_output=True, text=True, timeout=60,
        )

    assert refused.returncode == 1
    assert refused.stderr.strip().endswith(f"another ./run is using {data}; stop it, or choose --data")


def test_a_stack_started_by_a_shell_in_the_background_ends_at_an_interrupt_too(tmp_path: Path) -> None:
    """Such a job inherits an ignored SIGINT."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with the_stack(tmp_path / "data") as (process, _, _):
            pass
    finally:
        signal.signal(signal.SIGINT, before)

    assert process.returncode == 0
