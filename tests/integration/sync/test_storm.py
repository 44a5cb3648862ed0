"""Everything at once: a shop that changes while it is read, bad roads, clocks apart, faulty records, hosts that die.

STORM_SECONDS=600 keeps it up for so long, SEED=new draws another; without them it is a short one. What came of it is
read over GraphQL and OData, not from our own tables.
"""
from __future__ import annotations

import os
import random
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import requests

from local.azurite import start_azurite
from shared.shopify.client import API_VERSION
from tests.integration.sync.street import SHOP, Street, a_street
from tests.seeds import SEED, draws
from tests.waiting import wait_until

SECONDS = float(os.environ.get("STORM_SECONDS", "20"))
LAG = 5
"""Seconds after which Shopify's search sees a change."""
UNREADABLE, UNWRITABLE, SPOILT = 9001, 9002, 9003
FAULTY = {UNREADABLE: "record-unreadable", UNWRITABLE: "record-refused", SPOILT: "record-unreadable"}


class Shop:
    """The shop's staff: sells, moves, archives, cancels and refunds, and remembers what."""

    def __init__(self, street: Street, chance: random.Random) -> None:
        self.street, self.chance, self.next = street, chance, 9010
        self.sold: list[int] = []
        self.taken_back: set[int] = set()

    def sell(self, number: int, **spec: Any) -> None:
        self.street.shopify.shop_state.put("orders", {
            "id": number, "name": f"#{number}", "email": f"buyer{number}@example.fr",
            "shipping_address": {"first_name": "Ada", "last_name": f"Buyer {number}", "address1": "1 rue du Calme",
                                 "city": "Lyon", "zip": "69002", "country_code": "FR"},
            "lines": [{"sku": "1000", "quantity": 2, "unit_price": "120.00"}], **spec,
        })
        self.sold.append(number)

    def work(self) -> None:
        """One thing that happens in a shop."""
        what = self.chance.choice(("sell", "sell", "sell", "archived", "move", "move", "archive", "cancel", "refund"))
        if what in ("sell", "archived"):
            at_once = {"closed": True, "fulfilled": True} if what == "archived" else {}
            for _ in range(self.chance.randrange(1, 7)):
                self.next += 1
                self.sell(self.next, **at_once)
            return
        number = self.chance.choice(self.sold)
        if number in FAULTY:
            return
        if what in ("cancel", "refund"):
            self.taken_back.add(number)
        refund = [{"lines": [{"line": 0, "quantity": 1, "restock": True}]}]
        changes: dict[str, dict[str, Any]] = {
            "move": {"shipping_address": {"address1": f"{self.chance.randrange(999)} rue de la Tempête"}},
            "archive": {"closed": True, "fulfilled": True}, "cancel": {"cancelled": True},
            "refund": {"refunds": refund},
        }
        self.street.shopify.shop_state.patch("orders", number, changes[what])


def bad_weather(street: Street, chance: random.Random) -> None:
    """One more thing that goes wrong, with no record in particular."""
    fault, settings = chance.choice([
        ("http_5xx", {"status": 503}), ("throttled", {}), ("drop_connection", {}), ("internal_error", {}),
        ("drop_connection", {"after_work": True}), ("webhook_double", {}), ("webhook_never", {}),
        ("webhook_late", {"seconds": 2}), ("webhook_swapped", {}),
    ])
    street.shopify.fault(fault, 1, **settings)
    if chance.random() < 0.5:
        kinds = ["drop_response_after_commit", "drop_request", "status", "cut_batch", "part_status"]
        street.bc.control.add_fault(kind=chance.choice(kinds), method="POST", entity="salesOrders", times=1,
                                    parts=chance.randrange(4))


@pytest.mark.slow("the storm lasts as long as it is told to, and hosts start in it all the time")
@pytest.mark.timeout(300 + 3 * SECONDS)
def test_after_a_storm_every_order_is_there_once_and_only_the_faulty_ones_are_not(tmp_path: Path) -> None:
    print(f"SEED={SEED}")
    chance = draws("storm")
    size: dict[str, Any] = {"orders": 0, "customers": 2, "products": 2, "plain": True}
    with start_azurite() as azurite, a_street(azurite.connection_string, tmp_path, **size) as street:
        shop = prepared(street, chance)

        end = time.monotonic() + SECONDS
        staff = threading.Thread(target=working, args=(street, shop, chance, end))
        staff.start()
        kills = 0
        while time.monotonic() < end:
            kills += kill_in_the_middle(street, chance, end)
        staff.join()
        calm(street)

        documents, parked, ordered = in_business_central(street), in_the_list(street), in_shopify(street)
        print(f"{kills} kills, {len(shop.sold)} sold, {len(documents)} documents, {len(shop.taken_back)} taken back")

        assert {number: parked.get(number) for number in FAULTY} == FAULTY
        assert set(parked) - set(FAULTY) <= shop.taken_back, "nothing else is in the list without a reason"
        assert ordered == set(shop.sold)
        assert [key for key, times in documents.items() if times > 1] == []
        missing = ordered - {int(key.removeprefix("SHP-")) for key in documents} - set(FAULTY)
        assert missing <= shop.taken_back, "an order that stands is in Business Central, archived or not"
        assert not {f"SHP-{number}" for number in FAULTY} & set(documents)


def prepared(street: Street, chance: random.Random) -> Shop:
    """A connected shop that was synchronized once, with its three faulty orders, and clocks that differ."""
    street.shopify.shop_state.allow_loopback = True
    street.shopify.webhooks.retry_scale = 0.01
    street.settings |= {"WEBHOOK_DELAY_SECONDS": "1", "SYNC_SCHEDULE": "*/2 * * * * *"}
    street.shopify.service.clock.ahead_seconds = chance.uniform(-60, 60)
    street.shopify.fault("search_lag", seconds=LAG)
    street.bc.control.times.header = 0.4
    street.open()
    street.connect()
    street.start_sync()
    street.finished_run()
    shop = Shop(street, chance)
    street.shopify.fault("internal_error", record=f"Order/{UNREADABLE}")
    street.shopify.fault("spoilt_note", record=f"Order/{SPOILT}", bytes="control")
    street.bc.control.add_fault(kind="refuse", method="POST", entity="salesOrders", document=f"SHP-{UNWRITABLE}",
                                times=None)
    for number in FAULTY:
        shop.sell(number)
    return shop


def kill_in_the_middle(street: Street, chance: random.Random, until: float) -> bool:
    """The host dies while orders are being made, each of which takes a while; False when none was made in time."""
    before = street.count_of_orders()
    while street.count_of_orders() == before:
        if time.monotonic() >= until:
            return False
        time.sleep(0.005)
    time.sleep(chance.uniform(0, 0.3))
    street.kill()
    street.open()
    return True


def working(street: Street, shop: Shop, chance: random.Random, until: float) -> None:
    """The shop works, and the weather is bad."""
    while time.monotonic() < until:
        shop.work()
        if chance.random() < 0.2:
            bad_weather(street, chance)
        time.sleep(0.2)


def calm(street: Street) -> None:
    """The weather clears but for what is bound to records; the schedule catches up, and the list is tried again."""
    for kind in ("http_5xx", "throttled", "drop_connection"):
        street.shopify.service.faults.clear(kind)
    for fault in list(street.bc.control.faults.rules):
        if not fault.document:
            street.bc.control.faults.clear(fault.id)
    time.sleep(LAG + 1)
    for _ in range(2):
        street.call("POST", f"shops/{SHOP}/skipped-records/retry", {}).raise_for_status()
        at = latest_run(street)
        wait_until(lambda at=at: latest_run(street) > at and in_the_list(street).keys() >= FAULTY.keys(), 90)


def latest_run(street: Street) -> str:
    """When the newest run that read everything and came through began."""
    runs = street.call("GET", f"shops/{SHOP}/runs").json()
    return max((run["started_at"] for run in runs if run["state"] == "succeeded" and not run["only_changed"]),
               default="")


def in_shopify(street: Street) -> set[int]:
    """The numbers of all orders, over GraphQL; the host is gone, and so are the faults."""
    query = "query($after: String) { orders(first: 250, after: $after) { nodes { legacyResourceId } " \
            "pageInfo { hasNextPage endCursor } } }"
    street.kill()
    street.shopify.clear_faults()
    found: set[int] = set()
    after = None
    while True:
        answer = requests.post(f"{street.shopify.url}/admin/api/{API_VERSION}/graphql.json", timeout=30,
                               headers={"X-Shopify-Access-Token": street.shopify.token},
                               json={"query": query, "variables": {"after": after}}).json()
        orders = answer["data"]["orders"]
        found |= {int(node["legacyResourceId"]) for node in orders["nodes"]}
        after = orders["pageInfo"]["endCursor"]
        if not orders["pageInfo"]["hasNextPage"]:
            return found


def in_business_central(street: Street) -> Counter[str]:
    """How often each external document number is there, over OData."""
    form = {"grant_type": "client_credentials", "client_id": street.bc.client_id,
            "client_secret": street.bc.client_secret, "scope": "https://api.businesscentral.dynamics.com/.default"}
    token = requests.post(street.bc.token_url, data=form, timeout=30).json()["access_token"]
    url = f"{street.bc.api_root}/companies({street.bc.company})/salesOrders?$select=externalDocumentNumber"
    found: Counter[str] = Counter()
    while url:
        page = requests.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=30).json()
        found.update(row["externalDocumentNumber"] for row in page["value"])
        url = page.get("@odata.nextLink", "")
    return found


def in_the_list(street: Street) -> dict[int, str]:
    """The orders among the skipped records, with the reason."""
    answer = street.call("GET", f"shops/{SHOP}/skipped-records?type=orders").json()
    rows = answer["records"] if isinstance(answer, dict) else answer
    return {int(row["id"]): row["code"] for row in rows}
